package dev.carillon.liquid;

/**
 * A template that cannot be parsed: broken markup, an unknown tag or filter, a wrong number of
 * filter arguments. The message is one sentence without the position.
 */
public final class LiquidSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  LiquidSyntaxException(String sentence, int line, int column) {
    super(sentence);
    this.line = line;
    this.column = column;
  }

  static LiquidSyntaxException at(String source, int offset, String sentence) {
    int line = 1;
    int lineStart = 0;
    int end = Math.min(offset, source.length());
    for (int i = 0; i < end; i++) {
      if (source.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new LiquidSyntaxException(sentence, line, end - lineStart + 1);
  }

  /** Line of the mistake in the template's source, counted from 1. */
  public int line() {
    return line;
  }

  /** Column of the mistake within its line in UTF-16 units, counted from 1. */
  public int column() {
    return column;
  }

  /** The sentence followed by the position, as an editor would show it. */
  public String sentenceWithPosition() {
    return getMessage() + " (line " + line + ", column " + column + ")";
  }
}
