package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/**
 * The whole numbers from {@code first} to {@code last}, both included; never laid out in memory.
 */
record LiquidRange(long first, long last) {
  /** How many numbers there are; {@code Long.MAX_VALUE} when that does not fit. */
  long size() {
    if (last < first) {
      return 0;
    }
    long size = last - first + 1;
    return size <= 0 ? Long.MAX_VALUE : size;
  }

  /** The number at {@code index}; null outside the range. Negative indexes count from the end. */
  @Nullable Long at(long index) {
    long size = size();
    long position = index < 0 ? index + size : index;
    return position < 0 || position >= size ? null : first + position;
  }

  boolean contains(Number number) {
    return Numbers.compare(number, first) >= 0 && Numbers.compare(number, last) <= 0;
  }

  @Override
  public String toString() {
    return first + ".." + last;
  }
}
