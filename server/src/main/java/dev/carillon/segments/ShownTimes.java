package dev.carillon.segments;

import dev.carillon.segments.CounterRepository.Stored;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * The newest times of what was counted, for explanations. Counters of moving windows keep them; for
 * the others a few are looked up among the person's newest events and messages.
 */
final class ShownTimes {
  private static final int SHOWN = 10;

  private final Map<Integer, List<Instant>> lookedUp = new HashMap<>();

  private ShownTimes() {}

  /** None. */
  static ShownTimes none() {
    return new ShownTimes();
  }

  /** Of those of these counters that keep no times. */
  static ShownTimes read(Handle handle, long personId, Collection<Stored> counters, Instant now) {
    var shown = new ShownTimes();
    var without =
        counters.stream()
            .filter(counter -> counter.spec().newest() == 0)
            .map(ShownTimes::keepingSome)
            .toList();
    if (!without.isEmpty()) {
      var counted = new Recounted(without, now);
      EventCounting.newest(handle, personId, without, counted);
      MessageCounting.count(handle, new long[] {personId}, without, counted);
      for (var counter : without) {
        var times = counted.of(personId, counter.counterId()).newest();
        shown.lookedUp.put(counter.counterId(), instants(times));
      }
    }
    return shown;
  }

  private static Stored keepingSome(Stored counter) {
    return new Stored(
        counter.counterId(),
        counter.workspace(),
        counter.nameId(),
        counter.spec().keeping(SHOWN),
        counter.complete(),
        counter.used());
  }

  private static List<Instant> instants(long[] times) {
    return Arrays.stream(times).mapToObj(Instant::ofEpochMilli).toList();
  }

  /** The newest times of what the counter of a leaf has counted, ascending. */
  List<Instant> of(TimesLeaf leaf, Facts facts) {
    var found = lookedUp.get(leaf.counterId());
    return found == null ? instants(facts.counter(leaf.counterId()).newest()) : found;
  }
}
