package dev.carillon.liquid;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks up a member of a value; {@link Special#MISSING} when it is not there. */
final class Members {
  private Members() {}

  /** {@code value.name}, with {@code size}, {@code first} and {@code last}. */
  static @Nullable Object dot(Object value, String name) {
    return switch (value) {
      case Map<?, ?> map -> {
        Object member = ofMap(map, name);
        yield member == Special.MISSING ? ofWholeMap(map, name) : member;
      }
      case LiquidObject object -> ofObject(object, name);
      case List<?> list ->
          switch (name) {
            case "size" -> (long) list.size();
            case "first" -> list.isEmpty() ? Special.MISSING : list.getFirst();
            case "last" -> list.isEmpty() ? Special.MISSING : list.getLast();
            default -> Special.MISSING;
          };
      case String text ->
          switch (name) {
            case "size" -> (long) text.codePointCount(0, text.length());
            case "first" -> text.isEmpty() ? Special.MISSING : Text.firstCharacter(text);
            case "last" -> text.isEmpty() ? Special.MISSING : Text.lastCharacter(text);
            default -> Special.MISSING;
          };
      case LiquidRange range ->
          switch (name) {
            case "size" -> range.size();
            case "first" -> range.size() == 0 ? Special.MISSING : range.at(0);
            case "last" -> range.size() == 0 ? Special.MISSING : range.at(-1);
            default -> Special.MISSING;
          };
      default -> Special.MISSING;
    };
  }

  /** {@code value[key]}. */
  static @Nullable Object bracket(Object value, @Nullable Object key) {
    if (key instanceof String name) {
      return switch (value) {
        case Map<?, ?> map -> ofMap(map, name);
        case LiquidObject object -> ofObject(object, name);
        default -> Special.MISSING;
      };
    }
    if (!(key instanceof Number number) || !Numbers.isWhole(number)) {
      return Special.MISSING;
    }
    long index = Numbers.truncate(number, "an index");
    return switch (value) {
      case List<?> list -> {
        long position = index < 0 ? index + list.size() : index;
        yield position < 0 || position >= list.size() ? Special.MISSING : list.get((int) position);
      }
      case LiquidRange range -> {
        Long item = range.at(index);
        yield item == null ? Special.MISSING : item;
      }
      default -> Special.MISSING;
    };
  }

  private static @Nullable Object ofMap(Map<?, ?> map, String name) {
    Object member = map.get(name);
    return member != null || map.containsKey(name) ? member : Special.MISSING;
  }

  private static Object ofWholeMap(Map<?, ?> map, String name) {
    if (name.equals("size")) {
      return (long) map.size();
    }
    if (name.equals("first") && !map.isEmpty()) {
      var entry = map.entrySet().iterator().next();
      return Sequences.pair(entry.getKey(), entry.getValue());
    }
    return Special.MISSING;
  }

  private static @Nullable Object ofObject(LiquidObject object, String name) {
    Object member = object.value(name);
    return member != null || object.has(name) ? member : Special.MISSING;
  }
}
