-- What the data half of the App API keeps: the search for people, counts of segments, subscription topics and channels,
-- opt-outs from senders, the suppression list for mail, and counts of workspaces.

-- ── search for people ───────────────────────────────────────────────────────────────────────────────────────────

-- People the index below does not know as they are: created, changed, merged or deleted since. A row is written in the
-- statement that writes the person (class PeopleRepository) and goes in the transaction that brings the index up to date
-- (class SearchIndexer). There is no unique key: batches never wait for each other here, and a change that comes while the
-- indexer works is a row of its own. A search looks at these people besides those the index names.
CREATE TABLE search_pending (
    workspace_id int NOT NULL,
    person_id    bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
CREATE INDEX search_pending_person ON search_pending (workspace_id, person_id);

-- Everybody who is there already.
INSERT INTO search_pending SELECT workspace_id, person_id FROM person ORDER BY workspace_id, person_id;

-- Written by class SearchIndexer alone. `keys`: hashes of workspace, attribute and value as a search compares it, and of
-- workspace and attribute (class SearchKeys). Two texts may share a hash, so who is found here is always looked at again.
CREATE TABLE person_search (
    workspace_id int NOT NULL,
    person_id    bigint NOT NULL,
    keys         int[] NOT NULL,
    PRIMARY KEY (workspace_id, person_id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE person_search ALTER keys SET STATISTICS 300;
CREATE INDEX person_search_keys ON person_search USING gin (keys) WITH (fastupdate = on, gin_pending_list_limit = 2048);

-- ── addresses mail is not sent to ───────────────────────────────────────────────────────────────────────────────

-- Addresses a provider refuses, or that were put here through the App API (app-data §6); has nothing to do with suppressed
-- people. Rows go when somebody takes the address off the list.
CREATE TABLE esp_suppression (
    workspace_id int NOT NULL,
    email        text NOT NULL,                         -- as mail servers know it, in lower case
    kind         smallint NOT NULL,                     -- 1 blocks, 2 bounces, 3 spam reports, 4 invalid addresses
    domain       text NOT NULL DEFAULT '',              -- of the sender it holds for; '': of every sender (M-103)
    reason       text NOT NULL,
    status       text NOT NULL,                         -- what the provider answered, such as 550; '' when none was asked
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, email, kind, domain)
);
CREATE INDEX esp_suppression_newest ON esp_suppression (workspace_id, kind, created_at, email);
CREATE INDEX esp_suppression_domain ON esp_suppression (workspace_id, kind, domain, email);
