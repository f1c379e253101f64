package dev.carillon.processing;

import dev.carillon.computed.ComputedFilling;
import dev.carillon.computed.TallyRepository;
import dev.carillon.events.AnonymousRepository.Key;
import dev.carillon.people.CioId;
import dev.carillon.people.Heir;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.Profile;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.processing.RuleBook.Rules;
import dev.carillon.segments.CounterRecount;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Merges people (track §9.3, P-21 … P-28): many at once, each in at most one pair.
 *
 * <p><b>Order.</b> Both of a pair are locked first. Then everything that is rows of its own changes
 * hands with SQL: journeys, memberships in manual segments, devices, relationships, anonymous ids,
 * the newest events, deliveries and activities ({@link dev.carillon.people.MergerRepository} tells
 * what becomes of older ones). Only then the primary is read as it is from now on, its profile and
 * counters take in the secondary's, and all segments of the workspace are evaluated for it: it may
 * enter some, and campaigns may begin. Events never begin one again, as nothing is told about them.
 *
 * <p><b>What may race.</b> Whoever waits for the lock of the secondary finds it gone, looks the
 * identifier up again and finds the primary or nobody. Plain events take no lock; those of a batch
 * that knew the secondary before follow in the background.
 */
final class MergeWave {
  private final BatchScope scope;
  private final BatchActivity activity = new BatchActivity();

  MergeWave(BatchScope scope) {
    this.scope = scope;
  }

  /**
   * Merges, up to the first one about somebody an earlier one is about.
   *
   * @return how many operations were done, at least one
   */
  int run(List<Accepted> operations) {
    var people = scope.people();
    var named = new HashSet<IdentifierKey>();
    for (var each : operations) {
      each.operation()
          .people()
          .forEach(person -> named.add(IdentifierKey.of(each.operation().workspace(), person)));
    }
    people.resolve(named);
    lockAnonymousIds(
        operations.stream()
            .map(each -> (Operation.Merge) each.operation())
            .mapToLong(call -> people.personId(call.workspace(), call.secondary()))
            .toArray());
    people.load(named, List.of());
    var merges = new ArrayList<Merge>();
    var touched = new HashSet<PersonState>();
    var done = 0;
    for (var each : operations) {
      var call = (Operation.Merge) each.operation();
      var primary = people.find(call.workspace(), call.primary());
      var secondary = people.find(call.workspace(), call.secondary());
      if (touched.contains(primary) || touched.contains(secondary)) {
        break;
      }
      if (primary != null && secondary != null && primary != secondary) {
        touched.add(primary);
        touched.add(secondary);
        var entry = new Entry(call.workspace(), each.op(), each.receivedAt());
        merges.add(Merge.of(primary, secondary, entry));
      }
      done++;
    }
    merge(merges);
    return done;
  }

  /** Does one merge of people an earlier wave of this transaction has locked. */
  void run(Merge merge) {
    lockAnonymousIds(new long[] {merge.heir().secondaryId()});
    scope.people().load(List.of(), List.of(merge.heir().primaryId(), merge.heir().secondaryId()));
    merge(List.of(merge));
  }

  /** Batches lock anonymous ids before people. */
  private void lockAnonymousIds(long[] people) {
    var keys = new TreeSet<Key>();
    for (var each : scope.stores().belongings().anonymousIds(scope.handle(), people)) {
      keys.add(new Key(new WorkspaceId(each.workspace()), each.id()));
    }
    if (!keys.isEmpty()) {
      scope.stores().anonymous().lock(scope.handle(), keys);
    }
  }

  private void merge(List<Merge> merges) {
    if (merges.isEmpty()) {
      return;
    }
    var last = merges.getLast().entry().receivedAt();
    var heirs = merges.stream().map(Merge::heir).toList();
    passOn(heirs, last);
    var reach = new RuleBook.Reach();
    workspaces(heirs).forEach(each -> reach.all(scope.ruleBook().of(each)));
    scope.loadRuleFacts(reach);
    for (var each : merges) {
      scope.reactions().catchUp(person(each.heir().primaryId()), each.entry().receivedAt());
    }
    mergeCounters(heirs, last);
    mergeTallies(heirs);
    for (var each : merges) {
      merge(each);
    }
    scope.write(last);
    scope.news().write();
    scope.stores().activity().insert(scope.handle(), activity.entries());
    scope.removeGone(last);
  }

  private void passOn(List<Heir> heirs, Instant now) {
    var handle = scope.handle();
    var stores = scope.stores();
    var ended =
        stores.journeys().inherit(handle, Heir.primaries(heirs), Heir.secondaries(heirs), now);
    stores.deliveries().cancelForJourneys(handle, ended); // C-42, still under the former key
    stores.belongings().pass(handle, heirs);
    MembershipRepository.repack(handle, Heir.primaries(heirs)); // manual segments they inherit
    stores.mergers().begin(handle, heirs, scope.present());
  }

  private void mergeCounters(List<Heir> heirs, Instant now) {
    var recounted =
        CounterRecount.ofMerged(
            scope.handle(),
            workspaces(heirs).stream().map(WorkspaceId::value).collect(Collectors.toSet()),
            Heir.primaries(heirs),
            now);
    for (var heir : heirs) {
      var primary = person(heir.primaryId());
      var sum =
          primary
              .counters()
              .plus(
                  person(heir.secondaryId()).counters(),
                  keep(scope.ruleBook().of(heir.workspace())),
                  now.toEpochMilli());
      var counters = recounted.in(heir.primaryId(), sum);
      if (!counters.equals(primary.counters())) {
        primary.replace(counters);
      }
    }
  }

  /**
   * Adds up what was added up of two; where the past is still being gone through, all of it anew.
   */
  private void mergeTallies(List<Heir> heirs) {
    for (var workspace : workspaces(heirs)) {
      var attributes = scope.stores().computed().list(scope.handle(), workspace);
      if (attributes.isEmpty()) {
        continue;
      }
      var own = heirs.stream().filter(heir -> heir.workspace().equals(workspace)).toList();
      var unfinished = attributes.stream().filter(each -> !each.shown()).toList();
      var recounted = ComputedFilling.of(scope.handle(), Heir.primaries(own), unfinished);
      for (var heir : own) {
        var primary = person(heir.primaryId()).tallies();
        var secondary = person(heir.secondaryId()).tallies();
        for (var each : attributes) {
          var tally =
              each.shown()
                  ? each.definition()
                      .computation()
                      .merged(primary.get(each.id()), secondary.get(each.id()))
                  : recounted.get(new TallyRepository.Key(heir.primaryId(), each.id()));
          if (tally == null) {
            primary.remove(each.id());
          } else {
            primary.put(each.id(), tally);
          }
        }
      }
    }
  }

  /** How many newest times each counter keeps; what is no counter any more keeps none. */
  private static IntUnaryOperator keep(Rules rules) {
    return id -> {
      var spec = rules.counters().get(id);
      return spec == null ? 0 : spec.newest();
    };
  }

  private void merge(Merge merge) {
    var primary = person(merge.heir().primaryId());
    var secondary = person(merge.heir().secondaryId());
    var entry = merge.entry();
    activity.note(entry, primary, "profile_merge", Map.of("secondary", names(secondary)));
    scope.people().merge(primary, secondary);
    var choices = scope.news().before(primary);
    var inherited = primary.profile().inherit(secondary.profile(), identifiers(primary));
    scope.news().after(primary, choices, entry.receivedAt());
    if (!inherited.refused().isEmpty()) {
      var refused = new LinkedHashMap<String, @Nullable Object>();
      inherited.refused().forEach(name -> refused.put(name, secondary.profile().attribute(name)));
      activity.failed(
          entry, primary, refused, "a person has at most " + Profile.ATTRIBUTES + " attributes");
    }
    scope
        .reactions()
        .rules(primary)
        .computed()
        .values()
        .forEach(rule -> scope.computed().refresh(primary, rule, entry.receivedAt()));
    scope
        .reactions()
        .woken(
            primary,
            scope.ruleBook().of(primary.workspace()).segments().values(),
            entry.receivedAt());
  }

  /** What is not simply taken over: identifiers, which must be free, and what is computed anew. */
  private Set<String> identifiers(PersonState person) {
    var names = new HashSet<>(Set.of("id"));
    if (scope.people().identifies(person.workspace(), IdentifierKind.EMAIL)) {
      names.add("email");
    }
    scope
        .reactions()
        .rules(person)
        .computed()
        .values()
        .forEach(rule -> names.add(rule.definition().name()));
    return names;
  }

  /** What somebody who is gone was called. */
  private static Map<String, Object> names(PersonState person) {
    var names = new LinkedHashMap<String, Object>();
    names.put("cio_id", CioId.of(person.personId()));
    for (var name : List.of("id", "email")) {
      var value = person.profile().attribute(name);
      if (value != null) {
        names.put(name, value);
      }
    }
    return names;
  }

  private PersonState person(long personId) {
    var person = scope.people().byId(personId);
    if (person == null) {
      throw new RetryBatch("somebody to be merged was deleted");
    }
    return person;
  }

  private static Set<WorkspaceId> workspaces(Collection<Heir> heirs) {
    return heirs.stream().map(Heir::workspace).collect(Collectors.toSet());
  }
}
