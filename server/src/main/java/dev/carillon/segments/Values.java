package dev.carillon.segments;

import java.math.BigDecimal;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * How two values compare (journeys §2.3). Text is compared without regard to case, letter by letter
 * and the same in every country; a number and a text that spells a number compare as numbers,
 * {@code true} and {@code "true"} are the same. Choice: two texts are equal as texts only, so that
 * the postcodes "01234" and "1234" stay apart; greater and less compare whatever spells a number,
 * digits with an optional minus and point.
 */
final class Values {
  private static final long LAST_TIMESTAMP = 9_999_999_999L;
  private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private Values() {}

  /** Whether two values are equal; false when one is absent. */
  static boolean equal(@Nullable Object value, @Nullable Object wanted) {
    return switch (value) {
      case String text when wanted instanceof String other -> text.equalsIgnoreCase(other);
      case Boolean flag -> isFlag(wanted, flag);
      case null -> false;
      default ->
          wanted instanceof Boolean flag
              ? isFlag(value, flag)
              : compare(value, wanted) instanceof Integer order && order == 0;
    };
  }

  /** Whether something is this truth value or its text. */
  private static boolean isFlag(@Nullable Object value, Boolean flag) {
    return value instanceof String text
        ? text.equalsIgnoreCase(flag.toString())
        : flag.equals(value);
  }

  /** Whether there is a value: not null and not an empty text. */
  static boolean exists(@Nullable Object value) {
    return value != null && !value.equals("");
  }

  /** How two numbers compare, as {@link Comparable} says it; null when one of them is no number. */
  static @Nullable Integer compare(@Nullable Object value, @Nullable Object wanted) {
    if (value instanceof Long left && wanted instanceof Long right) {
      return left.compareTo(right);
    }
    var left = value == null ? null : number(value);
    var right = left == null || wanted == null ? null : number(wanted);
    return left == null || right == null ? null : left.compareTo(right);
  }

  /** Whether a text holds a text, or a list an equal element. */
  static boolean contains(@Nullable Object value, @Nullable Object wanted) {
    return switch (value) {
      case String text when wanted != null -> fold(text).contains(fold(spell(wanted)));
      case Collection<?> list -> list.stream().anyMatch(each -> equal(each, wanted));
      case null, default -> false;
    };
  }

  /** Whether a text begins with a text. */
  static boolean startsWith(@Nullable Object value, @Nullable Object wanted) {
    return value instanceof String text
        && wanted instanceof String start
        && fold(text).startsWith(fold(start));
  }

  /** Whether a text ends with a text. */
  static boolean endsWith(@Nullable Object value, @Nullable Object wanted) {
    return value instanceof String text
        && wanted instanceof String end
        && fold(text).endsWith(fold(end));
  }

  /**
   * Without case, as {@link String#equalsIgnoreCase} compares: each letter becomes one letter,
   * whatever the country. So {@code ẞ} becomes {@code ß} and not {@code ss}, and all four of {@code
   * I i İ ı} become {@code i}.
   */
  private static String fold(String text) {
    var folded = new StringBuilder(text.length());
    for (var i = 0; i < text.length(); ) {
      var letter = text.codePointAt(i);
      folded.appendCodePoint(Character.toLowerCase(Character.toUpperCase(letter)));
      i += Character.charCount(letter);
    }
    return folded.toString();
  }

  /** A value as text has it: numbers without an exponent. */
  private static String spell(Object value) {
    return value instanceof Double real
        ? BigDecimal.valueOf(real).stripTrailingZeros().toPlainString()
        : value.toString();
  }

  /** The Unix seconds a value is or spells (S-30); -1 for anything else. */
  static long timestamp(@Nullable Object value) {
    if (value instanceof Long whole) {
      return whole >= 0 && whole <= LAST_TIMESTAMP ? whole : -1;
    }
    if (value instanceof String text && text.indexOf('.') >= 0) {
      return -1; // digits alone
    }
    var number = value == null ? null : number(value);
    if (number == null
        || number.signum() < 0
        || number.compareTo(BigDecimal.valueOf(LAST_TIMESTAMP)) > 0
        || !isWhole(number)) {
      return -1;
    }
    return number.longValue();
  }

  /** The number a value is or spells; null for anything else. */
  static @Nullable BigDecimal number(Object value) {
    return switch (value) {
      case Long whole -> BigDecimal.valueOf(whole);
      case Integer whole -> BigDecimal.valueOf(whole);
      case Double real when Double.isFinite(real) -> BigDecimal.valueOf(real);
      case String text -> spelled(text);
      default -> null;
    };
  }

  /** Whether it is a whole number of at most 64 bits. */
  static boolean isWhole(BigDecimal number) {
    return number.compareTo(LEAST) >= 0
        && number.compareTo(MOST) <= 0
        && number.remainder(BigDecimal.ONE).signum() == 0;
  }

  private static @Nullable BigDecimal spelled(String text) {
    if (text.isEmpty() || text.length() > 40) {
      return null;
    }
    for (var i = 0; i < text.length(); i++) {
      var each = text.charAt(i);
      var inside = i > 0 && i < text.length() - 1 && text.charAt(i - 1) != '-';
      if ((each < '0' || each > '9') && !(each == '.' && inside) && !(each == '-' && i == 0)) {
        return null;
      }
    }
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }
}
