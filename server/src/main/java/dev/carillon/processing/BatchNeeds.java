package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository.Key;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.Profile;
import dev.carillon.processing.OperationBatch.Accepted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What has to be read and locked before operations can be applied: whom and what they name. */
final class BatchNeeds {
  private final RuleBook ruleBook;
  private final MembershipApplier memberships;
  private final Set<IdentifierKey> identifiers = new HashSet<>();
  private final Set<IdentifierKey> loaded = new HashSet<>();
  private final TreeSet<Key> anonymous = new TreeSet<>();
  private final TreeSet<Key> claimed = new TreeSet<>();
  private final TreeSet<Key> attached = new TreeSet<>();
  private final Map<Key, Set<IdentifierKey>> links = new HashMap<>();
  private final RuleBook.Reach reach = new RuleBook.Reach();
  private boolean deletions;

  BatchNeeds(RuleBook ruleBook, MembershipApplier memberships, List<Accepted> operations) {
    this.ruleBook = ruleBook;
    this.memberships = memberships;
    operations.forEach(each -> need(each.operation()));
  }

  /** Identifiers to look up. */
  Set<IdentifierKey> identifiers() {
    return identifiers;
  }

  /** Those of them whose people are locked and read. */
  Set<IdentifierKey> loaded() {
    return loaded;
  }

  /** Anonymous ids to lock. */
  TreeSet<Key> anonymous() {
    return anonymous;
  }

  /** Anonymous ids that may become somebody's. */
  TreeSet<Key> claimed() {
    return claimed;
  }

  /** Those of them whose waiting events come along. */
  TreeSet<Key> attached() {
    return attached;
  }

  /** What rules read. */
  RuleBook.Reach reach() {
    return reach;
  }

  /**
   * An event that names a person and an anonymous id gives the id to the person if it is free.
   * Mostly it is the person's already, and nothing has to be locked; but whoever has it may be
   * deleted by one of these operations.
   *
   * @return the ids that may become the person's; to be called once identifiers are resolved
   */
  Set<Key> link(BatchAnonymous known) {
    var linkable = new HashSet<Key>();
    for (var key : deletions ? links.keySet() : known.unowned(links.keySet())) {
      linkable.add(key);
      anonymous.add(key);
      loaded.addAll(links.getOrDefault(key, Set.of()));
      needClaim(key);
    }
    return linkable;
  }

  /** Relationships are carried over whatever becomes of events (P-34). */
  private void needClaim(Key key) {
    claimed.add(key);
    var rules = ruleBook.of(key.workspace());
    reach.wake(rules, rules.surroundings().onAnyObject());
    if (ruleBook.settings(key.workspace()).mergeAnonymousEvents()) {
      attached.add(key);
      reach.all(rules); // whichever events wait
    }
  }

  private void need(Operation operation) {
    var workspace = operation.workspace();
    switch (operation) {
      case Operation.Identify call -> {
        var names = new ArrayList<>(IdentifyApplier.inBody(call, ruleBook.settings(workspace)));
        names.add(call.person());
        for (var identifier : names) {
          identifiers.add(IdentifierKey.of(workspace, identifier));
          loaded.add(IdentifierKey.of(workspace, identifier));
        }
        var rules = ruleBook.of(workspace);
        for (var name : call.attributes().keySet()) {
          reach.wake(rules, rules.byAttribute().getOrDefault(Profile.topLevel(name), List.of()));
        }
        if (call.person().kind()
            != IdentifierKind.CIO_ID) { // who was named otherwise may get this name too
          var name = IdentifyApplier.attributeOf(call.person());
          reach.wake(rules, rules.byAttribute().getOrDefault(name, List.of()));
        }
        reach.wake(rules, rules.forNobody());
        var anonymousId = IdentifyApplier.claimed(call);
        if (anonymousId != null) {
          anonymous.add(new Key(workspace, anonymousId));
          needClaim(new Key(workspace, anonymousId));
        }
      }
      case Operation.Event event -> {
        if (event.person() != null) {
          var key = IdentifierKey.of(workspace, event.person());
          identifiers.add(key);
          if (mentioned(event) || key.kind() == IdentifierKind.CIO_ID) {
            loaded.add(key);
          }
          if (event.anonymousId() != null && !event.anonymousId().isEmpty()) {
            links
                .computeIfAbsent(new Key(workspace, event.anonymousId()), _ -> new HashSet<>())
                .add(key);
          }
        } else if (event.anonymousId() != null && !event.anonymousId().isEmpty()) {
          anonymous.add(new Key(workspace, event.anonymousId()));
          mentioned(event);
        }
      }
      case Operation.Relate call -> {
        everybody(call);
        var rules = ruleBook.of(workspace);
        reach.wake(rules, rules.surroundings().onRelationship(call.object()));
        var anonymousId = call.person() == null ? call.anonymousId() : null;
        if (anonymousId != null && !anonymousId.isEmpty()) {
          anonymous.add(new Key(workspace, anonymousId));
        }
      }
      case Operation.Membership call -> {
        everybody(call);
        memberships.need(call, reach);
      }
      case Operation.Merge call -> {
        everybody(call);
        if (call.elseAnonymous()) {
          anonymous.add(new Key(workspace, call.secondary().value()));
          needClaim(new Key(workspace, call.secondary().value()));
        }
      }
      case Operation.Delete _ -> {
        everybody(operation);
        deletions = true;
      }
      case Operation.DeviceUpdate _, Operation.DeviceRemoval _ -> {
        everybody(operation);
        var rules = ruleBook.of(workspace);
        reach.wake(rules, rules.surroundings().onDevices());
      }
      case Operation.ObjectIdentify _,
          Operation.ObjectDelete _,
          Operation.DeliveryReport _,
          Operation.Unsubscribe _,
          Operation.ContentReport _,
          Operation.Erase _,
          Operation.OptOuts _,
          Operation.Send _,
          Operation.Suppress _,
          Operation.Unsuppress _,
          Operation.Once _ ->
          everybody(operation);
    }
  }

  /** Whoever the call names, and what rules read of somebody it may create. */
  private void everybody(Operation call) {
    for (var person : call.people()) {
      var key = IdentifierKey.of(call.workspace(), person);
      identifiers.add(key);
      loaded.add(key);
      if (person.kind() != IdentifierKind.CIO_ID) {
        var rules = ruleBook.of(call.workspace());
        var name = IdentifyApplier.attributeOf(person);
        reach.wake(rules, rules.byAttribute().getOrDefault(name, List.of()));
        reach.wake(rules, rules.forNobody());
      }
    }
  }

  /** Whether some rule mentions the event; if so, what that rule reads is needed. */
  private boolean mentioned(Operation.Event event) {
    var rules = ruleBook.of(event.workspace());
    var eventRules = rules.byEvent().find(event.kind(), event.name());
    if (eventRules == null) {
      return false;
    }
    reach.count(eventRules.counters());
    reach.compute(rules, eventRules.computed());
    reach.wake(rules, eventRules.segments());
    eventRules.campaigns().forEach(campaign -> reach.start(rules, campaign));
    return true;
  }
}
