package dev.carillon.liquid;

/** The lines of a {@code {% liquid %}} tag, each a tag without its braces. */
final class LineTokens implements Tokens {
  private final String source;
  private final int limit;
  private int position;
  private String name = "";
  private int offset;
  private int start;
  private int end;

  LineTokens(String source, int start, int end) {
    this.source = source;
    this.position = start;
    this.limit = end;
    this.offset = start;
  }

  @Override
  public boolean next() {
    while (position < limit) {
      int newline = source.indexOf('\n', position);
      int lineEnd = newline < 0 || newline > limit ? limit : newline;
      start = position;
      end = lineEnd;
      position = lineEnd + 1;
      while (start < end && Text.isSpace(source.charAt(start))) {
        start++;
      }
      while (end > start && Text.isSpace(source.charAt(end - 1))) {
        end--;
      }
      if (start < end) {
        offset = start;
        int nameEnd = MarkupTokens.nameEnd(source, start, end);
        name = source.substring(start, nameEnd);
        start = nameEnd;
        return true;
      }
    }
    return false;
  }

  @Override
  public void skipComment() {
    int opened = offset;
    int depth = 1;
    while (depth > 0) {
      if (!next()) {
        throw LiquidSyntaxException.at(
            source, opened, "the comment opened here is never closed with endcomment");
      }
      if (name.equals("comment")) {
        depth++;
      } else if (name.equals("endcomment")) {
        depth--;
      }
    }
  }

  @Override
  public String raw(String endName) {
    throw LiquidSyntaxException.at(source, offset, name + " cannot be used inside a liquid tag");
  }

  @Override
  public Kind kind() {
    return Kind.TAG;
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
