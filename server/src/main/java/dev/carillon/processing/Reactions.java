package dev.carillon.processing;

import dev.carillon.campaigns.Advance;
import dev.carillon.campaigns.CampaignRefusal;
import dev.carillon.campaigns.CompiledCampaign;
import dev.carillon.campaigns.EndReason;
import dev.carillon.campaigns.Entry;
import dev.carillon.campaigns.History;
import dev.carillon.campaigns.Journey;
import dev.carillon.campaigns.JourneyEngine;
import dev.carillon.campaigns.Occurrence;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.log.IdRanges;
import dev.carillon.processing.RuleBook.Rules;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.Facts;
import dev.carillon.segments.OpenBuilds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a change of one person: memberships, and journeys that start or go on. Works in
 * memory on loaded people and collects what to write.
 *
 * <p>Rules are evaluated after each operation, not once a batch, so the result does not depend on
 * how operations fell into batches: a batch of one and a batch of a thousand do the same (S-53's
 * "evaluation batch" is one operation here).
 */
final class Reactions {
  /**
   * Segments that read each other are refused when saved (S-10); this only stops a loop that
   * slipped in.
   */
  private static final int CASCADE = 1_000;

  /** Instants one person is taken through before an operation. */
  private static final int CAUGHT_UP = 1_000;

  private final RuleBook ruleBook;
  private final IdRanges ids;
  private final ComputedApplier computed;
  private final Set<Integer> fireable = new HashSet<>();
  private final Set<Integer> computable = new HashSet<>();
  private final Map<PersonState, Collection<SegmentRule>> newborn = new LinkedHashMap<>();
  private final BatchSurroundings surroundings;
  private final Map<Long, Journey> moved = new LinkedHashMap<>();
  private final Map<Long, Journey> started = new LinkedHashMap<>();
  private final List<NewDelivery> deliveries = new ArrayList<>();
  private final List<CampaignRefusal> refusals = new ArrayList<>();
  private OpenBuilds builds = OpenBuilds.NONE;

  Reactions(
      RuleBook ruleBook, IdRanges ids, ComputedApplier computed, BatchSurroundings surroundings) {
    this.ruleBook = ruleBook;
    this.ids = ids;
    this.computed = computed;
    this.surroundings = surroundings;
  }

  /** Leaves to these builds whom they have still to reach. */
  void leaveTo(OpenBuilds underWay) {
    builds = underWay;
  }

  /**
   * Timers of these segments and computed attributes may be fired: all that follows can be
   * evaluated.
   */
  void fireable(Set<Integer> segments, Set<Integer> computedIds) {
    fireable.addAll(segments);
    computable.addAll(computedIds);
  }

  /**
   * Does what fell due for a person before an instant, in order and each as of its own instant. To
   * be called before an operation changes the person, so that what the clock did before is not
   * mistaken for its doing. Choice: of more instants than {@link #CAUGHT_UP}, the rest is passed
   * over.
   */
  void catchUp(PersonState person, Instant before) {
    for (var instants = 0; instants < CAUGHT_UP; instants++) {
      var due = nextTimer(person);
      if (due == null || !due.isBefore(before)) {
        return;
      }
      fire(person, due);
    }
  }

  /** Whether {@link #catchUp} can do anything at all. */
  boolean mayFire() {
    return !fireable.isEmpty() || !computable.isEmpty();
  }

  /** When the first timer of a person that may be fired runs out; null: there is none. */
  @Nullable Instant nextTimer(PersonState person) {
    if (!mayFire() || person.deleted()) {
      return null;
    }
    var first = fireable.isEmpty() ? null : person.firstTimer(fireable);
    var value = computable.isEmpty() ? null : person.tallies().firstTimer(computable);
    return first == null || (value != null && value.isBefore(first)) ? value : first;
  }

  /**
   * The timers of a person that run out at this instant have: computes attributes as of it, then
   * evaluates the segments that read them and those whose timers they are, all at once, and what
   * follows. People left to a build lose the timer of a segment: the build arms it.
   *
   * @return journeys that started and go on waiting
   */
  List<Journey> fire(PersonState person, Instant at) {
    var rules = rules(person);
    var due = new ArrayList<SegmentRule>();
    for (var computedId :
        computable.isEmpty() ? List.<Integer>of() : person.tallies().timersAt(at)) {
      var attribute = rules.computed().get(computedId);
      if (attribute == null) {
        person.tallies().computeAt(computedId, null); // gone altogether
      } else if (computable.contains(computedId)) {
        due.addAll(computed.fire(person, attribute, at));
      }
    }
    for (var segmentId : person.timersAt(at)) {
      var segment = rules.segments().get(segmentId);
      if (segment == null || condition(segment, person) == null) {
        person.disarm(segmentId);
      } else if (fireable.contains(segmentId)) {
        due.add(segment);
      }
    }
    return evaluate(person, due, new ArrayList<>(), at);
  }

  /**
   * Evaluates the segments something has woken and those that read them in turn, then starts the
   * campaigns whose segments were entered. A segment comes after all it reads, so each is looked at
   * once and nobody passes through one on the way (S-53).
   */
  void woken(PersonState person, Collection<SegmentRule> segments, Instant now) {
    if (!segments.isEmpty() || newborn.containsKey(person)) {
      react(person, segments, new ArrayList<>(), now);
    }
  }

  /**
   * Somebody was created: evaluates these segments together with those that the same operation
   * wakes by what it does to the person, so that nobody enters what it makes them leave (S-53).
   */
  void created(PersonState person, Collection<SegmentRule> segments) {
    newborn.put(person, segments);
  }

  /** An operation is over: whoever it created and did nothing to is evaluated. */
  void settle(Instant now) {
    if (!newborn.isEmpty()) {
      List.copyOf(newborn.keySet()).forEach(person -> woken(person, List.of(), now));
    }
  }

  /** The same when the person was put into a manual segment. */
  void entered(PersonState person, int segmentId, Instant now) {
    var readers = rules(person).bySegment().getOrDefault(segmentId, List.of());
    react(person, readers, new ArrayList<>(List.of(segmentId)), now);
  }

  /** The same when the person was taken out of a manual segment. */
  void left(PersonState person, int segmentId, Instant now) {
    woken(person, rules(person).bySegment().getOrDefault(segmentId, List.of()), now);
  }

  private void react(
      PersonState person, Collection<SegmentRule> segments, List<Integer> entered, Instant now) {
    catchUp(person, now);
    var all = new LinkedHashSet<>(segments);
    var first = newborn.remove(person);
    if (first != null) {
      all.addAll(first);
    }
    evaluate(person, all, entered, now);
  }

  /**
   * @param entered segments entered already, whose campaigns start as well
   * @return journeys that started and go on waiting
   */
  private List<Journey> evaluate(
      PersonState person, Collection<SegmentRule> segments, List<Integer> entered, Instant now) {
    var rules = rules(person);
    var woken = new TreeSet<>(SegmentRule.ORDER);
    woken.addAll(segments);
    var facts = person.facts(now);
    for (var evaluated = 0; !woken.isEmpty() && evaluated < CASCADE; evaluated++) {
      var segment = woken.removeFirst();
      var condition = condition(segment, person);
      if (condition == null || surroundings.leaves(person, segment, now)) {
        continue;
      }
      var member = person.in(segment.segmentId());
      var matches = condition.matches(facts);
      person.wakeAt(segment.segmentId(), condition.nextChange(facts).orElse(null), now);
      if (member != matches) {
        if (matches) {
          person.enter(segment.segmentId(), now);
          entered.add(segment.segmentId());
        } else {
          person.leave(segment.segmentId());
        }
        woken.addAll(rules.bySegment().getOrDefault(segment.segmentId(), List.of()));
      }
    }
    var waiting = new ArrayList<Journey>();
    for (int segmentId : entered) {
      for (var campaign : rules.onEntry().getOrDefault(segmentId, List.of())) {
        var journey = trigger(person, campaign, new Occurrence.SegmentEntered(segmentId), now);
        if (journey != null && !journey.hasEnded()) {
          waiting.add(journey);
        }
      }
    }
    return waiting;
  }

  /** By which condition the person is in the segment or not; null: a build will find out. */
  private @Nullable CompiledCondition condition(SegmentRule segment, PersonState person) {
    return segment.condition(
        segment.building() && builds.leaves(person.personId(), segment.segmentId()));
  }

  /**
   * Something happened that may start journeys of a campaign.
   *
   * @return the journey; null when none started
   */
  @Nullable Journey trigger(
      PersonState person, CompiledCampaign campaign, Occurrence occurrence, Instant now) {
    var facts = person.facts(now);
    return switch (JourneyEngine.decide(
        campaign, occurrence, facts, person.history(campaign.id()))) {
      case Entry.Enters() -> {
        var journey = JourneyEngine.start(campaign, ids.next(), person.personId(), occurrence, now);
        surroundings.journeyStarted(person, journey, now);
        var later = beginsLater(person, occurrence, facts);
        if (later != null) {
          var waiting = JourneyEngine.startingAt(journey, later);
          person.remember(campaign.id(), new History(true, true));
          started.put(journey.id(), waiting);
          yield waiting;
        }
        var advance = JourneyEngine.advance(campaign, journey, facts, now);
        surroundings.journeyMoved(person, advance.journey(), now);
        person.remember(
            campaign.id(),
            new History(
                true, !advance.journey().hasEnded() || person.history(campaign.id()).active()));
        started.put(journey.id(), advance.journey());
        send(person, campaign, advance, now);
        yield advance.journey();
      }
      case Entry.Refused(var reason, var detail) -> {
        refusals.add(new CampaignRefusal(person.personId(), campaign.id(), reason, now, detail));
        yield null;
      }
      case Entry.NotTriggered() -> null;
    };
  }

  /** When the workflow begins of somebody who entered a segment by a timestamp to come (S-34). */
  private @Nullable Instant beginsLater(PersonState person, Occurrence occurrence, Facts facts) {
    if (!(occurrence instanceof Occurrence.SegmentEntered(var segmentId))) {
      return null;
    }
    var segment = rules(person).segments().get(segmentId);
    var condition = segment == null ? null : condition(segment, person);
    return condition == null
        ? null
        : condition.named(facts).filter(at -> at.isAfter(facts.now())).orElse(null);
  }

  /** Moves a journey that is due as far as it goes and takes note of what it sends. */
  void advance(PersonState person, CompiledCampaign campaign, Journey journey, Instant now) {
    var advance = JourneyEngine.advance(campaign, journey, person.facts(now), now);
    moved(advance.journey());
    surroundings.journeyMoved(person, advance.journey(), now);
    send(person, campaign, advance, now);
  }

  /** Ends a journey whose campaign is gone. */
  void stopped(PersonState person, Journey journey, Instant now) {
    var ended = JourneyEngine.end(journey, EndReason.CAMPAIGN_STOPPED, now);
    moved(ended);
    surroundings.journeyMoved(person, ended, now);
  }

  private void moved(Journey journey) {
    (started.containsKey(journey.id()) ? started : moved).put(journey.id(), journey);
  }

  private void send(PersonState person, CompiledCampaign campaign, Advance advance, Instant now) {
    if (advance.sends().isEmpty()) {
      return;
    }
    var trigger = advance.journey().trigger();
    var eventId = JourneyEngine.eventId(advance.journey());
    for (var send : advance.sends()) {
      deliveries.add(
          new NewDelivery(
              ids.next(),
              now,
              person.workspace(),
              person.personId(),
              send.journeyId(),
              campaign.id(),
              send.stepId(),
              send.channel(),
              Lane.CAMPAIGN,
              trigger,
              eventId,
              send.draft()));
    }
  }

  /** Journeys to insert. */
  Collection<Journey> started() {
    return started.values();
  }

  /** Journeys to update. */
  Collection<Journey> moved() {
    return moved.values();
  }

  List<NewDelivery> deliveries() {
    return deliveries;
  }

  List<CampaignRefusal> refusals() {
    return refusals;
  }

  /**
   * Somebody was deleted later in the batch: nothing more is sent, journeys started before count
   * and have ended (journeys §3.7).
   */
  void deleted(PersonState person, Instant now) {
    started.replaceAll((_, journey) ->
        journey.personId() == person.personId() && !journey.hasEnded()
            ? JourneyEngine.end(journey, EndReason.DELETED_PERSON, now)
            : journey);
    deliveries.removeIf(delivery -> delivery.personId() == person.personId());
    refusals.removeIf(refusal -> refusal.personId() == person.personId());
  }

  /** The rules of a workspace. */
  Rules rules(PersonState person) {
    return ruleBook.of(person.workspace());
  }
}
