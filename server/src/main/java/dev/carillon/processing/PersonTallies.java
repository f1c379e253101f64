package dev.carillon.processing;

import dev.carillon.computed.Tally;
import dev.carillon.computed.TallyRepository.Stored;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has been added up of one person's events while a batch works on it. */
final class PersonTallies {
  private final Map<Integer, Tally> tallies = new HashMap<>();
  private final Set<Integer> refused = new HashSet<>();
  private final Map<Integer, Instant> timers = new HashMap<>();
  private final Map<Integer, @Nullable Instant> changedTimers = new HashMap<>();
  private boolean changed;

  void load(Stored stored) {
    tallies.putAll(stored.tallies());
    refused.addAll(stored.refused());
  }

  void loadTimer(int computedId, Instant dueAt) {
    timers.put(computedId, dueAt);
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

  /** Takes note that the value does not fit into the profile. True: that is news. */
  boolean refuse(int computedId) {
    var news = refused.add(computedId);
    changed |= news;
    return news;
  }

  /** The value is in the profile, or there is none. */
  void fits(int computedId) {
    changed |= refused.remove(computedId);
  }

  /** When to compute again; null: never. */
  void computeAt(int computedId, @Nullable Instant at) {
    var before = at == null ? timers.remove(computedId) : timers.put(computedId, at);
    if (!Objects.equals(before, at)) {
      changedTimers.put(computedId, at);
    }
  }

  /** When the first of these is to be computed again; null: no timer is armed. */
  @Nullable Instant firstTimer(Set<Integer> among) {
    Instant first = null;
    for (var timer : timers.entrySet()) {
      if ((first == null || timer.getValue().isBefore(first)) && among.contains(timer.getKey())) {
        first = timer.getValue();
      }
    }
    return first;
  }

  /** What is to be computed again at this very instant, by id. */
  List<Integer> timersAt(Instant at) {
    return timers.entrySet().stream()
        .filter(timer -> timer.getValue().equals(at))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  boolean changed() {
    return changed;
  }

  /** All of it, as it is to be stored. */
  Stored all() {
    return new Stored(tallies, refused);
  }

  /** Timers to arm; null: to disarm. */
  Map<Integer, @Nullable Instant> changedTimers() {
    return changedTimers;
  }
}
