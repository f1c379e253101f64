package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.PERSON;
import static dev.carillon.campaigns.Example.SEGMENT;
import static dev.carillon.campaigns.Example.definition;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static dev.carillon.campaigns.Example.enteredSegment;
import static dev.carillon.campaigns.Example.event;
import static dev.carillon.campaigns.Example.filtered;
import static dev.carillon.campaigns.Example.is;
import static dev.carillon.campaigns.Example.running;
import static dev.carillon.campaigns.Example.signedUp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignExplanation.Gate;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.ConditionJson;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("I7: why a person is, was or never was in a campaign")
class CampaignExplainerTest {
  @AutoClose private static final TestDatabase TEST = TestDatabase.create();
  private static final KnownFacts SOMEBODY = KnownFacts.at(NOW);

  private final JourneyRepository journeys = new JourneyRepository();
  private final CampaignExplainer explainer = new CampaignExplainer(journeys);

  @BeforeEach
  void empty() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute("TRUNCATE journey, campaign_refusal, event, event_name");
          handle.execute(
              """
              INSERT INTO event_name (name_id, workspace_id, kind, name, first_seen)
              OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, 'signed_up', now()), (2, 2, 1, 'signed_up', now())
              """);
        });
  }

  private CampaignExplanation explain(CompiledCampaign campaign, KnownFacts facts) {
    return TEST.jdbi().withHandle(handle -> explainer.explain(handle, campaign, PERSON, facts));
  }

  private static Gate gate(CampaignExplanation explanation, String name) {
    return explanation.gates().stream()
        .filter(gate -> gate.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void happened(int workspace, String data) {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO event VALUES (?, ?, ?, 1, '2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z', NULL, ?)",
                PERSON,
                workspace,
                workspace,
                data));
  }

  @Test
  void shouldTellWhetherTheTriggerWasSeen() {
    var pro = List.of(new AttributeTest("plan", Operator.EQ, "pro"));
    var campaign =
        running(
            definition(new TriggerRule.EventTrigger(EventKind.EVENT, "signed_up", pro), email(11)));

    happened(2, "{\"plan\":\"pro\"}"); // of another workspace
    assertThat(gate(explain(campaign, SOMEBODY), "trigger"))
        .isEqualTo(new Gate("trigger", false, "The person has no event \"signed_up\"", null));

    happened(1, "{\"plan\":\"free\"}");
    assertThat(gate(explain(campaign, SOMEBODY), "trigger").detail())
        .startsWith("None of the newest 1 events named \"signed_up\" passes");

    happened(1, "{\"plan\":\"pro\"}");
    assertThat(gate(explain(campaign, SOMEBODY), "trigger"))
        .isEqualTo(
            new Gate(
                "trigger",
                true,
                "The newest event that triggers was at 2026-03-01T00:00:00Z",
                null));
  }

  @Test
  void shouldTellWhatEachGateSays() {
    var campaign = running(filtered(definition(enteredSegment(), email(11)), is("plan", "pro")));

    var outside = explain(campaign, SOMEBODY);
    assertThat(outside.gates()).extracting(Gate::open).containsExactly(true, false, true, false);
    var inside = explain(campaign, SOMEBODY.with("plan", "pro").in(SEGMENT));
    assertThat(inside.gates()).extracting(Gate::open).containsOnly(true);
    assertThat(gate(inside, "filters").reasons())
        .isEqualTo(
            Map.of(
                "condition",
                Map.of("attribute", Map.of("field", "plan", "operator", "eq", "value", "pro")),
                "holds",
                true,
                "read",
                Map.of("value", "pro")));
  }

  @Test
  void shouldTellHowOftenSomethingHappened() {
    var opened =
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"opened\",\"count\":{\"op\":\"gte\",\"n\":2}}}");
    var campaign = running(filtered(definition(enteredSegment(), email(11)), opened));

    var reasons = gate(explain(campaign, SOMEBODY), "filters").reasons();

    assertThat(reasons)
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("holds", false)
        .containsEntry("read", Map.of("counted", 0L));
  }

  @Test
  void shouldTellEveryJourneyWithItsPath() {
    var campaign =
        running(definition(signedUp(), email(11), delay(12, Duration.ofDays(1)), email(13)));
    var journey =
        JourneyEngine.advance(
                campaign,
                JourneyEngine.start(campaign, 1, PERSON, event("signed_up", NOW), NOW),
                SOMEBODY,
                NOW)
            .journey();
    var refused =
        new CampaignRefusal(PERSON, 7, Refusal.EVENT_TOO_OLD, NOW, "The event happened long ago");
    TEST.jdbi()
        .useTransaction(handle -> {
          journeys.insert(handle, List.of(journey));
          journeys.refuse(handle, List.of(refused, refused));
        });

    var explanation = explain(campaign, SOMEBODY);

    assertThat(
            JsonMapper.shared()
                .readTree(JsonMapper.shared().writeValueAsString(explanation.toMap())))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"campaign": {"id": 7, "name": "Welcome", "state": "running", "version": 1},
                     "cio_id": "a300000000002a", "at": 1772474400,
                     "gates": [
                       {"gate": "running", "open": true, "detail": "The campaign is running"},
                       {"gate": "trigger", "open": false, "detail": "The person has no event \\"signed_up\\""},
                       {"gate": "frequency", "open": true, "detail": "The person has entered before and may enter again"},
                       {"gate": "filters", "open": true, "detail": "The campaign has no filters"}],
                     "journeys": [
                       {"id": 1, "state": "waiting", "version": 1, "started": 1772474400, "step": 12, "step_name": "",
                        "waits_until": 1772560800, "ended": null, "end_reason": null,
                        "path": [
                          {"step": 11, "step_name": "mail 11", "at": 1772474400, "did": "sends"},
                          {"step": 12, "step_name": "", "at": 1772474400, "did": "waits", "until": 1772560800}]}],
                     "refusals": [
                       {"reason": "event_too_old", "detail": "The event happened long ago",
                        "first": 1772474400, "last": 1772474400, "times": 2}]}
                    """));
  }
}
