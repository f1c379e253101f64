-- Counters count more than the events of one name: whatever `subject` says, between fixed bounds.
-- subject: '' for the events named by name_id; else JSON: {"type", "name"} of pages or screens whose name fits a pattern,
-- or {"message": …} for messages to the person.
ALTER TABLE counter
    ALTER COLUMN name_id DROP NOT NULL,
    ADD COLUMN subject text NOT NULL DEFAULT '',
    ADD COLUMN from_at timestamptz,                     -- what lies before does not count; NULL: no bound
    ADD COLUMN to_at   timestamptz,                     -- what lies at it or after it does not count; NULL: no bound
    DROP CONSTRAINT counter_workspace_id_name_id_conditions_newest_key;
CREATE UNIQUE INDEX counter_counted ON counter (workspace_id, coalesce(name_id, 0), subject, conditions, newest,
    coalesce(from_at, '-infinity'), coalesce(to_at, 'infinity'));
