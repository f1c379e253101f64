package dev.carillon.liquid;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Filters that calculate. What is not a number counts as the number its text begins with, or 0. */
final class NumberFilters {
  private NumberFilters() {}

  @FunctionalInterface
  private interface Operation {
    Number apply(Number a, Number b);
  }

  static void addTo(FilterTable table) {
    operation(table, "plus", Numbers::add);
    operation(table, "minus", Numbers::subtract);
    operation(table, "times", Numbers::multiply);
    operation(table, "divided_by", Numbers::divide);
    operation(table, "modulo", Numbers::modulo);
    operation(table, "at_least", (a, b) -> Numbers.compare(a, b) < 0 ? b : a);
    operation(table, "at_most", (a, b) -> Numbers.compare(a, b) > 0 ? b : a);
    table.value("abs", (value, _) -> absolute(Numbers.of(value)));
    table.value("ceil", (value, _) -> Numbers.round(Numbers.of(value), RoundingMode.CEILING));
    table.value("floor", (value, _) -> Numbers.round(Numbers.of(value), RoundingMode.FLOOR));
    table.add("round", 0, 1, NumberFilters::round);
  }

  private static void operation(FilterTable table, String name, Operation operation) {
    table.add(
        name,
        1,
        1,
        (input, args, _) -> operation.apply(Numbers.of(input), Numbers.of(args.get(0))));
  }

  private static Number absolute(Number number) {
    return Numbers.compare(number, 0L) < 0 ? Numbers.negate(number) : number;
  }

  private static Number round(@Nullable Object input, Arguments arguments, Rendering rendering) {
    Number number = Numbers.of(input);
    long places = Numbers.truncate(Numbers.of(arguments.get(0)), "the places of round");
    if (places == 0 || !(number instanceof BigDecimal decimal)) {
      return places < 0 ? toTens(number, places) : Numbers.round(number, RoundingMode.HALF_UP);
    }
    if (places < 0) {
      return toTens(number, places);
    }
    return places >= decimal.scale()
        ? decimal
        : decimal.setScale((int) places, RoundingMode.HALF_UP);
  }

  /** {@code number} rounded to tens for -1, hundreds for -2 and so on. */
  private static Number toTens(Number number, long places) {
    BigDecimal decimal = Numbers.decimal(number);
    if (-places > decimal.precision() - (long) decimal.scale()) {
      return 0L;
    }
    return Numbers.canonical(decimal.setScale((int) places, RoundingMode.HALF_UP).toBigInteger());
  }
}
