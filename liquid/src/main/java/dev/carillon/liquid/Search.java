package dev.carillon.liquid;

/**
 * Finds a part in texts in time that grows with the text alone. Java's own search is faster, but
 * for long parts that almost fit everywhere it takes the product of both lengths; so it is used
 * while that product is small, and the method of Knuth, Morris and Pratt beyond.
 */
final class Search {
  private static final long SMALL = 1L << 22;

  private final String part;
  private final Meter meter;
  private int[] borders = {};

  /** A search for {@code part}, which is not empty. */
  Search(String part, Meter meter) {
    this.part = part;
    this.meter = meter;
  }

  static boolean contains(String text, String part, Meter meter) {
    return part.isEmpty() || new Search(part, meter).in(text, 0) >= 0;
  }

  /** Where the part begins in {@code text} at or after {@code from}; -1 when it does not. */
  int in(String text, int from) {
    long rest = (long) text.length() - from;
    if (rest < part.length()) {
      return -1;
    }
    return rest * part.length() <= SMALL ? text.indexOf(part, from) : scan(text, from, false);
  }

  /** Where the part begins for the last time; -1 when it does not. */
  int lastIn(String text) {
    return (long) text.length() * part.length() <= SMALL
        ? text.lastIndexOf(part)
        : scan(text, 0, true);
  }

  private int scan(String text, int from, boolean last) {
    if (borders.length == 0) {
      borders = borders();
    }
    int found = -1;
    int matched = 0;
    for (int i = from; i < text.length(); i++) {
      while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
        matched = borders[matched - 1];
      }
      matched += text.charAt(i) == part.charAt(matched) ? 1 : 0;
      if (matched == part.length()) {
        found = i + 1 - matched;
        if (!last) {
          break;
        }
        matched = borders[matched - 1];
      }
    }
    meter.scanned((found < 0 || last ? text.length() : found + part.length()) - (long) from);
    return found;
  }

  /** For each place of the part, the longest of its own beginnings that ends there. */
  private int[] borders() {
    meter.scanned(part.length());
    var lengths = new int[part.length()];
    int matched = 0;
    for (int i = 1; i < lengths.length; i++) {
      while (matched > 0 && part.charAt(i) != part.charAt(matched)) {
        matched = lengths[matched - 1];
      }
      matched += part.charAt(i) == part.charAt(matched) ? 1 : 0;
      lengths[i] = matched;
    }
    return lengths;
  }
}
