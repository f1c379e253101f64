package dev.carillon.processing;

import dev.carillon.delivery.MessageWakes;
import dev.carillon.delivery.MessageWakes.Wake;
import dev.carillon.events.Counters;
import dev.carillon.processing.RuleBook.Reach;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.segments.CounterRecount;
import dev.carillon.segments.CounterRepository.Stored;
import dev.carillon.segments.Recounted;
import dev.carillon.store.Epoch;
import dev.carillon.store.Outage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when messages reached something that rules count (journeys §2.5, §2.7): counts the
 * messages of these people anew and evaluates the segments that read a count that changed.
 *
 * <p><b>Why anew.</b> A metric is noted by whoever learns of it: the sender of a mail, or a batch
 * of reports. Neither locks the person. So they only leave a note, in the transaction of the metric
 * ({@link MessageWakes}), and here the person is locked first, then the notes are removed, then the
 * messages are counted by a statement of its own: it sees whatever was committed with a note that
 * it removes, and what is committed later has a note of its own. Nothing is counted twice, because
 * nothing is added.
 *
 * <p><b>Several nodes.</b> Notes are taken with locks that others pass by, whichever node they were
 * written on, so the work is shared and the node that wrote a note need not own the person's lanes.
 *
 * <p>Used by one thread.
 */
final class MessageWork {
  private static final Logger LOG = LoggerFactory.getLogger(MessageWork.class);
  private static final Duration POSTPONED = Duration.ofHours(1);
  private static final int BATCH = 1_000;

  private final MessageWakes wakes = new MessageWakes();
  private final Stores stores;
  private final RuleBooks ruleBooks;
  private final IdentifierCache cache;
  private final InstantSource clock;
  private final Runnable deliveriesQueued;

  MessageWork(
      Stores stores,
      RuleBooks ruleBooks,
      IdentifierCache cache,
      InstantSource clock,
      Runnable deliveriesQueued) {
    this.stores = stores;
    this.ruleBooks = ruleBooks;
    this.cache = cache;
    this.clock = clock;
    this.deliveriesQueued = deliveriesQueued;
  }

  /** Does one batch. True when there may be more to do at once. */
  boolean step(Handle handle) {
    var now = clock.instant();
    return wakes.any(handle, now) && run(handle, h -> wakes.claim(h, now, BATCH), now);
  }

  /**
   * @param claiming takes notes; again only those it took before when parts are done
   */
  private boolean run(Handle handle, Function<Handle, List<Wake>> claiming, Instant now) {
    var taken = new ArrayList<Wake>();
    try {
      var deliveries = transact(handle, claiming, taken, now);
      if (deliveries > 0) {
        deliveriesQueued.run();
      }
    } catch (RuntimeException failure) {
      if (taken.isEmpty() || Outage.caused(failure)) {
        throw failure;
      }
      if (Failures.passing(failure)) {
        LOG.debug("work about messages met another batch, again: {}", failure.getMessage());
      } else if (taken.size() == 1) {
        putAside(handle, taken.getFirst(), now, failure);
      } else {
        LOG.warn(
            "{} notes about messages failed and are done again in parts", taken.size(), failure);
        var middle = taken.size() / 2;
        for (var part : List.of(taken.subList(0, middle), taken.subList(middle, taken.size()))) {
          run(handle, h -> wakes.claim(h, part), now);
        }
      }
    }
    return !taken.isEmpty();
  }

  /** Returns how many deliveries were queued. */
  private int transact(
      Handle handle, Function<Handle, List<Wake>> claiming, List<Wake> taken, Instant now) {
    handle.begin();
    try {
      var epoch = Epoch.join(handle);
      taken.addAll(claiming.apply(handle));
      var scope =
          new BatchScope(
              handle,
              stores,
              ruleBooks.under(epoch.rules(), handle),
              epoch.identity(),
              cache,
              clock);
      if (!taken.isEmpty()) {
        apply(scope, taken, now);
      }
      handle.commit();
      return scope.reactions().deliveries().size();
    } catch (RuntimeException failure) {
      if (!Outage.caused(failure)) {
        handle.rollback();
      }
      throw failure;
    }
  }

  private void apply(BatchScope scope, List<Wake> taken, Instant now) {
    var people = new TreeSet<Long>();
    taken.forEach(wake -> people.add(wake.target()));
    scope.people().load(List.of(), people);
    people.removeIf(person -> scope.people().byId(person) == null);
    wakes.done(scope.handle(), taken, people);
    var counters = counters(scope, people);
    if (counters.isEmpty()) {
      return; // the rules are gone
    }
    var ids = people.stream().mapToLong(Long::longValue).toArray();
    var recounted = CounterRecount.of(scope.handle(), ids, counters, now);
    var changed = changed(scope, ids, counters, recounted);
    var reach = new Reach();
    changed.forEach((person, numbers) -> {
      var rules = scope.reactions().rules(person);
      reach.wake(rules, readers(rules, numbers));
      reach.counters();
    });
    scope.loadRuleFacts(reach);
    changed.forEach((person, numbers) -> {
      person.replace(recounted.in(person.personId(), person.counters()));
      var rules = scope.reactions().rules(person);
      scope.reactions().woken(person, readers(rules, numbers), now);
    });
    scope.write(now);
  }

  /** Counters of messages in the workspaces of these people. */
  private static List<Stored> counters(BatchScope scope, Set<Long> people) {
    var counters = new LinkedHashSet<Stored>();
    for (var id : people) {
      var person = scope.people().byId(id);
      if (person != null) {
        counters.addAll(scope.reactions().rules(person).messages().counters());
      }
    }
    return List.copyOf(counters);
  }

  /** Which counters are other than they are stored, by person. */
  private Map<PersonState, Set<Integer>> changed(
      BatchScope scope, long[] people, List<Stored> counters, Recounted recounted) {
    var stored = stores.events().counters(scope.handle(), people);
    var changed = new HashMap<PersonState, Set<Integer>>();
    for (var id : people) {
      var packed = stored.get(id);
      var before = packed == null ? Counters.EMPTY : Counters.unpack(packed);
      var after = recounted.in(id, before);
      var person = scope.people().byId(id);
      if (person != null && !after.equals(before)) {
        var numbers = new HashSet<Integer>();
        for (var counter : counters) {
          if (!after.get(counter.counterId()).equals(before.get(counter.counterId()))) {
            numbers.add(counter.counterId());
          }
        }
        changed.put(person, numbers);
      }
    }
    return changed;
  }

  private static Set<SegmentRule> readers(RuleBook.Rules rules, Set<Integer> counters) {
    var readers = new LinkedHashSet<SegmentRule>();
    for (var id : counters) {
      readers.addAll(rules.messages().segments().getOrDefault(id, List.of()));
    }
    return readers;
  }

  /** A note that cannot be worked off must not come back at once for ever. */
  private void putAside(Handle handle, Wake wake, Instant now, RuntimeException failure) {
    LOG.error(
        "messages of person {} of workspace {} cannot be counted, trying again in an hour",
        wake.target(),
        wake.workspace().value(),
        failure);
    handle.useTransaction(h -> wakes.postpone(h, wake, now.plus(POSTPONED)));
  }
}
