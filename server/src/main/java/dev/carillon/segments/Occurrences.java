package dev.carillon.segments;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often something has to have happened, and when. "Has not performed" is {@code AT_MOST 0}.
 *
 * @param times 0 … 1,000
 */
public record Occurrences(Count count, int times, Window window) {

  /** How the number is compared. */
  public enum Count {
    AT_LEAST,
    AT_MOST,
    EXACTLY
  }

  /** At least once, ever. */
  static final Occurrences ONCE = new Occurrences(Count.AT_LEAST, 1, Window.EVER);

  /**
   * So often, ever or within a span before now.
   *
   * @param within null: ever
   */
  public static Occurrences of(Count count, int times, @Nullable Duration within) {
    return new Occurrences(count, times, within == null ? Window.EVER : new Window.Within(within));
  }

  /** Whether so many are enough and not too many. */
  boolean fits(long number) {
    return switch (count) {
      case AT_LEAST -> number >= times;
      case AT_MOST -> number <= times;
      case EXACTLY -> number == times;
    };
  }

  /** Whether it is said as "has not", as the wire does. */
  boolean never() {
    return count == Count.AT_MOST && times == 0;
  }

  /** How many of the newest times tell whether the number in a moving window fits. */
  int needed() {
    return count == Count.AT_LEAST ? times : times + 1;
  }
}
