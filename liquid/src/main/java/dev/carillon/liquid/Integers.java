package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** Arguments that must be whole numbers: counts, positions, lengths. */
final class Integers {
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
    return Numbers.truncate(number, role);
  }

  private static String described(@Nullable Object value) {
    return value instanceof Number number ? Numbers.text(number) : Values.kind(value);
  }
}
