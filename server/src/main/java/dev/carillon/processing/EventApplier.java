package dev.carillon.processing;

import dev.carillon.campaigns.Occurrence;
import dev.carillon.events.EventKind;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository.NewEvent;
import dev.carillon.people.AttributesJson;
import dev.carillon.processing.RuleBook.EventRules;
import dev.carillon.processing.RuleBook.SegmentRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes events the person's own: stores them, counts them, wakes segments, starts journeys. */
final class EventApplier {
  private final EventNames names;
  private final Reactions reactions;
  private final ComputedApplier computed;
  private final List<NewEvent> events = new ArrayList<>();

  EventApplier(EventNames names, Reactions reactions, ComputedApplier computed) {
    this.names = names;
    this.reactions = reactions;
    this.computed = computed;
  }

  /**
   * An event on its way to a person.
   *
   * @param op number of the operation that brought it
   * @param data JSON object
   */
  record Incoming(
      EventKind kind,
      String name,
      long op,
      Instant occurredAt,
      Instant receivedAt,
      @Nullable String eventId,
      String data) {}

  /**
   * Attaches an event to a person.
   *
   * @param attachedAt when it becomes the person's: its receipt, or later for an anonymous event;
   *     its age at this instant decides whether it triggers
   */
  void attach(PersonState person, Incoming event, Instant attachedAt) {
    events.add(
        new NewEvent(
            person.personId(),
            person.workspace(),
            names.numberOf(person.workspace(), event.kind, event.name),
            event.op,
            event.occurredAt,
            event.receivedAt,
            event.eventId,
            event.data));
    var rules = reactions.rules(person).byEvent().find(event.kind, event.name);
    if (rules == null) {
      return;
    }
    reactions.catchUp(person, attachedAt);
    Map<String, Object> fields = AttributesJson.parse(event.data);
    for (var counter : rules.counters()) {
      if (counter.counts(event.occurredAt, fields)) {
        person.count(counter, event.occurredAt, attachedAt);
      }
    }
    reactions.woken(person, woken(person, rules, event, fields, attachedAt), attachedAt);
    if (!rules.campaigns().isEmpty()) {
      var occurrence =
          new Occurrence.EventHappened(
              event.kind,
              event.name,
              event.eventId,
              event.occurredAt,
              attachedAt,
              event.data,
              fields);
      for (var campaign : rules.campaigns()) {
        reactions.trigger(person, campaign, occurrence, attachedAt);
      }
    }
  }

  /** The segments that read the event, and those that read what is computed from it. */
  private Collection<SegmentRule> woken(
      PersonState person,
      EventRules rules,
      Incoming event,
      Map<String, Object> fields,
      Instant attachedAt) {
    if (rules.computed().isEmpty()) {
      return rules.segments();
    }
    var woken = new LinkedHashSet<>(rules.segments());
    woken.addAll(computed.happened(person, rules.computed(), event.occurredAt, fields, attachedAt));
    return woken;
  }

  /** Events to store. */
  List<NewEvent> events() {
    return events;
  }

  /** Forgets the events of somebody who was deleted later in the batch. */
  void forget(PersonState person) {
    events.removeIf(event -> event.personId() == person.personId());
  }
}
