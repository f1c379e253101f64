package dev.carillon.liquid;

import java.util.Optional;

/**
 * A template that parsed but could not be rendered with the given data and budget. The message is
 * one sentence meant for the person who wrote the template. It carries no stack trace: it is an
 * expected outcome and may happen once per delivery.
 */
public final class LiquidRenderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a rendering stopped. */
  public enum Reason {
    /** A missing variable was printed without a {@code default}. */
    MISSING_VARIABLE,
    /** More loop steps than {@link Budget#steps()}. */
    STEP_LIMIT,
    /** More output or intermediate text than {@link Budget#outputChars()} allows. */
    OUTPUT_LIMIT,
    /** Longer than {@link Budget#time()}. */
    TIME_LIMIT,
    /** Blocks, partials or data nested deeper than {@link Budget#nesting()} allows. */
    NESTING_LIMIT,
    /** A value that a filter, tag or comparison cannot work with, such as a division by zero. */
    BAD_ARGUMENT,
    /** A partial that does not exist or does not parse. */
    PARTIAL,
    /** A snippet that does not exist or does not parse. */
    SNIPPET,
    /** A tag that prints a link stands where there is no such link. */
    LINK
  }

  private final Reason reason;
  private final String variable;
  private final int line;
  private final String where;

  private LiquidRenderException(
      Reason reason, String sentence, String variable, int line, String where) {
    super(sentence, null, false, false);
    this.reason = reason;
    this.variable = variable;
    this.line = line;
    this.where = where;
  }

  /**
   * A rendering that stops for {@code reason}; {@code sentence} tells the template's author why.
   */
  public LiquidRenderException(Reason reason, String sentence) {
    this(reason, sentence, "", 0, "");
  }

  static LiquidRenderException missing(String variable) {
    return new LiquidRenderException(
        Reason.MISSING_VARIABLE,
        "variable " + variable + " is missing and has no default",
        variable,
        0,
        "");
  }

  static LiquidRenderException badArgument(String sentence) {
    return new LiquidRenderException(Reason.BAD_ARGUMENT, sentence);
  }

  /** The same failure with its place; the innermost place wins. */
  LiquidRenderException onLine(int number) {
    return line > 0
        ? this
        : new LiquidRenderException(reason, String.valueOf(getMessage()), variable, number, where);
  }

  /** The same failure with the text it is in; the innermost text wins. */
  LiquidRenderException in(String text) {
    return where.isEmpty()
        ? new LiquidRenderException(reason, String.valueOf(getMessage()), variable, line, text)
        : this;
  }

  /** Why the rendering stopped. */
  public Reason reason() {
    return reason;
  }

  /** The missing variable as the template writes it; empty for every other reason. */
  public Optional<String> variable() {
    return variable.isEmpty() ? Optional.empty() : Optional.of(variable);
  }

  /**
   * Line of the tag or output that failed, counted from 1 in the text it stands in, which may be a
   * partial, or the one that {@link #where} names; 0 when it is not known.
   */
  public int line() {
    return line;
  }

  /** The text that failed, such as {@code snippet footer}; empty for the template itself. */
  public String where() {
    return where;
  }

  /** The sentence followed by the place, such as {@code (snippet footer, line 3)}. */
  public String sentenceWithPlace() {
    String text = where.isEmpty() || line == 0 ? where : where + ", ";
    String place = line == 0 ? text : text + "line " + line;
    return getMessage() + (place.isEmpty() ? "" : " (" + place + ")");
  }
}
