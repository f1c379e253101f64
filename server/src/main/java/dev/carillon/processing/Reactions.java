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
import dev.carillon.segments.OpenBuilds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

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

  private final RuleBook ruleBook;
  private final IdRanges ids;
  private final BatchSurroundings surroundings;
  private final Map<Long, Journey> moved = new LinkedHashMap<>();
  private final Map<Long, Journey> started = new LinkedHashMap<>();
  private final List<NewDelivery> deliveries = new ArrayList<>();
  private final List<CampaignRefusal> refusals = new ArrayList<>();
  private OpenBuilds builds = OpenBuilds.NONE;

  Reactions(RuleBook ruleBook, IdRanges ids, BatchSurroundings surroundings) {
    this.ruleBook = ruleBook;
    this.ids = ids;
    this.surroundings = surroundings;
  }

  /** Leaves to these builds whom they have still to reach. */
  void leaveTo(OpenBuilds underWay) {
    builds = underWay;
  }

  /**
   * Evaluates the segments something has woken and those that read them in turn, then starts the
   * campaigns whose segments were entered. A segment comes after all it reads, so each is looked at
   * once and nobody passes through one on the way (S-53).
   */
  void woken(PersonState person, Collection<SegmentRule> segments, Instant now) {
    if (!segments.isEmpty()) {
      evaluate(person, segments, new ArrayList<>(), now);
    }
  }

  /** The same when the person was put into a manual segment. */
  void entered(PersonState person, int segmentId, Instant now) {
    var readers = rules(person).bySegment().getOrDefault(segmentId, List.of());
    evaluate(person, readers, new ArrayList<>(List.of(segmentId)), now);
  }

  /** The same when the person was taken out of a manual segment. */
  void left(PersonState person, int segmentId, Instant now) {
    woken(person, rules(person).bySegment().getOrDefault(segmentId, List.of()), now);
  }

  /**
   * @param entered segments entered already, whose campaigns start as well
   */
  private void evaluate(
      PersonState person, Collection<SegmentRule> segments, List<Integer> entered, Instant now) {
    var rules = rules(person);
    var waiting = new TreeSet<>(SegmentRule.ORDER);
    waiting.addAll(segments);
    var facts = person.facts(now);
    for (var evaluated = 0; !waiting.isEmpty() && evaluated < CASCADE; evaluated++) {
      var segment = waiting.removeFirst();
      if (leftToBuild(segment, person) || surroundings.leaves(person, segment, now)) {
        continue;
      }
      var member = person.in(segment.segmentId());
      var matches = segment.condition().matches(facts);
      person.wakeAt(segment.segmentId(), segment.condition().nextChange(facts).orElse(null), false);
      if (member != matches) {
        if (matches) {
          person.enter(segment.segmentId(), now);
          entered.add(segment.segmentId());
        } else {
          person.leave(segment.segmentId());
        }
        waiting.addAll(rules.bySegment().getOrDefault(segment.segmentId(), List.of()));
      }
    }
    for (int segmentId : entered) {
      for (var campaign : rules.onEntry().getOrDefault(segmentId, List.of())) {
        trigger(person, campaign, new Occurrence.SegmentEntered(segmentId), now);
      }
    }
  }

  private boolean leftToBuild(SegmentRule segment, PersonState person) {
    return segment.building() && builds.leaves(person.personId(), segment.segmentId());
  }

  /** A timer of a segment has run out: looks again and arms the next one. */
  void timerFired(PersonState person, SegmentRule segment, Instant now) {
    person.wakeAt(
        segment.segmentId(), segment.condition().nextChange(person.facts(now)).orElse(null), true);
    woken(person, List.of(segment), now);
  }

  /** Something happened that may start journeys of a campaign. */
  void trigger(PersonState person, CompiledCampaign campaign, Occurrence occurrence, Instant now) {
    var facts = person.facts(now);
    switch (JourneyEngine.decide(campaign, occurrence, facts, person.history(campaign.id()))) {
      case Entry.Enters() -> {
        var journey = JourneyEngine.start(campaign, ids.next(), person.personId(), occurrence, now);
        surroundings.journeyStarted(person, journey, now);
        var advance = JourneyEngine.advance(campaign, journey, facts, now);
        surroundings.journeyMoved(person, advance.journey(), now);
        person.remember(
            campaign.id(),
            new History(
                true, !advance.journey().hasEnded() || person.history(campaign.id()).active()));
        started.put(journey.id(), advance.journey());
        send(person, campaign, advance, now);
      }
      case Entry.Refused(var reason, var detail) ->
          refusals.add(new CampaignRefusal(person.personId(), campaign.id(), reason, now, detail));
      case Entry.NotTriggered() -> {}
    }
  }

  /** Moves a journey that is due as far as it goes and takes note of what it sends. */
  void advance(PersonState person, CompiledCampaign campaign, Journey journey, Instant now) {
    var advance = JourneyEngine.advance(campaign, journey, person.facts(now), now);
    moved.put(journey.id(), advance.journey());
    surroundings.journeyMoved(person, advance.journey(), now);
    send(person, campaign, advance, now);
  }

  /** Ends a journey whose campaign is gone. */
  void stopped(PersonState person, Journey journey, Instant now) {
    var ended = JourneyEngine.end(journey, EndReason.CAMPAIGN_STOPPED, now);
    moved.put(journey.id(), ended);
    surroundings.journeyMoved(person, ended, now);
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
