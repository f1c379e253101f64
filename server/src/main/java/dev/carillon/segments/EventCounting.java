package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.events.NamePattern;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.CounterRepository.Stored;
import dev.carillon.segments.CounterSpec.Subject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Counts stored events exactly as processing counts those that come. Events that still have to move
 * to somebody after a merge count as that person's.
 *
 * <p>One statement for counters of names and one for those of patterns, each only when there are
 * any. A pattern may fit millions of names, so names are compared here: those of the events that
 * these people have.
 */
final class EventCounting {
  private static final int FETCHED = 2_000;

  /** All events. */
  private static final String ALL = "event";

  /** The newest events of the one person there is. */
  private static final String NEWEST =
      "(SELECT * FROM event WHERE person_id = (:people)[1] ORDER BY occurred_at DESC LIMIT 10000)";

  private static final String OF_NAMES =
      """
      SELECT coalesce(m.primary_id, e.person_id), e.workspace_id, e.name_id, NULL::smallint, NULL::text,
             floor(extract(epoch FROM e.occurred_at) * 1000)::bigint,
             CASE WHEN e.name_id = ANY(:withData) THEN e.data END
        FROM %s e LEFT JOIN merger m ON m.secondary_id = e.person_id
       WHERE e.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
         AND e.name_id = ANY(:which)
      """;

  private static final String OF_PATTERNS =
      """
      SELECT coalesce(m.primary_id, e.person_id), e.workspace_id, e.name_id, n.kind, n.name,
             floor(extract(epoch FROM e.occurred_at) * 1000)::bigint,
             CASE WHEN n.kind = ANY(:withData) THEN e.data END
        FROM %s e JOIN event_name n ON n.name_id = e.name_id LEFT JOIN merger m ON m.secondary_id = e.person_id
       WHERE e.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
         AND n.kind = ANY(:which)
      """;

  private final Map<Integer, List<Target>> byName = new HashMap<>();
  private final Map<EventKind, List<Target>> byKind = new EnumMap<>(EventKind.class);
  private final Recounted counted;

  /** A counter of events, with the pattern names have to fit. */
  private record Target(Stored counter, List<AttributeTest> where, NamePattern pattern) {}

  private EventCounting(List<Stored> counters, Recounted counted) {
    this.counted = counted;
    for (var counter : counters) {
      if (counter.spec().subject() instanceof Subject.Events events) {
        var target = new Target(counter, events.where(), NamePattern.of(events.name()));
        if (counter.nameId() == null) {
          byKind.computeIfAbsent(events.kind(), _ -> new ArrayList<>()).add(target);
        } else {
          byName.computeIfAbsent(counter.nameId(), _ -> new ArrayList<>()).add(target);
        }
      }
    }
  }

  /** Counts the events of these people; of these counters those of events. */
  static void count(Handle handle, long[] people, List<Stored> counters, Recounted counted) {
    new EventCounting(counters, counted).count(handle, people, ALL);
  }

  /** Counts the newest 10,000 events of a person. */
  static void newest(Handle handle, long personId, List<Stored> counters, Recounted counted) {
    new EventCounting(counters, counted).count(handle, new long[] {personId}, NEWEST);
  }

  private void count(Handle handle, long[] people, String source) {
    if (!byName.isEmpty()) {
      var query = handle.createQuery(OF_NAMES.formatted(source));
      count(bound(query, people, byName, id -> id));
    }
    if (!byKind.isEmpty()) {
      var query = handle.createQuery(OF_PATTERNS.formatted(source));
      count(bound(query, people, byKind, kind -> (int) kind.code()));
    }
  }

  private static <K> Query bound(
      Query query, long[] people, Map<K, List<Target>> targets, Function<K, Integer> number) {
    var withData =
        targets.entrySet().stream()
            .filter(entry -> entry.getValue().stream().anyMatch(target -> !target.where.isEmpty()))
            .mapToInt(entry -> number.apply(entry.getKey()))
            .toArray();
    return query
        .bind("people", people)
        .bind("withData", withData)
        .bind("which", targets.keySet().stream().mapToInt(number::apply).toArray());
  }

  private record Happened(
      long personId,
      int workspace,
      int nameId,
      @Nullable EventKind kind,
      @Nullable String name,
      long atMillis,
      @Nullable String data) {}

  /** Rows are streamed, because one person may have very many events. */
  private void count(Query query) {
    try (var rows =
        query
            .setFetchSize(FETCHED)
            .map((row, context) -> {
              var kind = row.getObject(4, Integer.class);
              return new Happened(
                  row.getLong(1),
                  row.getInt(2),
                  row.getInt(3),
                  kind == null ? null : EventKind.of(kind),
                  row.getString(5),
                  row.getLong(6),
                  row.getString(7));
            })
            .stream()) {
      rows.forEach(this::add);
    }
  }

  private void add(Happened event) {
    var name = event.name;
    var targets =
        event.kind == null || name == null
            ? byName.getOrDefault(event.nameId, List.of())
            : byKind.getOrDefault(event.kind, List.of()).stream()
                .filter(target -> target.counter.workspace().value() == event.workspace)
                .filter(target -> target.pattern.matches(name))
                .toList();
    if (targets.isEmpty()) {
      return;
    }
    Map<String, Object> fields = event.data == null ? Map.of() : AttributesJson.parse(event.data);
    for (var target : targets) {
      if (EventFilter.matches(target.where, fields)) {
        counted.add(event.personId, target.counter, event.atMillis);
      }
    }
  }
}
