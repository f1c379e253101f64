package dev.carillon.liquid;

/** How a node ended, so that {@code break} and {@code continue} reach their loop. */
enum Signal {
  /** Go on with what follows. */
  NEXT,
  /** Leave the innermost loop. */
  BREAK,
  /** Start the next turn of the innermost loop. */
  CONTINUE
}
