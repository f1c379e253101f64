package dev.carillon.privacy;

import dev.carillon.privacy.Census.Count;
import dev.carillon.privacy.Work.Cursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Removes what names people who are gone in tables that cannot be asked for them: these are read
 * from end to end, a slice a call, once for many people.
 */
final class Sweeps {
  private static final int LETTERS = 500;

  private final StoredOperations operations;
  private final int activities;

  /**
   * @param activities entries of the activity log in a slice
   */
  Sweeps(StoredOperations operations, int activities) {
    this.operations = operations;
    this.activities = activities;
  }

  /**
   * What a slice held.
   *
   * @param next where the next one begins; null: this was the last
   */
  record Slice(List<Count> removed, @Nullable Cursor next) {
    long of(long personId) {
      return removed.stream()
          .filter(each -> each.personId() == personId)
          .mapToLong(Count::rows)
          .sum();
    }
  }

  private record Letter(long op, byte @Nullable [] payload) {}

  /** Removes operations that could not be applied and name one of these people. */
  Slice letters(Handle handle, Collection<Work> work, Cursor from) {
    var letters =
        handle
            .createQuery(
                """
                SELECT op, CASE WHEN workspace_id = ANY(:workspaces) THEN payload END FROM dead_letter
                 WHERE op > :from ORDER BY op LIMIT :most
                """)
            .bind(
                "workspaces",
                work.stream().mapToInt(each -> each.workspace().value()).distinct().toArray())
            .bind("from", from.op())
            .bind("most", LETTERS)
            .map((row, _) -> new Letter(row.getLong(1), row.getBytes(2)))
            .list();
    var named = new ArrayList<Long>();
    var counts = new HashMap<Long, Long>();
    for (var letter : letters) {
      var person = letter.payload == null ? null : named(letter.payload, work);
      if (person != null) {
        named.add(letter.op);
        counts.merge(person, 1L, Long::sum);
      }
    }
    if (!named.isEmpty()) {
      handle
          .createUpdate("DELETE FROM dead_letter WHERE op = ANY(:ops)")
          .bind("ops", named.stream().mapToLong(Long::longValue).toArray())
          .execute();
    }
    var next =
        letters.size() < LETTERS ? null : new Cursor(from.at(), letters.getLast().op, from.part());
    return new Slice(counts(PersonTable.DEAD_LETTER, counts), next);
  }

  private @Nullable Long named(byte[] payload, Collection<Work> work) {
    return operations
        .read(payload)
        .flatMap(
            operation -> work.stream().filter(each -> operation.names(each.person())).findFirst())
        .map(Work::personId)
        .orElse(null);
  }

  private record Entry(Cursor place, @Nullable Long personId) {}

  /**
   * Removes entries of the activity log that concern nobody, or an object, and name one of these
   * people: as whom a relationship is with, as who was looked for and not found, as an anonymous
   * id.
   */
  Slice activities(Handle handle, Collection<Work> work, Cursor from) {
    var people = work.stream().map(Work::person).toList();
    var entries =
        Census.bind(handle.createQuery(ACTIVITIES), people)
            .bind("at", from.at())
            .bind("op", from.op())
            .bind("part", from.part())
            .bind("most", activities)
            .map((row, _) ->
                new Entry(
                    new Cursor(
                        row.getObject(1, java.time.OffsetDateTime.class).toInstant(),
                        row.getLong(2),
                        row.getInt(3)),
                    row.getObject(4, Long.class)))
            .list();
    var counts = new HashMap<Long, Long>();
    for (var entry : entries) {
      if (entry.personId != null) {
        counts.merge(entry.personId, 1L, Long::sum);
      }
    }
    // The last row is the end of the slice.
    var end = entries.isEmpty() ? null : entries.getLast();
    var last = end != null && end.personId == null ? end.place : null;
    return new Slice(counts(PersonTable.ACTIVITY, counts), last);
  }

  /** Answers with what was removed, and then with the end of the slice when it is full. */
  private static final String ACTIVITIES =
      """
      WITH known AS MATERIALIZED (%s),
      slice AS MATERIALIZED (
        SELECT a.received_at, a.ctid AS place, a.workspace_id, a.occurred_at, a.op, a.part, a.data
          FROM activity a
         WHERE a.person_id = 0 AND a.occurred_at >= :at AND (a.occurred_at, a.op, a.part) > (:at, :op, :part)
         ORDER BY a.occurred_at, a.op, a.part LIMIT :most),
      naming AS MATERIALIZED (
        SELECT s.received_at, s.place, min(k.person_id) AS person_id
          FROM slice s
         CROSS JOIN LATERAL (VALUES ('cio_id', s.data::json ->> 'cio_id'), ('id', s.data::json ->> 'id'),
                                    ('email', lower(s.data::json ->> 'email')),
                                    ('anonymous_id', s.data::json ->> 'anonymous_id'),
                                    ('id', split_part(s.data::json ->> 'reason', ' names nobody', 1)),
                                    ('email', split_part(s.data::json ->> 'reason', ' names nobody', 1))) m(kind, value)
          JOIN known k ON k.workspace_id = s.workspace_id AND k.kind = m.kind AND k.value = m.value
         WHERE k.person_id = ANY(:people)
         GROUP BY s.received_at, s.place),
      gone AS (DELETE FROM activity a USING naming n
                WHERE a.received_at = n.received_at AND a.ctid = n.place
               RETURNING a.occurred_at, a.op, a.part, n.person_id)
      SELECT occurred_at, op, part, person_id FROM gone
       UNION ALL
      (SELECT occurred_at, op, part, NULL FROM slice
        WHERE (SELECT count(*) FROM slice) = :most ORDER BY occurred_at DESC, op DESC, part DESC LIMIT 1)
      """
          .formatted(Census.KNOWN);

  private static List<Count> counts(PersonTable table, Map<Long, Long> counts) {
    return counts.entrySet().stream()
        .map(each -> new Count(table, each.getKey(), each.getValue()))
        .toList();
  }
}
