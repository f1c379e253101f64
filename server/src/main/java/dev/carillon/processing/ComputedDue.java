package dev.carillon.processing;

import dev.carillon.computed.TallyRepository.Due;
import dev.carillon.processing.RuleBook.Reach;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes attributes again that change with no new event: something leaves a window, values are
 * published or withdrawn. Each timer is worked off as of its own instant, also when it is late.
 */
final class ComputedDue {
  private static final Logger LOG = LoggerFactory.getLogger(ComputedDue.class);
  private static final Duration POSTPONED = Duration.ofHours(1);
  private static final int BATCH = 1_000;

  /** Instants of one attribute that are worked off at once; what is left is due again. */
  private static final int INSTANTS = 100;

  private final Stores stores;
  private final RuleBooks ruleBooks;
  private final IdentifierCache cache;
  private final InstantSource clock;

  ComputedDue(Stores stores, RuleBooks ruleBooks, IdentifierCache cache, InstantSource clock) {
    this.stores = stores;
    this.ruleBooks = ruleBooks;
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * Does one batch for people of these groups.
   *
   * @return how many deliveries it has queued; -1: there was nothing to do
   */
  int step(Handle handle, int[] groups) {
    var now = clock.instant();
    var due = stores.tallies().due(handle, now, groups, BATCH);
    return due.isEmpty() ? -1 : run(handle, due, now);
  }

  private int run(Handle handle, List<Due> due, Instant now) {
    try {
      return transact(handle, due, now);
    } catch (RuntimeException failure) {
      if (Failures.connectionBroken(failure)) {
        throw failure;
      }
      if (Failures.passing(failure)) {
        LOG.debug("computed attributes met another batch: {}", failure.getMessage());
        return 0;
      }
      if (due.size() == 1) {
        var one = due.getFirst();
        LOG.error(
            "attribute {} of person {} cannot be computed, trying again in an hour",
            one.computedId(),
            one.personId(),
            failure);
        handle.useTransaction(h -> stores.tallies().postpone(h, one, now.plus(POSTPONED)));
        return 0;
      }
      LOG.warn("{} computed attributes failed and are done again in parts", due.size(), failure);
      return run(handle, due.subList(0, due.size() / 2), now)
          + run(handle, due.subList(due.size() / 2, due.size()), now);
    }
  }

  private int transact(Handle handle, List<Due> candidates, Instant now) {
    handle.begin();
    try {
      var epoch = Epoch.join(handle);
      var ruleBook = ruleBooks.under(epoch.rules(), handle);
      var scope = new BatchScope(handle, stores, ruleBook, epoch.identity(), cache, clock);
      var people = new TreeSet<Long>();
      candidates.forEach(each -> people.add(each.personId()));
      scope.people().load(List.of(), people);
      var due =
          stores.tallies().dueOf(handle, people.stream().mapToLong(Long::longValue).toArray(), now);
      scope.loadRuleFacts(reach(scope, due));
      var applier = new ComputedApplier(ruleBook);
      due.forEach(each -> fire(scope, applier, each, now));
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

  private static Reach reach(BatchScope scope, List<Due> due) {
    var reach = new Reach();
    for (var each : due) {
      var person = scope.people().byId(each.personId());
      if (person != null) {
        var rules = scope.reactions().rules(person);
        var rule = rules.computed().get(each.computedId());
        if (rule != null) {
          reach.compute(rules, List.of(rule));
        }
      }
    }
    return reach;
  }

  private static void fire(BatchScope scope, ComputedApplier applier, Due due, Instant now) {
    var person = scope.people().byId(due.personId());
    if (person == null) {
      return; // deleted; timers went along
    }
    var rule = scope.reactions().rules(person).computed().get(due.computedId());
    if (rule == null) {
      person.tallies().computeAt(due.computedId(), null); // gone altogether
      return;
    }
    var at = due.dueAt();
    for (var instant = 0; instant < INSTANTS && at != null && !at.isAfter(now); instant++) {
      person.tallies().computeAt(due.computedId(), null);
      var woken = new LinkedHashSet<SegmentRule>(applier.refresh(person, rule, at));
      scope.reactions().woken(person, woken, at);
      at = person.tallies().timers().get(due.computedId());
    }
  }
}
