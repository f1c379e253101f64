package dev.carillon.liquid;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Truth, equality and order of values. */
final class Values {
  /** Deepest data that is compared; deeper data is never equal to anything but itself. */
  private static final int MAX_DEPTH = 200;

  private static final int HASHED_DEPTH = 8;

  private Values() {}

  /** Everything but nil and false. */
  static boolean isTrue(@Nullable Object value) {
    return value != null && !Boolean.FALSE.equals(value);
  }

  /** Whether {@code value} is text, an array or a map without content. */
  static boolean isEmpty(@Nullable Object value) {
    return switch (value) {
      case String text -> text.isEmpty();
      case List<?> list -> list.isEmpty();
      case Map<?, ?> map -> map.isEmpty();
      case LiquidRange range -> range.size() == 0;
      case null, default -> false;
    };
  }

  /** Whether {@code value} is empty, white space, nil or false. */
  static boolean isBlank(@Nullable Object value) {
    return !isTrue(value) || (value instanceof String text ? text.isBlank() : isEmpty(value));
  }

  /** Whether the two are the same; what is read for it counts in {@code meter}. */
  static boolean equal(@Nullable Object a, @Nullable Object b, Meter meter) {
    return equal(a, b, 0, meter);
  }

  @SuppressWarnings("ReferenceEquality") // a short cut; equality of contents follows
  private static boolean equal(@Nullable Object a, @Nullable Object b, int depth, Meter meter) {
    if (a == b) {
      return true;
    }
    if (a instanceof Special special) {
      return isEqual(special, b);
    }
    if (b instanceof Special special) {
      return isEqual(special, a);
    }
    if (a == null || b == null || depth > MAX_DEPTH) {
      return false;
    }
    if (a instanceof Number x && b instanceof Number y) {
      return Numbers.compare(x, y) == 0;
    }
    if (a instanceof String x) {
      meter.scanned(x.length());
      return x.equals(b);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return equalLists(x, y, depth + 1, meter);
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return equalMaps(x, y, depth + 1, meter);
    }
    return a.equals(b);
  }

  private static boolean isEqual(Special special, @Nullable Object value) {
    return switch (special) {
      case EMPTY -> isEmpty(value);
      case BLANK -> isBlank(value);
      case MISSING -> false;
    };
  }

  private static boolean equalLists(List<?> a, List<?> b, int depth, Meter meter) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      meter.tick(1);
      if (!equal(a.get(i), b.get(i), depth, meter)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b, int depth, Meter meter) {
    if (a.size() != b.size()) {
      return false;
    }
    for (var entry : a.entrySet()) {
      meter.tick(1);
      if (!b.containsKey(entry.getKey())
          || !equal(entry.getValue(), b.get(entry.getKey()), depth, meter)) {
        return false;
      }
    }
    return true;
  }

  /** A hash that agrees with {@link #equal}; it looks a few levels into nested data. */
  static int hash(@Nullable Object value, Meter meter) {
    return hash(value, HASHED_DEPTH, meter);
  }

  private static int hash(@Nullable Object value, int levels, Meter meter) {
    meter.tick(1);
    return switch (value) {
      case Number number -> Numbers.decimal(number).stripTrailingZeros().hashCode();
      case List<?> list -> {
        int hash = list.size();
        for (int i = 0; i < list.size() && levels > 0; i++) {
          hash = 31 * hash + hash(list.get(i), levels - 1, meter);
        }
        yield hash;
      }
      case Map<?, ?> map -> {
        int hash = map.size();
        if (levels > 0) {
          for (var entry : map.entrySet()) {
            hash +=
                Objects.hashCode(entry.getKey()) ^ 31 * hash(entry.getValue(), levels - 1, meter);
          }
        }
        yield hash;
      }
      case null -> 0;
      default -> Objects.hashCode(value);
    };
  }

  /**
   * The order of two values: numbers, texts or timestamps among themselves; null when the two have
   * none.
   */
  static @Nullable Integer compare(@Nullable Object a, @Nullable Object b) {
    return switch (a) {
      case Number x when b instanceof Number y -> Numbers.compare(x, y);
      case String x when b instanceof String y -> x.compareTo(y);
      case ZonedDateTime x when b instanceof ZonedDateTime y ->
          x.toInstant().compareTo(y.toInstant());
      case null, default -> null;
    };
  }

  /** What a value is, for messages. */
  static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "nil";
      case String _ -> "text";
      case Boolean _ -> "true/false";
      case Number _ -> "a number";
      case List<?> _ -> "an array";
      case LiquidRange _ -> "a range";
      case ZonedDateTime _ -> "a timestamp";
      case Special _ -> "empty/blank";
      default -> "an object";
    };
  }
}
