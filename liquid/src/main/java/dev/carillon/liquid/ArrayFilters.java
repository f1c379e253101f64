package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Filters that join, order and measure arrays. */
final class ArrayFilters {
  private ArrayFilters() {}

  static void addTo(FilterTable table) {
    table.value("first", (value, _) -> end(value, "first"));
    table.value("last", (value, _) -> end(value, "last"));
    table.value("size", (value, _) -> size(value));
    table.add("join", 0, 1, ArrayFilters::join);
    table.value(
        "reverse",
        (value, r) -> {
          var list = Sequences.ofFilter(value, r);
          Collections.reverse(list);
          return list;
        });
    table.add("concat", 1, 1, ArrayFilters::concat);
    table.add("compact", 0, 1, ArrayFilters::compact);
    table.add("uniq", 0, 1, ArrayFilters::uniq);
    table.add("sort", 0, 1, (input, args, r) -> sort(input, args, natural(r), r));
    table.add("sort_natural", 0, 1, (input, args, r) -> sort(input, args, ignoringCase(r), r));
    table.add("sum", 0, 1, ArrayFilters::sum);
    table.add("map", 1, 1, ArrayFilters::map);
    table.add("sample", 0, 1, ArrayFilters::sample);
    table.value(
        "shuffle",
        (value, r) -> {
          var list = Sequences.ofFilter(value, r);
          Collections.shuffle(list, r.random());
          return list;
        });
  }

  private static @Nullable Object end(@Nullable Object value, String name) {
    Object found =
        value == null || value instanceof LiquidObject
            ? null
            : Members.dot(value instanceof Map<?, ?> map ? withoutKey(map, name) : value, name);
    return found == Special.MISSING ? null : found;
  }

  /** The filters give the first pair of a map even when it has a key called {@code first}. */
  private static Object withoutKey(Map<?, ?> map, String name) {
    if (!name.equals("first") || map.isEmpty()) {
      return Special.EMPTY;
    }
    var entry = map.entrySet().iterator().next();
    return List.of(Sequences.pair(entry.getKey(), entry.getValue()));
  }

  private static long size(@Nullable Object value) {
    return switch (value) {
      case String text -> Text.length(text);
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case LiquidRange range -> range.size();
      case null, default -> 0;
    };
  }

  private static String join(@Nullable Object input, Arguments arguments, Rendering rendering) {
    String glue = arguments.count() == 0 ? " " : rendering.text(arguments.get(0));
    var out = new BoundedText(rendering);
    String separator = "";
    for (Object element : Sequences.ofFilter(input, rendering)) {
      out.append(separator).append(rendering.text(element));
      separator = glue;
    }
    return out.toString();
  }

  private static Object concat(@Nullable Object input, Arguments arguments, Rendering rendering) {
    Object other = arguments.get(0);
    if (!(other instanceof List<?>) && !(other instanceof LiquidRange)) {
      throw LiquidRenderException.badArgument(
          "concat needs an array behind it, not " + Values.kind(other));
    }
    var list = Sequences.ofFilter(input, rendering);
    list.addAll(
        other instanceof LiquidRange range ? Sequences.numbers(range, rendering) : (List<?>) other);
    return list;
  }

  private static Object compact(@Nullable Object input, Arguments arguments, Rendering rendering) {
    Object property = arguments.get(0);
    var list = Sequences.ofFilter(input, rendering);
    list.removeIf(
        property == null
            ? Objects::isNull
            : element -> Property.of(element, property, "compact", rendering) == null);
    return list;
  }

  /** Compares by {@link Values#equal}. */
  private static final class Same {
    private final @Nullable Object value;
    private final Meter meter;

    Same(@Nullable Object value, Meter meter) {
      this.value = value;
      this.meter = meter;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Same same && Values.equal(value, same.value, meter);
    }

    @Override
    public int hashCode() {
      return Values.hash(value, meter);
    }
  }

  private static Object uniq(@Nullable Object input, Arguments arguments, Rendering rendering) {
    Object property = arguments.get(0);
    var seen = new HashSet<Same>();
    var list = Sequences.ofFilter(input, rendering);
    list.removeIf(element -> {
      rendering.meter().tick(1);
      Object value = property == null ? element : Property.of(element, property, "uniq", rendering);
      return !seen.add(new Same(value, rendering.meter()));
    });
    return list;
  }

  /** One element was looked at. */
  private static void tick(@Nullable Object element, Rendering rendering) {
    rendering.meter().tick(element instanceof String text ? 1 + (text.length() >> 8) : 1);
  }

  private static Comparator<@Nullable Object> natural(Rendering rendering) {
    return (a, b) -> {
      tick(a, rendering);
      Integer order = a == null && b == null ? Integer.valueOf(0) : Values.compare(a, b);
      if (order != null) {
        return order;
      }
      if (a == null || b == null) {
        return a == null ? 1 : -1;
      }
      throw LiquidRenderException.badArgument(
          Values.kind(a) + " and " + Values.kind(b) + " cannot be sorted together");
    };
  }

  private static Comparator<@Nullable Object> ignoringCase(Rendering rendering) {
    return (a, b) -> {
      tick(a, rendering);
      if (a == null || b == null) {
        return a == b ? 0 : a == null ? 1 : -1;
      }
      return rendering.text(a).compareToIgnoreCase(rendering.text(b));
    };
  }

  private static Object sort(
      @Nullable Object input,
      Arguments arguments,
      Comparator<@Nullable Object> order,
      Rendering rendering) {
    Object property = arguments.get(0);
    var list = Sequences.ofFilter(input, rendering);
    list.sort(
        property == null
            ? order
            : (a, b) ->
                order.compare(
                    Property.of(a, property, "sort", rendering),
                    Property.of(b, property, "sort", rendering)));
    return list;
  }

  private static Number sum(@Nullable Object input, Arguments arguments, Rendering rendering) {
    Object property = arguments.get(0);
    Number total = 0L;
    for (Object element : Sequences.ofFilter(input, rendering)) {
      Object value = property == null ? element : Property.of(element, property, "sum", rendering);
      tick(value, rendering);
      total = Numbers.add(total, Numbers.of(value));
    }
    return total;
  }

  private static Object map(@Nullable Object input, Arguments arguments, Rendering rendering) {
    Object property = arguments.get(0);
    var list = Sequences.ofFilter(input, rendering);
    list.replaceAll(element -> Property.of(element, property, "map", rendering));
    return list;
  }

  /** One element at random, or as many different ones as the argument says. */
  private static @Nullable Object sample(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    var list = Sequences.ofFilter(input, rendering);
    if (arguments.count() == 0) {
      return list.isEmpty() ? null : list.get(rendering.random().nextInt(list.size()));
    }
    long count = Integers.of(arguments.get(0), "the number behind sample");
    Collections.shuffle(list, rendering.random());
    return new ArrayList<>(list.subList(0, Math.clamp(count, 0, list.size())));
  }
}
