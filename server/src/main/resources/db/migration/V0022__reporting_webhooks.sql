-- Reporting webhooks: what happens to messages and people is told to addresses of the workspace (events-out part A).

CREATE TABLE reporting_webhook (
    webhook_id      int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    workspace_id    int NOT NULL,
    name            text NOT NULL,
    endpoint        text NOT NULL,                      -- an http or https URL
    disabled        boolean NOT NULL,
    full_resolution boolean NOT NULL,                   -- every open and click, not the first ones alone
    with_content    boolean NOT NULL,                   -- what was sent is told as well
    events          text[] NOT NULL,                    -- names such as email_sent
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX reporting_webhook_workspace ON reporting_webhook (workspace_id);

-- What a webhook has still to be told, in order. One call at a time: who holds the lease makes it.
-- A webhook that is disabled or deleted leaves its queue, whose events are then removed in steps.
CREATE TABLE reporting_queue (
    queue_id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    webhook_id    int,                                  -- NULL: left
    workspace_id  int NOT NULL,
    due_at        timestamptz NOT NULL,                 -- when the next call may be made
    attempts      int NOT NULL DEFAULT 0,               -- calls for the first event that failed
    failing_since timestamptz,                          -- when the first of them did
    lease         bigint,
    leased_until  timestamptz
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX reporting_queue_webhook ON reporting_queue (webhook_id) WHERE webhook_id IS NOT NULL;

-- One row for each event and webhook; gone once told.
CREATE TABLE reporting_event (
    queue_id     bigint NOT NULL,
    event_no     bigint GENERATED ALWAYS AS IDENTITY,   -- the order in which they are told
    workspace_id int NOT NULL,
    person_id    bigint NOT NULL,                       -- 0: nobody who exists
    body         text NOT NULL,                         -- the JSON that is sent, the same at every attempt
    queued_at    timestamptz NOT NULL,
    PRIMARY KEY (queue_id, event_no)
);
CREATE INDEX reporting_event_person ON reporting_event (person_id);

-- The key calls to a workspace's own addresses are signed with, sealed with the installation's key.
CREATE TABLE signing_key (
    workspace_id int PRIMARY KEY,
    sealed       bytea NOT NULL,
    created_at   timestamptz NOT NULL
);
