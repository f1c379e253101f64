package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.segments.Condition.Subscription;
import dev.carillon.segments.CounterSpec.Subject;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;

/** What a workspace that decided nothing gives to its conditions. */
public final class TestTerms {
  /** Every topic and channel there may be exists, and everybody is subscribed to it by default. */
  public static final Terms.SubscriptionDefaults SUBSCRIBED = defaults(Set.of());

  private TestTerms() {}

  /** The same, but nobody is subscribed to these by default. */
  static Terms.SubscriptionDefaults defaults(Set<Subscription> denied) {
    return new Terms.SubscriptionDefaults() {
      @Override
      public boolean subscribed(Subscription of) {
        return !denied.contains(of);
      }

      @Override
      public boolean knows(Subscription of) {
        return true;
      }
    };
  }

  /** In UTC, with these counters. */
  static Terms with(CounterIds counters) {
    return new Terms(counters, ZoneOffset.UTC, SUBSCRIBED);
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
