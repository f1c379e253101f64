package dev.carillon.liquid;

/**
 * Something an author should look at.
 *
 * @param where the text it stands in, such as {@code snippet footer}; empty for the template itself
 * @param line counted from 1 in that text
 * @param sentence what is wrong, for the author
 */
public record Warning(Kind kind, String where, int line, String sentence) {
  /** What it means for sending. */
  public enum Kind {
    /** A missing variable is printed without {@code default}; sending to such a person fails. */
    MISSING_VARIABLE,
    /** A snippet that does not exist is printed; sending fails. */
    UNKNOWN_SNIPPET,
    /** There is no such filter; the template cannot be saved. */
    UNKNOWN_FILTER,
    /** There is no such tag; the template cannot be saved. */
    UNKNOWN_TAG,
    /** An old way to write something; it works. */
    DEPRECATED,
    /** A part of the template that is never written, such as a branch behind {@code else}. */
    NEVER_WRITTEN
  }

  /** The sentence with its place. */
  public String sentenceWithPlace() {
    return sentence + " (" + (where.isEmpty() ? "" : where + ", ") + "line " + line + ")";
  }
}
