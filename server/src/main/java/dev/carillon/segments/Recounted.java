package dev.carillon.segments;

import dev.carillon.events.Counter;
import dev.carillon.events.Counters;
import dev.carillon.segments.CounterRepository.Stored;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What some counters are for some people, counted anew from what is stored. */
public final class Recounted {
  private final List<Stored> counters;
  private final long nowMillis;
  private final Map<Key, Counter> counted = new HashMap<>();

  private record Key(long personId, int counterId) {}

  /**
   * With nothing counted yet.
   *
   * @param counters what is counted
   * @param now the clock
   */
  Recounted(List<Stored> counters, Instant now) {
    this.counters = List.copyOf(counters);
    this.nowMillis = now.toEpochMilli();
  }

  /** Counts something of a person, if it is within the bounds of the counter. */
  void add(long personId, Stored counter, long atMillis) {
    if (counter.spec().inside(Instant.ofEpochMilli(atMillis))) {
      var present = of(personId, counter.counterId());
      counted.put(
          new Key(personId, counter.counterId()),
          present.plus(atMillis, counter.spec().newest(), nowMillis));
    }
  }

  /** What a counter is for a person. */
  Counter of(long personId, int counterId) {
    return counted.getOrDefault(new Key(personId, counterId), Counter.NONE);
  }

  /** A person's counters with those that were counted anew replaced. */
  public Counters in(long personId, Counters present) {
    return in(personId, present, null);
  }

  /**
   * The same for some of them.
   *
   * @param only their ids; null: all
   */
  Counters in(long personId, Counters present, @Nullable Set<Integer> only) {
    var after = present;
    for (var counter : counters) {
      if (only != null && !only.contains(counter.counterId())) {
        continue;
      }
      var anew = of(personId, counter.counterId());
      after =
          anew.total() == 0
              ? after.without(counter.counterId())
              : after.with(counter.counterId(), anew);
    }
    return after;
  }
}
