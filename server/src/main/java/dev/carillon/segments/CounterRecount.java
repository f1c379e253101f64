package dev.carillon.segments;

import dev.carillon.segments.CounterRepository.Stored;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Counts what happened to people anew, from stored events and messages. */
public final class CounterRecount {
  private CounterRecount() {}

  /**
   * What these counters are for these people. To be called under their locks, so that nobody counts
   * beside it, and in a statement after the lock, so that it sees what the lock waited for.
   *
   * @param people locked
   * @param now the clock
   */
  public static Recounted of(Handle handle, long[] people, List<Stored> counters, Instant now) {
    var recounted = new Recounted(counters, now);
    EventCounting.count(handle, people, counters, recounted);
    MessageCounting.count(handle, people, counters, recounted);
    return recounted;
  }

  /**
   * The same for who has taken over somebody else, of those counters that cannot simply be added:
   * the build of a counter may have reached one of the two and not the other, and messages may have
   * reached something that is not counted yet. To be called once the merge is noted in table {@code
   * merger}.
   *
   * @param people locked, of these workspaces
   * @param now the clock
   */
  public static Recounted ofMerged(
      Handle handle, Set<Integer> workspaces, long[] people, Instant now) {
    var counters =
        CounterRepository.notToAdd(
            handle, workspaces.stream().mapToInt(Integer::intValue).toArray());
    return of(handle, people, counters, now);
  }
}
