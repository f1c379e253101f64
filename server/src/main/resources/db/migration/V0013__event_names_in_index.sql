-- A build that counts events of one name looks at the names in the index and fetches only the events it counts: for one
-- name of twenty that is a tenth of the work, as each of a person's events lies in a page of its own.
CREATE INDEX event_person_name ON event (person_id, occurred_at, name_id);
DROP INDEX event_person;
