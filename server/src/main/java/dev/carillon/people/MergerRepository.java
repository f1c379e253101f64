package dev.carillon.people;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Rows of merged people in tables that are partitioned by time, and table {@code merger}. */
public final class MergerRepository {
  /**
   * Longer than any batch is expected to run; nothing ends one that takes longer. What a running
   * batch still stores about somebody who is gone is there when it is looked for after this time.
   */
  public static final Duration LATEST_BATCH = Duration.ofMinutes(2);

  /**
   * Rows of one person that move at once, in each table; rows of the same instant stay together.
   */
  private static final int AT_ONCE = 5_000;

  private final int atOnce;

  /** Moves at most 5,000 rows of a person and table at once. */
  public MergerRepository() {
    this(AT_ONCE);
  }

  /**
   * Moves fewer or more at once.
   *
   * @param atOnce rows of a person and table, 1 or more
   */
  public MergerRepository(int atOnce) {
    this.atOnce = atOnce;
  }

  /**
   * A merge whose rows still move.
   *
   * @param mergedAt when the merge was applied
   */
  record Merger(Heir heir, Instant mergedAt) {}

  /**
   * Moves the newest rows of the secondaries and puts the rest down for the background, in the
   * transaction of the merge, which has locked all of these people. Who was merged into a secondary
   * before follows it.
   *
   * @param present when the merge is applied
   */
  public void begin(Handle handle, Collection<Heir> heirs, Instant present) {
    // First: a background move of somebody merged earlier is over before the rows below are read.
    bound(
            handle,
            """
            UPDATE merger m SET primary_id = u.primary_id
              FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
             WHERE m.primary_id = u.secondary_id
            """,
            heirs)
        .execute();
    bound(
            handle,
            """
            INSERT INTO merger (secondary_id, primary_id, workspace_id, merged_at, due_at)
            SELECT u.secondary_id, u.primary_id, u.workspace_id, :now, :now
              FROM unnest(:primaries, :secondaries, :workspaces) AS u(primary_id, secondary_id, workspace_id)
            """,
            heirs)
        .bind("workspaces", heirs.stream().mapToInt(each -> each.workspace().value()).toArray())
        .bind("now", present)
        .execute();
    move(handle, heirs);
  }

  /** Moves the newest rows that are left of each of these people. */
  void move(Handle handle, Collection<Heir> heirs) {
    for (var statement :
        List.of(
            MOVE.formatted("event", "occurred_at"),
            MOVE.formatted("activity", "occurred_at"),
            MOVE_DELIVERIES)) {
      bound(handle, statement, heirs).bind("most", atOnce - 1).execute();
    }
  }

  private static final String MOVE =
      """
      WITH heir AS MATERIALIZED (
        SELECT u.primary_id, u.secondary_id,
               (SELECT e.%2$s FROM %1$s e WHERE e.person_id = u.secondary_id
                 ORDER BY e.%2$s DESC OFFSET :most LIMIT 1) AS since
          FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id))
      UPDATE %1$s e SET person_id = h.primary_id FROM heir h
       WHERE e.person_id = h.secondary_id AND e.%2$s >= coalesce(h.since, '-infinity')
      """;

  /**
   * In the order of keys, like every statement that locks several deliveries. Work that somebody
   * claims or records at this moment keeps the former key, which nobody reads there.
   */
  private static final String MOVE_DELIVERIES =
      """
      WITH heir AS MATERIALIZED (
        SELECT u.primary_id, u.secondary_id,
               (SELECT d.created_at FROM delivery d WHERE d.person_id = u.secondary_id
                 ORDER BY d.created_at DESC OFFSET :most LIMIT 1) AS since
          FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)),
      moved AS MATERIALIZED (
        SELECT d.delivery_id, d.created_at, h.primary_id
          FROM heir h JOIN delivery d
            ON d.person_id = h.secondary_id AND d.created_at >= coalesce(h.since, '-infinity')
         ORDER BY d.delivery_id FOR NO KEY UPDATE OF d),
      free AS MATERIALIZED (
        SELECT o.delivery_id, m.primary_id FROM moved m JOIN outbox o USING (delivery_id)
         FOR NO KEY UPDATE OF o SKIP LOCKED),
      work AS (
        UPDATE outbox o SET person_id = f.primary_id FROM free f WHERE o.delivery_id = f.delivery_id)
      UPDATE delivery d SET person_id = m.primary_id FROM moved m
       WHERE d.delivery_id = m.delivery_id AND d.created_at = m.created_at
      """;

  /** Claims mergers that are to be looked at, until the end of the transaction. */
  List<Merger> claim(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            SELECT workspace_id, primary_id, secondary_id, merged_at FROM merger WHERE due_at <= :now
             ORDER BY due_at, secondary_id LIMIT :limit FOR UPDATE SKIP LOCKED
            """)
        .bind("now", now)
        .bind("limit", limit)
        .map((row, _) ->
            new Merger(
                new Heir(new WorkspaceId(row.getInt(1)), row.getLong(2), row.getLong(3)),
                row.getTimestamp(4).toInstant()))
        .list();
  }

  /** Those of these people who have rows left. */
  Set<Long> unfinished(Handle handle, Collection<Heir> heirs) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                SELECT u.person_id FROM unnest(:people) AS u(person_id)
                 WHERE EXISTS (SELECT FROM event t WHERE t.person_id = u.person_id)
                    OR EXISTS (SELECT FROM activity t WHERE t.person_id = u.person_id)
                    OR EXISTS (SELECT FROM delivery t WHERE t.person_id = u.person_id)
                """)
            .bind("people", Heir.secondaries(heirs))
            .mapTo(Long.class)
            .list());
  }

  /** Looks at these again at the given time after the merge. */
  void postpone(Handle handle, long[] secondaries, Duration afterMerge) {
    handle
        .createUpdate(
            """
            UPDATE merger SET due_at = merged_at + :seconds * interval '1 second'
             WHERE secondary_id = ANY(:people)
            """)
        .bind("seconds", afterMerge.toSeconds())
        .bind("people", secondaries)
        .execute();
  }

  /** Puts these behind all others that are due. */
  void requeue(Handle handle, long[] secondaries, Instant now) {
    handle
        .createUpdate("UPDATE merger SET due_at = :now WHERE secondary_id = ANY(:people)")
        .bind("now", now)
        .bind("people", secondaries)
        .execute();
  }

  /** These are done. */
  void remove(Handle handle, long[] secondaries) {
    handle
        .createUpdate("DELETE FROM merger WHERE secondary_id = ANY(:people)")
        .bind("people", secondaries)
        .execute();
  }

  private static Update bound(Handle handle, String statement, Collection<Heir> heirs) {
    return handle
        .createUpdate(statement)
        .bind("primaries", Heir.primaries(heirs))
        .bind("secondaries", Heir.secondaries(heirs));
  }
}
