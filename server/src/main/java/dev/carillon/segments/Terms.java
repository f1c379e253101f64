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

  /** The same in another zone. */
  Terms in(ZoneId other) {
    return new Terms(counters, other, defaults);
  }

  /** Whether people who have not chosen are subscribed. */
  public interface SubscriptionDefaults {
    /** Subscribed to everything, as where nothing is defined. */
    SubscriptionDefaults ALL = _ -> true;

    /** Whether the topic or channel is subscribed to by default; true for an unknown one. */
    boolean subscribed(Condition.Subscription of);

    /** Whether there is such a topic or channel, so that a condition may name it. */
    default boolean knows(Condition.Subscription of) {
      return true; // as long as nobody defines any, all there can be are meant
    }
  }
}
