package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** Arguments that must be whole numbers: counts, positions, lengths. */
final class Integers {
  /** Far beyond any text or array; sums of two such numbers cannot overflow. */
  private static final long LARGEST = 1L << 53;

  private Integers() {}

  /**
   * The whole number {@code value} is, as a number or as text. Anything else, nil included, is
   * refused with a sentence that names {@code role}.
   */
  static long of(@Nullable Object value, String role) {
    Number number =
        switch (value) {
          case Number given -> Numbers.canonical(given);
          case String text -> Numbers.strict(text.strip());
          case null, default -> null;
        };
    if (number == null || !Numbers.isWhole(number)) {
      throw LiquidRenderException.badArgument(
          role + " must be a whole number, not " + described(value));
    }
    long whole = Numbers.truncate(number, role);
    if (Math.abs(whole) > LARGEST || whole == Long.MIN_VALUE) {
      throw LiquidRenderException.badArgument(role + " is too large: " + whole);
    }
    return whole;
  }

  private static String described(@Nullable Object value) {
    return value instanceof Number number ? Numbers.text(number) : Values.kind(value);
  }
}
