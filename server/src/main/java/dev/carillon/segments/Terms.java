package dev.carillon.segments;

import java.time.ZoneId;

/**
 * What a workspace gives to its conditions when they are compiled. A change of the zone or of a
 * default is a change of the conditions that read it.
 *
 * @param counters finds the counter of a condition
 * @param zone where days begin
 * @param defaults what holds for who has not chosen
 */
public record Terms(CounterIds counters, ZoneId zone, SubscriptionDefaults defaults) {

  /** The same with these counters. */
  Terms with(CounterIds others) {
    return new Terms(others, zone, defaults);
  }

  /** The same in another zone. */
  Terms in(ZoneId other) {
    return new Terms(counters, other, defaults);
  }

  /** The topics and channels there are, and whether people who have not chosen are subscribed. */
  public interface SubscriptionDefaults {
    /** Whether the topic or channel is subscribed to by default; true for an unknown one. */
    boolean subscribed(Condition.Subscription of);

    /** Whether there is such a topic or channel, so that a condition may name it. */
    boolean knows(Condition.Subscription of);
  }
}
