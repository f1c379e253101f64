package dev.carillon.processing;

import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.segments.MembershipRepository.Wake;
import dev.carillon.segments.SurroundingsWakes;
import dev.carillon.segments.SurroundingsWakes.Circle;
import dev.carillon.segments.SurroundingsWakes.Ended;
import dev.carillon.segments.SurroundingsWakes.Related;
import dev.carillon.store.Epoch;
import dev.carillon.store.Outage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the slow segments of people around whom something has changed that is not changed under
 * their locks ({@link SurroundingsWakes}): sets their timers to the instant of the change, and due
 * work does the rest.
 *
 * <p>An object may have a million people. They are taken in the order of their keys, about a
 * thousand in a transaction, which also moves the object's cursor; so a crash costs one range at
 * most, and in between due work looks at those who were woken. Several objects share a range, so
 * that the small ones need not wait for a large one.
 *
 * <p><b>What may race.</b> People are locked before their timers are touched, as everywhere. Only
 * then the cursor is locked, and only if nobody else has it: a batch that changes the object again
 * may hold it and wait for one of these people. Then this range has woken people who will be woken
 * once more, which does no harm. Somebody who is related to the object meanwhile is woken by that
 * alone, and a merge wakes all of the primary. A relationship that is not committed when its place
 * is passed belongs to a batch that wakes its person itself, and what due work then reads of the
 * object is at least as new as the change that has been told here.
 *
 * <p>One thread.
 */
final class SlowWakes {
  private static final Logger LOG = LoggerFactory.getLogger(SlowWakes.class);
  private static final int RANGE = 1_000;
  private static final int OBJECTS = 50;
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Stores stores;
  private final RuleBooks ruleBooks;
  private final SurroundingsWakes wakes = new SurroundingsWakes();
  private long quietUntil = System.nanoTime();

  SlowWakes(Stores stores, RuleBooks ruleBooks) {
    this.stores = stores;
    this.ruleBooks = ruleBooks;
  }

  /** Notes that a journey was ended without the lock of its person. */
  void journeyEnded(Handle handle, long journeyId, Instant at) {
    wakes.journeysEnded(handle, List.of(journeyId), at);
  }

  /**
   * Does one range.
   *
   * @param groups lane groups of the caller
   * @return whether there was anything to do
   */
  boolean step(Handle handle, int[] groups) {
    if (System.nanoTime() - quietUntil < 0) {
      return false;
    }
    try {
      var ended = wakes.ended(handle, groups, RANGE);
      var circles = wakes.circles(handle, groups, OBJECTS);
      if (!ended.isEmpty()) {
        transact(handle, rules -> journeys(handle, rules, ended));
      }
      if (!circles.isEmpty()) {
        transact(handle, rules -> objects(handle, rules, circles));
      }
      return !ended.isEmpty() || !circles.isEmpty();
    } catch (RuntimeException failure) {
      if (Outage.caused(failure)) {
        throw failure;
      }
      if (Failures.passing(failure)) {
        LOG.debug("a range of people met a batch and is done again: {}", failure.getMessage());
        return true;
      }
      // Timers and journeys that are due must not wait for this.
      LOG.error("people cannot be woken, trying again in a minute", failure);
      quietUntil = System.nanoTime() + PAUSE.toNanos();
      return false;
    }
  }

  private interface Work {
    void under(RuleBook rules);
  }

  private void transact(Handle handle, Work work) {
    handle.begin();
    try {
      work.under(ruleBooks.under(Epoch.join(handle).rules(), handle));
      handle.commit();
    } catch (RuntimeException failure) {
      if (!Outage.caused(failure)) {
        handle.rollback();
      }
      throw failure;
    }
  }

  private void journeys(Handle handle, RuleBook rules, List<Ended> ended) {
    var people = lock(handle, ended.stream().map(Ended::personId).toList());
    var woken = new ArrayList<Wake>();
    for (var each : ended) {
      if (people.contains(each.personId())) {
        var known = rules.of(each.workspace()).surroundings();
        for (var segment : known.onJourneys(each.campaignId())) {
          var at = known.looksAt(segment, each.campaignId(), each.at());
          woken.add(new Wake(each.personId(), segment.segmentId(), at));
        }
      }
    }
    stores.memberships().wake(handle, woken);
    wakes.removeEnded(handle, ended);
  }

  private void objects(Handle handle, RuleBook rules, List<Circle> circles) {
    var mostOfEach = RANGE / circles.size();
    var next = wakes.next(handle, circles, mostOfEach);
    var people = lock(handle, next.stream().map(Related::personId).toList());
    var byKey = circles.stream().collect(Collectors.toMap(Circle::objectKey, each -> each));
    var woken = new ArrayList<Wake>();
    var reached = new HashMap<Long, List<Long>>();
    for (var each : next) {
      reached.computeIfAbsent(each.objectKey(), _ -> new ArrayList<>()).add(each.personId());
      var circle = byKey.get(each.objectKey());
      if (circle != null && people.contains(each.personId())) {
        for (var segment : segments(rules, circle)) {
          woken.add(new Wake(each.personId(), segment.segmentId(), circle.object().at()));
        }
      }
    }
    stores.memberships().wake(handle, woken);
    advance(handle, circles, reached, mostOfEach);
  }

  private static List<SegmentRule> segments(RuleBook rules, Circle circle) {
    var object = circle.object();
    return rules.of(object.workspace()).surroundings().onObjects(object.typeId());
  }

  private void advance(
      Handle handle, List<Circle> circles, Map<Long, List<Long>> reached, int mostOfEach) {
    var mine = wakes.lockUnchanged(handle, circles);
    var moved = new ArrayList<Circle>();
    var closed = new ArrayList<Circle>();
    for (var circle : circles) {
      if (mine.contains(circle.objectKey())) {
        var people = reached.getOrDefault(circle.objectKey(), List.of());
        var all = people.size() < mostOfEach;
        circle
            .after(people.isEmpty() ? circle.doneTo() : people.getLast(), all)
            .ifPresentOrElse(moved::add, () -> closed.add(circle));
      }
    }
    if (!moved.isEmpty()) {
      wakes.move(handle, moved);
    }
    if (!closed.isEmpty()) {
      wakes.close(handle, closed);
    }
  }

  private Set<Long> lock(Handle handle, Collection<Long> people) {
    var keys = new TreeSet<>(people).stream().mapToLong(Long::longValue).toArray();
    return keys.length == 0 ? Set.of() : stores.people().lock(handle, keys);
  }
}
