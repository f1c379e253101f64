package dev.carillon.segments;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which times count, by the own time t of what is counted (S-40). */
public sealed interface Window {
  /** All of them. */
  Window EVER = new Ever();

  /** All times. */
  record Ever() implements Window {}

  /** now − span < t ≤ now. */
  record Within(Duration span) implements Window {}

  /**
   * from ≤ t < to.
   *
   * @param from never relative; null: no lower bound
   * @param to never relative; null: no upper bound; one of both is present
   */
  record Between(@Nullable Moment from, @Nullable Moment to) implements Window {}
}
