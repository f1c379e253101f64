package dev.carillon.processing;

import dev.carillon.campaigns.Journey;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Does what fell due for one person in the order of its instants, however late that is.
 *
 * <p>Each timer, of a segment or of a computed attribute, is fired as of its own instant: what is
 * computed is computed with that instant as now, conditions are asked with it and with the data
 * there is, memberships and the journeys they start are dated by it, and the timer is armed again,
 * which may fall due in turn. So somebody who would have entered and left a segment while no server
 * ran has done both, at the right times. Journeys take their turn between timers, by when they were
 * due; but what they do is done now.
 */
final class Replay {
  /** Timers and journeys of one person in one transaction; what is left is due in the next. */
  static final int MOST = 100;

  private static final Comparator<Journey> ORDER =
      Comparator.comparing(Replay::due).thenComparingLong(Journey::id);

  private final Reactions reactions;
  private final Instant until;
  private final Instant now;

  /**
   * @param until later instants are left alone, though they may be due: something of the same
   *     people that comes before may not have been read
   * @param now the time at which journeys go on
   */
  Replay(Reactions reactions, Instant until, Instant now) {
    this.reactions = reactions;
    this.until = until;
    this.now = now;
  }

  /**
   * One person.
   *
   * @param due the person's journeys that are due
   */
  void run(PersonState person, List<Journey> due) {
    var journeys = new PriorityQueue<>(ORDER);
    add(journeys, due);
    for (var done = 0; done < MOST; done++) {
      var timer = reactions.nextTimer(person);
      var journey = journeys.peek();
      if (timer == null || timer.isAfter(until)) {
        if (journey == null) {
          return;
        }
        advance(person, journeys.remove());
      } else if (journey == null || !timer.isAfter(due(journey))) {
        add(journeys, reactions.fire(person, timer));
      } else {
        advance(person, journeys.remove());
      }
    }
  }

  private void add(PriorityQueue<Journey> journeys, List<Journey> more) {
    more.stream().filter(journey -> !due(journey).isAfter(until)).forEach(journeys::add);
  }

  private void advance(PersonState person, Journey journey) {
    var campaign = reactions.rules(person).campaigns().get(journey.campaignId());
    if (campaign == null) {
      reactions.stopped(person, journey, now);
    } else {
      reactions.advance(person, campaign, journey, now);
    }
  }

  /** When a journey goes on. */
  static Instant due(Journey journey) {
    var wakeAt = journey.wakeAt();
    return wakeAt == null ? Instant.MAX : wakeAt;
  }
}
