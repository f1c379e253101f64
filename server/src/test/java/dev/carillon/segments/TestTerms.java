package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.segments.CounterSpec.Subject;
import java.time.ZoneOffset;
import java.util.List;

/** What a workspace that decided nothing gives to its conditions. */
final class TestTerms {
  private TestTerms() {}

  /** In UTC, with these counters. */
  static Terms with(CounterIds counters) {
    return new Terms(counters, ZoneOffset.UTC, Terms.SubscriptionDefaults.ALL);
  }

  /** A counter of events of one name, at any time. */
  static CounterSpec counter(EventKind kind, String name, List<AttributeTest> where, int newest) {
    return new CounterSpec(new Subject.Events(kind, name, where), null, null, newest);
  }

  /** The tests of a counter of events. */
  static List<AttributeTest> where(CounterSpec spec) {
    return switch (spec.subject()) {
      case Subject.Events events -> events.where();
      case Subject.Messages _ -> throw new AssertionError("events expected");
    };
  }

  /** The name of a counter of events. */
  static String name(CounterSpec spec) {
    return switch (spec.subject()) {
      case Subject.Events events -> events.name();
      case Subject.Messages _ -> throw new AssertionError("events expected");
    };
  }
}
