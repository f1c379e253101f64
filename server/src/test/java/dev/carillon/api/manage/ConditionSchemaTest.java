package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.Fault;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The schema of conditions and their reader agree, on what is right and on what is wrong. */
class ConditionSchemaTest {
  private static final Description description = Description.read();

  @ParameterizedTest
  @DisplayName("docs/CONDITIONS.md")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          yes | {"and":[{"or":[{"not":{"segment":{"id":1}}}]}]}
          no  | {"xor":[]}
          no  | {"and":{}}
          yes | {"attribute":{"field":"a","operator":"eq","value":true}}
          yes | {"attribute":{"field":"a","operator":"not_contains","value":1.5}}
          no  | {"attribute":{"field":"a","operator":"neq"}}
          no  | {"attribute":{"field":"a","operator":"eq","value":[1]}}
          yes | {"attribute":{"field":"a","operator":"exists"}}
          no  | {"attribute":{"field":"a","operator":"exists","value":1}}
          no  | {"attribute":{"field":"a","operator":"is"}}
          yes | {"attribute":{"field":"a","operator":"starts_with","value":"x"}}
          no  | {"attribute":{"field":"a","operator":"ends_with","value":""}}
          yes | {"attribute":{"field":"a","operator":"in","value":["x",1,false]}}
          no  | {"attribute":{"field":"a","operator":"not_in","value":[]}}
          yes | {"attribute":{"field":"a","operator":"gte","value":5}}
          no  | {"attribute":{"field":"a","operator":"lt","value":true}}
          yes | {"attribute":{"field":"a","operator":"between","value":[1,2]}}
          no  | {"attribute":{"field":"a","operator":"between","value":[1]}}
          yes | {"attribute":{"field":"a","operator":"is_timestamp"}}
          yes | {"attribute":{"field":"a","operator":"anniversary"}}
          yes | {"attribute":{"field":"a","operator":"ts_before","value":{"at":7}}}
          yes | {"attribute":{"field":"a","operator":"ts_before","value":7}}
          yes | {"attribute":{"field":"a","operator":"ts_after","value":{"date":"2026-01-01"}}}
          yes | {"attribute":{"field":"a","operator":"ts_after","value":"2026-01-01"}}
          yes | {"attribute":{"field":"a","operator":"ts_after","value":{"n":3,"unit":"day","direction":"from_now"}}}
          no  | {"attribute":{"field":"a","operator":"ts_after","value":{"n":3,"unit":"day"}}}
          no  | {"attribute":{"field":"a","operator":"ts_after","value":{"n":3,"unit":"second","direction":"ago"}}}
          no  | {"attribute":{"field":"a","operator":"ts_after","value":{"at":-7}}}
          yes | {"attribute":{"field":"a","operator":"any_item","where":[{"field":"b","operator":"any_item","where":[{"field":"c","operator":"anniversary"}]}]}}
          no  | {"attribute":{"field":"a","operator":"any_item","where":[]}}
          no  | {"attribute":{"field":"a","operator":"any_item"}}
          yes | {"event":{"name":"a"}}
          yes | {"event":{"name":"a","type":"screen","performed":true,"count":{"op":"eq","n":0},"window":{"kind":"ever"},"where":[]}}
          yes | {"event":{"name":"a","window":{"kind":"not_within_past","n":1,"unit":"week"}}}
          yes | {"event":{"name":"a","window":{"kind":"before","to":{"date":"2026-01-01"}}}}
          yes | {"event":{"name":"a","window":{"kind":"after","from":7}}}
          yes | {"event":{"name":"a","window":{"kind":"between","from":7,"to":"2026-01-01"}}}
          no  | {"event":{"name":"a","window":{"kind":"between","from":7}}}
          no  | {"event":{"name":"a","window":{"kind":"after","from":{"n":1,"unit":"day","direction":"ago"}}}}
          no  | {"event":{"name":"a","count":{"op":"gt","n":0}}}
          yes | {"event":{"name":"a","where":[{"field":"b","operator":"ts_before","value":{"date":"2026-01-01"}}]}}
          no  | {"event":{"name":"a","where":[{"field":"b","operator":"anniversary"}]}}
          no  | {"event":{"name":"a","where":[{"field":"b","operator":"any_item","where":[{"field":"c","operator":"ts_after","value":{"n":1,"unit":"day","direction":"ago"}}]}]}}
          yes | {"message":{"metric":"opened","channel":"email","engagement":"human","campaign":3,"count":{"op":"gte","n":2},"window":{"kind":"within_past","n":7,"unit":"day"}}}
          yes | {"message":{"metric":"clicked","action":3,"link":"https://shop.example/sale","performed":false}}
          no  | {"message":{"metric":"read"}}
          no  | {"message":{"channel":"email"}}
          no  | {"message":{"metric":"sent","channel":"fax"}}
          no  | {"segment":{"id":"1"}}
          yes | {"subscription":{"topic":3}}
          yes | {"subscription":{"channel":"email","subscribed":false}}
          no  | {"subscription":{"topic":3,"channel":"email"}}
          no  | {"subscription":{"subscribed":true}}
          yes | {"device":{}}
          yes | {"device":{"platform":"ios","last_used":{"n":30,"unit":"day"},"where":[{"field":"a","operator":"exists"}]}}
          no  | {"device":{"platform":"web"}}
          yes | {"object":{"type_id":1,"count":{"op":"lte","n":3},"where":[{"field":"a.b","operator":"exists"}],"relationship":[{"field":"c","operator":"eq","value":1}]}}
          no  | {"object":{"count":{"op":"lte","n":3}}}
          yes | {"campaign":{"id":5,"activity":"exited"}}
          no  | {"campaign":{"id":5}}
          no  | {"campaign":{"id":5,"activity":"left"}}
          yes | {"sample":{"percent":10,"salt":"spring"}}
          yes | {"sample":{"percent":33.33}}
          no  | {"sample":{"percent":101}}
          no  | {"sample":{"salt":"spring"}}
          """)
  void shouldAgree(String right, String condition) {
    var faults = new ArrayList<Fault>();
    ConditionJson.parse(JsonMapper.shared().readTree(condition), "conditions", faults);
    var described =
        description.requestFaults(
            "segments.create",
            "{\"segment\":{\"name\":\"x\",\"conditions\":%s}}".formatted(condition));

    assertThat(faults.isEmpty()).as("read: %s", faults).isEqualTo(right.equals("yes"));
    assertThat(described.isEmpty()).as("described: %s", described).isEqualTo(right.equals("yes"));
  }
}
