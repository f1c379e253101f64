package dev.carillon.bench;

import java.util.Locale;

/**
 * What a figure has to be.
 *
 * @param bound the last value that is good enough
 * @param unit written behind figures, such as {@code /s}; starts with a space when one belongs
 *     there
 * @param decimals digits after the point in figures
 */
record Requirement(Direction direction, double bound, String unit, int decimals) {

  /** Which side of the bound is good. */
  enum Direction {
    AT_LEAST("≥"),
    AT_MOST("≤");

    private final String sign;

    Direction(String sign) {
      this.sign = sign;
    }
  }

  static Requirement atLeast(double bound, String unit, int decimals) {
    return new Requirement(Direction.AT_LEAST, bound, unit, decimals);
  }

  static Requirement atMost(double bound, String unit, int decimals) {
    return new Requirement(Direction.AT_MOST, bound, unit, decimals);
  }

  boolean isMetBy(double value) {
    return switch (direction) {
      case AT_LEAST -> value >= bound;
      case AT_MOST -> value <= bound;
    };
  }

  /** A figure in this unit. */
  String format(double value) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value) + unit;
  }

  /** The requirement itself, such as {@code ≥ 8,000/s}. */
  String text() {
    return direction.sign + " " + format(bound);
  }
}
