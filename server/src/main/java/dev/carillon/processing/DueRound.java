package dev.carillon.processing;

import dev.carillon.campaigns.JourneyRepository.DueJourney;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What due work does in one transaction.
 *
 * @param journeys of these people that are due, or candidates
 * @param more whether more journeys may be due than these
 * @param timers whether timers of segments and computed attributes are fired
 * @param until what is due later is left to another round
 * @param now when journeys go on
 */
record DueRound(
    TreeSet<Long> people,
    List<DueJourney> journeys,
    boolean more,
    boolean timers,
    Instant until,
    Instant now) {

  long[] ids() {
    return people.stream().mapToLong(Long::longValue).toArray();
  }

  /** The part of it that is about some of the people. */
  DueRound of(SortedSet<Long> some) {
    return new DueRound(
        new TreeSet<>(some),
        journeys.stream().filter(due -> some.contains(due.personId())).toList(),
        more,
        timers,
        until,
        now);
  }

  /** Some of it, up to an earlier instant. */
  DueRound only(List<DueJourney> some, boolean withTimers, Instant earlier) {
    return new DueRound(people, some, false, withTimers, earlier, now);
  }
}
