-- Attributes that are computed from a person's events: the number of orders, the sum of their totals, the last one's shop.

-- state: filling (past events are being gone through), publishing (values are being written into profiles), ready,
-- withdrawing (deleted; values are being taken out of profiles, then the row goes).
CREATE TABLE computed_attribute (
    computed_id  int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    workspace_id int NOT NULL,
    name         text NOT NULL,                         -- the attribute's
    description  text NOT NULL DEFAULT '',
    name_id      int NOT NULL,                          -- the events it is computed from
    aggregate    text NOT NULL,
    property     text,                                  -- path into the event's data; NULL: only the number of events counts
    conditions   text NOT NULL,                         -- canonical JSON of the where list, '[]' when there is none
    window_s     bigint,                                -- seconds before now that count; NULL: ever
    state        text NOT NULL CHECK (state IN ('filling', 'publishing', 'ready', 'withdrawing')),
    epoch        int NOT NULL,                          -- epoch.rules it began with: people born under it or later need no filling
    done_to      bigint NOT NULL DEFAULT 0,             -- of the state's way through the people
    people_done  bigint NOT NULL DEFAULT 0,
    people       bigint,                                -- how many there are, for progress; NULL: not begun
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX computed_attribute_name ON computed_attribute (workspace_id, name);

-- What has been added up of each person's events so far, by computed_id (class Tally). JSON object.
CREATE TABLE person_computed (
    person_id    bigint PRIMARY KEY,
    workspace_id int NOT NULL,
    tallies      text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX person_computed_workspace ON person_computed (workspace_id, person_id);

-- When a value has to be computed again with no new event: something leaves a window, or values are being published.
CREATE TABLE computed_timer (
    person_id   bigint NOT NULL,
    computed_id int NOT NULL,
    due_at      timestamptz NOT NULL,
    PRIMARY KEY (person_id, computed_id)
);
CREATE INDEX computed_timer_due ON computed_timer (due_at);
CREATE INDEX computed_timer_computed ON computed_timer (computed_id);
