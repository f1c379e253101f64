package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.segments.BuildRepository.Build;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Replaces counters of a range of people by what is stored, counted exactly as live. */
final class CounterFilling {
  private final CounterRepository counters;
  private final EventRepository events = new EventRepository();

  CounterFilling(CounterRepository counters) {
    this.counters = counters;
  }

  /**
   * Fills the counters of builds for locked people who are their business.
   *
   * @param now the clock
   */
  void fill(Handle handle, List<Build> builds, PeopleRange range, Instant now) {
    var filled = counters.byIds(handle, builds.stream().mapToInt(Build::targetId).toArray());
    write(handle, range, builds, CounterRecount.of(handle, range.ids(), filled, now));
  }

  private void write(Handle handle, PeopleRange range, List<Build> builds, Recounted recounted) {
    var kept = CounterRepository.kept(handle, builds.getFirst().workspace());
    var stored = events.counters(handle, range.ids());
    var changed = new TreeMap<Long, byte[]>();
    for (var found : range.people().entrySet()) {
      var personId = found.getKey();
      var packed = stored.get(personId);
      var before = packed == null ? Counters.EMPTY : Counters.unpack(packed);
      var concerned = new HashSet<Integer>();
      for (var build : builds) {
        if (found.getValue().concerns(build)) {
          concerned.add(build.targetId());
        }
      }
      var after = recounted.in(personId, before, concerned);
      if (!after.equals(before)) {
        changed.put(personId, after.only(kept::contains).pack());
      }
    }
    if (!changed.isEmpty()) {
      events.storeCounters(handle, changed);
    }
  }
}
