package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.definition;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static dev.carillon.campaigns.Example.signedUp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignJson.Parsed;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Fault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class CampaignJsonTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<LinkedHashMap<String, Object>> OBJECT =
      new TypeReference<>() {};

  private static Map<String, Object> object(String json) {
    return JSON.readValue(json, OBJECT);
  }

  private static CampaignDefinition valid(String json) {
    return switch (CampaignJson.parse(object(json))) {
      case Parsed.Valid(var definition) -> definition;
      case Parsed.Invalid(var faults) -> throw new AssertionError(faults.toString());
    };
  }

  private static List<Fault> faults(Parsed parsed) {
    return switch (parsed) {
      case Parsed.Valid(var definition) -> throw new AssertionError("valid: " + definition);
      case Parsed.Invalid(var faults) -> faults;
    };
  }

  private static List<String> faults(String json) {
    return faults(CampaignJson.parse(object(json))).stream().map(Fault::toString).toList();
  }

  private static final String WELCOME =
      """
      {"name": " Welcome ", "description": "for new customers",
       "trigger": {"event": {"name": "signed_up", "where": [{"field": "plan", "operator": "eq", "value": "pro"}]}},
       "filters": {"and": [{"attribute": {"field": "country", "operator": "eq", "value": "nl"}}]},
       "frequency": "once", "exit": "never",
       "steps": [
         {"type": "email", "name": "Hello", "subject": "Hi {{customer.name}}", "body": "<p>Hi</p>", "from": "a@example.test",
          "reply_to": "b@example.test", "headers": {"X-One": "1"}, "sending_state": "automatic",
          "conditions": {"segment": {"id": 4}}},
         {"type": "delay", "for": {"n": 48, "unit": "hour"}},
         {"type": "branch", "condition": {"segment": {"id": 5}}, "true": [{"type": "exit"}],
          "false": [{"type": "email", "to": "{{event.to}}", "body_plain": "Hi"}]}]}
      """;

  @Test
  void shouldReadACampaign() {
    var campaign = valid(WELCOME);

    assertThat(campaign.name()).isEqualTo("Welcome");
    assertThat(campaign.trigger())
        .isEqualTo(
            new TriggerRule.EventTrigger(
                EventKind.EVENT,
                "signed_up",
                List.of(new AttributeTest("plan", Operator.EQ, "pro"))));
    assertThat(campaign.frequency()).isEqualTo(Frequency.ONCE);
    assertThat(campaign.exit()).isEqualTo(ExitRule.NEVER);
    assertThat(campaign.segments()).containsExactlyInAnyOrder(4, 5);
    var hello = (Step.Email) campaign.steps().getFirst();
    assertThat(hello.sendingState()).isEqualTo(SendingState.AUTOMATIC);
    assertThat(hello.content().headers()).containsExactly(Map.entry("X-One", "1"));
    assertThat(hello.content().to()).isEqualTo("{{customer.email}}");
    assertThat(campaign.steps().get(1)).isEqualTo(delay(0, Duration.ofDays(2)));
    var branch = (Step.Branch) campaign.steps().getLast();
    assertThat(branch.then()).containsExactly(new Step.Exit(0, ""));
    assertThat(branch.otherwise()).hasSize(1);
  }

  @Test
  @DisplayName("§3.3, §3.5, W-3: what is left out gets its default")
  void shouldFillInDefaults() {
    var byEvent =
        valid(
            "{\"name\":\"a\",\"trigger\":{\"event\":{\"name\":\"x\"}},\"steps\":[{\"type\":\"email\"}]}");
    var bySegment = valid("{\"name\":\"a\",\"trigger\":{\"segment\":{\"id\":3}}}");

    assertThat(byEvent.frequency()).isEqualTo(Frequency.EVERY_TIME);
    assertThat(bySegment.frequency()).isEqualTo(Frequency.ONCE);
    assertThat(byEvent.exit()).isEqualTo(ExitRule.STOP_MATCHING);
    assertThat(bySegment.steps()).isEmpty();
    assertThat(((Step.Email) byEvent.steps().getFirst()).sendingState())
        .as("a definition is a finished message (W-3 speaks of an editor's new one)")
        .isEqualTo(SendingState.AUTOMATIC);
  }

  @Test
  void shouldReadBackWhatItHasWritten() {
    var campaign = valid(WELCOME);
    var numbers = new java.util.concurrent.atomic.AtomicInteger();
    var numbered =
        campaign.withSteps(Workflow.numbered(campaign.steps(), numbers::incrementAndGet));

    assertThat(CampaignJson.parseStored(CampaignJson.stored(numbered))).isEqualTo(numbered);
  }

  @Test
  @DisplayName("What GET answers can be sent back by PUT")
  void shouldTakeItsOwnAnswer() {
    var present =
        Example.campaign(
            CampaignState.RUNNING,
            definition(signedUp(), email(11), delay(12, Duration.ofSeconds(90))));
    var sent = object(JSON.writeValueAsString(CampaignJson.toMap(present)));

    assertThat(sent).containsEntry("id", 7).containsEntry("state", "running");
    assertThat(sent).containsEntry("created", (int) NOW.getEpochSecond());
    assertThat(CampaignJson.parse(sent, present)).isEqualTo(new Parsed.Valid(present.definition()));
  }

  @Test
  void shouldNameEveryFaultWithItsPath() {
    assertThat(
            faults(
                """
                {"name": "", "colour": 1, "trigger": {"event": {"name": " "}, "when": 1}, "frequency": "twice", "exit": 1,
                 "filters": {"attribute": {"field": "a", "operator": "likes", "value": 1}},
                 "steps": [
                   {"type": "email", "subject": "{{ x", "body": 5, "sending_state": "maybe", "headers": {"a b": "1", "c": 2}},
                   {"type": "delay"}, {"type": "delay", "for": {"n": 0, "unit": "year", "z": 1}},
                   {"type": "delay", "for": {"n": 366, "unit": "day"}},
                   {"type": "branch", "true": [{"type": "exit", "body": ""}], "false": {}},
                   {"type": "poem"}, 7]}
                """))
        .satisfiesExactlyInAnyOrder(
            starts("name is required"),
            starts("colour is not known here; known are description,"),
            starts("trigger.event.name must not be blank"),
            starts("trigger.when is not known here"),
            starts("frequency must be once or every_time"),
            starts("exit must be stop_matching or never"),
            starts("filters.attribute.operator must be one of"),
            starts("steps[0].subject is no Liquid template:"),
            starts("steps[0].body must be a text"),
            starts("steps[0].sending_state must be automatic, draft or off"),
            starts("steps[0].headers.a b is not the name of a header"),
            starts("steps[0].headers.c must be a text"),
            starts("steps[1].for is required"),
            starts("steps[2].for.unit must be second, minute, hour, day or week"),
            starts("steps[2].for.n must be a whole number from 1 to"),
            starts("steps[2].for.z is not known here"),
            starts("steps[3].for.n must be a whole number from 1 to 365"),
            starts("steps[4].true[0].body is not known here"),
            starts("steps[4].false must be a list"),
            starts("steps[5].type must be email, delay, branch or exit"),
            starts("steps[6] must be an object"));
  }

  private static java.util.function.Consumer<String> starts(String text) {
    return fault -> assertThat(fault).startsWith(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | name is required; trigger is required: an event or a segment",
        "{\"name\":7,\"trigger\":{\"segment\":{\"id\":1}}} | name must be a text",
        "{\"name\":\"a\",\"trigger\":{}} | trigger must be either an event or a segment",
        "{\"name\":\"a\",\"trigger\":{\"segment\":{\"id\":1},\"event\":{\"name\":\"x\"}}} "
            + "| trigger must be either an event or a segment",
        "{\"name\":\"a\",\"trigger\":{\"segment\":{}}} | trigger.segment.id is required",
        "{\"name\":\"a\",\"trigger\":{\"segment\":{\"id\":\"3\"}}} "
            + "| trigger.segment.id must be a whole number from 1 to 2147483647",
        "{\"name\":\"a\",\"trigger\":{\"event\":{\"name\":\"x\",\"type\":\"click\"}}} "
            + "| trigger.event.type must be event, page, screen or form",
        "{\"name\":\"a\",\"trigger\":{\"event\":7}} | trigger.event must be an object"
      })
  void shouldRefuse(String json, String expected) {
    assertThat(String.join("; ", faults(json))).startsWith(expected);
  }

  @Test
  void shouldKeepToItsLimits() {
    var trigger = "\"trigger\":{\"segment\":{\"id\":1}}";
    assertThat(faults("{\"name\":\"" + "n".repeat(191) + "\"," + trigger + "}"))
        .containsExactly("name must not be longer than 190 characters");
    assertThat(
            faults(
                "{\"name\":\"a\",%s,\"steps\":[{\"type\":\"email\",\"subject\":\"%s\",\"body\":\"%s\"}]}"
                    .formatted(trigger, "s".repeat(1_001), "ü".repeat(262_145))))
        .containsExactly(
            "steps[0].subject must not be longer than 1,000 characters",
            "steps[0].body must not be larger than 512 KiB");
    assertThat(
            faults(
                "{\"name\":\"a\",%s,\"steps\":[%s{\"type\":\"exit\"}]}"
                    .formatted(trigger, "{\"type\":\"exit\"},".repeat(5_000))))
        .containsExactly("steps must not hold more than 200, those in branches included");
  }

  @Test
  void shouldTakeBranchesTwentyDeepAndNoDeeper() {
    assertThat(valid(nested(19)).steps()).hasSize(1);
    assertThat(faults(nested(20))).singleElement().asString().endsWith("nested more than 20 deep");
  }

  private static String nested(int branches) {
    return "{\"name\":\"a\",\"trigger\":{\"segment\":{\"id\":1}},\"steps\":[%s{\"type\":\"exit\"}%s]}"
        .formatted("{\"type\":\"branch\",\"true\":[".repeat(branches), "]}".repeat(branches));
  }

  @Test
  @DisplayName("W-1: an id is kept when it names a step of this campaign of the same type")
  void shouldRefuseIdsOfOtherSteps() {
    var present =
        Example.campaign(CampaignState.DRAFT, definition(signedUp(), email(11), email(12)));
    var sent =
        object(
            """
            {"name": "a", "trigger": {"event": {"name": "x"}}, "steps": [
              {"type": "email", "id": 12}, {"type": "email", "id": 12}, {"type": "delay", "id": 11, "for": {"n": 1, "unit": "day"}},
              {"type": "exit", "id": 99}, {"type": "exit"}]}
            """);

    assertThat(faults(CampaignJson.parse(sent, present)))
        .extracting(Fault::path)
        .containsExactly("steps[1].id", "steps[2].id", "steps[3].id");
    assertThat(faults(CampaignJson.parse(sent)))
        .as("a new campaign has no steps yet")
        .extracting(Fault::path)
        .containsExactly("steps[0].id", "steps[1].id", "steps[2].id", "steps[3].id");
  }

  @Test
  @DisplayName("C-38: an incomplete campaign can be saved; starting it names what is missing")
  void shouldFindWhatIsMissingForAStart() {
    var draft =
        valid(
            """
            {"name": "a", "trigger": {"segment": {"id": 3}}, "filters": {"segment": {"id": 9}}, "steps": [
              {"type": "email", "subject": " "}, {"type": "email", "sending_state": "off"},
              {"type": "branch"}, {"type": "branch", "true": [{"type": "email", "body_plain": "x", "from": "a@b.test"}]}]}
            """);

    assertThat(StartProblems.of(draft, java.util.Set.of(9)))
        .extracting(Fault::toString)
        .containsExactly(
            "steps[0].subject must not be empty",
            "steps[0].body must not be empty",
            "steps[2] must hold a step on one of its paths",
            "steps[3].true[0].subject must not be empty",
            "there is no segment with the id 9");
    assertThat(StartProblems.of(definition(signedUp(), email(1)), java.util.Set.of())).isEmpty();
  }
}
