package dev.carillon.reference;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How values are found by a path (S-35) and compared (§2.3). */
final class Values {
  private static final long LAST_SECOND = 9_999_999_999L;
  private static final Pattern INDEX = Pattern.compile("\\[([0-9]*)]");

  private Values() {}

  /**
   * All values a path leads to: {@code a.b} one, {@code list[0]} one, {@code list[]} each item.
   * Nothing and null are no values.
   */
  static List<Object> found(Map<String, Object> values, String path) {
    var found = List.<Object>of(values);
    for (var part : path.split("\\.")) {
      var bracket = (part + "[").indexOf('[');
      found = found.stream().flatMap(each -> member(each, part.substring(0, bracket))).toList();
      var indices = INDEX.matcher(part);
      while (indices.find()) {
        var index = indices.group(1);
        found = found.stream().flatMap(each -> items(each, index)).toList();
      }
    }
    return found;
  }

  private static Stream<Object> member(Object value, String name) {
    return value instanceof Map<?, ?> map ? Stream.ofNullable(map.get(name)) : Stream.empty();
  }

  private static Stream<Object> items(Object value, String index) {
    Stream<?> items = value instanceof List<?> list ? list.stream() : Stream.empty();
    if (!index.isEmpty()) {
      items = items.skip(Integer.parseInt(index)).limit(1);
    }
    return items.filter(Objects::nonNull).map(each -> each);
  }

  /** Scalars: texts in any case, numbers with what spells them, true with "true". */
  static boolean equal(Object value, Object wanted) {
    if (isTree(value) || isTree(wanted)) {
      return false;
    }
    var left = number(value);
    var right = number(wanted);
    var twoTexts = value instanceof String && wanted instanceof String;
    return !twoTexts && left.isPresent() && right.isPresent()
        ? left.get().compareTo(right.get()) == 0
        : folded(value).equals(folded(wanted));
  }

  private static boolean isTree(Object value) {
    return value instanceof Map<?, ?> || value instanceof Collection<?>;
  }

  /** Text holds text; list holds an equal element. */
  static boolean contains(Object value, Object wanted) {
    return switch (value) {
      case String text -> folded(text).contains(folded(wanted));
      case List<?> list -> list.stream().anyMatch(each -> each != null && equal(each, wanted));
      default -> false;
    };
  }

  /** A text without regard to case, letter by letter and the same in every country. */
  static String folded(Object value) {
    return value
        .toString()
        .codePoints()
        .map(letter -> Character.toLowerCase(Character.toUpperCase(letter)))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** A number, or what a text spells with digits, minus and point. */
  static Optional<BigDecimal> number(Object value) {
    var number =
        value instanceof Number
            || (value instanceof String text && text.matches("-?[0-9]+(\\.[0-9]+)?"));
    return number ? Optional.of(new BigDecimal(value.toString())) : Optional.empty();
  }

  /** Unix seconds, whole, in the years 1970 to 2286: milliseconds do not pass (S-30). */
  static OptionalLong timestamp(Object value) {
    if (!(value instanceof Long)
        && !(value instanceof String text && text.matches("[0-9]{1,10}"))) {
      return OptionalLong.empty();
    }
    var seconds = Long.parseLong(value.toString());
    return seconds >= 0 && seconds <= LAST_SECOND ? OptionalLong.of(seconds) : OptionalLong.empty();
  }
}
