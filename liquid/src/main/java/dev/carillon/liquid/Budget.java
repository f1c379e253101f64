package dev.carillon.liquid;

import java.time.Duration;

/**
 * What one rendering may use; going over stops it with a {@link LiquidRenderException}.
 *
 * <p>Choice: time is looked at every few hundred small operations, and what passes between two
 * looks counts as 50 milliseconds at most. So a machine that stands still for a second does not
 * fail a delivery for good, and a template that works without end is still stopped. See
 * docs/decisions/0016-liquid-stops.md.
 *
 * @param steps turns of all loops together, including partial loops and the numbers of a range that
 *     a filter turns into an array
 * @param outputChars UTF-16 units of output; also the longest text a filter may build. All
 *     intermediate text and arrays of one rendering together may take four times as much
 * @param time time at work, measured by {@link RenderOptions#nanoClock()}
 * @param nesting blocks, partials and texts inside each other
 */
public record Budget(int steps, int outputChars, Duration time, int nesting) {
  /** 10,000 loop steps, 5 million characters of output, 250 milliseconds, 100 levels. */
  public static final Budget STANDARD = new Budget(10_000, 5_000_000, Duration.ofMillis(250), 100);

  /** Checks that every limit is positive. */
  public Budget {
    if (steps < 1 || outputChars < 1 || nesting < 1 || !time.isPositive()) {
      throw new IllegalArgumentException(
          "every limit of a budget must be positive: steps "
              + steps
              + ", output "
              + outputChars
              + ", nesting "
              + nesting
              + ", time "
              + time);
    }
  }
}
