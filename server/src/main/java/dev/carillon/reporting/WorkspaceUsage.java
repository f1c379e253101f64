package dev.carillon.reporting;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * How much there is in a workspace. Up to {@value #COUNTED} of a kind are counted when somebody
 * asks; more than that are counted by {@link #refresh} about once an hour, so that no caller waits
 * for it. Messages are those of the calendar month (UTC). Safe for many threads.
 */
public final class WorkspaceUsage {
  private static final int COUNTED = 10_000;
  private static final int LOCK = 7006;
  private static final Duration AGE = Duration.ofMinutes(50);

  private final Database database;
  private final InstantSource clock;
  private final int counted;

  /** Counts in this database; months are those of the clock. */
  public WorkspaceUsage(Database database, InstantSource clock) {
    this(database, clock, COUNTED);
  }

  /**
   * @param counted how many of a kind are counted while somebody waits
   */
  WorkspaceUsage(Database database, InstantSource clock, int counted) {
    this.database = database;
    this.clock = clock;
    this.counted = counted;
  }

  /** What there is in a workspace. Large figures are up to an hour old. */
  public record Usage(
      WorkspaceId workspace,
      String name,
      long people,
      long objectTypes,
      long objects,
      long messagesSent) {}

  /** What there is in a workspace; empty when there is none of this number. */
  public Optional<Usage> of(WorkspaceId workspace) {
    var month = month();
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT w.name, u.people, u.objects, CASE WHEN u.month = :month THEN u.messages_sent END AS messages_sent,
                       (SELECT count(*) FROM (
                          SELECT FROM person WHERE workspace_id = :workspace LIMIT :most + 1) t) AS few_people,
                       (SELECT count(*) FROM object_type WHERE workspace_id = :workspace) AS object_types,
                       (SELECT count(*) FROM (
                          SELECT FROM object WHERE workspace_id = :workspace LIMIT :most + 1) t) AS few_objects,
                       (SELECT count(*) FROM (
                          SELECT FROM delivery WHERE workspace_id = :workspace AND sent_at >= :from LIMIT :most + 1) t) AS few_sent
                  FROM workspace w LEFT JOIN workspace_usage u USING (workspace_id)
                 WHERE w.workspace_id = :workspace
                """)
            .bind("workspace", workspace.value())
            .bind("month", month)
            .bind("from", start(month))
            .bind("most", counted)
            .map((row, _) ->
                new Usage(
                    workspace,
                    row.getString("name"),
                    larger(row.getLong("few_people"), row.getLong("people")),
                    row.getLong("object_types"),
                    larger(row.getLong("few_objects"), row.getLong("objects")),
                    larger(row.getLong("few_sent"), row.getLong("messages_sent"))))
            .findOne());
  }

  /** What was counted now, unless that is only the beginning. */
  private long larger(long few, long kept) {
    return few <= counted ? few : Math.max(few, kept);
  }

  /**
   * Counts what is much, unless that was done within the last {@code 50} minutes, by this or
   * another node. Reads along indexes, some seconds for ten million people.
   */
  public void refresh() {
    database.<Integer, RuntimeException>inTransaction(handle -> {
      var now = clock.instant();
      return lock(handle) && !isFresh(handle, now) ? count(handle, now) : 0;
    });
  }

  private static boolean lock(Handle handle) {
    return handle
        .createQuery("SELECT pg_try_advisory_xact_lock(:lock)")
        .bind("lock", LOCK)
        .mapTo(Boolean.class)
        .one();
  }

  private static boolean isFresh(Handle handle, Instant now) {
    return handle
        .createQuery("SELECT coalesce(max(counted_at) > :since, false) FROM workspace_usage")
        .bind("since", now.minus(AGE))
        .mapTo(Boolean.class)
        .one();
  }

  private int count(Handle handle, Instant now) {
    var month = month();
    return handle
        .createUpdate(
            """
            INSERT INTO workspace_usage (workspace_id, people, objects, messages_sent, month, counted_at)
            SELECT w.workspace_id,
                   (SELECT count(*) FROM person p WHERE p.workspace_id = w.workspace_id),
                   (SELECT count(*) FROM object o WHERE o.workspace_id = w.workspace_id),
                   (SELECT count(*) FROM delivery d WHERE d.workspace_id = w.workspace_id AND d.sent_at >= :from),
                   :month, :now
              FROM workspace w
            ON CONFLICT (workspace_id) DO UPDATE
               SET people = excluded.people, objects = excluded.objects, messages_sent = excluded.messages_sent,
                   month = excluded.month, counted_at = excluded.counted_at
            """)
        .bind("month", month)
        .bind("from", start(month))
        .bind("now", now)
        .execute();
  }

  private LocalDate month() {
    return clock
        .instant()
        .atOffset(ZoneOffset.UTC)
        .toLocalDate()
        .with(TemporalAdjusters.firstDayOfMonth());
  }

  private static Instant start(LocalDate month) {
    return month.atStartOfDay().toInstant(ZoneOffset.UTC);
  }
}
