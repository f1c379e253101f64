package dev.carillon.campaigns;

import dev.carillon.campaigns.CompiledCampaign.Node;
import dev.carillon.campaigns.JourneyPath.Did;
import dev.carillon.delivery.Channel;
import dev.carillon.segments.Facts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decides who enters a campaign and moves journeys from step to step (journeys §3.9).
 *
 * <p>It is pure: facts and a row go in, a row and intents come out, and the caller stores both in
 * one transaction under the lock of the person. So a crash loses nothing and doubles nothing: what
 * was not committed is decided again from the same row, and a step that runs again has the same
 * {@code (journey, visit)} (C-70). A journey stores the id of the step it waits in and no copy of
 * the workflow (C-62); each move reads the campaign as it is now, which is what makes edits count
 * for people inside (journeys §3.8).
 */
public final class JourneyEngine {
  /** An event older than this starts nothing (C-7). */
  public static final Duration OLDEST_EVENT = Duration.ofHours(72);

  private static final int MOST_STEPS = 1_000;
  private static final JsonMapper JSON = JsonMapper.shared();

  private JourneyEngine() {}

  /**
   * Whether what happened starts a journey of this person now.
   *
   * @param facts the person right after it happened
   * @param history of the person in this campaign, journeys started earlier in the same batch
   *     included
   */
  public static Entry decide(
      CompiledCampaign campaign, Occurrence occurrence, Facts facts, History history) {
    if (!triggers(campaign, occurrence)) {
      return new Entry.NotTriggered();
    }
    var state = campaign.campaign().state();
    if (state != CampaignState.RUNNING) {
      return new Entry.Refused(Refusal.NOT_RUNNING, "The campaign is " + state.wire());
    }
    if (occurrence instanceof Occurrence.EventHappened event
        && event.occurredAt().isBefore(event.attachedAt().minus(OLDEST_EVENT))) {
      return new Entry.Refused(
          Refusal.EVENT_TOO_OLD,
          "The event happened at %s, more than 72 hours before it was known at %s"
              .formatted(event.occurredAt(), event.attachedAt()));
    }
    if (campaign.campaign().definition().frequency() == Frequency.ONCE && history.entered()) {
      return new Entry.Refused(
          Refusal.ALREADY_ENTERED, "The person has entered before and may enter once");
    }
    if (occurrence instanceof Occurrence.SegmentEntered && history.active()) {
      return new Entry.Refused(Refusal.ALREADY_ACTIVE, "The person is still in an earlier journey");
    }
    return gates(campaign, facts);
  }

  private static boolean triggers(CompiledCampaign campaign, Occurrence occurrence) {
    return switch (campaign.trigger()) {
      case TriggerRule.EventTrigger(var kind, var name, _) ->
          occurrence instanceof Occurrence.EventHappened event
              && event.kind() == kind
              && event.name().equals(name)
              && campaign.accepts(event.fields());
      case TriggerRule.SegmentTrigger(var segment) ->
          occurrence instanceof Occurrence.SegmentEntered(var entered) && entered == segment;
    };
  }

  private static Entry gates(CompiledCampaign campaign, Facts facts) {
    if (campaign.campaign().definition().exit() != ExitRule.NEVER && hasLeft(campaign, facts)) {
      return new Entry.Refused(Refusal.LEFT_SEGMENT, "The person has left the segment again");
    }
    return campaign.filtersMatch(facts)
        ? new Entry.Enters()
        : new Entry.Refused(Refusal.FILTERS_NOT_MET, "The person does not match the filters");
  }

  private static boolean hasLeft(CompiledCampaign campaign, Facts facts) {
    return campaign.trigger() instanceof TriggerRule.SegmentTrigger(var segment)
        && !facts.inSegment(segment);
  }

  /** Why the person has to leave right now (C-40); null to stay. */
  private static @Nullable EndReason exitReason(CompiledCampaign campaign, Facts facts) {
    if (campaign.campaign().definition().exit() == ExitRule.NEVER) {
      return null;
    }
    if (hasLeft(campaign, facts)) {
      return EndReason.TRIGGER;
    }
    return campaign.filtersMatch(facts) ? null : EndReason.FILTERS;
  }

  /**
   * A new journey in front of the first step. To be called for {@link Entry.Enters}, and to be
   * advanced at once.
   *
   * @param journeyId unique for ever
   */
  public static Journey start(
      CompiledCampaign campaign,
      long journeyId,
      long personId,
      Occurrence occurrence,
      Instant now) {
    var at = now.truncatedTo(ChronoUnit.MICROS);
    return new Journey(
        journeyId,
        personId,
        campaign.workspace(),
        campaign.id(),
        campaign.campaign().version(),
        Journey.State.WAITING,
        null,
        0,
        at,
        at,
        at,
        null,
        null,
        JourneyPath.EMPTY,
        triggerJson(occurrence));
  }

  /** The same, with a workflow that begins later (S-34); it is advanced when it is due. */
  public static Journey startingAt(Journey journey, Instant later) {
    return new Journey(
        journey.id(),
        journey.personId(),
        journey.workspace(),
        journey.campaignId(),
        journey.version(),
        journey.state(),
        journey.node(),
        journey.visit(),
        later,
        journey.startedAt(),
        journey.enteredAt(),
        journey.endedAt(),
        journey.endReason(),
        journey.path(),
        journey.trigger());
  }

  private static String triggerJson(Occurrence occurrence) {
    return switch (occurrence) {
      case Occurrence.EventHappened event -> {
        var id = event.eventId() == null ? "" : ",\"id\":" + quoted(event.eventId());
        // Not by a pattern: each event that starts a journey comes by here.
        yield "{\"name\":"
            + quoted(event.name())
            + id
            + ",\"timestamp\":"
            + event.occurredAt().getEpochSecond()
            + ",\"data\":"
            + event.data()
            + "}";
      }
      case Occurrence.SegmentEntered(var segment) -> "{\"segment\":" + segment + "}";
    };
  }

  private static String quoted(String text) {
    return JSON.writeValueAsString(text);
  }

  /** The caller's key of the event that started the journey; null for none. */
  public static @Nullable String eventId(Journey journey) {
    // What a segment starts has none, nor has an event without a key: no need to parse for those.
    if (!journey.trigger().contains("\"id\":")) {
      return null;
    }
    return JSON.readTree(journey.trigger()).path("id").stringValue(null);
  }

  /**
   * Runs a journey until it waits again or ends. A delay that is not over under its present length
   * goes on waiting; a journey that has ended stays as it is.
   *
   * @param facts the person at {@code at}
   */
  public static Advance advance(
      CompiledCampaign campaign, Journey journey, Facts facts, Instant at) {
    var now = at.truncatedTo(ChronoUnit.MICROS);
    if (journey.hasEnded()) {
      return new Advance(journey, List.of());
    }
    var isOver = journey.version() <= campaign.campaign().endedVersion();
    if (isOver || !campaign.campaign().state().moves()) {
      return new Advance(end(journey, EndReason.CAMPAIGN_STOPPED, now), List.of());
    }
    var walk = new Walk(campaign, journey, facts, now);
    var waitsIn = journey.node();
    if (waitsIn == null) {
      return walk.from(campaign.first());
    }
    var node = campaign.node(waitsIn);
    if (node == null) {
      return walk.afterRemoved(waitsIn);
    }
    if (node.step() instanceof Step.Delay(_, _, var length)) {
      var due = journey.enteredAt().plus(length);
      if (now.isBefore(due)) {
        return new Advance(walk.waiting(waitsIn, journey.enteredAt(), due), List.of());
      }
    }
    return walk.from(node.next());
  }

  /** The journey ended early at this instant, at the step it was in. */
  public static Journey end(Journey journey, EndReason reason, Instant at) {
    return new Journey(
        journey.id(),
        journey.personId(),
        journey.workspace(),
        journey.campaignId(),
        journey.version(),
        Journey.State.EXITED,
        journey.node(),
        journey.visit(),
        null,
        journey.startedAt(),
        journey.enteredAt(),
        at,
        reason,
        journey.path(),
        journey.trigger());
  }

  /** One run from step to step; used once. */
  private static final class Walk {
    private final CompiledCampaign campaign;
    private final Journey journey;
    private final Facts facts;
    private final Instant now;
    private final List<SendIntent> sends = new ArrayList<>();
    private JourneyPath path;
    private int visit;

    Walk(CompiledCampaign campaign, Journey journey, Facts facts, Instant now) {
      this.campaign = campaign;
      this.journey = journey;
      this.facts = facts;
      this.now = now;
      this.path = journey.path();
      this.visit = journey.visit();
    }

    Advance afterRemoved(int step) {
      note(step, Did.REMOVED, null);
      return from(campaign.afterRemoved(step));
    }

    /** Runs this step and the following ones. */
    Advance from(int first) {
      var last = journey.node();
      var next = first;
      for (var run = 0; next != CompiledCampaign.END; run++) {
        var node = campaign.node(next);
        if (node == null || run == MOST_STEPS) {
          return done(ended(Journey.State.EXITED, next, EndReason.ERROR));
        }
        visit++;
        last = next;
        switch (node.step()) {
          case Step.Email email -> {
            if (email.sendingState() != SendingState.OFF) {
              var exit = exitReason(campaign, facts);
              if (exit != null) {
                note(email.id(), Did.EXITED, null);
                return done(ended(Journey.State.EXITED, email.id(), exit));
              }
            }
            message(email, node);
            next = node.next();
          }
          case Step.Delay(var id, _, var length) -> {
            var due = now.plus(length);
            note(id, Did.WAITS, due);
            return done(waiting(id, now, due));
          }
          case Step.Branch(var id, _, _, _, _) -> {
            var holds = node.holds(facts, false);
            note(id, holds ? Did.TRUE : Did.FALSE, null);
            next = holds ? node.onTrue() : node.onFalse();
          }
          case Step.Exit(var id, _) -> {
            note(id, Did.EXITED, null);
            return done(ended(Journey.State.EXITED, id, EndReason.EXIT_STEP));
          }
        }
      }
      return done(ended(Journey.State.FINISHED, last, null));
    }

    private void message(Step.Email email, Node node) {
      if (email.sendingState() == SendingState.OFF) {
        note(email.id(), Did.OFF, null);
      } else if (!node.holds(facts, true)) {
        note(email.id(), Did.SKIPPED, null);
      } else {
        var draft = email.sendingState() == SendingState.DRAFT;
        sends.add(new SendIntent(journey.id(), visit, email.id(), Channel.EMAIL, draft));
        note(email.id(), draft ? Did.DRAFTS : Did.SENDS, null);
      }
    }

    private void note(int step, Did did, @Nullable Instant until) {
      path = path.plus(new JourneyPath.Entry(step, now, did, until));
    }

    private Advance done(Journey moved) {
      return new Advance(moved, sends);
    }

    private Journey waiting(int step, Instant enteredAt, Instant wakeAt) {
      return moved(Journey.State.WAITING, step, enteredAt, wakeAt, null);
    }

    private Journey ended(Journey.State state, @Nullable Integer step, @Nullable EndReason reason) {
      return moved(state, step, now, null, reason);
    }

    private Journey moved(
        Journey.State state,
        @Nullable Integer step,
        Instant enteredAt,
        @Nullable Instant wakeAt,
        @Nullable EndReason reason) {
      return new Journey(
          journey.id(),
          journey.personId(),
          journey.workspace(),
          journey.campaignId(),
          campaign.campaign().version(),
          state,
          step,
          visit,
          wakeAt,
          journey.startedAt(),
          enteredAt,
          wakeAt == null ? now : null,
          reason,
          path,
          journey.trigger());
    }
  }
}
