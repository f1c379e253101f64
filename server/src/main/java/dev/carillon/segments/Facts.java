package dev.carillon.segments;

import dev.carillon.events.Counter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a condition may read: one person at one instant. Evaluation is pure over it (S-22). */
public interface Facts {

  /** The evaluation clock. */
  Instant now();

  /** The person's key; 0 for nobody. */
  long personId();

  /**
   * The value of a top-level attribute: String, Long, Double, Boolean, List or Map; null when there
   * is none.
   */
  @Nullable Object attribute(String name);

  /** The person's counter with this id; an empty one when nothing was counted. */
  Counter counter(int counterId);

  /** Whether the person is in the segment now. */
  boolean inSegment(int segmentId);

  /**
   * Devices, objects and journeys of the person.
   *
   * @throws IllegalStateException when they were not read: whoever evaluates a condition that asks
   *     for them ({@link Wakes#surroundings}) has to read them first
   */
  Surroundings surroundings();
}
