package dev.carillon.segments;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ConditionJsonTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static List<String> faults(String json) {
    var faults = new ArrayList<Fault>();
    ConditionJson.parse(MAPPER.readTree(json), "conditions", faults);
    return faults.stream().map(Fault::toString).toList();
  }

  @Test
  @DisplayName("journeys §2.2: the canonical form reads, and writes the same again")
  void shouldReadAndWriteTheCanonicalForm() {
    var json =
        """
        {"and":[{"attribute":{"field":"plan","operator":"eq","value":"pro"}},
          {"or":[{"event":{"name":"order","type":"event","performed":true,"count":{"op":"gte","n":2},
                 "window":{"kind":"within_past","n":30,"unit":"day"},
                 "where":[{"field":"total","operator":"gt","value":50}]}},
                 {"not":{"segment":{"id":12}}},
                 {"attribute":{"field":"vip","operator":"exists"}}]}]}
        """;
    var faults = new ArrayList<Fault>();

    var condition =
        requireNonNull(ConditionJson.parse(MAPPER.readTree(json), "conditions", faults));

    assertThat(faults).isEmpty();
    assertThat(ConditionJson.toJson(condition)).hasToString(MAPPER.readTree(json).toString());
    assertThat(ConditionJson.stored(ConditionJson.toJson(condition).toString()))
        .isEqualTo(condition);
  }

  @ParameterizedTest
  @DisplayName("journeys §2.4, S-33: units have fixed lengths")
  @CsvSource({
    "minute,60",
    "hour,3600",
    "day,86400",
    "week,604800",
    "month,2592000",
    "year,31536000"
  })
  void shouldKnowTheUnits(String unit, long seconds) {
    var condition =
        ConditionJson.stored(
            """
            {"event":{"name":" order ","window":{"kind":"within_past","n":3,"unit":"%s"}}}
            """
                .formatted(unit));

    assertThat(condition)
        .isEqualTo(
            new Condition.Event(
                EventKind.EVENT,
                "order",
                Occurrences.Count.AT_LEAST,
                1,
                Duration.ofSeconds(3 * seconds),
                List.of()));
    assertThat(ConditionJson.stored(ConditionJson.toJson(condition).toString()))
        .isEqualTo(condition);
  }

  @Test
  void shouldTakeNotPerformedForNever() {
    assertThat(ConditionJson.stored("{\"event\":{\"name\":\"order\",\"performed\":false}}"))
        .isEqualTo(
            ConditionJson.stored(
                "{\"event\":{\"name\":\"order\",\"count\":{\"op\":\"at_most\",\"n\":0},\"window\":{\"kind\":\"ever\"}}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | conditions must be an object with exactly one of and, attribute, event, not, or, segment
          [] | conditions must be an object with exactly one of and, attribute, event, not, or, segment
          {"xor":[]} | conditions.xor is not known; one of and, attribute, event, not, or, segment is
          {"and":{}} | conditions.and must be a list of conditions
          {"and":[]} | conditions must hold at least one condition
          {"or":[]} | conditions must hold at least one condition
          {"segment":{"id":"7"}} | conditions.segment.id must be the number of a segment
          {"attribute":{"field":"a","operator":"like","value":1}} | conditions.attribute.operator must be one of eq, neq, exists, lt, gt, contains
          {"attribute":{"field":"a","operator":"exists","value":1}} | conditions.attribute.value must be absent, as exists compares with nothing
          {"attribute":{"field":"a","operator":"gt","value":"many"}} | conditions.attribute.value must be a number
          {"attribute":{"field":"a","operator":"eq","value":{}}} | conditions.attribute.value must be a text of at most 4000 characters, a number, true or false
          {"attribute":{"field":"a","operator":"eq"}} | conditions.attribute.value must be a text of at most 4000 characters, a number, true or false
          {"attribute":{"operator":"exists"}} | conditions.attribute.field must be a text of 1 to 1000 characters
          {"attribute":{"field":"a","operator":"exists","extra":1}} | conditions.attribute.extra is not known; field, operator, value are
          {"event":{"name":" "}} | conditions.event.name must be a text of 1 to 1000 characters
          {"event":{"name":"a","type":"click"}} | conditions.event.type must be one of event, page, screen, form
          {"event":{"name":"a","performed":"no"}} | conditions.event.performed must be true or false
          {"event":{"name":"a","performed":false,"count":{"op":"gte","n":1}}} | conditions.event.count must be absent when performed is false
          {"event":{"name":"a","count":{"op":"exactly","n":1}}} | conditions.event.count.op must be one of gte, lte, at_least, at_most
          {"event":{"name":"a","count":{"op":"gte","n":1001}}} | conditions.event.count.n must be a whole number from 0 to 1000
          {"event":{"name":"a","count":{"op":"gte","n":1.5}}} | conditions.event.count.n must be a whole number from 0 to 1000
          {"event":{"name":"a","window":{"kind":"within_past","n":61,"unit":"month"}}} | conditions.event.window.n must be a whole number from 1 to 60 (5 years)
          {"event":{"name":"a","window":{"kind":"within_past","n":1,"unit":"second"}}} | conditions.event.window.unit must be one of minute, hour, day, week, month, year
          {"event":{"name":"a","window":{"kind":"since"}}} | conditions.event.window.kind must be one of within_past, ever
          {"event":{"name":"a","where":[{"field":"b","operator":"is","value":1}]}} | conditions.event.where[0].operator must be one of eq, neq, exists, lt, gt, contains
          """)
  void shouldNameWhatIsWrongAndWhere(String json, String fault) {
    assertThat(faults(json)).containsExactly(fault);
  }

  @Test
  void shouldFindAllFaultsAtOnce() {
    assertThat(
            faults(
                """
                {"and":[{"segment":{"id":0}},
                        {"event":{"name":"a","count":{"op":"gte","n":-1}}},
                        {"not":{"attribute":{"field":"b","operator":"lt"}}}]}
                """))
        .containsExactly(
            "conditions.and[0].segment.id must be the number of a segment",
            "conditions.and[1].event.count.n must be a whole number from 0 to 1000",
            "conditions.and[2].not.attribute.value must be a number");
  }

  @Test
  void shouldRefuseTreesThatAreTooDeepOrTooWide() {
    var leaf = "{\"segment\":{\"id\":1}}";
    assertThat(faults("{\"not\":".repeat(9) + leaf + "}".repeat(9))).isEmpty();
    assertThat(faults("{\"not\":".repeat(10) + leaf + "}".repeat(10)))
        .singleElement()
        .asString()
        .endsWith("is nested more than 10 deep");
    assertThat(faults("{\"and\":[" + (leaf + ",").repeat(99) + leaf + "]}")).isEmpty();
    assertThat(faults("{\"and\":[" + (leaf + ",").repeat(100) + leaf + "]}"))
        .containsExactly("conditions has 101 conditions and may have at most 100");
  }
}
