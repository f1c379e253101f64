package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A text the server has stored, with the values in it that differ from row to row. So every row
 * gets the shape the server gives it, without this program knowing that shape.
 */
final class TextTemplate {
  private final List<String> between;
  private final int[] which;

  private TextTemplate(List<String> between, int[] which) {
    this.between = between;
    this.which = which;
  }

  /**
   * Finds the blanks in a text.
   *
   * @param blanks values that stand where others are to stand; each at least once
   * @throws BenchFailure when one of them is not there
   */
  static TextTemplate of(String text, List<String> blanks) {
    for (var blank : blanks) {
      if (!text.contains(blank)) {
        throw new BenchFailure("The server stored no %s: %s".formatted(blank, text));
      }
    }
    var between = new ArrayList<String>();
    var which = new ArrayList<Integer>();
    int from = 0;
    for (int at = 0; at < text.length(); at++) {
      for (int i = 0; i < blanks.size(); i++) {
        if (text.startsWith(blanks.get(i), at)) {
          between.add(text.substring(from, at));
          which.add(i);
          from = at + blanks.get(i).length();
          at = from - 1;
          break;
        }
      }
    }
    between.add(text.substring(from));
    return new TextTemplate(
        List.copyOf(between), which.stream().mapToInt(Integer::intValue).toArray());
  }

  /** The text with these values, in the order of the blanks. */
  String with(String... values) {
    var text = new StringBuilder(between.getFirst());
    for (int i = 0; i < which.length; i++) {
      text.append(values[which[i]]).append(between.get(i + 1));
    }
    return text.toString();
  }
}
