package dev.carillon.liquid;

import dev.carillon.liquid.Environment.FilterDefinition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All filters of the standard environment. */
final class StandardFilters {
  private StandardFilters() {}

  static Map<String, FilterDefinition> all() {
    var table = new FilterTable();
    table.fallback("default", 1, List.of("allow_false"), StandardFilters::fallback);
    TextFilters.addTo(table);
    WordFilters.addTo(table);
    HtmlFilters.addTo(table);
    EncodingFilters.addTo(table);
    NumberFilters.addTo(table);
    MoneyFilters.addTo(table);
    ArrayFilters.addTo(table);
    SelectionFilters.addTo(table);
    DateFilters.addTo(table);
    JsonFilters.addTo(table);
    return table.filters();
  }

  /** The first argument in place of nil, false (unless allowed) and emptiness. */
  private static @Nullable Object fallback(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    boolean keepFalse = Values.isTrue(arguments.named("allow_false"));
    boolean absent =
        input == null
            || (Boolean.FALSE.equals(input) && !keepFalse)
            || input == Special.EMPTY
            || Values.isEmpty(input);
    if (!absent) {
      return input;
    }
    return arguments.count() == 0 ? "" : arguments.get(0);
  }
}
