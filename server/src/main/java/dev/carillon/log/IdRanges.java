package dev.carillon.log;

import java.util.function.LongSupplier;

/**
 * Gives unique numbers out of ranges of {@value #RANGE} taken from the database, so that a number
 * costs no round trip. Numbers are never given twice; a restart leaves a hole. Thread-safe.
 */
public final class IdRanges {
  /** Numbers taken from the database at a time. */
  public static final int RANGE = 100_000;

  private final LongSupplier nextRange;
  private long next;
  private long end;

  /**
   * @param nextRange draws the next number of the {@code id_range} sequence
   */
  public IdRanges(LongSupplier nextRange) {
    this.nextRange = nextRange;
  }

  /** One number. */
  public long next() {
    return next(1);
  }

  /**
   * The first of {@code count} consecutive numbers.
   *
   * @param count 1 … {@value #RANGE}
   */
  public synchronized long next(int count) {
    if (end - next < count) {
      next = nextRange.getAsLong() * RANGE;
      end = next + RANGE;
    }
    var first = next;
    next += count;
    return first;
  }
}
