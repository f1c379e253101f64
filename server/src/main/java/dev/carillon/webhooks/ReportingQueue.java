package dev.carillon.webhooks;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What webhooks have still to be told. Each queue is one line: the first event is told before the
 * second, by whoever holds the queue's lease, and by nobody else while it lasts. What was told and
 * not recorded before a crash is told once more, under the same event id.
 */
final class ReportingQueue {
  static final Duration LEASE = Duration.ofSeconds(60);

  /**
   * Choice: an event that has waited this long is not told any more, so that an address that never
   * answers cannot fill the database. Longer than any event is tried.
   */
  static final Duration LONGEST_WAIT = Duration.ofDays(14);

  private static final int STEP = 5_000;

  private final Database database;
  private final SigningKeys keys;
  private final RandomGenerator random;

  ReportingQueue(Database database, SigningKeys keys, RandomGenerator random) {
    this.database = database;
    this.keys = keys;
    this.random = random;
  }

  /**
   * A queue that is ours until its lease runs out.
   *
   * @param failures calls for its first event that failed
   * @param failingSince when the first of them did; null: none did
   */
  record Claimed(long queueId, long lease, int failures, @Nullable Instant failingSince) {}

  /**
   * What is next in a claimed queue, and where it goes.
   *
   * @param key signs the calls
   */
  record Head(String endpoint, String key, List<Event> events) {
    Head {
      events = List.copyOf(events);
    }
  }

  /** An event that waits. */
  record Event(long number, byte[] body, Instant queuedAt) {}

  /** Takes at most {@code limit} queues whose next event may be told; nobody else gets them. */
  List<Claimed> claim(Instant now, int limit) {
    var lease = random.nextLong();
    return database.read(handle ->
        handle
            .createQuery(
                """
                WITH due AS MATERIALIZED (
                    SELECT queue_id FROM reporting_queue q
                     WHERE webhook_id IS NOT NULL AND due_at <= :now
                       AND (lease IS NULL OR leased_until <= :now)
                       AND EXISTS (SELECT FROM reporting_event e WHERE e.queue_id = q.queue_id)
                     ORDER BY due_at LIMIT :limit
                       FOR NO KEY UPDATE SKIP LOCKED)
                UPDATE reporting_queue q SET lease = :lease, leased_until = :until
                  FROM due WHERE q.queue_id = due.queue_id
                RETURNING q.queue_id, q.lease, q.attempts, q.failing_since
                """)
            .bind("now", now)
            .bind("limit", limit)
            .bind("lease", lease)
            .bind("until", now.plus(LEASE))
            .map((row, _) -> claimed(row))
            .list());
  }

  private static Claimed claimed(ResultSet row) throws SQLException {
    return new Claimed(
        row.getLong("queue_id"),
        row.getLong("lease"),
        row.getInt("attempts"),
        instant(row, "failing_since"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    var at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  /** The first events of a queue; null when it is not ours any more, or nothing waits. */
  @Nullable Head head(Claimed claimed, int limit) {
    var rows =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT w.endpoint, w.workspace_id, k.sealed, e.event_no, e.body, e.queued_at
                      FROM reporting_queue q
                      JOIN reporting_webhook w ON w.webhook_id = q.webhook_id
                      JOIN signing_key k ON k.workspace_id = w.workspace_id
                     CROSS JOIN LATERAL (SELECT * FROM reporting_event e WHERE e.queue_id = q.queue_id
                                          ORDER BY e.event_no LIMIT :limit) e
                     WHERE q.queue_id = :queue AND q.lease = :lease
                     ORDER BY e.event_no
                    """)
                .bind("queue", claimed.queueId())
                .bind("lease", claimed.lease())
                .bind("limit", limit)
                .map((row, _) -> Waiting.of(row))
                .list());
    if (rows.isEmpty()) {
      return null;
    }
    var first = rows.getFirst();
    return new Head(
        first.endpoint,
        keys.open(first.workspace, first.sealed),
        rows.stream().map(Waiting::event).toList());
  }

  private record Waiting(String endpoint, WorkspaceId workspace, byte[] sealed, Event event) {
    static Waiting of(ResultSet row) throws SQLException {
      return new Waiting(
          row.getString("endpoint"),
          new WorkspaceId(row.getInt("workspace_id")),
          row.getBytes("sealed"),
          new Event(
              row.getLong("event_no"),
              row.getString("body").getBytes(StandardCharsets.UTF_8),
              row.getObject("queued_at", OffsetDateTime.class).toInstant()));
    }
  }

  /**
   * Records how far we came, in one statement.
   *
   * @param done events that are over
   * @param leasedUntil until when we keep the queue; null: it is given back
   * @param dueAt when the next call may be made
   * @return whether the queue was still ours; otherwise nothing is recorded
   */
  boolean settle(Claimed claimed, List<Long> done, Instant dueAt, @Nullable Instant leasedUntil) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                WITH held AS (
                    UPDATE reporting_queue
                       SET due_at = :due, attempts = :failures, failing_since = :since,
                           lease = CASE WHEN :until::timestamptz IS NULL THEN NULL ELSE lease END,
                           leased_until = :until
                     WHERE queue_id = :queue AND lease = :lease
                    RETURNING queue_id),
                gone AS (
                    DELETE FROM reporting_event e USING held h
                     WHERE e.queue_id = h.queue_id AND e.event_no = ANY(:done))
                SELECT EXISTS (SELECT FROM held)
                """)
            .bind("queue", claimed.queueId())
            .bind("lease", claimed.lease())
            .bind("failures", claimed.failures())
            .bind("since", claimed.failingSince())
            .bind("due", dueAt)
            .bind("until", leasedUntil)
            .bind("done", done.stream().mapToLong(Long::longValue).toArray())
            .mapTo(Boolean.class)
            .one());
  }

  /**
   * Removes a part of what is not told any more: what has waited too long, what is more than a
   * queue may hold, oldest first, and what is in queues that were left.
   *
   * @param most events a queue may hold
   * @return whether there may be more to remove
   */
  boolean trim(Instant now, int most) {
    return database.<Boolean, RuntimeException>inTransaction(handle -> {
      var removed =
          handle
              .createUpdate(
                  """
                  WITH bound AS MATERIALIZED (
                      SELECT q.queue_id,
                             CASE WHEN q.webhook_id IS NULL THEN 'infinity' ELSE :tooOld END AS too_old,
                             (SELECT e.event_no FROM reporting_event e WHERE e.queue_id = q.queue_id
                               ORDER BY e.event_no DESC OFFSET :most LIMIT 1) AS too_many
                        FROM reporting_queue q)
                  DELETE FROM reporting_event e USING (
                      SELECT b.queue_id, f.event_no FROM bound b
                       CROSS JOIN LATERAL (SELECT event_no, queued_at FROM reporting_event
                                            WHERE queue_id = b.queue_id ORDER BY event_no LIMIT :step) f
                       WHERE f.queued_at < b.too_old OR f.event_no <= b.too_many) old
                   WHERE e.queue_id = old.queue_id AND e.event_no = old.event_no
                  """)
              .bind("tooOld", now.minus(LONGEST_WAIT))
              .bind("most", most)
              .bind("step", STEP)
              .execute();
      handle
          .createUpdate(
              """
              DELETE FROM reporting_queue q
               WHERE webhook_id IS NULL
                 AND NOT EXISTS (SELECT FROM reporting_event e WHERE e.queue_id = q.queue_id)
              """)
          .execute();
      return removed > 0;
    });
  }
}
