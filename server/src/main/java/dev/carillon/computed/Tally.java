package dev.carillon.computed;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What has been added up of one person's events for one computed attribute. Immutable. The stored
 * form is a JSON object with one member that tells the kind.
 */
public sealed interface Tally {

  /** How many there were, and their sum; for count and sum. */
  record Total(long number, BigDecimal sum) implements Tally {}

  /** The least or the greatest. */
  record Extreme(BigDecimal value) implements Tally {}

  /**
   * The first or the last.
   *
   * @param atMillis when it happened
   * @param value String, Long, Double or Boolean
   */
  record Dated(long atMillis, Object value) implements Tally {}

  /**
   * How often values occurred, by their text.
   *
   * @param values at most {@link Computation#DISTINCT}
   */
  record Frequencies(Map<String, Frequency> values) implements Tally {
    /** Copies the map. */
    public Frequencies {
      values = Map.copyOf(values);
    }
  }

  /** How often one value occurred. */
  record Frequency(Object value, long times, long lastMillis) {}

  /**
   * Each event by itself, where a window moves over them.
   *
   * @param samples ascending by time, at most {@link Computation#SAMPLES}; none where only is
   *     remembered that there were some once
   */
  record Samples(List<Sample> samples) implements Tally {
    /** Copies the list. */
    public Samples {
      samples = List.copyOf(samples);
    }
  }

  /** One event: when, and the value that counts; a count has the value 1. */
  record Sample(long atMillis, Object value) {}

  /** As stored. */
  default Map<String, Object> toMap() {
    var map = new LinkedHashMap<String, Object>();
    switch (this) {
      case Total(var number, var sum) -> map.put("total", List.of(number, sum.toPlainString()));
      case Extreme(var value) -> map.put("extreme", value.toPlainString());
      case Dated(var at, var value) -> map.put("dated", List.of(at, value));
      case Frequencies(var values) ->
          map.put(
              "often",
              values.values().stream()
                  .map(each -> List.of(each.value, each.times, each.lastMillis))
                  .toList());
      case Samples(var samples) ->
          map.put(
              "samples", samples.stream().map(each -> List.of(each.atMillis, each.value)).toList());
    }
    return map;
  }

  /**
   * Reads the stored form.
   *
   * @throws IllegalArgumentException when it was not written by {@link #toMap}
   */
  static Tally of(Object stored) {
    if (stored instanceof Map<?, ?> map && map.size() == 1) {
      var entry = map.entrySet().iterator().next();
      return of(String.valueOf(entry.getKey()), entry.getValue());
    }
    throw new IllegalArgumentException("expected a tally, found " + stored);
  }

  private static Tally of(String kind, Object value) {
    return switch (kind) {
      case "total" -> new Total(number(list(value).getFirst()), decimal(list(value).getLast()));
      case "extreme" -> new Extreme(decimal(value));
      case "dated" -> new Dated(number(list(value).getFirst()), list(value).getLast());
      case "often" -> {
        var values = new LinkedHashMap<String, Frequency>();
        for (var each : list(value)) {
          var parts = list(each);
          values.put(
              String.valueOf(parts.getFirst()),
              new Frequency(parts.getFirst(), number(parts.get(1)), number(parts.get(2))));
        }
        yield new Frequencies(values);
      }
      case "samples" -> {
        var samples = new ArrayList<Sample>();
        for (var each : value instanceof List<?> some ? some : list(value)) {
          samples.add(new Sample(number(list(each).getFirst()), list(each).getLast()));
        }
        yield new Samples(samples);
      }
      default -> throw new IllegalArgumentException("no tally is called " + kind);
    };
  }

  private static List<?> list(Object value) {
    if (value instanceof List<?> list && !list.isEmpty()) {
      return list;
    }
    throw new IllegalArgumentException("expected a list in a tally, found " + value);
  }

  private static long number(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("expected a number in a tally, found " + value);
  }

  private static BigDecimal decimal(Object value) {
    return new BigDecimal(String.valueOf(value));
  }
}
