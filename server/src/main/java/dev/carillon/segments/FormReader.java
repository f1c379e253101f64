package dev.carillon.segments;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads plain members of a condition's JSON and takes note of everything that is wrong. */
final class FormReader {
  private static final int TEXT = 1_000;

  /** The longest a moving window may be. */
  static final int WINDOW_YEARS = 5;

  private static final int DAYS_A_YEAR = 365;
  private static final Map<String, Duration> UNITS = units();

  private final List<Fault> faults;

  FormReader(List<Fault> faults) {
    this.faults = faults;
  }

  /** Months and years have fixed lengths (S-33). */
  private static Map<String, Duration> units() {
    var units = new LinkedHashMap<String, Duration>();
    units.put("minute", Duration.ofMinutes(1));
    units.put("hour", Duration.ofHours(1));
    units.put("day", Duration.ofDays(1));
    units.put("week", Duration.ofDays(7));
    units.put("month", Duration.ofDays(30));
    units.put("year", Duration.ofDays(365));
    return units;
  }

  static Set<String> sorted(String... words) {
    return new TreeSet<>(List.of(words));
  }

  void fault(String path, String problem) {
    faults.add(new Fault(path, problem));
  }

  /** Whether the node is an object; members that are not known are faults. */
  boolean object(@Nullable JsonNode node, String path, Set<String> known) {
    if (node == null || !node.isObject()) {
      fault(path, "must be an object with " + String.join(", ", known));
      return false;
    }
    for (var name : node.propertyNames()) {
      if (!known.contains(name)) {
        fault(path + "." + name, "is not known; " + String.join(", ", known) + " are");
      }
    }
    return true;
  }

  /** A text; null when a fault was noted. */
  @Nullable String text(@Nullable JsonNode node, String path) {
    if (node == null
        || !node.isString()
        || node.stringValue().isBlank()
        || node.stringValue().length() > TEXT) {
      fault(path, "must be a text of 1 to %d characters".formatted(TEXT));
      return null;
    }
    return node.stringValue();
  }

  /** A whole number in a range; null when it is anything else, which is not noted. */
  static @Nullable Integer whole(@Nullable JsonNode node, int least, int most) {
    return node != null
            && node.isIntegralNumber()
            && node.canConvertToInt()
            && node.intValue() >= least
            && node.intValue() <= most
        ? node.intValue()
        : null;
  }

  /** The number of something, from 1; null when a fault was noted. */
  @Nullable Integer id(@Nullable JsonNode node, String path, String of) {
    var id = whole(node, 1, Integer.MAX_VALUE);
    if (id == null) {
      fault(path, "must be the number of " + of);
    }
    return id;
  }

  /** Truth or its opposite; the default when it is absent. */
  boolean flag(@Nullable JsonNode node, String path, boolean absent) {
    if (node == null) {
      return absent;
    }
    if (!node.isBoolean()) {
      fault(path, "must be true or false");
      return absent;
    }
    return node.booleanValue();
  }

  /** One of these words; null when it is absent or a fault was noted. */
  @Nullable String word(@Nullable JsonNode node, String path, Set<String> words) {
    return node == null ? null : needed(node, path, words);
  }

  /** One of these words, which may not be absent; null when a fault was noted. */
  @Nullable String needed(@Nullable JsonNode node, String path, Set<String> words) {
    if (node == null || !node.isString() || !words.contains(node.stringValue())) {
      fault(path, "must be one of " + String.join(", ", words));
      return null;
    }
    return node.stringValue();
  }

  /**
   * Members {@code n} and {@code unit} as a span; null when a fault was noted.
   *
   * @param years the longest it may be
   */
  @Nullable Duration span(JsonNode node, String path, int years) {
    var word = needed(node.get("unit"), path + ".unit", UNITS.keySet());
    var unit = word == null ? null : UNITS.get(word);
    if (unit == null) {
      return null;
    }
    var most = (int) Duration.ofDays((long) years * DAYS_A_YEAR).dividedBy(unit);
    var number = whole(node.get("n"), 1, most);
    if (number == null) {
      fault(path + ".n", "must be a whole number from 1 to %d (%d years)".formatted(most, years));
    }
    return number == null ? null : unit.multipliedBy(number);
  }
}
