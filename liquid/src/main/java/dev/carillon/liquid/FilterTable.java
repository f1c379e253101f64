package dev.carillon.liquid;

import dev.carillon.liquid.Environment.FilterDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects filters by name while {@link StandardFilters} is built. */
final class FilterTable {
  private final Map<String, FilterDefinition> filters = new HashMap<>();

  /** A function of text alone; every value comes in as the text it prints as. */
  @FunctionalInterface
  interface TextFilter {
    String apply(String text, Rendering rendering);
  }

  /** A function of a value alone. */
  @FunctionalInterface
  interface ValueFilter {
    @Nullable Object apply(@Nullable Object value, Rendering rendering);
  }

  /** A filter of text without arguments. */
  void text(String name, TextFilter filter) {
    add(name, 0, 0, (input, _, rendering) -> filter.apply(rendering.text(input), rendering));
  }

  /** A filter of any value without arguments. */
  void value(String name, ValueFilter filter) {
    add(name, 0, 0, (input, _, rendering) -> filter.apply(input, rendering));
  }

  /** A filter with {@code fewest} to {@code most} positional arguments. */
  void add(String name, int fewest, int most, Filter filter) {
    put(name, new FilterDefinition(filter, fewest, most, List.of(), false));
  }

  /** The filter that stands in for missing values. */
  void fallback(String name, int most, List<String> names, Filter filter) {
    put(name, new FilterDefinition(filter, 0, most, names, true));
  }

  private void put(String name, FilterDefinition definition) {
    if (filters.put(name, definition) != null) {
      throw new IllegalStateException("two standard filters are called " + name);
    }
  }

  Map<String, FilterDefinition> filters() {
    return filters;
  }
}
