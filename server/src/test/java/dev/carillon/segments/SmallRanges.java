package dev.carillon.segments;

import dev.carillon.store.Database;
import java.time.InstantSource;

/** Builders that take few people in each transaction, for tests that look in between. */
public final class SmallRanges {
  private SmallRanges() {}

  /** One that takes so many people at once. */
  public static SegmentBuilder builder(
      Database database,
      SegmentRepository segments,
      CounterRepository counters,
      InstantSource clock,
      int people) {
    return new SegmentBuilder(database, segments, counters, clock, people);
  }
}
