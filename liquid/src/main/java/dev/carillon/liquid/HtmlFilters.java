package dev.carillon.liquid;

/** Filters between text and HTML. */
final class HtmlFilters {
  private HtmlFilters() {}

  static void addTo(FilterTable table) {
    table.value("escape", (value, r) -> value == null ? null : escape(r.text(value), false, r));
    table.value("h", (value, r) -> value == null ? null : escape(r.text(value), false, r));
    table.value("escape_once", (value, r) -> value == null ? null : escape(r.text(value), true, r));
    table.text("strip_html", (text, _) -> stripHtml(text));
    table.text("newline_to_br", (text, r) -> withBreaks(text, r));
    table.text("simple_format", HtmlFilters::simpleFormat);
  }

  static String escape(String text, boolean once, Rendering rendering) {
    int first = firstSpecial(text);
    if (first == text.length()) {
      return text;
    }
    var out = new BoundedText(rendering).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append(once && isEntity(text, i) ? "&" : "&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  private static int firstSpecial(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
        return i;
      }
    }
    return text.length();
  }

  /** Whether the ampersand at {@code at} begins an entity, by name or by number. */
  private static boolean isEntity(String text, int at) {
    int i = at + 1;
    boolean number = i < text.length() && text.charAt(i) == '#';
    i = number ? i + 1 : i;
    int start = i;
    while (i < text.length() && (number ? Numbers.isDigit(text.charAt(i)) : isLetter(text, i))) {
      i++;
    }
    return i > start && i < text.length() && text.charAt(i) == ';';
  }

  private static boolean isLetter(String text, int at) {
    char c = text.charAt(at);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** Text without scripts, styles, comments and tags. An opening without an end stays. */
  private static String stripHtml(String text) {
    String visible = without(text, "<script", "</script>");
    visible = without(visible, "<!--", "-->");
    visible = without(visible, "<style", "</style>");
    return without(visible, "<", ">");
  }

  private static String without(String text, String open, String close) {
    int from = text.indexOf(open);
    if (from < 0) {
      return text;
    }
    var out = new StringBuilder(text.length());
    int position = 0;
    while (from >= 0) {
      int end = text.indexOf(close, from + open.length());
      if (end < 0) {
        break;
      }
      out.append(text, position, from);
      position = end + close.length();
      from = text.indexOf(open, position);
    }
    return out.append(text, position, text.length()).toString();
  }

  private static String withBreaks(String text, Rendering rendering) {
    var out = new BoundedText(rendering);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        out.append("<br />\n");
      } else if (c != '\r' || i + 1 == text.length() || text.charAt(i + 1) != '\n') {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Paragraphs at empty lines, breaks at other line ends. */
  private static String simpleFormat(String text, Rendering rendering) {
    var out = new BoundedText(rendering);
    String lines = text.replace("\r\n", "\n");
    String separator = "";
    int from = 0;
    while (from < lines.length()) {
      int gap = lines.indexOf("\n\n", from);
      int end = gap < 0 ? lines.length() : gap;
      if (end > from) {
        String paragraph = withBreaks(lines.substring(from, end), rendering);
        out.append(separator).append("<p>").append(paragraph).append("</p>");
        separator = "\n\n";
      }
      from = end;
      while (gap >= 0 && from < lines.length() && lines.charAt(from) == '\n') {
        from++;
      }
    }
    return out.toString();
  }
}
