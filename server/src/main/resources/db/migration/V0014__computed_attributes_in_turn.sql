-- Computed attributes are worked on in turn, workspace by workspace, and wait for nobody's lock (class ComputedBuilder).
ALTER TABLE computed_attribute
    ADD COLUMN skipped  bigint[] NOT NULL DEFAULT '{}', -- people up to done_to whose lock somebody else held; they are filled before the way ends
    ADD COLUMN failures int NOT NULL DEFAULT 0,         -- in a row
    ADD COLUMN retry_at timestamptz;                    -- not worked on before, as it failed; NULL: did not fail

-- Attributes whose value the profile has no room for, which the activity log has told. By computed_id.
ALTER TABLE person_computed
    ADD COLUMN refused int[] NOT NULL DEFAULT '{}';

-- Whether many timers of an attribute are due is looked up before more are armed.
CREATE INDEX computed_timer_of ON computed_timer (computed_id, due_at);
DROP INDEX computed_timer_computed;
