-- Conditions on messages, patterns in names of pages and screens, and counters nobody reads any more.

-- metric: of counters of messages, what the messages have to reach, such as 'opened'; NULL: events are counted.
-- unused_at: since when no rule reads the counter. It is not kept up to date any more, its number is never used again, and its
-- row goes a little later, as whoever explains a rule may have read the rule a moment before it changed.
ALTER TABLE counter
    ADD COLUMN metric    text,
    ADD COLUMN unused_at timestamptz;
DROP INDEX counter_counted;
CREATE UNIQUE INDEX counter_counted ON counter (workspace_id, coalesce(name_id, 0), subject, conditions, newest,
    coalesce(from_at, '-infinity'), coalesce(to_at, 'infinity')) WHERE unused_at IS NULL;
-- Asked for each message that reaches something (class Outbox).
CREATE INDEX counter_metric ON counter (workspace_id, metric) WHERE metric IS NOT NULL AND unused_at IS NULL;
CREATE INDEX counter_unused ON counter (unused_at) WHERE unused_at IS NOT NULL;

-- Who reads which counter: segments by segment_id, campaigns by campaign_id. Written with the rule.
CREATE TABLE counter_reader (
    kind       text NOT NULL CHECK (kind IN ('segment', 'campaign')),
    reader_id  int NOT NULL,
    counter_id int NOT NULL,
    PRIMARY KEY (kind, reader_id, counter_id)
);
CREATE INDEX counter_reader_counter ON counter_reader (counter_id);
INSERT INTO counter_reader (kind, reader_id, counter_id)
SELECT 'segment', s.segment_id, c.counter_id FROM segment s JOIN counter c ON c.counter_id = ANY(s.counters);
-- What each campaign reads is not known here: all that it may read, until it is saved the next time.
INSERT INTO counter_reader (kind, reader_id, counter_id)
SELECT 'campaign', p.campaign_id, c.counter_id FROM campaign p JOIN counter c USING (workspace_id) WHERE p.deleted_at IS NULL;
UPDATE counter c SET unused_at = now() WHERE NOT EXISTS (SELECT FROM counter_reader r WHERE r.counter_id = c.counter_id);
DELETE FROM build b USING counter c WHERE b.kind = 'counter' AND b.target_id = c.counter_id AND c.unused_at IS NOT NULL;

-- human_…: when it was first opened or clicked by a human; machines that open every mail do not count.
ALTER TABLE delivery
    ADD COLUMN newsletter_id    int,
    ADD COLUMN human_opened_at  timestamptz,
    ADD COLUMN human_clicked_at timestamptz;
UPDATE delivery SET human_opened_at = opened_at, human_clicked_at = clicked_at WHERE opened_at IS NOT NULL OR clicked_at IS NOT NULL;
ALTER TABLE delivery_click ADD COLUMN human boolean NOT NULL DEFAULT true;

-- People whose messages reached something that rules count: written with the metric, taken by due work, which counts the messages
-- of these people anew and evaluates what reads the counts (class MessageWork). Rows are only ever added and removed, so that nobody
-- waits for anybody; several of one person are done together. Nearly always empty.
CREATE TABLE message_wake (
    wake_id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    person_id    bigint NOT NULL,                       -- as the delivery says: may be merged into somebody else, or gone
    workspace_id int NOT NULL,
    due_at       timestamptz NOT NULL DEFAULT '-infinity'  -- later than that only after a failure
);
