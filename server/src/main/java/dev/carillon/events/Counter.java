package dev.carillon.events;

import java.util.Arrays;

/**
 * How often one person did one thing, and when last. Immutable.
 *
 * @param total all events counted, ever
 * @param newest times of the newest ones in Unix milliseconds, ascending; at most as many as the
 *     counter's definition keeps
 */
public record Counter(long total, long[] newest) {

  /** Nothing counted yet. */
  public static final Counter NONE = new Counter(0, new long[0]);

  /**
   * This counter after one more event at the given time; at most {@code keep} times are kept, the
   * oldest goes.
   */
  public Counter plus(long atMillis, int keep) {
    var at = Arrays.binarySearch(newest, atMillis);
    var position = at < 0 ? -at - 1 : at;
    var grown = new long[newest.length + 1];
    System.arraycopy(newest, 0, grown, 0, position);
    grown[position] = atMillis;
    System.arraycopy(newest, position, grown, position + 1, newest.length - position);
    return new Counter(
        total + 1,
        grown.length > keep ? Arrays.copyOfRange(grown, grown.length - keep, grown.length) : grown);
  }

  /** Both counters as one; at most {@code keep} times are kept, the newest. */
  public Counter plus(Counter other, int keep) {
    var times = new long[newest.length + other.newest.length];
    System.arraycopy(newest, 0, times, 0, newest.length);
    System.arraycopy(other.newest, 0, times, newest.length, other.newest.length);
    Arrays.sort(times);
    return new Counter(
        total + other.total,
        times.length > keep ? Arrays.copyOfRange(times, times.length - keep, times.length) : times);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Counter(var otherTotal, var otherNewest)
        && total == otherTotal
        && Arrays.equals(newest, otherNewest);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(total) * 31 + Arrays.hashCode(newest);
  }

  @Override
  public String toString() {
    return "Counter[total=" + total + ", newest=" + Arrays.toString(newest) + "]";
  }
}
