package dev.carillon.processing;

import dev.carillon.computed.Tally;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What has been added up of one person's events while a batch works on it. */
final class PersonTallies {
  private final Map<Integer, Tally> tallies = new HashMap<>();
  private final Map<Integer, @Nullable Instant> timers = new HashMap<>();
  private boolean changed;

  void load(Map<Integer, Tally> stored) {
    tallies.putAll(stored);
  }

  @Nullable Tally get(int computedId) {
    return tallies.get(computedId);
  }

  void put(int computedId, Tally tally) {
    changed |= !Objects.equals(tallies.put(computedId, tally), tally);
  }

  void remove(int computedId) {
    changed |= tallies.remove(computedId) != null;
  }

  /** When to compute again; null: never. */
  void computeAt(int computedId, @Nullable Instant at) {
    timers.put(computedId, at);
  }

  boolean changed() {
    return changed;
  }

  Map<Integer, Tally> all() {
    return tallies;
  }

  /** Timers to arm; null: to disarm. */
  Map<Integer, @Nullable Instant> timers() {
    return timers;
  }
}
