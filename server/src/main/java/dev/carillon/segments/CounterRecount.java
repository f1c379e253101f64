package dev.carillon.segments;

import dev.carillon.events.Counter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Counts the events of merged people anew for counters whose build is under way. The build may have
 * reached one of the two and not the other, so their counters cannot simply be added.
 */
public final class CounterRecount {
  private CounterRecount() {}

  /**
   * What those counters are for these people. To be called under their locks, once the merge is
   * noted in table {@code merger}.
   *
   * @param people locked, of these workspaces
   * @return by person, then by counter; empty when no counter is being filled
   */
  public static Map<Long, Map<Integer, Counter>> of(
      Handle handle, Set<Integer> workspaces, long[] people) {
    var unfinished =
        CounterRepository.unfinished(
            handle, workspaces.stream().mapToInt(Integer::intValue).toArray());
    var recounted = new HashMap<Long, Map<Integer, Counter>>();
    if (unfinished.isEmpty()) {
      return recounted;
    }
    var counted = CounterFilling.count(handle, people, CounterFilling.targets(unfinished));
    for (var person : people) {
      var own = new HashMap<Integer, Counter>();
      for (var counter : unfinished) {
        var key = new CounterFilling.Key(person, counter.counterId());
        own.put(counter.counterId(), counted.getOrDefault(key, Counter.NONE));
      }
      recounted.put(person, own);
    }
    return recounted;
  }
}
