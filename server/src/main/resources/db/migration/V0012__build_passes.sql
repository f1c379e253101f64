-- Builds that go on together: one pass through all people of a workspace in person_id order, for hundreds of builds as for one
-- (class SegmentBuilder).
CREATE TABLE build_pass (
    pass_id      int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind         text NOT NULL CHECK (kind IN ('counter', 'segment')),
    workspace_id int NOT NULL,
    done_to      bigint NOT NULL DEFAULT 0,             -- every older person with person_id <= this is built, but for
    skipped      bigint[] NOT NULL DEFAULT '{}',        -- those whose lock somebody else held; they are built before the pass ends
    people_done  bigint NOT NULL DEFAULT 0,
    people       bigint NOT NULL,                       -- how many there are, for progress
    failures     int NOT NULL DEFAULT 0,                -- in a row
    started_at   timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Builds under way begin anew. What they did already is done again and found to be right.
ALTER TABLE build
    DROP COLUMN done_to,
    DROP COLUMN people_done,
    DROP COLUMN people,
    ADD COLUMN pass_id int;                             -- NULL: not begun
