package dev.carillon.liquid;

import java.time.Duration;

/**
 * What one rendering may use; going over stops it with a {@link LiquidRenderException}.
 *
 * @param steps turns of all loops together, including partial loops and the numbers of a range that
 *     a filter turns into an array
 * @param outputChars UTF-16 units of output; also the longest text a filter may build. All
 *     intermediate text and arrays of one rendering together may take four times as much
 * @param time wall-clock time, measured by {@link RenderOptions#nanoClock()}
 * @param nesting blocks, partials and texts inside each other
 */
public record Budget(int steps, int outputChars, Duration time, int nesting) {
  /** 10,000 loop steps, 5 MB of output, one second, 100 levels. */
  public static final Budget STANDARD = new Budget(10_000, 5_000_000, Duration.ofSeconds(1), 100);

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
