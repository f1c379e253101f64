package dev.carillon.liquid;

/** The words {@code empty} and {@code blank}, and the answer to a look-up that found nothing. */
enum Special {
  /** Equal to text, arrays and maps without content. */
  EMPTY,
  /** Equal to everything {@link #EMPTY} is equal to, and to nil, false and white space. */
  BLANK,
  /** Never leaves the look-up code: a variable that the data does not have. */
  MISSING
}
