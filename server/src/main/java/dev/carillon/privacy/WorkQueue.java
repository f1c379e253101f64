package dev.carillon.privacy;

import dev.carillon.privacy.Work.Cursor;
import dev.carillon.privacy.Work.Stage;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Table {@code erasure}: who is being erased, and how far that is. */
final class WorkQueue {

  /**
   * Claims people until the end of the transaction; several nodes share the work. What is claimed
   * first was committed before now, which is noted by the database's clock.
   */
  List<Work> claim(Handle handle, Instant now, int limit) {
    var claimed =
        handle
            .createQuery(
                """
                SELECT * FROM erasure WHERE due_at <= :now
                 ORDER BY due_at, person_id LIMIT :limit FOR UPDATE SKIP LOCKED
                """)
            .bind("now", now)
            .bind("limit", limit)
            .map((row, _) -> {
              var asked = row.getObject("asked_at", OffsetDateTime.class);
              return new Work(
                  Called.parse(
                      row.getLong("person_id"),
                      new WorkspaceId(row.getInt("workspace_id")),
                      row.getString("names"),
                      asked == null ? Instant.MIN : asked.toInstant()),
                  ErasureMode.of(row.getInt("mode")),
                  row.getObject("request_id", Long.class),
                  row.getLong("stand_in"),
                  row.getObject("seen_at") != null,
                  Stage.of(row.getInt("stage")),
                  cursor(
                      row.getObject("cursor_at", OffsetDateTime.class),
                      row.getLong("cursor_op"),
                      row.getInt("cursor_part")),
                  row.getLong("found"));
            })
            .list();
    var unseen = claimed.stream().filter(each -> !each.seen()).toList();
    if (!unseen.isEmpty()) {
      handle
          .createUpdate(
              "UPDATE erasure SET seen_at = clock_timestamp() WHERE person_id = ANY(:people)")
          .bind("people", people(unseen))
          .execute();
    }
    return claimed;
  }

  private static Cursor cursor(OffsetDateTime at, long op, int part) {
    return at.equals(OffsetDateTime.MIN) ? Cursor.START : new Cursor(at.toInstant(), op, part);
  }

  /** Whether something may still be written of the person of row {@code e}. */
  static final String UNSETTLED =
      """
      (EXISTS (SELECT FROM pg_stat_activity a
                WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
                  AND a.backend_type = 'client backend' AND a.xact_start <= e.seen_at)
       OR EXISTS (SELECT FROM log_block b WHERE b.written_at <= e.seen_at))
      """;

  /**
   * Those of whom nothing can be written any more: no transaction is left that began before their
   * removal was seen, and no block of the log from before it. Batches that look people up without
   * locking them are such transactions; how long one runs does not matter.
   */
  Set<Long> settled(Handle handle, Collection<Work> work) {
    return handle
        .createQuery(
            """
            SELECT e.person_id FROM erasure e
             WHERE e.person_id = ANY(:people) AND NOT %s
            """
                .formatted(UNSETTLED))
        .bind("people", people(work))
        .mapTo(Long.class)
        .set();
  }

  /** These go on at their place of events, at another time. */
  void resume(Handle handle, Collection<Work> work, Map<Long, Instant> since, Instant dueAt) {
    if (!work.isEmpty()) {
      handle
          .createUpdate(
              """
              UPDATE erasure e SET due_at = :due, cursor_at = u.since
                FROM unnest(:people, :since) AS u(person_id, since) WHERE e.person_id = u.person_id
              """)
          .bind("due", dueAt)
          .bind("people", people(work))
          .bind(
              "since",
              work.stream()
                  .map(each -> since.getOrDefault(each.personId(), Instant.MIN))
                  .toArray(Instant[]::new))
          .execute();
    }
  }

  /** These come next at another time. */
  void postpone(Handle handle, Collection<Work> work, Instant dueAt) {
    if (!work.isEmpty()) {
      handle
          .createUpdate("UPDATE erasure SET due_at = :due WHERE person_id = ANY(:people)")
          .bind("due", dueAt)
          .bind("people", people(work))
          .execute();
    }
  }

  /**
   * Goes on with a stage.
   *
   * @param found rows removed so far in the stages that read tables from end to end
   */
  void move(
      Handle handle,
      Collection<Work> work,
      Stage stage,
      Cursor cursor,
      Collection<Long> found,
      Instant dueAt) {
    if (!work.isEmpty()) {
      handle
          .createUpdate(
              """
              UPDATE erasure e SET stage = :stage, cursor_at = :at, cursor_op = :op, cursor_part = :part,
                                   found = u.found, due_at = :due
                FROM unnest(:people, :found) AS u(person_id, found) WHERE e.person_id = u.person_id
              """)
          .bind("stage", stage.code())
          .bind("at", cursor.at())
          .bind("op", cursor.op())
          .bind("part", cursor.part())
          .bind("people", people(work))
          .bind("found", found.stream().mapToLong(Long::longValue).toArray())
          .bind("due", dueAt)
          .execute();
    }
  }

  /** These are done. */
  void remove(Handle handle, Collection<Work> work) {
    if (!work.isEmpty()) {
      handle
          .createUpdate("DELETE FROM erasure WHERE person_id = ANY(:people)")
          .bind("people", people(work))
          .execute();
    }
  }

  /** The keys of these people. */
  static long[] people(Collection<Work> work) {
    return work.stream().mapToLong(Work::personId).toArray();
  }
}
