package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.both;
import static dev.carillon.processing.Around.campaign;
import static dev.carillon.processing.Around.delay;
import static dev.carillon.processing.Around.device;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.is;
import static dev.carillon.processing.Around.onEvent;
import static dev.carillon.processing.Around.related;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignExplainer;
import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.people.Identifier;
import dev.carillon.segments.CampaignActivity;
import dev.carillon.segments.Condition;
import dev.carillon.segments.FactsReader;
import dev.carillon.segments.SegmentExplainer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** I7: why a condition on devices, objects, journeys, subscriptions or a sample holds or not. */
final class SurroundingsExplainedTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final Identifier ADA = id("ada");
  private static final Duration DAY = Duration.ofDays(1);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    KIT.objectType(1);
  }

  private static JsonNode explain(int segment) {
    var explainer = new SegmentExplainer(KIT.segments, KIT.counters, KIT.clock);
    return KIT.database
        .read(handle -> explainer.explain(handle, KIT.workspace(), segment, KIT.personId(ADA)))
        .orElseThrow()
        .toJson();
  }

  @Test
  @DisplayName(
      "segments: which devices, objects and journeys fitted, when they changed and when that changes by itself")
  void shouldExplainSegments() {
    var welcome = KIT.campaign(everyTime(onEvent("came"), null, delay(DAY)));
    KIT.topic(3, true);
    var segment =
        KIT.segment(
            new Condition.And(
                List.of(
                    new Condition.Device("ios", DAY, List.of(is("app", "2"))),
                    related(is("plan", "pro")),
                    campaign(welcome.id(), CampaignActivity.IN),
                    new Condition.Subscribed(new Condition.Subscription.Topic(3), true),
                    new Condition.Sample(10_000, ""))));
    var used = KIT.clock.instant();
    THINGS.apply(
        THINGS.device(ADA, "t1", used, "app", "2"),
        THINGS.device(ADA, "t2", used, "app", "1"),
        THINGS.identify(object("acme"), "plan", "pro"),
        THINGS.relate(ADA, object("acme")),
        THINGS.relate(ADA, object("bolt")),
        KIT.eventOf(ADA, "came", "{}"));
    var explained = explain(segment);
    assertThat(explained.path("member").booleanValue()).isTrue();
    assertThat(explained.path("looks_again_at").longValue())
        .isEqualTo(used.plus(DAY).getEpochSecond());
    var parts = explained.at("/conditions/parts");
    assertThat(parts.at("/0/read"))
        .hasToString(
            "{\"devices\":2,\"counted\":1,\"fitting\":[{\"id\":\"t1\",\"platform\":\"ios\",\"last_used\":%d}]}"
                .formatted(used.getEpochSecond()));
    assertThat(parts.at("/0/changes_at").longValue()).isEqualTo(used.plus(DAY).getEpochSecond());
    assertThat(parts.at("/1/read"))
        .hasToString(
            "{\"related\":2,\"counted\":1,\"more\":false,\"fitting\":[{\"object_id\":\"acme\"}]}");
    assertThat(parts.at("/2/read"))
        .hasToString("{\"journeys\":1,\"under_way\":1,\"activities\":[\"entered\",\"in\"]}");
    assertThat(parts.at("/3/read")).hasToString("{\"own\":null,\"default\":true}");
    assertThat(parts.at("/4/read/place").isNumber()).isTrue();
    for (var part = 0; part < 3; part++) {
      assertThat(parts.path(part).path("changed_at").longValue())
          .isBetween(used.getEpochSecond(), KIT.clock.instant().getEpochSecond());
    }
  }

  @Test
  @DisplayName("campaigns: the same of filters")
  void shouldExplainFilters() {
    var campaign =
        KIT.campaign(
            everyTime(onEvent("came"), both(device(), related(is("plan", "pro"))), delay(DAY)));
    THINGS.apply(
        THINGS.device(ADA, "t1", null), THINGS.relate(ADA, object("acme"), "role", "admin"));
    var explanation =
        KIT.database.read(handle -> {
          var compiled = KIT.campaigns.compiled(handle, campaign);
          var facts =
              new FactsReader(KIT.clock)
                  .read(
                      handle,
                      KIT.workspace(),
                      KIT.personId(ADA),
                      compiled.reads().segments(),
                      compiled.reads().surroundings())
                  .orElseThrow();
          return new CampaignExplainer(new JourneyRepository())
              .explain(handle, compiled, KIT.personId(ADA), facts);
        });
    var filters = json(JsonMapper.shared().writeValueAsString(explanation.toMap())).at("/gates/3");
    assertThat(filters.path("open").booleanValue()).isFalse();
    assertThat(filters.at("/reasons/parts/0/holds").booleanValue()).isTrue();
    assertThat(filters.at("/reasons/parts/0/read/fitting/0/id").stringValue()).isEqualTo("t1");
    assertThat(filters.at("/reasons/parts/1/holds").booleanValue()).isFalse();
    assertThat(filters.at("/reasons/parts/1/read/related").intValue()).isEqualTo(1);
    assertThat(filters.at("/reasons/parts/1/read/counted").intValue()).isZero();
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}
