package dev.carillon;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses which known name somebody meant who wrote an unknown one. */
final class NearestName {

  private NearestName() {}

  /**
   * The known name with the fewest single-character changes from the written one; the first of
   * equals. Absent when more than a third of the written name (at least two characters) would have
   * to change, because then it is no slip of the hand.
   */
  static Optional<String> of(String written, Collection<String> known) {
    int tolerance = Math.max(2, written.length() / 3);
    return known.stream()
        .filter(each -> distance(written, each) <= tolerance)
        .min(Comparator.comparingInt(each -> distance(written, each)));
  }

  /** Levenshtein distance: insertions, deletions and replacements of one character. */
  private static int distance(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      previous[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[to.length() + 1];
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replaced =
            previous[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
        current[column] = Math.min(replaced, Math.min(previous[column], current[column - 1]) + 1);
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
