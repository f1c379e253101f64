package dev.carillon.processing;

import dev.carillon.campaigns.Journey;
import dev.carillon.campaigns.JourneyRepository.DueJourney;
import dev.carillon.log.LaneOwnership;
import dev.carillon.processing.RuleBook.Reach;
import dev.carillon.segments.MembershipRepository.Due;
import dev.carillon.segments.TooManyRelationships;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what falls due with no new data: segment timers and journeys that wait; and what follows
 * when messages reached something ({@link MessageWork}). Looks twice a second at two indexes, for
 * the people of the lane groups this node owns; owning only spares double work. Candidates are
 * found without locks, their people are locked in key order like in any batch, and what is due is
 * read again under the lock: whoever comes second finds nothing to do.
 */
public final class DueWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DueWorker.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration POSTPONED = Duration.ofHours(1);
  private static final int BATCH = 1_000;

  private final Database database;
  private final LaneOwnership ownership;
  private final Stores stores;
  private final RuleBooks ruleBooks;
  private final IdentifierCache cache;
  private final InstantSource clock;
  private final Runnable deliveriesQueued;
  private final MessageWork messages;
  private final ComputedDue computed;
  private final Thread thread = new Thread(this::run, "due-work");
  private final SlowWakes slowWakes;
  private volatile boolean closing;

  DueWorker(
      Database database,
      LaneOwnership ownership,
      Stores stores,
      RuleBooks ruleBooks,
      IdentifierCache cache,
      InstantSource clock,
      Runnable deliveriesQueued) {
    this.database = database;
    this.ownership = ownership;
    this.stores = stores;
    this.ruleBooks = ruleBooks;
    this.cache = cache;
    this.clock = clock;
    this.deliveriesQueued = deliveriesQueued;
    this.messages = new MessageWork(stores, ruleBooks, cache, clock, deliveriesQueued);
    this.computed = new ComputedDue(stores, ruleBooks, cache, clock);
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

  /** Does one batch. True when there was anything to do. */
  private boolean step(Handle handle) {
    var groups = ownership.owned().keySet().stream().mapToInt(Integer::intValue).toArray();
    if (groups.length == 0) {
      return false;
    }
    var computedDeliveries = computed.step(handle, groups);
    if (computedDeliveries > 0) {
      deliveriesQueued.run();
    }
    var woken = slowWakes.step(handle, groups);
    var now = clock.instant();
    var timers = stores.memberships().due(handle, now, groups, BATCH);
    var journeys = stores.journeys().due(handle, now, groups, BATCH);
    if (timers.isEmpty() && journeys.isEmpty()) {
      return woken || computedDeliveries >= 0;
    }
    run(handle, timers, journeys, now);
    return true;
  }

  private void run(Handle handle, List<Due> timers, List<DueJourney> journeys, Instant now) {
    try {
      var deliveries = transact(handle, timers, journeys, now);
      if (deliveries > 0) {
        deliveriesQueued.run();
      }
    } catch (RuntimeException failure) {
      if (Failures.connectionBroken(failure)) {
        throw failure;
      }
      if (Failures.passing(failure)) {
        LOG.debug("due work met another batch and is done again: {}", failure.getMessage());
      } else if (failure instanceof TooManyRelationships) {
        inParts(handle, timers, journeys, now);
      } else if (timers.size() + journeys.size() == 1) {
        putAside(handle, timers, journeys, now, failure);
      } else {
        LOG.warn(
            "{} timers and {} journeys failed and are done again in parts",
            timers.size(),
            journeys.size(),
            failure);
        inParts(handle, timers, journeys, now);
      }
    }
  }

  private void inParts(Handle handle, List<Due> timers, List<DueJourney> journeys, Instant now) {
    if (!timers.isEmpty() && !journeys.isEmpty()) {
      run(handle, timers, List.of(), now);
      run(handle, List.of(), journeys, now);
      return;
    }
    run(handle, timers.subList(0, timers.size() / 2), journeys.subList(0, journeys.size() / 2), now);
    run(
        handle,
        timers.subList(timers.size() / 2, timers.size()),
        journeys.subList(journeys.size() / 2, journeys.size()),
        now);
  }

  private int transact(Handle handle, List<Due> timers, List<DueJourney> journeys, Instant now) {
    handle.begin();
    try {
      var epoch = Epoch.join(handle);
      var scope =
          new BatchScope(
              handle,
              stores,
              ruleBooks.under(epoch.rules(), handle),
              epoch.identity(),
              cache,
              clock);
      var people = new TreeSet<Long>();
      timers.forEach(due -> people.add(due.personId()));
      journeys.forEach(due -> people.add(due.personId()));
      scope.people().load(List.of(), people);
      var waiting = stores.journeys().loadDue(handle, journeys, now);
      scope.loadRuleFacts(reach(scope, timers, waiting));
      timers.forEach(due -> fire(scope, due, now));
      waiting.forEach(journey -> advance(scope, journey, now));
      scope.write(now);
      handle.commit();
      return scope.reactions().deliveries().size();
    } catch (RuntimeException failure) {
      if (!Failures.connectionBroken(failure)) {
        handle.rollback();
      }
      throw failure;
    }
  }

  private static Reach reach(BatchScope scope, List<Due> timers, List<Journey> journeys) {
    var reach = new Reach(true);
    for (var due : timers) {
      reach.read(due.segmentId());
      var person = scope.people().byId(due.personId());
      if (person != null) {
        var rules = scope.reactions().rules(person);
        var segment = rules.segments().get(due.segmentId());
        reach.wake(rules, segment == null ? List.of() : List.of(segment));
        scope.surroundings().want(person, rules.surroundings().firing(due.segmentId()));
      }
    }
    for (var journey : journeys) {
      var person = scope.people().byId(journey.personId());
      if (person != null) {
        var rules = scope.reactions().rules(person);
        var campaign = rules.campaigns().get(journey.campaignId());
        reach.travel(rules, journey.campaignId());
        if (campaign != null) {
          reach.start(rules, campaign);
          scope.surroundings().want(person, campaign.reads().surroundings());
        }
      }
    }
    return reach;
  }

  private static void fire(BatchScope scope, Due due, Instant now) {
    var person = scope.people().byId(due.personId());
    if (person == null) {
      return; // deleted; its timers went with it
    }
    var armed = person.timer(due.segmentId());
    if (armed == null || armed.isAfter(now)) {
      return; // somebody else was here
    }
    var segment = scope.reactions().rules(person).segments().get(due.segmentId());
    if (segment == null) {
      person.wakeAt(due.segmentId(), null, true); // the segment is gone
    } else {
      scope.reactions().timerFired(person, segment, now);
    }
  }

  private static void advance(BatchScope scope, Journey journey, Instant now) {
    var person = scope.people().byId(journey.personId());
    if (person == null) {
      return; // deleted; its journeys were ended with it
    }
    var campaign = scope.reactions().rules(person).campaigns().get(journey.campaignId());
    if (campaign == null) {
      scope.reactions().stopped(person, journey, now);
    } else {
      scope.reactions().advance(person, campaign, journey, now);
    }
  }

  /**
   * One timer or journey that cannot be worked off must not come back at once for ever: the journey
   * ends with an error, the timer waits.
   */
  private void putAside(
      Handle handle,
      List<Due> timers,
      List<DueJourney> journeys,
      Instant now,
      RuntimeException failure) {
    for (var due : timers) {
      LOG.error(
          "segment {} cannot be evaluated for person {}, trying again in an hour",
          due.segmentId(),
          due.personId(),
          failure);
      handle.useTransaction(h -> stores.memberships().postpone(h, due, now.plus(POSTPONED)));
    }
    for (var due : journeys) {
      LOG.error(
          "journey {} of person {} cannot go on and ends",
          due.journeyId(),
          due.personId(),
          failure);
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
