package dev.carillon.messages;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;

/**
 * Keeps how a template writes the address of a link until it is rendered: reports call links so
 * (M-73). A link whose address holds Liquid gets an attribute that {@link #take} takes out again.
 */
final class LinkMarks {
  private static final String ATTRIBUTE = "data-carillon-link";
  private static final Pattern MARK = Pattern.compile(" " + ATTRIBUTE + "=[A-Za-z0-9_-]+");
  private static final Pattern HREF = Pattern.compile("(?i)[\\s\"']href\\s*=\\s*$");

  /** A longer tag is not looked through. */
  private static final int LONGEST_TAG = 5_000;

  private LinkMarks() {}

  /** The template with its marks; the same text when no link needs one. */
  static String mark(String template) {
    var marked = new StringBuilder();
    var copied = 0;
    for (var start = template.indexOf('<'); start >= 0; start = template.indexOf('<', start + 1)) {
      var name = nameEnd(template, start);
      var href = name < 0 ? null : address(template, name);
      if (href != null
          && (href.contains("{{") || href.contains("{%") && !href.contains("cio_link"))) {
        marked.append(template, copied, name);
        marked.append(' ').append(ATTRIBUTE).append('=').append(encoded(href.strip()));
        copied = name;
      }
    }
    return copied == 0 ? template : marked.append(template, copied, template.length()).toString();
  }

  /** Where the name of a link's tag ends; -1 for any other tag. */
  private static int nameEnd(String template, int start) {
    for (var name : new String[] {"a", "area"}) {
      var end = start + 1 + name.length();
      if (template.regionMatches(true, start + 1, name, 0, name.length())
          && end < template.length()
          && Character.isWhitespace(template.charAt(end))) {
        return end;
      }
    }
    return -1;
  }

  /** The quoted address of a tag; null when it has none. Liquid may hold any character. */
  private static @Nullable String address(String template, int from) {
    var at = from;
    var most = Math.min(template.length(), from + LONGEST_TAG);
    while (at < most && template.charAt(at) != '>' && template.charAt(at) != '<') {
      var character = template.charAt(at);
      if (character == '"' || character == '\'') {
        var end = quoteEnd(template, at + 1, most, character);
        if (end < 0) {
          return null;
        }
        if (HREF.matcher(template).region(Math.max(from, at - 50), at).find()) {
          return template.substring(at + 1, end);
        }
        at = end + 1;
      } else {
        at = afterLiquid(template, at);
      }
    }
    return null;
  }

  private static int quoteEnd(String template, int from, int most, char quote) {
    var at = from;
    while (at < most) {
      if (template.charAt(at) == quote) {
        return at;
      }
      at = afterLiquid(template, at);
    }
    return -1;
  }

  /** Behind the Liquid that starts here, else behind this character. */
  private static int afterLiquid(String template, int at) {
    for (var ends : new String[][] {{"{{", "}}"}, {"{%", "%}"}}) {
      if (template.startsWith(ends[0], at)) {
        var end = template.indexOf(ends[1], at + 2);
        return end < 0 ? template.length() : end + 2;
      }
    }
    return at + 1;
  }

  private static String encoded(String href) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(href.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The HTML without its marks.
   *
   * @param names gets address in the HTML → address in the template
   */
  static String take(String html, Map<String, String> names) {
    for (var link : Jsoup.parse(html).select("[" + ATTRIBUTE + "][href]")) {
      var mark = link.attr(ATTRIBUTE);
      if (MARK.matcher(" " + ATTRIBUTE + "=" + mark).matches() && mark.length() % 4 != 1) {
        var name = Base64.getUrlDecoder().decode(mark);
        names.putIfAbsent(link.attr("href"), new String(name, StandardCharsets.UTF_8));
      }
    }
    return MARK.matcher(html).replaceAll("");
  }
}
