package dev.carillon.events;

import java.util.Arrays;

/**
 * How often one person did one thing, and when last. Immutable.
 *
 * <p>Of the times those up to now are kept as many as the counter's definition says, the newest.
 * Those dated ahead of the clock come on top, so that they push out none that count; of them the
 * nearest {@link #AHEAD} are kept.
 *
 * @param total all events counted, ever
 * @param newest times of the newest ones in Unix milliseconds, ascending
 */
public record Counter(long total, long[] newest) {

  /**
   * So many times ahead of the clock are kept at most. Of somebody with more, those further ahead
   * are missing from windows once their time has come.
   */
  public static final int AHEAD = 1_000;

  /** Nothing counted yet. */
  public static final Counter NONE = new Counter(0, new long[0]);

  /**
   * This counter after one more event.
   *
   * @param keep how many newest times up to now are kept, the oldest goes; 0: none at all
   * @param nowMillis the clock
   */
  public Counter plus(long atMillis, int keep, long nowMillis) {
    if (keep == 0) {
      return new Counter(total + 1, NONE.newest);
    }
    var at = Arrays.binarySearch(newest, atMillis);
    var position = at < 0 ? -at - 1 : at;
    var grown = new long[newest.length + 1];
    System.arraycopy(newest, 0, grown, 0, position);
    grown[position] = atMillis;
    System.arraycopy(newest, position, grown, position + 1, newest.length - position);
    return new Counter(total + 1, kept(grown, keep, nowMillis));
  }

  /** Both counters as one, keeping as much as after one more event. */
  public Counter plus(Counter other, int keep, long nowMillis) {
    if (keep == 0) {
      return new Counter(total + other.total, NONE.newest);
    }
    var times = new long[newest.length + other.newest.length];
    System.arraycopy(newest, 0, times, 0, newest.length);
    System.arraycopy(other.newest, 0, times, newest.length, other.newest.length);
    Arrays.sort(times);
    return new Counter(total + other.total, kept(times, keep, nowMillis));
  }

  private static long[] kept(long[] times, int keep, long nowMillis) {
    if (times.length <= keep) {
      return times;
    }
    var ahead = 0;
    while (ahead < times.length && times[times.length - 1 - ahead] > nowMillis) {
      ahead++;
    }
    var past = times.length - ahead;
    return Arrays.copyOfRange(times, Math.max(0, past - keep), past + Math.min(ahead, AHEAD));
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
