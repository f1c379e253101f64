package dev.carillon.liquid;

/** What printing a variable does when the data does not have it. */
public enum Strictness {
  /**
   * Printing a missing variable stops the rendering unless {@code default} is the first filter.
   * Elsewhere (conditions, loops, {@code assign}) it is nil. A variable that exists with the value
   * null prints nothing.
   *
   * <p>Choice: a missing variable as an argument of a filter in an output counts as printed, since
   * the hole would be just as visible to the reader.
   */
  STRICT_OUTPUT,
  /** Standard Liquid: a missing variable prints nothing. */
  LAX
}
