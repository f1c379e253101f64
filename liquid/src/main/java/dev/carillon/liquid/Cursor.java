package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** Reads single characters, words and names from a part of the source; knows the exact place. */
sealed class Cursor permits ExpressionParser {
  private final String source;
  private int position;
  private int end;

  Cursor(String source) {
    this.source = source;
  }

  /** Turns to the source from {@code from} to {@code to}. */
  final void moveTo(int from, int to) {
    position = from;
    end = to;
  }

  final void position(int to) {
    position = to;
  }

  final int position() {
    return position;
  }

  final boolean atEnd() {
    skipSpaces();
    return position >= end;
  }

  /** Everything not read yet, without surrounding white space. */
  final String rest() {
    skipSpaces();
    return Text.trimEnd(source.substring(Math.min(position, end), end));
  }

  final void skipSpaces() {
    while (position < end && Text.isSpace(source.charAt(position))) {
      position++;
    }
  }

  /** The next character that is not white space; 0 at the end. */
  final char peek() {
    skipSpaces();
    return position < end ? source.charAt(position) : 0;
  }

  /** The character behind the next one; 0 at the end. To be asked after {@link #peek}. */
  final char second() {
    return position + 1 < end ? source.charAt(position + 1) : 0;
  }

  /** Takes {@code c} when it is next. */
  final boolean accept(char c) {
    if (peek() == c) {
      position++;
      return true;
    }
    return false;
  }

  final void expect(char c) {
    if (!accept(c)) {
      throw unexpected("'" + c + "'");
    }
  }

  /** Takes {@code word} when it is next as a whole word. */
  final boolean acceptWord(String word) {
    skipSpaces();
    int after = position + word.length();
    if (after <= end
        && source.startsWith(word, position)
        && (after == end || !isIdentifierPart(source.charAt(after)))) {
      position = after;
      return true;
    }
    return false;
  }

  /** Whether {@code name:} is next. */
  final boolean atPair() {
    skipSpaces();
    int at = identifierEnd(position);
    if (at == position) {
      return false;
    }
    while (at < end && Text.isSpace(source.charAt(at))) {
      at++;
    }
    return at < end && source.charAt(at) == ':';
  }

  final void expectEnd() {
    if (!atEnd()) {
      throw unexpected("the end of the tag");
    }
  }

  /** A mistake at the current place. */
  final LiquidSyntaxException error(String sentence) {
    return LiquidSyntaxException.at(source, position, sentence);
  }

  /** Something else stands here than {@code wanted}. */
  final LiquidSyntaxException unexpected(String wanted) {
    if (atEnd()) {
      return error("expected " + wanted + " here");
    }
    int to = Math.min(end, position + 20);
    return error(
        "expected " + wanted + " but found '" + Text.trimEnd(source.substring(position, to)) + "'");
  }

  static boolean isIdentifierStart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (c > 127 && Character.isLetter(c));
  }

  private static boolean isIdentifierPart(char c) {
    return isIdentifierStart(c) || Numbers.isDigit(c) || c == '-';
  }

  /** End of the identifier at {@code from}, the same place when there is none. */
  private int identifierEnd(int from) {
    if (from >= end || !isIdentifierStart(source.charAt(from))) {
      return from;
    }
    return restOfIdentifier(from);
  }

  private int restOfIdentifier(int from) {
    int at = from;
    while (at < end && isIdentifierPart(source.charAt(at))) {
      at++;
    }
    return at > from && at < end && source.charAt(at) == '?' ? at + 1 : at;
  }

  /** The name that is next; {@code wanted} says what for when there is none. */
  final String identifier(String wanted) {
    skipSpaces();
    int to = identifierEnd(position);
    if (to == position) {
      throw unexpected(wanted);
    }
    String name = source.substring(position, to);
    position = to;
    return name;
  }

  /** A name to assign to, which may begin with a digit. */
  final String target() {
    skipSpaces();
    if (position < end && Numbers.isDigit(source.charAt(position))) {
      int to = restOfIdentifier(position);
      String name = source.substring(position, to);
      position = to;
      return name;
    }
    return identifier("a variable name");
  }

  /** The text in quotes that is next. */
  final String quoted() {
    char quote = peek();
    int close = source.indexOf(quote, position + 1);
    if (close < 0 || close >= end) {
      throw error("the text opened here with " + quote + " is never closed");
    }
    String text = source.substring(position + 1, close);
    position = close + 1;
    return text;
  }

  /**
   * The address without quotes that is next, such as {@code https://x.test/a?b=c}, up to the next
   * white space; null when what is next does not begin with a scheme.
   */
  final @Nullable String bareAddress() {
    skipSpaces();
    int colon = position;
    while (colon < end && isSchemePart(source.charAt(colon))) {
      colon++;
    }
    int to = colon + 1;
    if (colon == position || to >= end || source.charAt(colon) != ':') {
      return null;
    }
    while (to < end && !Text.isSpace(source.charAt(to))) {
      to++;
    }
    String address = source.substring(position, to);
    position = to;
    return address;
  }

  private static boolean isSchemePart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || Numbers.isDigit(c);
  }

  /** The number that is next, as written; its first character is known to be a digit or a minus. */
  final String digits() {
    int from = position;
    position++;
    skipDigits();
    if (position < end && source.charAt(position) == '.' && Numbers.isDigit(second())) {
      position++;
      skipDigits();
    }
    if (position < end && isIdentifierStart(source.charAt(position))) {
      position = from;
      throw unexpected("a number or a name that begins with a letter");
    }
    return source.substring(from, position);
  }

  private void skipDigits() {
    while (position < end && Numbers.isDigit(source.charAt(position))) {
      position++;
    }
  }

  /** What was read since {@code from}, without surrounding white space. */
  final String since(int from) {
    return source.substring(from, position).strip();
  }
}
