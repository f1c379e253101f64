package dev.carillon.processing;

import dev.carillon.campaigns.CompiledCampaign;
import dev.carillon.campaigns.EndReason;
import dev.carillon.campaigns.Journey;
import dev.carillon.computed.TallyRepository;
import dev.carillon.delivery.DeliveryRepository.EndedJourney;
import dev.carillon.events.Counters;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.segments.OpenBuilds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What one batch works with: its transaction, its people, the rules, and what they cause. Serves
 * operations and timers alike.
 */
final class BatchScope {
  private final Handle handle;
  private final Stores stores;
  private final RuleBook ruleBook;
  private final BatchPeople people;
  private final ComputedApplier computed;
  private final Reactions reactions;
  private final BatchSurroundings surroundings;
  private final BatchNews news;
  private final InstantSource clock;
  private boolean messagesReached;

  /**
   * @param identity {@link dev.carillon.store.Epoch#identity} when the transaction began
   * @param cache whom identifiers named then
   */
  BatchScope(
      Handle handle,
      Stores stores,
      RuleBook ruleBook,
      long identity,
      IdentifierCache cache,
      InstantSource clock) {
    this.handle = handle;
    this.stores = stores;
    this.ruleBook = ruleBook;
    this.clock = clock;
    this.people = new BatchPeople(handle, stores, ruleBook, identity, cache);
    this.surroundings = new BatchSurroundings(this);
    this.news = new BatchNews(this);
    this.computed = new ComputedApplier(ruleBook, stores.ids());
    this.reactions = new Reactions(ruleBook, stores.ids(), computed, surroundings);
  }

  Handle handle() {
    return handle;
  }

  /** The time at which the batch is applied, which may be long after its operations came. */
  Instant present() {
    return clock.instant();
  }

  Stores stores() {
    return stores;
  }

  RuleBook ruleBook() {
    return ruleBook;
  }

  BatchPeople people() {
    return people;
  }

  ComputedApplier computed() {
    return computed;
  }

  Reactions reactions() {
    return reactions;
  }

  BatchSurroundings surroundings() {
    return surroundings;
  }

  /** What webhooks are told; to be written last. */
  BatchNews news() {
    return news;
  }

  /** Notes that messages reached something that rules count: due work follows the commit. */
  void reached() {
    messagesReached = true;
  }

  /** Whether due work has something to do at once, when this is committed. */
  boolean leavesWork() {
    return messagesReached || surroundings.leavesWork();
  }

  /**
   * Reads what rules look at, for all locked people: counters, memberships, timers, builds under
   * way, journeys so far. Statements of their own, so that each sees what the lock waited for.
   */
  void loadRuleFacts(RuleBook.Reach reach) {
    var segments = reach.segments();
    var campaigns = reach.campaigns();
    reactions.fireable(reach.timed(), reach.computable());
    if (reach.isEmpty()) {
      return;
    }
    var loaded = people.loaded().stream().filter(person -> !person.created()).toList();
    if (loaded.isEmpty()) {
      return;
    }
    var ids = loaded.stream().mapToLong(PersonState::personId).toArray();
    var counters = stores.events().counters(handle, ids);
    for (var person : loaded) {
      var packed = counters.get(person.personId());
      if (packed != null) {
        person.load(Counters.unpack(packed));
      }
    }
    var byId = new HashMap<Long, PersonState>();
    loaded.forEach(person -> byId.put(person.personId(), person));
    if (reach.tallies()) {
      loadTallies(byId, ids);
    }
    if (!segments.isEmpty()) {
      var numbers = segments.stream().mapToInt(Integer::intValue).toArray();
      stores
          .memberships()
          .load(
              handle,
              ids,
              numbers,
              row -> {
                var person = byId.get(row.personId());
                if (person != null && row.timer()) {
                  person.loadTimer(row.segmentId(), row.at());
                } else if (person != null) {
                  person.loadMember(row.segmentId(), row.at());
                }
              });
      if (ruleBook.building()) {
        reactions.leaveTo(OpenBuilds.read(handle, ids));
      }
    }
    loadHistories(loaded, campaigns);
    surroundings.read(reach, loaded);
  }

  private void loadTallies(Map<Long, PersonState> loaded, long[] ids) {
    var tallies = stores.tallies().load(handle, ids);
    loaded.forEach((personId, person) ->
        person.tallies().load(tallies.getOrDefault(personId, TallyRepository.Stored.NOTHING)));
    for (var timer : stores.tallies().timers(handle, ids)) {
      var person = loaded.get(timer.personId());
      if (person != null) {
        person.tallies().loadTimer(timer.computedId(), timer.dueAt());
      }
    }
  }

  private void loadHistories(List<PersonState> loaded, Set<Integer> campaigns) {
    var asking =
        loaded.stream()
            .map(person -> reactions.rules(person).campaigns())
            .flatMap(known -> campaigns.stream().map(known::get))
            .filter(campaign -> campaign != null && campaign.needsHistory())
            .mapToInt(CompiledCampaign::id)
            .distinct()
            .toArray();
    var ids = loaded.stream().mapToLong(PersonState::personId).toArray();
    stores
        .journeys()
        .histories(handle, ids, asking)
        .forEach((key, history) -> {
          var person = people.byId(key.personId());
          if (person != null) {
            person.remember(key.campaignId(), history);
          }
        });
  }

  /** Writes people, counters, memberships, timers, journeys, refusals and deliveries. */
  void write(Instant now) {
    people.write(now);
    var counters = new TreeMap<Long, byte[]>();
    var memberships = new MembershipRepository.Changes();
    for (var person : people.loaded()) {
      if (person.deleted()) {
        continue;
      }
      if (person.countersChanged()) {
        var kept = reactions.rules(person).counters();
        counters.put(person.personId(), person.counters().only(kept::containsKey).pack());
      }
      person.entered().forEach((segment, at) -> memberships.enter(person.personId(), segment, at));
      person.left().forEach(segment -> memberships.leave(person.personId(), segment));
      person
          .changedTimers()
          .forEach((segment, at) -> memberships.timer(person.personId(), segment, at));
    }
    if (!counters.isEmpty()) {
      stores.events().storeCounters(handle, counters);
    }
    stores.memberships().write(handle, memberships);
    writeTallies(now);
    writeJourneys();
  }

  private void writeTallies(Instant now) {
    var rows = new ArrayList<TallyRepository.Row>();
    var timers = new TreeMap<TallyRepository.Key, @Nullable Instant>();
    for (var person : people.loaded()) {
      if (person.deleted()) {
        continue;
      }
      var tallies = person.tallies();
      if (tallies.changed()) {
        rows.add(new TallyRepository.Row(person.personId(), person.workspace(), tallies.all()));
      }
      tallies
          .changedTimers()
          .forEach((id, at) -> timers.put(new TallyRepository.Key(person.personId(), id), at));
    }
    rows.sort(Comparator.comparingLong(TallyRepository.Row::personId));
    stores.tallies().store(handle, rows);
    if (!timers.isEmpty()) {
      stores.tallies().arm(handle, timers);
    }
    var refused = computed.activity(now);
    if (!refused.isEmpty()) {
      stores.activity().insert(handle, refused);
    }
  }

  /** Removes those who are gone; comes after everything else is written. */
  void removeGone(Instant now) {
    var gone = people.loaded().stream().filter(PersonState::deleted).toList();
    if (!gone.isEmpty()) {
      new PersonRemoval(handle, stores).remove(gone, now, clock.instant());
    }
  }

  private void writeJourneys() {
    if (!reactions.started().isEmpty()) {
      stores.journeys().insert(handle, reactions.started());
    }
    if (!reactions.moved().isEmpty()) {
      stores.journeys().update(handle, reactions.moved());
      var left =
          reactions.moved().stream().filter(BatchScope::leftEarly).map(BatchScope::ended).toList();
      if (!left.isEmpty()) {
        stores.deliveries().cancelForJourneys(handle, left); // C-42
      }
    }
    if (!reactions.refusals().isEmpty()) {
      stores.journeys().refuse(handle, reactions.refusals());
    }
    if (!reactions.deliveries().isEmpty()) {
      stores.deliveries().insertIntents(handle, reactions.deliveries());
    }
  }

  private static boolean leftEarly(Journey journey) {
    return journey.state() == Journey.State.EXITED
        && journey.endReason() != EndReason.EXIT_STEP
        && journey.endReason() != EndReason.ERROR;
  }

  private static EndedJourney ended(Journey journey) {
    return new EndedJourney(journey.id(), journey.personId());
  }
}
