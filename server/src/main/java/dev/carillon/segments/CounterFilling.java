package dev.carillon.segments;

import dev.carillon.events.Counter;
import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.PeopleRange.Reached;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Replaces counters of a range of people by what the event table says, counted exactly as live. */
final class CounterFilling {
  /** Counters filled in one pass over the events. */
  static final int AT_ONCE = 50;

  private static final int FETCHED = 2_000;

  private final PeopleRange people;
  private final CounterRepository counters;
  private final EventRepository events = new EventRepository();

  CounterFilling(PeopleRange people, CounterRepository counters) {
    this.people = people;
    this.counters = counters;
  }

  /** What is counted for one person and one counter. */
  record Key(long personId, int counterId) {}

  /** A counter to fill. */
  record Target(int counterId, CounterSpec spec, List<AttributeTest> where) {
    /** Whether an event at this time with this data counts. */
    boolean counts(long atMillis, Map<String, Object> data) {
      return CounterSpec.inside(spec.from(), spec.to(), Instant.ofEpochMilli(atMillis))
          && EventFilter.matches(where, data);
    }
  }

  /**
   * Fills counters for the next people.
   *
   * @param builds of counters that are equally far
   */
  Reached fill(Handle handle, List<Build> builds) {
    var range = people.lock(handle, builds.getFirst());
    if (!range.attributes().isEmpty()) {
      write(handle, range.people(), builds, count(handle, range.people(), targets(handle, builds)));
    }
    return range.reached();
  }

  private Map<Integer, List<Target>> targets(Handle handle, List<Build> builds) {
    return targets(counters.byIds(handle, builds.stream().mapToInt(Build::targetId).toArray()));
  }

  /** What these counters count, by the number of the event name. */
  static Map<Integer, List<Target>> targets(List<CounterRepository.Stored> counters) {
    var byName = new HashMap<Integer, List<Target>>();
    for (var counter : counters) {
      if (counter.nameId() != null
          && counter.spec().subject() instanceof CounterSpec.Subject.Events events) {
        byName
            .computeIfAbsent(counter.nameId(), _ -> new ArrayList<>())
            .add(new Target(counter.counterId(), counter.spec(), events.where()));
      }
    }
    return byName;
  }

  /**
   * One statement; rows are streamed, because one person may have very many events. Events that
   * still have to move to somebody after a merge count as that person's.
   */
  static Map<Key, Counter> count(Handle handle, long[] people, Map<Integer, List<Target>> byName) {
    var withData =
        byName.entrySet().stream()
            .filter(
                entry -> entry.getValue().stream().anyMatch(target -> !target.where().isEmpty()))
            .mapToInt(Map.Entry::getKey)
            .toArray();
    var counted = new HashMap<Key, Counter>();
    try (var rows =
        handle
            .createQuery(
                """
                SELECT coalesce(m.primary_id, e.person_id), e.name_id,
                       floor(extract(epoch FROM e.occurred_at) * 1000)::bigint,
                       CASE WHEN e.name_id = ANY(:withData) THEN e.data END
                  FROM event e LEFT JOIN merger m ON m.secondary_id = e.person_id
                 WHERE e.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
                   AND e.name_id = ANY(:names)
                """)
            .bind("withData", withData)
            .bind("people", people)
            .bind("names", byName.keySet().stream().mapToInt(Integer::intValue).toArray())
            .setFetchSize(FETCHED)
            .map((row, context) ->
                new Happened(row.getLong(1), row.getInt(2), row.getLong(3), row.getString(4)))
            .stream()) {
      rows.forEach(event -> add(counted, event, byName.getOrDefault(event.nameId, List.of())));
    }
    return counted;
  }

  private record Happened(long personId, int nameId, long atMillis, @Nullable String data) {}

  private static void add(Map<Key, Counter> counted, Happened event, List<Target> targets) {
    Map<String, Object> fields = event.data == null ? Map.of() : AttributesJson.parse(event.data);
    for (var target : targets) {
      if (target.counts(event.atMillis, fields)) {
        var key = new Key(event.personId, target.counterId);
        counted.put(
            key,
            counted.getOrDefault(key, Counter.NONE).plus(event.atMillis, target.spec.newest()));
      }
    }
  }

  private void write(Handle handle, long[] people, List<Build> builds, Map<Key, Counter> counted) {
    var stored = events.counters(handle, people);
    var changed = new TreeMap<Long, byte[]>();
    for (var personId : people) {
      var packed = stored.get(personId);
      var before = packed == null ? Counters.EMPTY : Counters.unpack(packed);
      var after = before;
      for (var build : builds) {
        var counter = counted.getOrDefault(new Key(personId, build.targetId()), Counter.NONE);
        after =
            counter.total() == 0
                ? after.without(build.targetId())
                : after.with(build.targetId(), counter);
      }
      if (!after.equals(before)) {
        changed.put(personId, after.pack());
      }
    }
    if (!changed.isEmpty()) {
      events.storeCounters(handle, changed);
    }
  }
}
