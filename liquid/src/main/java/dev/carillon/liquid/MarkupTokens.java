package dev.carillon.liquid;

/** The pieces of a whole template: text, {@code {{ }}} and {@code {% %}}. */
final class MarkupTokens implements Tokens {
  private final String source;
  private int position;
  private boolean trimNext;
  private Kind kind = Kind.TEXT;
  private String name = "";
  private int offset;
  private int start;
  private int end;

  MarkupTokens(String source) {
    this.source = source;
  }

  @Override
  public boolean next() {
    while (position < source.length()) {
      int open = opening(position);
      if (open == position) {
        readMarkup();
        return true;
      }
      if (readText(open)) {
        return true;
      }
    }
    return false;
  }

  /** The next <code>{{</code> or <code>{%</code> at or after {@code from}, or the end. */
  private int opening(int from) {
    int brace = source.indexOf('{', from);
    while (brace >= 0 && brace + 1 < source.length()) {
      char second = source.charAt(brace + 1);
      if (second == '{' || second == '%') {
        return brace;
      }
      brace = source.indexOf('{', brace + 1);
    }
    return source.length();
  }

  private boolean readText(int open) {
    kind = Kind.TEXT;
    offset = position;
    start = position;
    end = open;
    if (trimNext) {
      while (start < end && Text.isSpace(source.charAt(start))) {
        start++;
      }
    }
    if (open + 2 < source.length() && source.charAt(open + 2) == '-') {
      while (end > start && Text.isSpace(source.charAt(end - 1))) {
        end--;
      }
    }
    trimNext = false;
    position = open;
    return start < end;
  }

  private void readMarkup() {
    boolean output = source.charAt(position + 1) == '{';
    offset = position;
    start = position + 2;
    int close = source.indexOf(output ? "}}" : "%}", start);
    if (close < 0) {
      throw error(
          output
              ? "the output opened here with {{ is never closed with }}"
              : "the tag opened here with {% is never closed with %}");
    }
    position = close + 2;
    end = close;
    if (start < end && source.charAt(start) == '-') {
      start++;
    }
    trimNext = end > start && source.charAt(end - 1) == '-';
    if (trimNext) {
      end--;
    } else if (end == start && source.charAt(start - 1) == '-') {
      trimNext = true;
    }
    if (output) {
      kind = Kind.OUTPUT;
    } else {
      kind = Kind.TAG;
      readName();
    }
  }

  private void readName() {
    while (start < end && Text.isSpace(source.charAt(start))) {
      start++;
    }
    int nameEnd = nameEnd(source, start, end);
    name = source.substring(start, nameEnd);
    start = nameEnd;
  }

  /** End of the tag name at {@code start}; the same place when there is none. */
  static int nameEnd(String source, int start, int end) {
    if (start < end && source.charAt(start) == '#') {
      return start + 1;
    }
    int at = start;
    while (at < end && isNameCharacter(source.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || Numbers.isDigit(c) || c == '_';
  }

  @Override
  public void skipComment() {
    int opened = offset;
    int depth = 1;
    while (depth > 0) {
      position = source.indexOf("{%", position);
      int close = position < 0 ? -1 : source.indexOf("%}", position + 2);
      if (close < 0) {
        offset = opened;
        throw error("the comment opened here is never closed with endcomment");
      }
      readMarkup();
      switch (name) {
        case "comment" -> depth++;
        case "endcomment" -> depth--;
        case "raw" -> raw("endraw");
        default -> {}
      }
    }
  }

  @Override
  public String raw(String endName) {
    int opened = offset;
    int from = position;
    if (trimNext) {
      while (from < source.length() && Text.isSpace(source.charAt(from))) {
        from++;
      }
    }
    int at = from;
    while (true) {
      int open = source.indexOf("{%", at);
      if (open < 0) {
        offset = opened;
        throw error("the " + name + " opened here is never closed with " + endName);
      }
      if (closes(open, endName)) {
        position = open;
        readMarkup();
        boolean trim = source.charAt(open + 2) == '-';
        String text = source.substring(from, open);
        return trim ? Text.trimEnd(text) : text;
      }
      at = open + 2;
    }
  }

  /** Whether the tag at {@code open} is exactly {@code endName}. */
  private boolean closes(int open, String endName) {
    int at = open + 2;
    if (at < source.length() && source.charAt(at) == '-') {
      at++;
    }
    at = skipSpaces(at);
    if (!source.startsWith(endName, at)) {
      return false;
    }
    at = skipSpaces(at + endName.length());
    if (at < source.length() && source.charAt(at) == '-') {
      at++;
    }
    return source.startsWith("%}", at);
  }

  private int skipSpaces(int from) {
    int at = from;
    while (at < source.length() && Text.isSpace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  private LiquidSyntaxException error(String sentence) {
    return LiquidSyntaxException.at(source, offset, sentence);
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int offset() {
    return offset;
  }

  @Override
  public int start() {
    return start;
  }

  @Override
  public int end() {
    return end;
  }
}
