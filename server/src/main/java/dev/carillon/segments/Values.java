package dev.carillon.segments;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How two values compare (journeys §2.3). Text is compared without regard to case; a number and a
 * text that spells a number compare as numbers, {@code true} and {@code "true"} are the same.
 * Choice: two texts are equal as texts only, so that the postcodes "01234" and "1234" stay apart;
 * greater and less compare whatever spells a number, digits with an optional minus and point.
 */
final class Values {
  private static final long LAST_TIMESTAMP = 9_999_999_999L;

  private Values() {}

  /** Whether two values are equal; false when one is absent. */
  static boolean equal(@Nullable Object value, @Nullable Object wanted) {
    if (value == null || wanted == null) {
      return false;
    }
    if (value instanceof String left && wanted instanceof String right) {
      return left.equalsIgnoreCase(right);
    }
    var left = number(value);
    var right = left == null ? null : number(wanted);
    if (left != null && right != null) {
      return left.compareTo(right) == 0;
    }
    if (value instanceof Map<?, ?> || value instanceof Collection<?>) {
      return value.equals(wanted);
    }
    return value.toString().equalsIgnoreCase(wanted.toString());
  }

  /** Whether there is a value: not null and not an empty text. */
  static boolean exists(@Nullable Object value) {
    return value != null && !value.equals("");
  }

  /** How two numbers compare, as {@link Comparable} says it; null when one of them is no number. */
  static @Nullable Integer compare(@Nullable Object value, @Nullable Object wanted) {
    if (value == null || wanted == null) {
      return null;
    }
    var left = number(value);
    var right = left == null ? null : number(wanted);
    return left == null || right == null ? null : left.compareTo(right);
  }

  /** Whether a text holds a text, or a list an equal element. */
  static boolean contains(@Nullable Object value, @Nullable Object wanted) {
    return switch (value) {
      case String text when wanted != null -> lower(text).contains(lower(wanted.toString()));
      case Collection<?> list -> list.stream().anyMatch(each -> equal(each, wanted));
      case null, default -> false;
    };
  }

  /** In lower case, the same in every country. */
  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** The Unix seconds a value is or spells (S-30); -1 for anything else. */
  static long timestamp(@Nullable Object value) {
    if (value instanceof Long whole) {
      return whole >= 0 && whole <= LAST_TIMESTAMP ? whole : -1;
    }
    var number = value == null ? null : number(value);
    if (number == null
        || number.signum() < 0
        || number.compareTo(BigDecimal.valueOf(LAST_TIMESTAMP)) > 0
        || number.remainder(BigDecimal.ONE).signum() != 0) {
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

  private static @Nullable BigDecimal spelled(String text) {
    if (text.isEmpty() || text.length() > 40) {
      return null;
    }
    for (var i = 0; i < text.length(); i++) {
      var each = text.charAt(i);
      if ((each < '0' || each > '9') && each != '.' && !(each == '-' && i == 0)) {
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
