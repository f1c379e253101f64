package dev.carillon.liquid;

/**
 * Walks over the pieces of a template. A token's text is given as offsets into the source so that
 * every mistake has an exact place.
 */
sealed interface Tokens permits MarkupTokens, LineTokens {
  /** What the current token is. */
  enum Kind {
    /** Text to print as it is. */
    TEXT,
    /** An expression to print. */
    OUTPUT,
    /** A tag: {@link #name} and what stands behind it. */
    TAG
  }

  /** Moves to the next token; false at the end. */
  boolean next();

  Kind kind();

  /** The tag's name; {@code #} for an inline comment. */
  String name();

  /** Where the token begins, for messages. */
  int offset();

  /** Start of the text, of the expression, or of what stands behind a tag's name. */
  int start();

  /** End of the text, of the expression, or of what stands behind a tag's name. */
  int end();

  /** Moves behind the {@code endcomment} that belongs to the current {@code comment} tag. */
  void skipComment();

  /**
   * Moves behind the {@code end} tag of the current tag without reading what is in between, and
   * returns that text as it is.
   */
  String raw(String end);
}
