package dev.carillon.processing;

import dev.carillon.campaigns.Journey;
import dev.carillon.campaigns.JourneyRepository.DueJourney;
import dev.carillon.log.LaneOwnership;
import dev.carillon.segments.TooManyRelationships;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.store.Outage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what falls due with no new data: timers of segments and of computed attributes, and journeys
 * that wait, of each person in the order of their instants (class {@link Replay}); and what follows
 * when messages reached something ({@link MessageWork}). Looks twice a second at three indexes, for
 * the people of the lane groups this node owns; owning only spares double work. Candidates are
 * found without locks, their people are locked in key order like in any batch, and what is due is
 * read again under the lock: whoever comes second finds nothing to do.
 */
public final class DueWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DueWorker.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration POSTPONED = Duration.ofHours(1);
  private static final Duration HELD_BACK = Duration.ofMinutes(1);
  private static final int BATCH = 1_000;

  private final Database database;
  private final LaneOwnership ownership;
  private final Stores stores;
  private final InstantSource clock;
  private final Supplier<Instant> applied;
  private final Runnable deliveriesQueued;
  private final MessageWork messages;
  private final DueBatch batch;
  private final Thread thread = new Thread(this::run, "due-work");
  private final SlowWakes slowWakes;
  private volatile boolean closing;

  /**
   * @param applied operations accepted before are applied, as far as this node knows; {@link
   *     Instant#MAX}: all are. What is due later waits for them, but no longer than a minute (S-50)
   */
  DueWorker(
      Database database,
      LaneOwnership ownership,
      Stores stores,
      RuleBooks ruleBooks,
      IdentifierCache cache,
      InstantSource clock,
      Supplier<Instant> applied,
      Runnable deliveriesQueued) {
    this.database = database;
    this.ownership = ownership;
    this.stores = stores;
    this.clock = clock;
    this.applied = applied;
    this.deliveriesQueued = deliveriesQueued;
    this.messages = new MessageWork(stores, ruleBooks, cache, clock, deliveriesQueued);
    this.batch = new DueBatch(stores, ruleBooks, cache, clock);
    this.slowWakes = new SlowWakes(stores, ruleBooks);
  }

  void start() {
    thread.start();
  }

  /** Looks at once: the clock was turned, or messages reached something. */
  public void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closing) {
      try (var handle = database.dedicatedHandle("carillon due work")) {
        handle.execute("SET synchronous_commit = off");
        while (!closing) {
          var reached = messages.step(handle);
          if (!step(handle) && !reached) {
            LockSupport.parkNanos(this, LOOK_EVERY.toNanos());
          }
        }
      } catch (RuntimeException failure) {
        if (!closing) {
          Failures.report(LOG, "due work", failure);
          LockSupport.parkNanos(this, LOOK_EVERY.toNanos());
        }
      }
    }
  }

  /** Does one round. True when there was anything to do. */
  private boolean step(Handle handle) {
    var groups = ownership.owned().keySet().stream().mapToInt(Integer::intValue).toArray();
    if (groups.length == 0) {
      return false;
    }
    var woken = slowWakes.step(handle, groups);
    var now = clock.instant();
    var until =
        Collections.min(
            List.of(now, Collections.max(List.of(applied.get(), now.minus(HELD_BACK)))));
    var timers = stores.memberships().due(handle, until, groups, BATCH);
    var values = stores.tallies().due(handle, until, groups, BATCH);
    var journeys = stores.journeys().due(handle, until, groups, BATCH);
    if (timers.isEmpty() && values.isEmpty() && journeys.isEmpty()) {
      return woken;
    }
    var people = new TreeSet<Long>();
    timers.forEach(due -> people.add(due.personId()));
    values.forEach(due -> people.add(due.personId()));
    journeys.forEach(due -> people.add(due.personId()));
    // What was left out is due no earlier than the last that was not. Attributes are left out of
    // this: publishing one to millions of people must not hold up the segments of others.
    var read = timers.size() < BATCH ? until : timers.getLast().at();
    run(handle, new DueRound(people, journeys, journeys.size() == BATCH, true, read, now));
    return true;
  }

  private void run(Handle handle, DueRound round) {
    try {
      var deliveries = batch.apply(handle, round);
      if (deliveries > 0) {
        deliveriesQueued.run();
      }
    } catch (RuntimeException failure) {
      if (Outage.caused(failure)) {
        throw failure;
      }
      if (Failures.passing(failure)) {
        LOG.debug("due work met another batch and is done again: {}", failure.getMessage());
      } else if (round.people().size() > 1) {
        if (!(failure instanceof TooManyRelationships)) {
          LOG.warn(
              "due work of {} people failed, it is done again in parts",
              round.people().size(),
              failure);
        }
        var middle =
            round.people().stream().skip(round.people().size() / 2).findFirst().orElseThrow();
        run(handle, round.of(round.people().headSet(middle)));
        run(handle, round.of(round.people().tailSet(middle)));
      } else {
        apart(handle, round, failure);
      }
    }
  }

  /**
   * Due work of one person failed: does what is due first alone, and puts that aside if it fails.
   */
  private void apart(Handle handle, DueRound round, RuntimeException failure) {
    var due = batch.due(handle, round);
    var journeys = due.journeys().stream().collect(Collectors.toMap(Journey::id, Replay::due));
    var timers = due.timers();
    var first =
        Stream.concat(journeys.values().stream(), timers.stream())
            .min(Comparator.naturalOrder())
            .orElse(null);
    if (first == null) {
      return; // somebody else was here
    }
    var firstJourneys =
        round.journeys().stream()
            .filter(each -> first.equals(journeys.get(each.journeyId())))
            .toList();
    var hasTimer = timers.contains(first);
    if (firstJourneys.size() + (hasTimer ? 1 : 0) == 1 && first.equals(round.until())) {
      putAside(
          handle, round.people().first(), firstJourneys, hasTimer, first, round.now(), failure);
      return;
    }
    if (hasTimer) {
      run(handle, round.only(List.of(), true, first));
    }
    firstJourneys.forEach(each -> run(handle, round.only(List.of(each), false, first)));
  }

  /**
   * What cannot be worked off must not come back at once for ever: a journey ends with an error,
   * timers wait.
   */
  private void putAside(
      Handle handle,
      long personId,
      List<DueJourney> journeys,
      boolean timers,
      Instant at,
      Instant now,
      RuntimeException failure) {
    if (timers) {
      LOG.error(
          "segments and attributes of person {} cannot be evaluated as of {}, trying again in an hour",
          personId,
          at,
          failure);
      handle.useTransaction(h -> {
        stores.memberships().postpone(h, personId, at, now.plus(POSTPONED));
        stores.tallies().postpone(h, personId, at, now.plus(POSTPONED));
      });
    }
    for (var due : journeys) {
      LOG.error(
          "journey {} of person {} cannot go on and ends", due.journeyId(), personId, failure);
      handle.useTransaction(h -> {
        Epoch.join(h);
        if (stores.journeys().endWithError(h, due.journeyId(), now)) {
          slowWakes.journeyEnded(h, due.journeyId(), now);
        }
      });
    }
  }

  /** Ends after the batch in hand. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
