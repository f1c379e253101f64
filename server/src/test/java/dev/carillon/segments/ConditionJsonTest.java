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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The language of docs/CONDITIONS.md: what is read, the one form it is kept in, every fault. */
class ConditionJsonTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static List<String> faults(String json) {
    var faults = new ArrayList<Fault>();
    var condition = ConditionJson.parse(MAPPER.readTree(json), "conditions", faults);
    assertThat(condition == null).isEqualTo(!faults.isEmpty());
    return faults.stream().map(Fault::toString).toList();
  }

  private static String normal(String json) {
    var faults = new ArrayList<Fault>();
    var condition = ConditionJson.parse(MAPPER.readTree(json), "conditions", faults);
    assertThat(faults).as(json).isEmpty();
    var normal = ConditionJson.toJson(requireNonNull(condition)).toString();
    assertThat(ConditionJson.stored(normal)).as("%s read again", normal).isEqualTo(condition);
    return normal;
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

    assertThat(normal(json)).isEqualTo(MAPPER.readTree(json).toString());
  }

  @ParameterizedTest
  @DisplayName("every member in every form it may have, and the form it is kept in; = is the same")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # groups: empty ones may stand below the root
          {"and":[{"or":[]},{"and":[]}]} | =
          {"not":{"and":[]}} | =
          # tests on values
          {"attribute":{"field":"a","operator":"eq","value":""}} | =
          {"attribute":{"field":"a","operator":"eq","value":-5}} | =
          {"attribute":{"field":"a","operator":"eq","value":5.0}} | {"attribute":{"field":"a","operator":"eq","value":5}}
          {"attribute":{"field":"a","operator":"eq","value":5.25}} | =
          {"attribute":{"field":"a","operator":"eq","value":1e3}} | {"attribute":{"field":"a","operator":"eq","value":1000}}
          {"attribute":{"field":"a","operator":"eq","value":9223372036854775807}} | =
          {"attribute":{"field":"a","operator":"eq","value":true}} | =
          {"attribute":{"field":"a","operator":"eq","value":"5"}} | =
          {"attribute":{"operator":"neq","value":false,"field":"a"}} | {"attribute":{"field":"a","operator":"neq","value":false}}
          {"attribute":{"field":"a","operator":"exists","value":null}} | {"attribute":{"field":"a","operator":"exists"}}
          {"attribute":{"field":"a","operator":"not_exists"}} | =
          {"attribute":{"field":"a","operator":"contains","value":12}} | =
          {"attribute":{"field":"a","operator":"not_contains","value":"x"}} | =
          {"attribute":{"field":"a","operator":"starts_with","value":"x"}} | =
          {"attribute":{"field":"a","operator":"ends_with","value":"x"}} | =
          {"attribute":{"field":"a","operator":"in","value":["x",5.0,true]}} | {"attribute":{"field":"a","operator":"in","value":["x",5,true]}}
          {"attribute":{"field":"a","operator":"not_in","value":[""]}} | =
          {"attribute":{"field":"a","operator":"gt","value":"05.50"}} | {"attribute":{"field":"a","operator":"gt","value":5.5}}
          {"attribute":{"field":"a","operator":"lt","value":"-3"}} | {"attribute":{"field":"a","operator":"lt","value":-3}}
          {"attribute":{"field":"a","operator":"gte","value":3}} | =
          {"attribute":{"field":"a","operator":"lte","value":3}} | =
          {"attribute":{"field":"a","operator":"between","value":["1",1]}} | {"attribute":{"field":"a","operator":"between","value":[1,1]}}
          {"attribute":{"field":"a","operator":"is_timestamp"}} | =
          {"attribute":{"field":"a","operator":"anniversary"}} | =
          # moments
          {"attribute":{"field":"a","operator":"ts_before","value":{"at":0}}} | =
          {"attribute":{"field":"a","operator":"ts_after","value":9999999999}} | {"attribute":{"field":"a","operator":"ts_after","value":{"at":9999999999}}}
          {"attribute":{"field":"a","operator":"ts_after","value":{"date":"2024-02-29"}}} | =
          {"attribute":{"field":"a","operator":"ts_after","value":"1970-01-01"}} | {"attribute":{"field":"a","operator":"ts_after","value":{"date":"1970-01-01"}}}
          {"attribute":{"field":"a","operator":"ts_before","value":{"direction":"ago","unit":"year","n":100}}} | {"attribute":{"field":"a","operator":"ts_before","value":{"n":36500,"unit":"day","direction":"ago"}}}
          {"attribute":{"field":"a","operator":"ts_after","value":{"n":90,"unit":"minute","direction":"from_now"}}} | =
          {"attribute":{"field":"a","operator":"ts_after","value":{"n":120,"unit":"minute","direction":"from_now"}}} | {"attribute":{"field":"a","operator":"ts_after","value":{"n":2,"unit":"hour","direction":"from_now"}}}
          # items
          {"attribute":{"field":"a","operator":"any_item","where":[{"field":"b","operator":"gt","value":1},{"field":"c","operator":"any_item","where":[{"field":"d","operator":"any_item","where":[{"field":"e","operator":"anniversary"}]}]}]}} | =
          # events
          {"event":{"name":" order "}} | {"event":{"name":"order","type":"event","performed":true,"count":{"op":"gte","n":1}}}
          {"event":{"name":"/pricing*","type":"page","count":{"op":"lte","n":0}}} | {"event":{"name":"/pricing*","type":"page","performed":false}}
          {"event":{"name":"a","type":"screen","performed":false,"window":{"kind":"ever"}}} | {"event":{"name":"a","type":"screen","performed":false}}
          {"event":{"name":"a","type":"form","performed":true,"count":{"op":"eq","n":0}}} | {"event":{"name":"a","type":"form","performed":true,"count":{"op":"eq","n":0}}}
          {"event":{"name":"a","count":{"op":"at_least","n":1000}}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"gte","n":1000}}}
          {"event":{"name":"a","count":{"op":"at_most","n":3}}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"lte","n":3}}}
          {"event":{"name":"a","count":{"op":"exactly","n":3},"where":[]}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"eq","n":3}}}
          {"event":{"name":"a","window":{"kind":"not_within_past","n":2,"unit":"week"}}} | {"event":{"name":"a","type":"event","performed":false,"window":{"kind":"within_past","n":14,"unit":"day"}}}
          {"event":{"name":"a","performed":false,"window":{"kind":"not_within_past","n":36,"unit":"hour"}}} | {"event":{"name":"a","type":"event","performed":false,"window":{"kind":"within_past","n":36,"unit":"hour"}}}
          {"event":{"name":"a","window":{"kind":"before","to":"2026-01-01"}}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"gte","n":1},"window":{"kind":"before","to":{"date":"2026-01-01"}}}}
          {"event":{"name":"a","window":{"kind":"after","from":7}}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"gte","n":1},"window":{"kind":"after","from":{"at":7}}}}
          {"event":{"name":"a","window":{"kind":"between","from":{"date":"2026-01-01"},"to":{"at":1768000000}}}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"gte","n":1},"window":{"kind":"between","from":{"date":"2026-01-01"},"to":{"at":1768000000}}}}
          {"event":{"name":"a","where":[{"field":"paid","operator":"ts_before","value":{"date":"2026-01-01"}},{"field":"items","operator":"any_item","where":[{"field":"sku","operator":"eq","value":"x"}]}]}} | {"event":{"name":"a","type":"event","performed":true,"count":{"op":"gte","n":1},"where":[{"field":"paid","operator":"ts_before","value":{"date":"2026-01-01"}},{"field":"items","operator":"any_item","where":[{"field":"sku","operator":"eq","value":"x"}]}]}}
          # messages
          {"message":{"metric":"sent"}} | {"message":{"metric":"sent","performed":true,"count":{"op":"gte","n":1}}}
          {"message":{"metric":"opened","channel":"email","engagement":"human","campaign":3}} | {"message":{"metric":"opened","channel":"email","engagement":"human","campaign":3,"performed":true,"count":{"op":"gte","n":1}}}
          {"message":{"metric":"clicked","channel":"sms","engagement":"any","action":14,"link":"https://shop.example/sale"}} | {"message":{"metric":"clicked","channel":"sms","action":14,"link":"https://shop.example/sale","performed":true,"count":{"op":"gte","n":1}}}
          {"message":{"metric":"undeliverable","channel":"whatsapp","newsletter":2,"performed":false,"window":{"kind":"within_past","n":1,"unit":"hour"}}} | =
          {"message":{"metric":"delivered","channel":"push","count":{"op":"lte","n":2},"window":{"kind":"after","from":{"at":7}}}} | {"message":{"metric":"delivered","channel":"push","performed":true,"count":{"op":"lte","n":2},"window":{"kind":"after","from":{"at":7}}}}
          # the others
          {"segment":{"id":12}} | =
          {"subscription":{"topic":3}} | {"subscription":{"topic":3,"subscribed":true}}
          {"subscription":{"channel":"email","subscribed":false}} | =
          {"device":{}} | =
          {"device":{"platform":"ios","last_used":{"n":30,"unit":"day"},"where":[{"field":"app_version","operator":"eq","value":"2.1"}]}} | =
          {"device":{"platform":"android","last_used":{"n":1,"unit":"week"},"where":[]}} | {"device":{"platform":"android","last_used":{"n":7,"unit":"day"}}}
          {"object":{"type_id":1}} | {"object":{"type_id":1,"count":{"op":"gte","n":1}}}
          {"object":{"type_id":1,"count":{"op":"eq","n":0},"where":[{"field":"plan.name","operator":"eq","value":"pro"}],"relationship":[{"field":"since","operator":"ts_after","value":{"date":"2026-01-01"}}]}} | =
          {"campaign":{"id":5,"activity":"in"}} | =
          {"campaign":{"id":5,"activity":"entered"}} | =
          {"campaign":{"id":5,"activity":"finished"}} | =
          {"campaign":{"id":5,"activity":"exited"}} | =
          {"sample":{"percent":10}} | {"sample":{"percent":10,"salt":""}}
          {"sample":{"percent":0.5,"salt":"spring"}} | =
          {"sample":{"percent":100.00,"salt":"x"}} | {"sample":{"percent":100,"salt":"x"}}
          {"sample":{"percent":0,"salt":"x"}} | =
          {"sample":{"percent":33.33,"salt":"x"}} | =
          """)
  void shouldKeepOneForm(String json, String normal) {
    assertThat(normal(json)).isEqualTo(normal.equals("=") ? json : normal);
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
    var event =
        ConditionJson.stored(
            """
            {"event":{"name":" order ","window":{"kind":"within_past","n":3,"unit":"%s"}}}
            """
                .formatted(unit));
    var attribute =
        ConditionJson.stored(
            """
            {"attribute":{"field":"a","operator":"ts_after","value":{"n":3,"unit":"%s","direction":"ago"}}}
            """
                .formatted(unit));

    var span = Duration.ofSeconds(3 * seconds);
    assertThat(event)
        .isEqualTo(
            new Condition.Event(
                EventKind.EVENT, "order", Occurrences.Count.AT_LEAST, 1, span, List.of()));
    assertThat(attribute)
        .isEqualTo(
            new Condition.Attribute(
                new AttributeTest(
                    "a", AttributeTest.Operator.TS_AFTER, new Moment.Relative(span, true))));
  }

  @Test
  void shouldTakeNotPerformedForNever() {
    assertThat(normal("{\"event\":{\"name\":\"order\",\"performed\":false}}"))
        .isEqualTo(
            normal("{\"event\":{\"name\":\"order\",\"count\":{\"op\":\"at_most\",\"n\":0}}}"));
  }

  private static final String KINDS =
      "and, attribute, campaign, device, event, message, not, object, or, sample, segment, subscription";
  private static final String OPERATORS =
      "eq, neq, exists, not_exists, contains, not_contains, starts_with, ends_with, in, not_in, lt, gt, lte, gte,"
          + " between, is_timestamp, ts_before, ts_after, anniversary, any_item";
  private static final String SCALAR =
      "must be a text of at most 4000 characters, a number, true or false";
  private static final String MOMENT =
      "must be Unix seconds as {\"at\": …}, 0 to 9999999999, or a day as {\"date\": \"YYYY-MM-DD\"}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {} | conditions must be an object with exactly one of KINDS
          [] | conditions must be an object with exactly one of KINDS
          7 | conditions must be an object with exactly one of KINDS
          null | conditions must be an object with exactly one of KINDS
          {"and":[],"or":[]} | conditions must be an object with exactly one of KINDS
          {"xor":[]} | conditions.xor is not known; one of KINDS is
          {"and":{}} | conditions.and must be a list of conditions
          {"or":null} | conditions.or must be a list of conditions
          {"and":[]} | conditions must hold at least one condition
          {"or":[]} | conditions must hold at least one condition
          {"and":[[]]} | conditions.and[0] must be an object with exactly one of KINDS
          {"not":[]} | conditions.not must be an object with exactly one of KINDS
          {"and":[{"segment":{"id":1}},{"or":[{"not":{"ever":1}}]}]} | conditions.and[1].or[0].not.ever is not known; one of KINDS is
          """)
  void shouldRefuseWhatIsNoCondition(String json, String fault) {
    assertThat(faults(json)).containsExactly(fault.replace("KINDS", KINDS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "a" | <> must be an object with field, operator, value, where
          {"operator":"exists"} | <>.field must be a text of 1 to 1000 characters
          {"field":" ","operator":"exists"} | <>.field must be a text of 1 to 1000 characters
          {"field":7,"operator":"exists"} | <>.field must be a text of 1 to 1000 characters
          {"field":"a"} | <>.operator must be one of OPERATORS
          {"field":"a","operator":7} | <>.operator must be one of OPERATORS
          {"field":"a","operator":"like","value":1} | <>.operator must be one of OPERATORS
          {"field":"a","operator":"EQ","value":1} | <>.operator must be one of OPERATORS
          {"field":"a","operator":"exists","extra":1} | <>.extra is not known; field, operator, value, where are
          {"field":"a","operator":"exists","value":1} | <>.value must be absent, as exists compares with nothing
          {"field":"a","operator":"not_exists","value":""} | <>.value must be absent, as not_exists compares with nothing
          {"field":"a","operator":"is_timestamp","value":7} | <>.value must be absent, as is_timestamp compares with nothing
          {"field":"a","operator":"anniversary","value":"today"} | <>.value must be absent, as anniversary compares with nothing
          {"field":"a","operator":"eq"} | <>.value SCALAR
          {"field":"a","operator":"eq","value":null} | <>.value SCALAR
          {"field":"a","operator":"neq","value":{}} | <>.value SCALAR
          {"field":"a","operator":"contains","value":["x"]} | <>.value SCALAR
          {"field":"a","operator":"not_contains"} | <>.value SCALAR
          {"field":"a","operator":"starts_with","value":5} | <>.value must be a text of 1 to 4000 characters
          {"field":"a","operator":"ends_with","value":""} | <>.value must be a text of 1 to 4000 characters
          {"field":"a","operator":"in","value":"x"} | <>.value must be a list of 1 to 100 values
          {"field":"a","operator":"in","value":[]} | <>.value must be a list of 1 to 100 values
          {"field":"a","operator":"not_in","value":["x",null]} | <>.value[1] SCALAR
          {"field":"a","operator":"gt","value":"many"} | <>.value must be a number
          {"field":"a","operator":"lt","value":true} | <>.value must be a number
          {"field":"a","operator":"gte","value":"1e3"} | <>.value must be a number
          {"field":"a","operator":"lte"} | <>.value must be a number
          {"field":"a","operator":"between","value":5} | <>.value must be a list of two numbers, the lower one first
          {"field":"a","operator":"between","value":[1,2,3]} | <>.value must be a list of two numbers, the lower one first
          {"field":"a","operator":"between","value":[1,"b"]} | <>.value must be a list of two numbers, the lower one first
          {"field":"a","operator":"between","value":[2,1]} | <>.value must hold the lower number first
          {"field":"a","operator":"ts_before"} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":"soon"} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":-1} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":10000000000} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":1.5} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{}} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{"at":1,"date":"2026-01-01"}} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{"at":"2026-01-01"}} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{"date":1}} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{"date":"2026-1-1"}} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{"date":"2026-01-01T00:00:00Z"}} | <>.value MOMENT
          {"field":"a","operator":"ts_before","value":{"date":"2026-02-29"}} | <>.value names no day of the calendar
          {"field":"a","operator":"ts_before","value":"01/02/2026"} | <>.value names no day of the calendar
          {"field":"a","operator":"ts_before","value":"1969-12-31"} | <>.value must be a day from 1970-01-01 to 2286-11-20
          {"field":"a","operator":"ts_after","value":{"date":"2286-11-21"}} | <>.value must be a day from 1970-01-01 to 2286-11-20
          {"field":"a","operator":"any_item"} | <>.where must hold at least one test
          {"field":"a","operator":"any_item","where":[]} | <>.where must hold at least one test
          {"field":"a","operator":"any_item","where":{}} | <>.where must be a list of objects with field, operator and value
          {"field":"a","operator":"any_item","value":1,"where":[{"field":"b","operator":"exists"}]} | <>.value must be absent, as any_item has where
          {"field":"a[]","operator":"any_item","where":[{"field":"b","operator":"exists"}]} | <>.field must name the list without [] for any_item
          {"field":"a","operator":"any_item","where":[{"field":"b","operator":"is"}]} | <>.where[0].operator must be one of OPERATORS
          {"field":"a","operator":"exists","where":[{"field":"b","operator":"exists"}]} | <>.where must be absent but for any_item
          """)
  void shouldRefuseWrongTestsWhereverTheyStand(String test, String fault) {
    var problem =
        fault.replace("OPERATORS", OPERATORS).replace("SCALAR", SCALAR).replace("MOMENT", MOMENT);

    assertThat(faults("{\"attribute\":%s}".formatted(test)))
        .containsExactly(problem.replace("<>", "conditions.attribute"));
    if (!test.contains("anniversary")) {
      assertThat(faults("{\"event\":{\"name\":\"a\",\"where\":[%s]}}".formatted(test)))
          .containsExactly(problem.replace("<>", "conditions.event.where[0]"));
      assertThat(faults("{\"object\":{\"type_id\":1,\"where\":[%s]}}".formatted(test)))
          .containsExactly(problem.replace("<>", "conditions.object.where[0]"));
      assertThat(faults("{\"object\":{\"type_id\":1,\"relationship\":[%s]}}".formatted(test)))
          .containsExactly(problem.replace("<>", "conditions.object.relationship[0]"));
    }
  }

  @ParameterizedTest
  @DisplayName("S-31: spans of moments that move, up to a hundred years")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"n":0,"unit":"day","direction":"ago"} | .n must be a whole number from 1 to 36500 (100 years)
          {"n":101,"unit":"year","direction":"ago"} | .n must be a whole number from 1 to 100 (100 years)
          {"n":1.5,"unit":"day","direction":"ago"} | .n must be a whole number from 1 to 36500 (100 years)
          {"unit":"day","direction":"ago"} | .n must be a whole number from 1 to 36500 (100 years)
          {"n":1,"unit":"second","direction":"ago"} | .unit must be one of minute, hour, day, week, month, year
          {"n":1,"direction":"ago"} | .unit must be one of minute, hour, day, week, month, year
          {"n":1,"unit":"day"} | .direction must be one of ago, from_now
          {"n":1,"unit":"day","direction":"past"} | .direction must be one of ago, from_now
          {"n":1,"unit":"day","direction":"ago","at":7} | .at is not known; direction, n, unit are
          """)
  void shouldRefuseWrongSpans(String moment, String fault) {
    assertThat(
            faults(
                "{\"attribute\":{\"field\":\"a\",\"operator\":\"ts_before\",\"value\":%s}}"
                    .formatted(moment)))
        .containsExactly("conditions.attribute.value" + fault);
  }

  @ParameterizedTest
  @DisplayName("journeys §2.4: what goes by the clock is for attributes of people")
  @ValueSource(
      strings = {
        "{\"event\":{\"name\":\"a\",\"where\":[%s]}}",
        "{\"device\":{\"where\":[%s]}}",
        "{\"object\":{\"type_id\":1,\"where\":[%s]}}",
        "{\"object\":{\"type_id\":1,\"relationship\":[%s]}}"
      })
  void shouldRefuseTheClockElsewhere(String form) {
    assertThat(
            faults(
                form.formatted(
                    "{\"field\":\"a\",\"operator\":\"ts_after\",\"value\":{\"n\":1,\"unit\":\"day\",\"direction\":\"ago\"}}")))
        .singleElement()
        .asString()
        .endsWith("[0].value must not be relative to now, which is for attributes of people");
    assertThat(faults(form.formatted("{\"field\":\"a\",\"operator\":\"anniversary\"}")))
        .singleElement()
        .asString()
        .endsWith("[0].operator anniversary is for attributes of people");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"event":7} | event must be an object with count, name, performed, type, where, window
          {"event":{}} | event.name must be a text of 1 to 1000 characters
          {"event":{"name":" "}} | event.name must be a text of 1 to 1000 characters
          {"event":{"name":"a","times":1}} | event.times is not known; count, name, performed, type, where, window are
          {"event":{"name":"a","type":"click"}} | event.type must be one of event, form, page, screen
          {"event":{"name":"a","performed":"no"}} | event.performed must be true or false
          {"event":{"name":"a","performed":false,"count":{"op":"gte","n":1}}} | event.count must be absent when performed is false
          {"event":{"name":"a","count":2}} | event.count must be an object with n, op
          {"event":{"name":"a","count":{"n":1}}} | event.count.op must be one of gte, lte, eq, at_least, at_most, exactly
          {"event":{"name":"a","count":{"op":"gt","n":1}}} | event.count.op must be one of gte, lte, eq, at_least, at_most, exactly
          {"event":{"name":"a","count":{"op":"gte"}}} | event.count.n must be a whole number from 0 to 1000
          {"event":{"name":"a","count":{"op":"gte","n":1001}}} | event.count.n must be a whole number from 0 to 1000
          {"event":{"name":"a","count":{"op":"gte","n":1.5}}} | event.count.n must be a whole number from 0 to 1000
          {"event":{"name":"a","count":{"op":"gte","n":"1"}}} | event.count.n must be a whole number from 0 to 1000
          {"event":{"name":"a","window":"ever"}} | event.window must be an object with from, kind, n, to, unit
          {"event":{"name":"a","window":{}}} | event.window.kind must be one of after, before, between, ever, not_within_past, within_past
          {"event":{"name":"a","window":{"kind":"since"}}} | event.window.kind must be one of after, before, between, ever, not_within_past, within_past
          {"event":{"name":"a","window":{"kind":"ever","n":1}}} | event.window.n must be absent when kind is ever
          {"event":{"name":"a","window":{"kind":"within_past","unit":"day"}}} | event.window.n must be a whole number from 1 to 1825 (5 years)
          {"event":{"name":"a","window":{"kind":"within_past","n":61,"unit":"month"}}} | event.window.n must be a whole number from 1 to 60 (5 years)
          {"event":{"name":"a","window":{"kind":"within_past","n":1,"unit":"second"}}} | event.window.unit must be one of minute, hour, day, week, month, year
          {"event":{"name":"a","window":{"kind":"within_past","n":1,"unit":"day","to":1}}} | event.window.to must be absent when kind is within_past
          {"event":{"name":"a","performed":true,"window":{"kind":"not_within_past","n":1,"unit":"day"}}} | event.performed must be false or absent with not_within_past
          {"event":{"name":"a","count":{"op":"gte","n":1},"window":{"kind":"not_within_past","n":1,"unit":"day"}}} | event.count must be absent when performed is false
          {"event":{"name":"a","window":{"kind":"before"}}} | event.window.to MOMENT
          {"event":{"name":"a","window":{"kind":"after","from":{"n":1,"unit":"day","direction":"ago"}}}} | event.window.from MOMENT
          {"event":{"name":"a","window":{"kind":"after","from":1,"to":2}}} | event.window.to must be absent when kind is after
          {"event":{"name":"a","window":{"kind":"between","from":1}}} | event.window.to MOMENT
          {"event":{"name":"a","window":{"kind":"between","from":5,"to":5}}} | event.window.to must be later than from, or nothing is between them
          {"event":{"name":"a","window":{"kind":"between","from":"2026-01-02","to":"2026-01-01"}}} | event.window.to must be later than from, or nothing is between them
          {"event":{"name":"a","where":{"field":"b"}}} | event.where must be a list of objects with field, operator and value
          {"message":[]} | message must be an object with action, campaign, channel, count, engagement, link, metric, newsletter, performed, window
          {"message":{}} | message.metric must be one of METRICS
          {"message":{"metric":"read"}} | message.metric must be one of METRICS
          {"message":{"metric":"sent","channel":"fax"}} | message.channel must be one of email, in_app, push, slack, sms, webhook, whatsapp
          {"message":{"metric":"opened","engagement":"robot"}} | message.engagement must be one of any, human
          {"message":{"metric":"sent","engagement":"human"}} | message.engagement must be absent but for opened and clicked
          {"message":{"metric":"opened","link":"https://a.example"}} | message.link must be absent but for clicked
          {"message":{"metric":"clicked","link":""}} | message.link must be a text of 1 to 1000 characters
          {"message":{"metric":"sent","campaign":0}} | message.campaign must be the number of a campaign
          {"message":{"metric":"sent","newsletter":"1"}} | message.newsletter must be the number of a newsletter
          {"message":{"metric":"sent","action":1.5}} | message.action must be the number of an action
          {"message":{"metric":"sent","campaign":1,"action":2}} | message must hold at most one of campaign, newsletter, action
          {"message":{"metric":"sent","window":{"kind":"within_past","n":0,"unit":"day"}}} | message.window.n must be a whole number from 1 to 1825 (5 years)
          {"segment":12} | segment must be an object with id
          {"segment":{}} | segment.id must be the number of a segment
          {"segment":{"id":"7"}} | segment.id must be the number of a segment
          {"segment":{"id":2147483648}} | segment.id must be the number of a segment
          {"subscription":{}} | subscription must hold either topic or channel
          {"subscription":{"topic":1,"channel":"email"}} | subscription must hold either topic or channel
          {"subscription":{"topic":"news"}} | subscription.topic must be the number of a topic
          {"subscription":{"channel":7}} | subscription.channel must be a text of 1 to 1000 characters
          {"subscription":{"topic":1,"subscribed":1}} | subscription.subscribed must be true or false
          {"device":[]} | device must be an object with last_used, platform, where
          {"device":{"platform":"web"}} | device.platform must be one of android, ios
          {"device":{"last_used":30}} | device.last_used must be an object with n, unit
          {"device":{"last_used":{"n":6,"unit":"year"}}} | device.last_used.n must be a whole number from 1 to 5 (5 years)
          {"device":{"last_used":{"n":1,"unit":"day","direction":"ago"}}} | device.last_used.direction is not known; n, unit are
          {"device":{"where":[{"field":"a","operator":"exists"},{"field":"a.b","operator":"exists"}]}} | device.where[1].field must be a name: attributes of devices are not nested
          {"device":{"where":[{"field":"a[]","operator":"exists"}]}} | device.where[0].field must be a name: attributes of devices are not nested
          {"device":{"where":[{"field":"a","operator":"any_item","where":[{"field":"b","operator":"exists"}]}]}} | device.where[0].operator any_item is not for devices: their attributes are not nested
          {"object":{}} | object.type_id must be the number of an object type
          {"object":{"type_id":"1"}} | object.type_id must be the number of an object type
          {"object":{"type_id":1,"count":{"op":"gte","n":-1}}} | object.count.n must be a whole number from 0 to 1000
          {"object":{"type_id":1,"window":{}}} | object.window is not known; count, relationship, type_id, where are
          {"campaign":{"activity":"in"}} | campaign.id must be the number of a campaign
          {"campaign":{"id":1}} | campaign.activity must be one of entered, exited, finished, in
          {"campaign":{"id":1,"activity":"left"}} | campaign.activity must be one of entered, exited, finished, in
          {"sample":{}} | sample.percent must be a number from 0 to 100 with at most two decimals
          {"sample":{"percent":"10"}} | sample.percent must be a number from 0 to 100 with at most two decimals
          {"sample":{"percent":100.01}} | sample.percent must be a number from 0 to 100 with at most two decimals
          {"sample":{"percent":-1}} | sample.percent must be a number from 0 to 100 with at most two decimals
          {"sample":{"percent":0.125}} | sample.percent must be a number from 0 to 100 with at most two decimals
          {"sample":{"percent":1,"salt":7}} | sample.salt must be a text of at most 100 characters
          """)
  void shouldNameWhatIsWrongAndWhere(String json, String fault) {
    var problem =
        fault
            .replace("MOMENT", MOMENT)
            .replace(
                "METRICS",
                "bounced, clicked, converted, delivered, dropped, failed, opened, sent, spammed, undeliverable, unsubscribed");
    assertThat(faults(json)).containsExactly("conditions." + problem);
    assertThat(faults("{\"or\":[{\"not\":%s}]}".formatted(json)))
        .containsExactly("conditions.or[0].not." + problem);
  }

  @Test
  void shouldFindAllFaultsAtOnce() {
    assertThat(
            faults(
                    """
                    {"and":[{"segment":{"id":0}},
                            {"event":{"name":"","type":"x","count":{"op":"gte","n":-1},
                                      "where":[{"field":"a","operator":"gt"},{"field":"","operator":"exists"}]}},
                            {"message":{"metric":"x","channel":"y","window":{"kind":"z"}}},
                            {"not":{"attribute":{"field":"b","operator":"lt"}}}]}
                    """)
                .stream()
                .map(fault -> fault.substring(0, fault.indexOf(' '))))
        .containsExactly(
            "conditions.and[0].segment.id",
            "conditions.and[1].event.name",
            "conditions.and[1].event.type",
            "conditions.and[1].event.count.n",
            "conditions.and[1].event.where[0].value",
            "conditions.and[1].event.where[1].field",
            "conditions.and[2].message.metric",
            "conditions.and[2].message.channel",
            "conditions.and[2].message.window.kind",
            "conditions.and[3].not.attribute.value");
  }

  @Test
  void shouldRefuseWhatIsTooDeep() {
    var leaf = "{\"segment\":{\"id\":1}}";
    assertThat(faults("{\"not\":".repeat(10) + leaf + "}".repeat(10))).isEmpty();
    assertThat(faults("{\"not\":".repeat(11) + leaf + "}".repeat(11)))
        .containsExactly("conditions" + ".not".repeat(11) + " is nested more than 10 deep");
    assertThat(faults("{\"and\":[".repeat(11) + "]}".repeat(11)))
        .containsExactly("conditions" + ".and[0]".repeat(10) + ".and is nested more than 10 deep");
    var item = "{\"field\":\"a\",\"operator\":\"any_item\",\"where\":[";
    var test = "{\"field\":\"b\",\"operator\":\"exists\"}";
    assertThat(faults("{\"attribute\":" + item.repeat(3) + test + "]}".repeat(3) + "}")).isEmpty();
    assertThat(faults("{\"attribute\":" + item.repeat(4) + test + "]}".repeat(4) + "}"))
        .containsExactly(
            "conditions.attribute.where[0].where[0].where[0].operator any_item is nested more than 3 deep");
  }

  @Test
  void shouldRefuseWhatIsTooWide() {
    var leaf = "{\"segment\":{\"id\":1}}";
    var tooWide = "conditions holds more than 200 conditions and groups";
    assertThat(faults("{\"and\":[" + (leaf + ",").repeat(198) + leaf + "]}")).isEmpty();
    assertThat(faults("{\"and\":[" + (leaf + ",").repeat(199) + leaf + "]}"))
        .containsExactly(tooWide);
    assertThat(faults("{\"and\":[" + (leaf + ",").repeat(5_000) + leaf + "]}"))
        .containsExactly(tooWide);
    var half = "{\"or\":[" + (leaf + ",").repeat(98) + leaf + "]}";
    assertThat(faults("{\"and\":[" + half + ",{\"not\":" + half + "}]}")).containsExactly(tooWide);
    assertThat(faults("{\"and\":[" + "{\"or\":[]},".repeat(5_000) + leaf + "]}")).contains(tooWide);
    var test = "{\"field\":\"b\",\"operator\":\"exists\"}";
    assertThat(
            faults(
                "{\"event\":{\"name\":\"a\",\"where\":[" + (test + ",").repeat(19) + test + "]}}"))
        .isEmpty();
    assertThat(
            faults(
                "{\"event\":{\"name\":\"a\",\"where\":[" + (test + ",").repeat(20) + test + "]}}"))
        .containsExactly("conditions.event.where has 21 tests and may have at most 20");
    var choices = "{\"attribute\":{\"field\":\"a\",\"operator\":\"in\",\"value\":[%s1]}}";
    assertThat(faults(choices.formatted("1,".repeat(99)))).isEmpty();
    assertThat(faults(choices.formatted("1,".repeat(100))))
        .containsExactly("conditions.attribute.value must be a list of 1 to 100 values");
    var long4 = "x".repeat(4_001);
    assertThat(
            faults(
                "{\"attribute\":{\"field\":\"a\",\"operator\":\"eq\",\"value\":\"%s\"}}"
                    .formatted(long4)))
        .containsExactly("conditions.attribute.value " + SCALAR);
    assertThat(
            faults(
                "{\"attribute\":{\"field\":\"%s\",\"operator\":\"exists\"}}"
                    .formatted("x".repeat(1_001))))
        .containsExactly("conditions.attribute.field must be a text of 1 to 1000 characters");
  }
}
