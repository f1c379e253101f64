package dev.carillon.processing;

import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.AnonymousRepository;
import dev.carillon.events.Counters;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository;
import dev.carillon.log.IdRanges;
import dev.carillon.people.PeopleRepository;
import dev.carillon.reporting.ActivityRepository;
import dev.carillon.segments.MembershipRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** What one batch works with: its transaction, its people, the rules, and what they cause. Serves operations and timers alike. */
final class BatchScope {
  private final Handle handle;
  private final Stores stores;
  private final RuleBook ruleBook;
  private final BatchPeople people;
  private final Reactions reactions;
  private final Map<Integer, MembershipRepository.Build> builds = new HashMap<>();

  /** Where a batch reads and writes, and the source of new numbers. */
  record Stores(
      PeopleRepository people,
      EventRepository events,
      EventNames names,
      AnonymousRepository anonymous,
      MembershipRepository memberships,
      JourneyRepository journeys,
      DeliveryRepository deliveries,
      ActivityRepository activity,
      IdRanges ids) {}

  BatchScope(Handle handle, Stores stores, RuleBook ruleBook, IdentifierCache cache) {
    this.handle = handle;
    this.stores = stores;
    this.ruleBook = ruleBook;
    this.people = new BatchPeople(handle, stores.people(), cache);
    this.reactions = new Reactions(ruleBook, stores.ids(), builds);
  }

  Handle handle() {
    return handle;
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

  Reactions reactions() {
    return reactions;
  }

  /**
   * Reads what rules look at, for all locked people: counters, memberships, timers, builds under way, journeys so far. Statements of their own, so
   * that each sees what the lock waited for.
   */
  void loadRuleFacts(RuleBook.Reach reach) {
    var segments = reach.segments();
    var campaigns = reach.campaigns();
    if (segments.isEmpty() && campaigns.isEmpty()) {
      return;
    }
    var loaded = people.loaded().stream().filter(person -> !person.created()).toList();
    if (loaded.isEmpty()) {
      loadBuilds();
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
    if (!segments.isEmpty()) {
      var numbers = segments.stream().mapToInt(Integer::intValue).toArray();
      for (var row : stores.memberships().load(handle, ids, numbers)) {
        var person = byId.get(row.personId());
        if (person != null && row.timer()) {
          person.loadTimer(row.segmentId(), row.at());
        } else if (person != null) {
          person.loadMember(row.segmentId(), row.at());
        }
      }
      loadBuilds();
    }
    if (!campaigns.isEmpty()) {
      stores
          .journeys()
          .histories(handle, ids, campaigns.stream().mapToInt(Integer::intValue).toArray())
          .forEach((key, history) -> {
            var person = byId.get(key.personId());
            if (person != null) {
              person.remember(key.campaignId(), history);
            }
          });
    }
  }

  private void loadBuilds() {
    if (ruleBook.building()) {
      builds.putAll(stores.memberships().builds(handle));
    }
  }

  /** Writes people, counters, memberships, timers, journeys, refusals and deliveries. */
  void write(Instant now) {
    people.write(now);
    var counters = new TreeMap<Long, byte[]>();
    var memberships = new MembershipRepository.Changes();
    var deleted = new ArrayList<Long>();
    for (var person : people.loaded()) {
      if (person.deleted()) {
        deleted.add(person.personId());
        continue;
      }
      if (person.countersChanged()) {
        counters.put(person.personId(), person.counters().pack());
      }
      person.entered().forEach((segment, at) -> memberships.enter(person.personId(), segment, at));
      person.left().forEach(segment -> memberships.leave(person.personId(), segment));
      person.changedTimers().forEach((segment, at) -> memberships.timer(person.personId(), segment, at));
    }
    if (!counters.isEmpty()) {
      stores.events().storeCounters(handle, counters);
    }
    stores.memberships().write(handle, memberships);
    writeJourneys();
    if (!deleted.isEmpty()) {
      var ids = deleted.stream().mapToLong(Long::longValue).toArray();
      stores.memberships().deletePeople(handle, ids);
      stores.journeys().endForDeleted(handle, ids, now);
      stores.deliveries().cancelForPeople(handle, ids);
    }
  }

  private void writeJourneys() {
    if (!reactions.started().isEmpty()) {
      stores.journeys().insert(handle, reactions.started());
    }
    if (!reactions.moved().isEmpty()) {
      stores.journeys().update(handle, reactions.moved());
    }
    if (!reactions.refusals().isEmpty()) {
      stores.journeys().refuse(handle, reactions.refusals());
    }
    if (!reactions.deliveries().isEmpty()) {
      stores.deliveries().insertIntents(handle, reactions.deliveries());
    }
  }
}
