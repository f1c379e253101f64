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

-- ── subscriptions ───────────────────────────────────────────────────────────────────────────────────────────────

-- What people subscribe to (journeys §9.1). Numbers count up in each workspace and are never given again (U-6), so rows stay.
-- `translations`: JSON object, language tag → {"name", "description"}.
CREATE TABLE subscription_topic (
    workspace_id          int NOT NULL,
    topic_id              int NOT NULL,
    name                  text NOT NULL,
    description           text NOT NULL,
    subscribed_by_default boolean NOT NULL,
    translations          text NOT NULL,
    created_at            timestamptz NOT NULL,
    deleted_at            timestamptz,
    PRIMARY KEY (workspace_id, topic_id)
);

-- The same for channels; type: email, twilio, push …
CREATE TABLE subscription_channel (
    workspace_id          int NOT NULL,
    channel_id            int NOT NULL,
    type                  text NOT NULL,
    name                  text NOT NULL,
    description           text NOT NULL,
    subscribed_by_default boolean NOT NULL,
    translations          text NOT NULL,
    created_at            timestamptz NOT NULL,
    deleted_at            timestamptz,
    PRIMARY KEY (workspace_id, channel_id)
);
CREATE UNIQUE INDEX subscription_channel_type ON subscription_channel (workspace_id, type) WHERE deleted_at IS NULL;

-- The head of the page on which people choose. `translations`: language tag → {"title", "subtitle"}.
CREATE TABLE subscription_center (
    workspace_id     int PRIMARY KEY,
    default_language text NOT NULL,
    title            text NOT NULL,
    subtitle         text NOT NULL,
    translations     text NOT NULL
);

-- Who wants nothing more from one sender of a channel (app-data §2.11). channel: 1 SMS, 2 WhatsApp. sender: trimmed and in
-- lower case, as it is compared; written: as it came. Written by processing under the person's lock.
CREATE TABLE sender_opt_out (
    person_id    bigint NOT NULL,
    channel      smallint NOT NULL,
    sender       text NOT NULL,
    workspace_id int NOT NULL,
    written      text NOT NULL,
    opted_out_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, channel, sender)
);
CREATE INDEX sender_opt_out_listed ON sender_opt_out (workspace_id, person_id);
CREATE INDEX sender_opt_out_sender ON sender_opt_out (workspace_id, sender, person_id);

-- ── counts ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- How many people are in a segment: what is noted here and in the deltas that are not yet added to it (class SegmentCounts).
-- Absent: none.
CREATE TABLE segment_count (
    segment_id int PRIMARY KEY,
    members    bigint NOT NULL
);

-- A row for each statement and segment that changed memberships, so that transactions never wait for each other here.
CREATE TABLE segment_delta (
    segment_id int NOT NULL,
    change     bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX segment_delta_segment ON segment_delta (segment_id);

LOCK TABLE segment_member IN SHARE MODE;
INSERT INTO segment_count SELECT segment_id, count(*) FROM segment_member GROUP BY segment_id;

-- In the database, so that nobody who writes memberships can forget it: once a statement, whatever the number of rows.
CREATE FUNCTION count_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO segment_delta SELECT segment_id, count(*) FROM entered GROUP BY segment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER segment_member_entered AFTER INSERT ON segment_member
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION count_entered();

CREATE FUNCTION count_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO segment_delta SELECT segment_id, -count(*) FROM gone GROUP BY segment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER segment_member_left AFTER DELETE ON segment_member
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_left();

-- What is too much to be counted while a caller waits, counted about once an hour (class WorkspaceUsage).
CREATE TABLE workspace_usage (
    workspace_id  int PRIMARY KEY,
    people        bigint NOT NULL,
    objects       bigint NOT NULL,
    messages_sent bigint NOT NULL,
    month         date NOT NULL,                        -- whose messages were counted
    counted_at    timestamptz NOT NULL
);
