package dev.carillon.reporting;

import java.time.Instant;
import java.util.Comparator;

/**
 * The place of an entry in a list: by time, and within one instant by source, key and part.
 *
 * @param source ordinal of the {@link Activity.Source}
 */
public record ActivityPlace(Instant at, int source, long key, int part)
    implements Comparable<ActivityPlace> {
  private static final Comparator<ActivityPlace> ORDER =
      Comparator.comparing(ActivityPlace::at)
          .thenComparingInt(ActivityPlace::source)
          .thenComparingLong(ActivityPlace::key)
          .thenComparingInt(ActivityPlace::part);

  /** Before everything: nothing is newer. */
  static final ActivityPlace NEWEST =
      new ActivityPlace(Instant.MAX, Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

  /** After everything that is later than this instant, and before all else. */
  static ActivityPlace endOf(Instant instant) {
    return new ActivityPlace(instant, 9, Long.MAX_VALUE, Short.MAX_VALUE);
  }

  @Override
  public int compareTo(ActivityPlace other) {
    return ORDER.compare(this, other);
  }
}
