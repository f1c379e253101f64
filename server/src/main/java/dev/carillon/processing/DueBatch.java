package dev.carillon.processing;

import dev.carillon.campaigns.Journey;
import dev.carillon.computed.TallyRepository;
import dev.carillon.processing.RuleBook.Reach;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.store.Epoch;
import dev.carillon.store.Outage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * One transaction of due work: locks the people of a round, reads again what is due, and does it
 * person by person in the order of its instants ({@link Replay}).
 */
final class DueBatch {
  private final Stores stores;
  private final RuleBooks ruleBooks;
  private final IdentifierCache cache;
  private final InstantSource clock;

  DueBatch(Stores stores, RuleBooks ruleBooks, IdentifierCache cache, InstantSource clock) {
    this.stores = stores;
    this.ruleBooks = ruleBooks;
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * What is due of the people of a round.
   *
   * @param segments timers of segments
   * @param values timers of computed attributes
   */
  record Due(
      List<MembershipRepository.Due> segments,
      List<TallyRepository.Due> values,
      List<Journey> journeys) {
    /** The instants of timers. */
    Set<Instant> timers() {
      var instants = new HashSet<Instant>();
      segments.forEach(each -> instants.add(each.at()));
      values.forEach(each -> instants.add(each.dueAt()));
      return instants;
    }
  }

  /** Reads what is due. */
  Due due(Handle handle, DueRound round) {
    return new Due(
        round.timers() ? stores.memberships().dueOf(handle, round.ids(), round.until()) : List.of(),
        round.timers() ? stores.tallies().dueOf(handle, round.ids(), round.until()) : List.of(),
        stores.journeys().loadDue(handle, round.journeys(), round.until()));
  }

  /**
   * Does a round.
   *
   * @return how many deliveries it has queued
   */
  int apply(Handle handle, DueRound round) {
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
      scope.people().load(List.of(), round.people());
      var due = due(handle, round);
      scope.loadRuleFacts(reach(scope, due));
      var byPerson = due.journeys.stream().collect(Collectors.groupingBy(Journey::personId));
      var replay = new Replay(scope.reactions(), until(round, due.journeys), round.now());
      for (var personId : round.people()) {
        var person = scope.people().byId(personId);
        if (person != null) { // otherwise deleted, with all that was due
          replay.run(person, byPerson.getOrDefault(personId, List.of()));
        }
      }
      scope.write(round.now());
      handle.commit();
      return scope.reactions().deliveries().size();
    } catch (RuntimeException failure) {
      if (!Outage.caused(failure)) {
        handle.rollback();
      }
      throw failure;
    }
  }

  /** A journey that was left out is due no earlier than the last that was not. */
  private static Instant until(DueRound round, List<Journey> journeys) {
    return round.more()
        ? journeys.stream().map(Replay::due).max(Comparator.naturalOrder()).orElse(round.until())
        : round.until();
  }

  private static Reach reach(BatchScope scope, Due due) {
    var reach = new Reach(true);
    for (var each : due.segments) {
      var person = scope.people().byId(each.personId());
      if (person != null) {
        var rules = scope.reactions().rules(person);
        reach.fire(rules, each.segmentId());
        scope.surroundings().want(person, rules.surroundings().firing(each.segmentId()));
      }
    }
    for (var each : due.values) {
      var person = scope.people().byId(each.personId());
      if (person != null) {
        var rules = scope.reactions().rules(person);
        reach.compute(rules, each.computedId());
        for (var reader : rules.readers(each.computedId())) {
          scope.surroundings().want(person, rules.surroundings().firing(reader.segmentId()));
        }
      }
    }
    for (var journey : due.journeys) {
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
}
