package dev.carillon.liquid;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Filters that shape English words. */
final class WordFilters {
  private WordFilters() {}

  static void addTo(FilterTable table) {
    table.text("titlecase", (text, _) -> titleCase(text));
    table.text("camelize", (text, _) -> camelize(text));
    table.text("slugify", (text, _) -> slugify(text));
    table.add("pluralize", 0, 2, WordFilters::pluralize);
  }

  /** Each word with a capital first letter and small other letters; spacing stays. */
  private static String titleCase(String text) {
    var out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
      int c = text.codePointAt(i);
      out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetterOrDigit(c) || c == '\'' || c == '’';
    }
    return out.toString();
  }

  /** {@code first_name} and {@code first name} become {@code FirstName}. */
  private static String camelize(String text) {
    var out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
      int c = text.codePointAt(i);
      boolean separator = c == '_' || c == '-' || Character.isWhitespace(c);
      if (!separator) {
        out.appendCodePoint(inWord ? c : Character.toUpperCase(c));
      }
      inWord = !separator;
    }
    return out.toString();
  }

  /** Small letters and digits, everything between them one hyphen. */
  private static String slugify(String text) {
    var out = new StringBuilder(text.length());
    String small = text.toLowerCase(Locale.ROOT);
    for (int i = 0; i < small.length(); i = small.offsetByCodePoints(i, 1)) {
      int c = small.codePointAt(i);
      if (Character.isLetterOrDigit(c)) {
        out.appendCodePoint(c);
      } else if (!out.isEmpty() && out.charAt(out.length() - 1) != '-') {
        out.append('-');
      }
    }
    int end = out.length();
    return end > 0 && out.charAt(end - 1) == '-' ? out.substring(0, end - 1) : out.toString();
  }

  /**
   * A word in the plural, or, for a number, the first argument for one and the second (by default
   * the first's plural) for every other amount.
   */
  private static String pluralize(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    if (arguments.count() == 0) {
      return plural(rendering.text(input));
    }
    String one = rendering.text(arguments.get(0));
    if (Numbers.compare(Numbers.of(input), 1L) == 0) {
      return one;
    }
    return arguments.count() == 1 ? plural(one) : rendering.text(arguments.get(1));
  }

  private static String plural(String word) {
    String small = word.toLowerCase(Locale.ROOT);
    String irregular =
        switch (small) {
          case "person" -> "people";
          case "child" -> "children";
          case "man" -> "men";
          case "woman" -> "women";
          case "foot" -> "feet";
          case "tooth" -> "teeth";
          case "mouse" -> "mice";
          case "",
              "sheep",
              "fish",
              "series",
              "species",
              "equipment",
              "information",
              "money",
              "news" ->
              small;
          default -> "";
        };
    if (!irregular.isEmpty() || small.isEmpty()) {
      return small.isEmpty() || irregular.equals(small)
          ? word
          : word.charAt(0) + irregular.substring(1);
    }
    if (small.endsWith("y") && small.length() > 1 && !isVowel(small.charAt(small.length() - 2))) {
      return word.substring(0, word.length() - 1) + "ies";
    }
    boolean hissing =
        small.endsWith("s")
            || small.endsWith("x")
            || small.endsWith("z")
            || small.endsWith("ch")
            || small.endsWith("sh");
    return word + (hissing ? "es" : "s");
  }

  private static boolean isVowel(char c) {
    return "aeiou".indexOf(c) >= 0;
  }
}
