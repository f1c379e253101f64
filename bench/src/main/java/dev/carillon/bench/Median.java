package dev.carillon.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The middle of several measured values, which one bad moment of the machine cannot move. */
final class Median {
  private Median() {}

  /**
   * The middle value; of an even number, the mean of the two in the middle.
   *
   * @throws IllegalArgumentException when there is none
   */
  static double of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("a median needs a value");
    }
    var sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** All values in their order, for a note. */
  static String list(List<Double> values) {
    return values.stream()
        .map(value -> String.format(Locale.ROOT, value < 100 ? "%,.2f" : "%,.0f", value))
        .collect(Collectors.joining(", "));
  }
}
