package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.PeopleRange.Reached;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Replaces counters of a range of people by what is stored, counted exactly as live. */
final class CounterFilling {
  /** Counters filled in one pass over events and messages. */
  static final int AT_ONCE = 50;

  private final PeopleRange people;
  private final CounterRepository counters;
  private final EventRepository events = new EventRepository();

  CounterFilling(PeopleRange people, CounterRepository counters) {
    this.people = people;
    this.counters = counters;
  }

  /**
   * Fills counters for the next people.
   *
   * @param builds of counters that are equally far
   * @param now the clock
   */
  Reached fill(Handle handle, List<Build> builds, Instant now) {
    var range = people.lock(handle, builds.getFirst());
    if (!range.attributes().isEmpty()) {
      var filled = counters.byIds(handle, builds.stream().mapToInt(Build::targetId).toArray());
      var recounted = CounterRecount.of(handle, range.people(), filled, now);
      write(handle, builds.getFirst(), range.people(), recounted);
    }
    return range.reached();
  }

  private void write(Handle handle, Build build, long[] people, Recounted recounted) {
    var kept = CounterRepository.kept(handle, build.workspace());
    var stored = events.counters(handle, people);
    var changed = new TreeMap<Long, byte[]>();
    for (var personId : people) {
      var packed = stored.get(personId);
      var before = packed == null ? Counters.EMPTY : Counters.unpack(packed);
      var after = recounted.in(personId, before);
      if (!after.equals(before)) {
        changed.put(personId, after.only(kept::contains).pack());
      }
    }
    if (!changed.isEmpty()) {
      events.storeCounters(handle, changed);
    }
  }
}
