package dev.carillon.events;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A name of pages or screens in which {@code *} stands for any characters, none included (journeys
 * §2.4). Everything else stands for itself, upper and lower case apart. Immutable.
 *
 * @param parts the texts between the stars, one more than there are stars
 */
public record NamePattern(List<String> parts) {
  private static final Pattern STAR = Pattern.compile("\\*");

  /** Copies the parts. */
  public NamePattern {
    parts = List.copyOf(parts);
  }

  /** Reads a pattern. */
  public static NamePattern of(String pattern) {
    return new NamePattern(List.of(STAR.split(pattern, -1)));
  }

  /** Whether a name of this kind is a pattern: only those of pages and screens are. */
  public static boolean is(EventKind kind, String name) {
    return switch (kind) {
      case PAGE, SCREEN -> name.indexOf('*') >= 0;
      case EVENT, FORM -> false;
    };
  }

  /**
   * Whether the whole name fits. Each part is looked for behind the one before, as far to the left
   * as it occurs; that leaves the most to the others, so no place is tried twice.
   */
  public boolean matches(String name) {
    var first = parts.getFirst();
    var last = parts.getLast();
    if (parts.size() == 1) {
      return name.equals(first);
    }
    var end = name.length() - last.length();
    if (end < first.length() || !name.startsWith(first) || !name.endsWith(last)) {
      return false;
    }
    var at = first.length();
    for (var part : parts.subList(1, parts.size() - 1)) {
      var found = name.indexOf(part, at);
      if (found < 0 || found + part.length() > end) {
        return false;
      }
      at = found + part.length();
    }
    return true;
  }
}
