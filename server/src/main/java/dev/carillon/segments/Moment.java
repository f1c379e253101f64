package dev.carillon.segments;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** What a timestamp is compared with, or where a window begins or ends (journeys §2.3, §2.4). */
public sealed interface Moment {

  /** An instant, to the second. */
  record At(Instant instant) implements Moment {}

  /** 00:00 of a day in the workspace's zone. */
  record Date(LocalDate day) implements Moment {}

  /**
   * An instant that moves with the clock (S-31).
   *
   * @param span over zero
   * @param ago true: the span before now; false: the span after now
   */
  record Relative(Duration span, boolean ago) implements Moment {}

  /** Which instant it is in this zone, seen from now. */
  default Instant instant(ZoneId zone, Instant now) {
    return switch (this) {
      case At(var instant) -> instant;
      case Date(var day) -> day.atStartOfDay(zone).toInstant();
      case Relative(var span, var ago) -> ago ? now.minus(span) : now.plus(span);
    };
  }

  /** Which instant it is in this zone; only for moments that do not move. */
  default Instant fixed(ZoneId zone) {
    if (this instanceof Relative) {
      throw new IllegalStateException("a relative moment stands where only a fixed one may");
    }
    return instant(zone, Instant.EPOCH);
  }
}
