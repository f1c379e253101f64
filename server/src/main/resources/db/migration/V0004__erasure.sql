-- The right to be forgotten: people who are erased, or made anonymous, on request, and the proof of it.
-- Deletions of the Track API go through table `erasure` as before.

-- What somebody who is gone leaves behind, being erased step by step (class Erasures). Rows go when nothing is left.
ALTER TABLE erasure
    ADD COLUMN mode       smallint NOT NULL DEFAULT 1,   -- 1 deletion by the Track API, 2 anonymise, 3 erase; the greater wins
    ADD COLUMN request_id bigint,                        -- whose counts it adds to; NULL: nobody asked for a proof
    ADD COLUMN stand_in   bigint NOT NULL DEFAULT 0,     -- anonymise: key of the rows that stay; random and kept nowhere else
    ADD COLUMN names      text NOT NULL DEFAULT '{}',    -- JSON: what the person was called, to find what is not stored by key
    ADD COLUMN asked_at   timestamptz,                   -- when the request was received; NULL: none
    ADD COLUMN seen_at    timestamptz,                   -- the database's clock, once the removal was committed
    ADD COLUMN stage      smallint NOT NULL DEFAULT 1,   -- 1 tables, 2 dead letters, 3 activities of nobody, 4 last check
    ADD COLUMN cursor_at  timestamptz NOT NULL DEFAULT '-infinity', -- how far the stage has come: of 1 the time of events,
    ADD COLUMN cursor_op  bigint NOT NULL DEFAULT 0,     -- of 2 the number of the operation, of 3 the place of the entry
    ADD COLUMN cursor_part smallint NOT NULL DEFAULT 0,
    ADD COLUMN found      bigint NOT NULL DEFAULT 0;     -- rows stages 2 and 3 have removed; they are done again until it is 0
CREATE INDEX erasure_due ON erasure (due_at);

-- Requests, kept for good as proof. Nothing personal is in them once they are completed.
CREATE TABLE erasure_request (
    request_id    bigint PRIMARY KEY,
    workspace_id  int NOT NULL,
    mode          smallint NOT NULL,
    reason        text NOT NULL,
    credential_id int NOT NULL,                          -- of the key that asked
    requested_at  timestamptz NOT NULL,
    removed_at    timestamptz,                           -- when the person was gone; NULL: the request is still in the log
    people        bigint[] NOT NULL DEFAULT '{}',        -- keys being erased; emptied when completed
    completed_at  timestamptz,
    failed_at     timestamptz                            -- it was put aside as a dead letter: nothing was done
);
CREATE INDEX erasure_request_workspace ON erasure_request (workspace_id, request_id);
CREATE INDEX erasure_request_running ON erasure_request (request_id) WHERE completed_at IS NULL;

-- Keyed hashes of what the person was called, so that "was this address erased?" can be answered without keeping it.
CREATE TABLE erasure_identifier (
    workspace_id int NOT NULL,
    hash         uuid NOT NULL,
    request_id   bigint NOT NULL,
    kind         smallint NOT NULL,                      -- as in person_identifier; 4: cio_id
    PRIMARY KEY (workspace_id, hash, request_id)
);
CREATE INDEX erasure_identifier_request ON erasure_identifier (request_id);

-- What was done in each table, and what the last check found there.
CREATE TABLE erasure_table (
    request_id bigint NOT NULL,
    table_name text NOT NULL,
    removed    bigint NOT NULL DEFAULT 0,
    anonymised bigint NOT NULL DEFAULT 0,
    remaining  bigint,                                   -- NULL: not checked yet
    PRIMARY KEY (request_id, table_name)
);
