package dev.carillon.reference;

import java.time.Duration;
import java.util.List;

/** One step of a {@link Scenario}. */
public sealed interface Step {

  /**
   * Things happen one after the other, and then it is waited until all that follows is done. More
   * than one only where each is about somebody else, or all are about one person.
   */
  record Happens(List<Happening> happenings) implements Step {}

  /** The clock is turned; everything that falls due is done. */
  record Turn(Duration by) implements Step {}

  /** The program stops, the clock is turned, and the program starts again. */
  record Restart(Duration away) implements Step {}
}
