package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How values are found by path and compared (journeys §2.3). Text is compared without regard to
 * case; a number and a text that spells a number compare as numbers, {@code true} and {@code
 * "true"} are the same. Choice: two texts are equal as texts only, so that the postcodes "01234"
 * and "1234" stay apart; greater and less compare whatever spells a number, digits with an optional
 * minus and point.
 */
final class Values {
  private Values() {}

  /** Whether a test holds, given how to read a top-level value. */
  static boolean holds(AttributeTest test, Function<String, @Nullable Object> read) {
    var whole = read.apply(test.field());
    if (whole != null || isPlain(test.field())) {
      return holds(test, whole);
    }
    var path = Path.of(test.field());
    var root = read.apply(path.root());
    return switch (test.operator()) {
      case NEQ -> !any(root, path.steps(), value -> equal(value, test.value()));
      case EQ, EXISTS, LT, GT, CONTAINS -> any(root, path.steps(), value -> holds(test, value));
    };
  }

  private static boolean isPlain(String field) {
    return field.indexOf('.') < 0 && field.indexOf('[') < 0;
  }

  /** The name of the top-level value a field reads. */
  static String root(String field) {
    return isPlain(field) ? field : Path.of(field).root();
  }

  private static boolean holds(AttributeTest test, @Nullable Object value) {
    return switch (test.operator()) {
      case EQ -> value != null && equal(value, test.value());
      case NEQ -> value == null || !equal(value, test.value());
      case EXISTS -> value != null && !value.equals("");
      case LT -> compare(value, test.value(), Operator.LT);
      case GT -> compare(value, test.value(), Operator.GT);
      case CONTAINS -> contains(value, test.value());
    };
  }

  private static boolean equal(@Nullable Object value, @Nullable Object wanted) {
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

  private static boolean compare(
      @Nullable Object value, @Nullable Object wanted, Operator operator) {
    if (value == null || wanted == null) {
      return false;
    }
    var left = number(value);
    var right = number(wanted);
    if (left == null || right == null) {
      return false;
    }
    var order = left.compareTo(right);
    return operator == Operator.LT ? order < 0 : order > 0;
  }

  private static boolean contains(@Nullable Object value, @Nullable Object wanted) {
    return switch (value) {
      case String text when wanted != null ->
          text.toLowerCase(Locale.ROOT).contains(wanted.toString().toLowerCase(Locale.ROOT));
      case Collection<?> list -> list.stream().anyMatch(each -> equal(each, wanted));
      case null, default -> false;
    };
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

  private static boolean any(
      @Nullable Object value, List<Path.Step> steps, Predicate<@Nullable Object> test) {
    if (steps.isEmpty()) {
      return test.test(value);
    }
    var rest = steps.subList(1, steps.size());
    return switch (steps.getFirst()) {
      case Path.Step.Member(var name) ->
          any(value instanceof Map<?, ?> map ? map.get(name) : null, rest, test);
      case Path.Step.Element(var index) ->
          any(
              value instanceof List<?> list && index < list.size() ? list.get(index) : null,
              rest,
              test);
      case Path.Step.Any() ->
          value instanceof List<?> list && list.stream().anyMatch(each -> any(each, rest, test));
    };
  }
}
