package dev.carillon.campaigns;

import dev.carillon.campaigns.CampaignExplanation.Gate;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.Facts;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Finds out why a person is, was or never was in a campaign (promise I7). */
public final class CampaignExplainer {
  private static final int JOURNEYS = 20;
  private static final int EVENTS = 20;

  private final JourneyRepository journeys;

  public CampaignExplainer(JourneyRepository journeys) {
    this.journeys = journeys;
  }

  /**
   * Explains one campaign to one person of the same workspace.
   *
   * @param facts the person now; has to know what {@link CompiledCampaign#reads} names
   */
  public CampaignExplanation explain(
      Handle handle, CompiledCampaign campaign, long personId, Facts facts) {
    var who = new PersonCampaign(personId, campaign.id());
    var history =
        journeys
            .histories(handle, new long[] {personId}, new int[] {campaign.id()})
            .getOrDefault(who, History.NONE);
    var gates =
        List.of(
            running(campaign),
            trigger(handle, campaign, personId, facts),
            frequency(campaign, history),
            filters(campaign, facts));
    return new CampaignExplanation(
        campaign.campaign(),
        personId,
        facts.now(),
        gates,
        journeys.ofPerson(handle, campaign.workspace(), who, JOURNEYS),
        journeys.refusals(handle, who));
  }

  private static Gate running(CompiledCampaign campaign) {
    var state = campaign.campaign().state();
    return new Gate(
        "running", state == CampaignState.RUNNING, "The campaign is " + state.wire(), null);
  }

  private static Gate trigger(
      Handle handle, CompiledCampaign campaign, long personId, Facts facts) {
    return switch (campaign.trigger()) {
      case TriggerRule.EventTrigger event -> eventSeen(handle, campaign, event, personId);
      case TriggerRule.SegmentTrigger(var segment) -> {
        var inside = facts.inSegment(segment);
        yield new Gate(
            "trigger",
            inside,
            inside
                ? "The person is in segment %d; only coming to be in it starts a journey"
                    .formatted(segment)
                : "The person is not in segment " + segment,
            null);
      }
    };
  }

  private record Seen(Instant at, String data) {}

  private static Gate eventSeen(
      Handle handle, CompiledCampaign campaign, TriggerRule.EventTrigger trigger, long personId) {
    var seen =
        handle
            .createQuery(
                """
                SELECT e.occurred_at, e.data FROM event e
                  JOIN event_name n ON n.name_id = e.name_id
                 WHERE e.person_id = :person AND e.workspace_id = :workspace
                   AND n.workspace_id = :workspace AND n.kind = :kind AND n.name = :name
                 ORDER BY e.occurred_at DESC LIMIT :limit
                """)
            .bind("person", personId)
            .bind("workspace", campaign.workspace().value())
            .bind("kind", trigger.kind().code())
            .bind("name", trigger.name())
            .bind("limit", EVENTS)
            .map((row, _) ->
                new Seen(
                    row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                    row.getString("data")))
            .list();
    if (seen.isEmpty()) {
      return new Gate(
          "trigger",
          false,
          "The person has no %s \"%s\"".formatted(trigger.kind().wire(), trigger.name()),
          null);
    }
    for (var each : seen) {
      if (campaign.accepts(AttributesJson.parse(each.data))) {
        return new Gate("trigger", true, "The newest event that triggers was at " + each.at, null);
      }
    }
    return new Gate(
        "trigger",
        false,
        "None of the newest %d events named \"%s\" passes the tests of the trigger, the last of them at %s"
            .formatted(seen.size(), trigger.name(), seen.getFirst().at),
        null);
  }

  private static Gate frequency(CompiledCampaign campaign, History history) {
    if (campaign.campaign().definition().frequency() == Frequency.ONCE && history.entered()) {
      return new Gate("frequency", false, "The person has entered before and may enter once", null);
    }
    if (campaign.trigger() instanceof TriggerRule.SegmentTrigger && history.active()) {
      return new Gate("frequency", false, "The person is still in an earlier journey", null);
    }
    return new Gate(
        "frequency",
        true,
        history.entered()
            ? "The person has entered before and may enter again"
            : "The person has never entered",
        null);
  }

  private static Gate filters(CompiledCampaign campaign, Facts facts) {
    var reasons = campaign.filtersExplained(facts);
    if (reasons == null) {
      return new Gate("filters", true, "The campaign has no filters", null);
    }
    var match = campaign.filtersMatch(facts);
    return new Gate(
        "filters",
        match,
        match ? "The person matches the filters" : "The person does not match the filters",
        reasons);
  }
}
