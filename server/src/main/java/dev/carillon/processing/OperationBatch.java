package dev.carillon.processing;

import dev.carillon.delivery.Metric;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.events.AnonymousRepository.Key;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.EventApplier.Incoming;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.webhooks.EventNames;
import dev.carillon.webhooks.News;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
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
 * of statements. Ends early before an operation that makes two people one: see {@link Waves}.
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
  private final OptOutApplier optOuts;
  private final SendApplier sends;
  private final Set<Key> linkable = new HashSet<>();

  /** An operation with its number and the time it was accepted. */
  record Accepted(long op, Instant receivedAt, Operation operation) {}

  OperationBatch(BatchScope scope, List<Accepted> operations) {
    this.scope = scope;
    this.operations = operations;
    this.ruleBook = scope.ruleBook();
    this.reactions = scope.reactions();
    var stores = scope.stores();
    this.anonymous = new BatchAnonymous(scope.handle(), stores, scope.people());
    this.events = new EventApplier(stores.names(), reactions, scope.computed());
    this.identify =
        new IdentifyApplier(scope.people(), anonymous, activity, ruleBook, scope.news());
    this.devices = new DeviceApplier(scope, activity);
    this.objects = new ObjectApplier(scope, activity);
    this.memberships = new MembershipApplier(scope);
    this.reports = new ReportApplier(scope, activity);
    this.optOuts = new OptOutApplier(scope.handle(), stores.optOuts());
    this.sends = new SendApplier(scope.handle());
  }

  /**
   * How far a batch came.
   *
   * @param applied operations that are done
   * @param merge whom to merge before the next one; null: all are done
   * @param again whether the operation that asks for the merge is to be applied after it; otherwise
   *     the merge is all it wants
   */
  record Outcome(int applied, @Nullable Merge merge, boolean again) {}

  /** Reads, applies and writes. The caller commits. */
  Outcome run() {
    return run(false);
  }

  /**
   * The same.
   *
   * @param resumed whether the merge the first operation asked for is done: then it is to be
   *     applied too, and cannot be ignored for what was suppressed meanwhile
   */
  Outcome run(boolean resumed) {
    read();
    if (resumed && isIgnored(operations.getFirst())) {
      throw new RetryBatch("an identifier was suppressed while its call made two people one");
    }
    var applied = 0;
    Outcome early = null;
    for (var each : operations) {
      if (!isIgnored(each)) {
        early = before(each, applied);
        if (early != null) {
          break;
        }
        apply(each);
        reactions.settle(each.receivedAt);
      } else if (each.operation instanceof Operation.Send call) {
        send(call, null);
      }
      applied++;
    }
    write();
    return early == null ? new Outcome(applied, null, false) : early;
  }

  /** Locks everybody the operations name, in the order in which all batches lock. */
  void lock() {
    var needs = new BatchNeeds(ruleBook, memberships, operations);
    scope.people().resolve(needs.identifiers());
    var others = new ArrayList<>(anonymous.lock(needs.anonymous(), new TreeSet<>(), last()));
    others.addAll(devices.owners(operations));
    scope.people().load(needs.loaded(), others);
  }

  /** Calls that name a suppressed identifier leave no trace (track §9.2). */
  private boolean isIgnored(Accepted each) {
    var people = scope.people();
    var workspace = each.operation.workspace();
    return people.anySuppressed()
        && (people.suppressed(workspace, each.operation.people())
            || (each.operation instanceof Operation.Identify call
                && people.suppressed(
                    workspace, IdentifyApplier.inBody(call, ruleBook.settings(workspace)))));
  }

  /** Ends the batch before an operation that needs a merge; null: it needs none. */
  private @Nullable Outcome before(Accepted each, int applied) {
    var entry = new Entry(each.operation.workspace(), each.op, each.receivedAt);
    return switch (each.operation) {
      case Operation.Identify call -> {
        var same = identify.same(call);
        yield same == null
            ? null
            : new Outcome(applied, Merge.of(same.primary(), same.secondary(), entry), true);
      }
      case Operation.Merge call -> {
        var primary = scope.people().find(call.workspace(), call.primary());
        var secondary = scope.people().find(call.workspace(), call.secondary());
        yield primary == null || secondary == null || primary == secondary
            ? null
            : new Outcome(applied, Merge.of(primary, secondary, entry), false);
      }
      default -> null;
    };
  }

  /**
   * Reads what the operations touch. Locks are taken in one order everywhere: anonymous ids,
   * people, devices, objects, each in key order.
   */
  private void read() {
    var needs = new BatchNeeds(ruleBook, memberships, operations);
    scope.people().resolve(needs.identifiers());
    linkable.addAll(needs.link(anonymous));
    var others = new ArrayList<>(anonymous.lock(needs.anonymous(), needs.attached(), last()));
    others.addAll(reports.read(operations, needs.reach()));
    others.addAll(devices.owners(operations));
    scope.people().load(needs.loaded(), others);
    reports.follow();
    scope.people().lookForSuppressed();
    devices.read(operations);
    sends.read(operations);
    objects.read(operations, needs.claimed());
    scope.loadRuleFacts(needs.reach());
  }

  private void write() {
    scope.write(last());
    devices.write(last());
    objects.write(last());
    reports.write();
    optOuts.write();
    sends.write();
    if (!events.events().isEmpty()) {
      scope.stores().events().insert(scope.handle(), events.events());
    }
    anonymous.write();
    scope.news().write();
    if (!activity.entries().isEmpty()) {
      scope.stores().activity().insert(scope.handle(), activity.entries());
    }
    scope.removeGone(last());
  }

  private void apply(Accepted each) {
    if (reactions.mayFire()) {
      catchUp(each);
    }
    var entry = new Entry(each.operation.workspace(), each.op, each.receivedAt);
    switch (each.operation) {
      case Operation.Identify call -> {
        var applied = identify.apply(call, entry);
        if (applied.person() != null) {
          reactions.woken(applied.person(), woken(applied, call), each.receivedAt);
          claim(applied.person(), IdentifyApplier.claimed(call), each);
        }
      }
      case Operation.Event event -> event(event, each);
      case Operation.Delete delete -> {
        var person = scope.people().find(delete.workspace(), delete.person());
        if (person != null) {
          scope.people().delete(person);
          devices.forget(person);
          events.forget(person);
          activity.forget(person);
          optOuts.forget(person);
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
          relateAnonymous(call, each, entry);
        }
      }
      case Operation.Membership call -> {
        var person =
            memberships.allows(call)
                ? personFor(call, call.person(), call.mayCreate(), each)
                : null;
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
      case Operation.OptOuts call -> {
        var person = personFor(call, call.person(), false, each);
        if (person != null) {
          optOuts.apply(call, person, each.receivedAt);
        }
      }
      case Operation.Send call -> {
        var person = personFor(call, call.person(), true, each);
        if (person != null) {
          send(call, person);
        }
      }
      case Operation.Merge call -> {
        var person = scope.people().find(call.workspace(), call.primary());
        if (person != null
            && call.elseAnonymous()
            && scope.people().find(call.workspace(), call.secondary()) == null) {
          claim(person, call.secondary().value(), each);
        }
      }
      case Operation.Suppress _, Operation.Unsuppress _, Operation.Erase _ ->
          throw new IllegalStateException("these are applied between batches");
      case Operation.Once _ -> throw new IllegalStateException("this was told from repeats before");
    }
  }

  private void send(Operation.Send call, @Nullable PersonState person) {
    var delivery = sends.apply(call, person);
    if (delivery != null) {
      reactions.deliveries().add(delivery);
      tellRefused(delivery);
    }
  }

  /** What goes to somebody who is suppressed is dropped at once, which webhooks are told. */
  private void tellRefused(NewDelivery delivery) {
    var asked = delivery.asked();
    var channel = delivery.channel().wire();
    var dropped = Metric.DROPPED.wire();
    if (asked != null
        && asked.refused() != null
        && scope.news().asks(delivery.workspace(), EventNames.of(channel, dropped))) {
      scope
          .news()
          .add(
              News.OfDelivery.once(
                  delivery.workspace(),
                  delivery.deliveryId(),
                  delivery.createdAt(),
                  channel,
                  dropped,
                  delivery.createdAt()));
    }
  }

  /** What the clock has done to those the operation names comes before it. */
  private void catchUp(Accepted each) {
    var named = new ArrayList<>(each.operation.people());
    if (each.operation instanceof Operation.Identify call) {
      named.addAll(IdentifyApplier.inBody(call, ruleBook.settings(call.workspace())));
    }
    for (var identifier : named) {
      var person = scope.people().find(each.operation.workspace(), identifier);
      if (person != null) {
        reactions.catchUp(person, each.receivedAt);
      }
    }
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

  /**
   * Gives an anonymous id to a person, with the events that wait for it (P-31) unless the workspace
   * leaves them anonymous (P-33).
   */
  private void claim(PersonState person, @Nullable String anonymousId, Accepted each) {
    if (anonymousId == null) {
      return;
    }
    var key = new Key(person.workspace(), anonymousId);
    var entry = new Entry(person.workspace(), each.op, each.receivedAt);
    objects.claim(key, person, entry);
    anonymous.link(key, person, each.receivedAt);
    if (!ruleBook.settings(person.workspace()).mergeAnonymousEvents()) {
      return;
    }
    var waiting = anonymous.waiting(key);
    for (var event : waiting) {
      events.attach(person, event, each.receivedAt);
    }
    if (!waiting.isEmpty()) {
      activity.note(entry, person, "anon_merge", Map.of("events", waiting.size()));
    }
  }

  /** Relates who has claimed the anonymous id a moment ago, as with events, or nobody yet. */
  private void relateAnonymous(Operation.Relate call, Accepted each, Entry entry) {
    var anonymousId = call.anonymousId() == null ? "" : call.anonymousId();
    var follower = anonymous.follower(new Key(call.workspace(), anonymousId), each.receivedAt);
    var person = follower == null ? null : scope.people().byId(follower);
    if (person == null) {
      objects.relateAnonymous(call, entry);
    } else {
      objects.relate(call, person, entry);
    }
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
      var follower =
          ruleBook.settings(event.workspace()).mergeAnonymousEvents()
              ? anonymous.follower(key, each.receivedAt)
              : null;
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
      if (event.anonymousId() != null) {
        link(person, new Key(event.workspace(), event.anonymousId()), each);
      }
      events.attach(person, incoming, each.receivedAt);
    }
  }

  private void link(PersonState person, Key key, Accepted each) {
    if (linkable.contains(key) && anonymous.isFree(key)) {
      claim(person, key.anonymousId(), each);
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
        if (!scope.people().identifies(call.workspace(), identifier.kind())) {
          yield null;
        }
        var person = scope.people().create(call.workspace(), each.op, each.receivedAt);
        scope.people().name(person, identifier, each.receivedAt.toEpochMilli());
        var rules = ruleBook.of(call.workspace());
        var name = identifier.kind() == IdentifierKind.EMAIL ? "email" : "id";
        var woken = new LinkedHashSet<>(rules.byAttribute().getOrDefault(name, List.of()));
        woken.addAll(rules.forNobody());
        reactions.created(person, woken);
        yield person;
      }
    };
  }
}
