package dev.carillon.campaigns;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the length of a delay is counted in; a day is 24 hours (W-10). */
enum DelayUnit {
  SECOND(1),
  MINUTE(60),
  HOUR(3_600),
  DAY(86_400),
  WEEK(604_800);

  static final List<DelayUnit> LARGEST_FIRST = List.of(WEEK, DAY, HOUR, MINUTE, SECOND);

  /** W-18. */
  static final Duration LONGEST = Duration.ofDays(365);

  private final long seconds;

  DelayUnit(long seconds) {
    this.seconds = seconds;
  }

  long seconds() {
    return seconds;
  }

  String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<DelayUnit> ofWire(String wire) {
    return Words.find(values(), DelayUnit::wire, wire);
  }
}
