package dev.carillon.liquid;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Turns values into the arrays that loops and array filters work on. */
final class Sequences {
  private Sequences() {}

  /** A key and its value, as a loop over a map sees them. */
  static List<@Nullable Object> pair(@Nullable Object key, @Nullable Object value) {
    return Collections.unmodifiableList(Arrays.asList(key, value));
  }

  /** What a loop goes over; null for a value without elements. Ranges are the caller's. */
  static @Nullable List<?> ofLoop(@Nullable Object value, Rendering rendering) {
    return switch (value) {
      case List<?> list -> list;
      case Map<?, ?> map -> pairs(map, rendering);
      case LiquidObject object -> pairs(object.entries(), rendering);
      case String text -> text.isEmpty() ? null : List.of(text);
      case null, default -> null;
    };
  }

  private static List<?> pairs(Map<?, ?> map, Rendering rendering) {
    rendering.meter().array(map.size());
    var pairs = new ArrayList<List<@Nullable Object>>(map.size());
    for (var entry : map.entrySet()) {
      pairs.add(pair(entry.getKey(), entry.getValue()));
    }
    return pairs;
  }

  /**
   * What an array filter works on: an array with inner arrays laid flat, the numbers of a range,
   * nothing for nil, and one element for everything else.
   */
  static List<@Nullable Object> ofFilter(@Nullable Object value, Rendering rendering) {
    var elements = new ArrayList<@Nullable Object>();
    switch (value) {
      case null -> {}
      case List<?> list -> flatten(list, elements, rendering, 1);
      case LiquidRange range -> elements.addAll(numbers(range, rendering));
      default -> elements.add(value);
    }
    return elements;
  }

  private static void flatten(
      List<?> list, List<@Nullable Object> into, Rendering rendering, int depth) {
    rendering.meter().dataDepth(depth);
    rendering.meter().array(list.size());
    for (Object element : list) {
      if (element instanceof List<?> inner) {
        flatten(inner, into, rendering, depth + 1);
      } else {
        into.add(element);
      }
    }
  }

  /** The numbers of {@code range} as an array; each counts as a loop step. */
  static List<Object> numbers(LiquidRange range, Rendering rendering) {
    rendering.meter().steps(range.size());
    return new Numbered(range);
  }

  private static final class Numbered extends AbstractList<Object> implements RandomAccess {
    private final LiquidRange range;

    Numbered(LiquidRange range) {
      this.range = range;
    }

    @Override
    public Object get(int index) {
      if (index < 0 || index >= range.size()) {
        throw new IndexOutOfBoundsException(index);
      }
      return range.first() + index;
    }

    @Override
    public int size() {
      return (int) range.size();
    }
  }
}
