package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository.Key;
import dev.carillon.events.EventKey;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository.SeenKey;
import dev.carillon.people.AttributeNames.Scope;
import dev.carillon.people.AttributeNames.Sighting;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.Profile;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.EventApplier.Incoming;
import dev.carillon.processing.RuleBook.EventName;
import dev.carillon.processing.RuleBook.SegmentRule;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Applies operations in order, with everything they cause, inside one transaction: reads what they
 * will touch in a constant number of statements, works in memory, writes back in a constant number
 * of statements.
 */
final class OperationBatch {
  private final BatchScope scope;
  private final List<Accepted> operations;
  private final RuleBook ruleBook;
  private final BatchActivity activity = new BatchActivity();
  private final BatchAnonymous anonymous;
  private final Reactions reactions;
  private final EventApplier events;
  private final IdentifyApplier identify;
  private final DeviceApplier devices;
  private final ObjectApplier objects;
  private final MembershipApplier memberships;
  private final ReportApplier reports;

  /** An operation with its number and the time it was accepted. */
  record Accepted(long op, Instant receivedAt, Operation operation) {}

  OperationBatch(BatchScope scope, List<Accepted> operations) {
    this.scope = scope;
    this.operations = operations;
    this.ruleBook = scope.ruleBook();
    this.reactions = scope.reactions();
    var stores = scope.stores();
    this.anonymous = new BatchAnonymous(scope.handle(), stores.anonymous(), stores.names());
    this.events = new EventApplier(stores.names(), reactions);
    this.identify = new IdentifyApplier(scope.people(), activity);
    this.devices = new DeviceApplier(scope, activity);
    this.objects = new ObjectApplier(scope, activity);
    this.memberships = new MembershipApplier(scope);
    this.reports = new ReportApplier(scope, activity);
  }

  /** Reads, applies and writes. The caller commits. */
  void run() {
    scope.stores().names().learn(names());
    scope.stores().attributeNames().learn(sightings());
    var repeats = repeats();
    read();
    for (var each : operations) {
      if (!repeats.contains(each.op)) {
        apply(each);
      }
    }
    write();
  }

  /**
   * Reads what the operations touch. Locks are taken in one order everywhere: anonymous ids,
   * people, devices, objects, each in key order.
   */
  private void read() {
    var needs = needs();
    scope.people().resolve(needs.identifiers);
    var others = new ArrayList<>(anonymous.lock(needs.anonymous, needs.claimed, last()));
    others.addAll(reports.read(operations));
    scope.people().load(needs.loaded, others);
    devices.read(operations);
    objects.read(operations);
    scope.loadRuleFacts(needs.reach);
  }

  private void write() {
    scope.write(last());
    devices.write();
    objects.write();
    reports.write();
    if (!events.events().isEmpty()) {
      scope.stores().events().insert(scope.handle(), events.events());
    }
    anonymous.write();
    if (!activity.entries().isEmpty()) {
      scope.stores().activity().insert(scope.handle(), activity.entries());
    }
  }

  private void apply(Accepted each) {
    var entry = new Entry(each.operation.workspace(), each.op, each.receivedAt);
    switch (each.operation) {
      case Operation.Identify call -> {
        var applied = identify.apply(call, entry);
        if (applied.person() != null) {
          reactions.woken(applied.person(), woken(applied, call), each.receivedAt);
          var claimed = claim(applied.person(), call, each);
          if (claimed > 0) {
            activity.note(entry, applied.person(), "anon_merge", Map.of("events", claimed));
          }
        }
      }
      case Operation.Event event -> event(event, each);
      case Operation.Delete delete -> {
        var person = scope.people().find(delete.workspace(), delete.person());
        if (person != null) {
          scope.people().delete(person);
          events.forget(person);
          activity.forget(person);
          reactions.deleted(person, each.receivedAt);
          activity.note(entry, person, "profile_delete", Map.of());
        }
      }
      case Operation.DeviceUpdate call -> {
        var person = personFor(call, call.person(), true, each);
        if (person != null) {
          devices.update(call, person, entry);
        }
      }
      case Operation.DeviceRemoval call -> {
        var person = personFor(call, call.person(), false, each);
        if (person != null) {
          devices.remove(call, person, entry);
        }
      }
      case Operation.ObjectIdentify call -> objects.identify(call, entry);
      case Operation.ObjectDelete call -> objects.delete(call, entry);
      case Operation.Relate call -> {
        var identifier = call.person();
        var person =
            identifier == null
                ? null
                : personFor(call, identifier, call.add() && call.mayCreatePerson(), each);
        if (person != null) {
          objects.relate(call, person, entry);
        } else if (identifier == null) {
          objects.relateAnonymous(call, entry);
        }
      }
      case Operation.Membership call -> {
        var person = personFor(call, call.person(), call.add(), each);
        if (person != null) {
          memberships.apply(call, person, each.receivedAt);
        }
      }
      case Operation.DeliveryReport call -> reports.report(call, entry);
      case Operation.Unsubscribe call -> reports.unsubscribe(call, entry);
      case Operation.ContentReport call -> {
        var identifier = call.person();
        reports.content(
            call, identifier == null ? null : personFor(call, identifier, false, each), entry);
      }
      case Operation.Suppress _, Operation.Unsuppress _, Operation.Merge _ ->
          throw new IllegalStateException("these are applied between batches");
    }
  }

  private List<EventNames.Key> names() {
    var names = new ArrayList<EventNames.Key>();
    for (var each : operations) {
      if (each.operation instanceof Operation.Event event) {
        names.add(new EventNames.Key(event.workspace(), event.kind(), event.name()));
      }
    }
    return names;
  }

  private List<Sighting> sightings() {
    var sightings = new ArrayList<Sighting>();
    for (var each : operations) {
      if (each.operation instanceof Operation.Identify call) {
        sightings.add(new Sighting(Scope.people(call.workspace()), call.attributes().keySet()));
      }
    }
    return sightings;
  }

  private Instant last() {
    return operations.getLast().receivedAt;
  }

  /**
   * Segments an identify wakes: those that read a changed attribute, and for somebody new those
   * that hold for nobody.
   */
  private List<SegmentRule> woken(IdentifyApplier.Applied applied, Operation.Identify call) {
    var rules = ruleBook.of(call.workspace());
    var woken = new LinkedHashSet<SegmentRule>();
    for (var name : applied.changed()) {
      woken.addAll(rules.byAttribute().getOrDefault(name, List.of()));
    }
    var person = applied.person();
    if (person != null && person.created()) {
      woken.addAll(rules.forNobody());
    }
    return List.copyOf(woken);
  }

  /** Gives the anonymous id of a call to its person; returns how many events came with it. */
  private int claim(PersonState person, Operation.Identify call, Accepted each) {
    var anonymousId = claimed(call);
    if (anonymousId == null) {
      return 0;
    }
    var waiting = anonymous.claim(new Key(call.workspace(), anonymousId), person, each.receivedAt);
    for (var event : waiting) {
      events.attach(person, event, each.receivedAt);
    }
    return waiting.size();
  }

  private static @Nullable String claimed(Operation.Identify call) {
    return call.attributes().get("anonymous_id") instanceof String id && !id.isEmpty() ? id : null;
  }

  private void event(Operation.Event event, Accepted each) {
    var incoming =
        new Incoming(
            event.kind(),
            event.name(),
            each.op,
            event.occurredAtMillis() == 0
                ? each.receivedAt
                : Instant.ofEpochMilli(event.occurredAtMillis()),
            each.receivedAt,
            event.eventId(),
            new String(event.data(), StandardCharsets.UTF_8));
    var identifier = event.person();
    if (identifier == null) {
      var key = new Key(event.workspace(), event.anonymousId() == null ? "" : event.anonymousId());
      var follower = anonymous.follower(key, each.receivedAt);
      var person = follower == null ? null : scope.people().byId(follower);
      if (person == null) {
        anonymous.keep(key, incoming);
      } else {
        events.attach(person, incoming, each.receivedAt);
      }
      return;
    }
    var person = personFor(event, identifier, true, each);
    if (person != null) {
      events.attach(person, incoming, each.receivedAt);
    }
  }

  /**
   * Whom a call is about. Somebody unknown is created when the call may do that (P-45), unless it
   * names an unknown {@code cio_id}: then it is dropped.
   */
  private @Nullable PersonState personFor(
      Operation call, Identifier identifier, boolean mayCreate, Accepted each) {
    var person = scope.people().find(call.workspace(), identifier);
    return person == null && mayCreate ? create(call, identifier, each) : person;
  }

  private @Nullable PersonState create(Operation call, Identifier identifier, Accepted each) {
    return switch (identifier.kind()) {
      case CIO_ID, PHONE -> null;
      case ID, EMAIL -> {
        var person = scope.people().create(call.workspace(), each.op, each.receivedAt);
        scope.people().name(person, identifier, each.receivedAt.toEpochMilli());
        var rules = ruleBook.of(call.workspace());
        var name = identifier.kind() == IdentifierKind.EMAIL ? "email" : "id";
        var woken = new LinkedHashSet<>(rules.byAttribute().getOrDefault(name, List.of()));
        woken.addAll(rules.forNobody());
        reactions.woken(person, List.copyOf(woken), each.receivedAt);
        yield person;
      }
    };
  }

  /** Operations whose event id was seen before, in this batch or ever (P-42). */
  private Set<Long> repeats() {
    var first = new HashMap<SeenKey, Long>();
    var repeats = new HashSet<Long>();
    for (var each : operations) {
      if (each.operation instanceof Operation.Event event && event.eventId() != null) {
        var key = new SeenKey(event.workspace(), EventKey.of(event.eventId(), last()));
        if (first.putIfAbsent(key, each.op) != null) {
          repeats.add(each.op);
        }
      }
    }
    if (!first.isEmpty()) {
      var today = last().atOffset(ZoneOffset.UTC).toLocalDate();
      scope
          .stores()
          .events()
          .remember(scope.handle(), first.keySet(), today)
          .forEach(key -> repeats.add(first.getOrDefault(key, 0L)));
    }
    return repeats;
  }

  /** What has to be read before the operations can be applied. */
  private static final class Needs {
    final Set<IdentifierKey> identifiers = new HashSet<>();
    final Set<IdentifierKey> loaded = new HashSet<>();
    final TreeSet<Key> anonymous = new TreeSet<>();
    final TreeSet<Key> claimed = new TreeSet<>();
    final RuleBook.Reach reach = new RuleBook.Reach();
  }

  private Needs needs() {
    var needs = new Needs();
    for (var each : operations) {
      var workspace = each.operation.workspace();
      switch (each.operation) {
        case Operation.Identify call -> {
          var identifiers = new ArrayList<>(IdentifyApplier.inBody(call));
          identifiers.add(call.person());
          for (var identifier : identifiers) {
            needs.identifiers.add(IdentifierKey.of(workspace, identifier));
            needs.loaded.add(IdentifierKey.of(workspace, identifier));
          }
          var rules = ruleBook.of(workspace);
          for (var name : call.attributes().keySet()) {
            needs.reach.wake(
                rules, rules.byAttribute().getOrDefault(Profile.topLevel(name), List.of()));
          }
          if (call.person().kind()
              != IdentifierKind.CIO_ID) { // who was named otherwise may get this name too
            var name = IdentifyApplier.attributeOf(call.person());
            needs.reach.wake(rules, rules.byAttribute().getOrDefault(name, List.of()));
          }
          needs.reach.wake(rules, rules.forNobody());
          var anonymousId = claimed(call);
          if (anonymousId != null) {
            needs.anonymous.add(new Key(workspace, anonymousId));
            needs.claimed.add(new Key(workspace, anonymousId));
            needs.reach.all(rules); // whichever events wait
          }
        }
        case Operation.Event event -> {
          if (event.person() != null) {
            var key = IdentifierKey.of(workspace, event.person());
            needs.identifiers.add(key);
            if (mentioned(event, needs) || key.kind() == IdentifierKind.CIO_ID) {
              needs.loaded.add(key);
            }
          } else if (event.anonymousId() != null && !event.anonymousId().isEmpty()) {
            needs.anonymous.add(new Key(workspace, event.anonymousId()));
            mentioned(event, needs);
          }
        }
        case Operation.Relate call -> {
          everybody(call, needs);
          if (call.person() == null && call.anonymousId() != null) {
            needs.anonymous.add(new Key(workspace, call.anonymousId()));
          }
        }
        case Operation.Membership call -> {
          everybody(call, needs);
          memberships.need(call, needs.reach);
        }
        case Operation.Unsubscribe call -> reports.need(call, needs.reach);
        case Operation.Delete _,
            Operation.DeviceUpdate _,
            Operation.DeviceRemoval _,
            Operation.ObjectIdentify _,
            Operation.ObjectDelete _,
            Operation.DeliveryReport _,
            Operation.ContentReport _,
            Operation.Suppress _,
            Operation.Unsuppress _,
            Operation.Merge _ ->
            everybody(each.operation, needs);
      }
    }
    return needs;
  }

  /** Whoever the call names, and what rules read of somebody it may create. */
  private void everybody(Operation call, Needs needs) {
    for (var person : call.people()) {
      var key = IdentifierKey.of(call.workspace(), person);
      needs.identifiers.add(key);
      needs.loaded.add(key);
      if (person.kind() != IdentifierKind.CIO_ID) {
        var rules = ruleBook.of(call.workspace());
        var name = IdentifyApplier.attributeOf(person);
        needs.reach.wake(rules, rules.byAttribute().getOrDefault(name, List.of()));
        needs.reach.wake(rules, rules.forNobody());
      }
    }
  }

  /** Whether some rule mentions the event; if so, what that rule reads is needed. */
  private boolean mentioned(Operation.Event event, Needs needs) {
    var rules = ruleBook.of(event.workspace());
    var eventRules = rules.byEvent().get(new EventName(event.kind(), event.name()));
    if (eventRules == null) {
      return false;
    }
    needs.reach.count(eventRules.counters());
    needs.reach.wake(rules, eventRules.segments());
    eventRules.campaigns().forEach(needs.reach::start);
    return true;
  }
}
