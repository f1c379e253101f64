package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SegmentExplainerTest {
  private static final WorkspaceId OURS = new WorkspaceId(1);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z"));

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final CounterRepository counters = new CounterRepository(CLOCK);
  private final SegmentRepository segments = new SegmentRepository(counters, CLOCK);
  private final SegmentExplainer explainer = new SegmentExplainer(segments, counters, CLOCK);

  private int save(String conditions) {
    SegmentOutcome outcome =
        test.database()
            .inTransaction(handle ->
                segments.create(
                    handle,
                    OURS,
                    new SegmentDraft("some", "", List.of(), ConditionJson.stored(conditions))));
    return ((SegmentOutcome.Saved) outcome).segment().id();
  }

  private void finish() {
    var builder = new SegmentBuilder(test.database(), segments, counters, CLOCK);
    while (builder.step()) {
      // until everything is built
    }
  }

  private Optional<Explanation> explain(WorkspaceId workspace, int segmentId, long personId) {
    return test.database()
        .read(handle -> explainer.explain(handle, workspace, segmentId, personId));
  }

  @Test
  @DisplayName("I7: why a person is in a segment")
  void shouldTellWhatEachPartReadsAndAnswers() {
    // given
    test.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
              VALUES (7, 1, '2026-01-01Z', '2026-01-01Z', '{"cart":{"size":3}}', '{"cart":1767225600000}')
              """);
          handle.execute(
              "INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (1, 1, 'ordered', now())");
          handle.execute(
              """
              INSERT INTO event (person_id, workspace_id, name_id, op, occurred_at, received_at, data)
              SELECT 7, 1, name_id, 1, '2026-02-25T00:00:00Z', '2026-02-25T00:00:00Z', '{}' FROM event_name
              """);
        });
    var other = save("{\"attribute\":{\"field\":\"plan\",\"operator\":\"exists\"}}");
    var segment =
        save(
            """
            {"and":[{"attribute":{"field":"cart.size","operator":"gt","value":2}},
                    {"event":{"name":"ordered","window":{"kind":"within_past","n":7,"unit":"day"}}},
                    {"not":{"segment":{"id":%d}}}]}
            """
                .formatted(other));
    assertThat(explain(OURS, segment, 7).orElseThrow().waitsForBuild()).isTrue();
    finish();

    // when
    var explanation = explain(OURS, segment, 7).orElseThrow();

    // then
    assertThat(explanation.toJson())
        .hasToString(
            JsonMapper.builder()
                .build()
                .readTree(
                    """
                    {"segment":{"id":%d,"name":"some","type":"dynamic","state":"finished"},"at":1772323200,"member":true,
                     "served":true,"entered_at":1772323200,"looks_again_at":1772582400,"waits_for_build":false,
                     "conditions":{"condition":{"group":"and"},"holds":true,
                       "changed_at":1771977600,"changes_at":1772582400,"parts":[
                       {"condition":{"attribute":{"field":"cart.size","operator":"gt","value":2}},"holds":true,
                        "read":{"value":3},"changed_at":1767225600,"changes_at":null},
                       {"condition":{"event":{"name":"ordered","type":"event","performed":true,
                          "count":{"op":"gte","n":1},"window":{"kind":"within_past","n":7,"unit":"day"}}},"holds":true,
                        "read":{"counted":1,"ever":1,"newest":[1771977600]},
                        "changed_at":1771977600,"changes_at":1772582400},
                       {"condition":{"group":"not"},"holds":true,"changed_at":null,"changes_at":null,"parts":[
                         {"condition":{"segment":{"id":%d}},"holds":false,"read":{"name":"some","member":false},
                          "changed_at":null,"changes_at":null}]}]}}
                    """
                        .formatted(segment, other))
                .toString());
    assertThat(explain(OURS, segment, 8)).isEmpty();
    assertThat(explain(new WorkspaceId(2), segment, 7)).isEmpty();
  }

  @Test
  @DisplayName("I7, §2.4, §2.5: what is counted, its newest times, when it changed and will change")
  void shouldTellWhatIsCounted() {
    // given
    test.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
              VALUES (7, 1, '2026-01-01Z', '2026-01-01Z', '{}', '{}')
              """);
          handle.execute(
              "INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (1, 2, 'https://shop.test/sale', now())");
          handle.execute(
              """
              INSERT INTO event (person_id, workspace_id, name_id, op, occurred_at, received_at, data)
              SELECT 7, 1, name_id, n, '2026-02-01Z'::timestamptz + n * interval '1 day', now(), '{}'
                FROM event_name, generate_series(1, 12) n
              """);
          handle.execute(
              """
              INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, channel, state, opened_at, human_opened_at)
              SELECT n, '2026-02-20Z', 1, 7, 'email', 'sent', '2026-02-20Z'::timestamptz + n * interval '1 day',
                     CASE WHEN n = 1 THEN '2026-02-21Z'::timestamptz END
                FROM generate_series(1, 3) n
              """);
        });
    var segment =
        save(
            """
            {"and":[{"event":{"name":"https://*","type":"page","count":{"op":"gte","n":12}}},
                    {"event":{"name":"*sale","type":"page","count":{"op":"lte","n":3},
                              "window":{"kind":"after","from":{"date":"2026-02-11"}}}},
                    {"message":{"metric":"opened","count":{"op":"eq","n":3},
                                "window":{"kind":"within_past","n":10,"unit":"day"}}},
                    {"message":{"metric":"opened","engagement":"human","performed":false}}]}
            """);
    finish();

    // when
    var parts = explain(OURS, segment, 7).orElseThrow().toJson().get("conditions").get("parts");

    // then
    assertThat(parts.get(0).get("holds").booleanValue()).isTrue();
    assertThat(parts.get(0).get("read").toString())
        .as("the newest of many")
        .startsWith("{\"counted\":12,\"ever\":12,\"newest\":[1770163200,")
        .endsWith("1770940800]}");
    assertThat(parts.get(0).get("changed_at").longValue()).isEqualTo(1_770_940_800);
    assertThat(parts.get(1).get("read"))
        .hasToString("{\"counted\":3,\"ever\":3,\"newest\":[1770768000,1770854400,1770940800]}");
    assertThat(parts.get(2).get("read"))
        .hasToString("{\"counted\":3,\"ever\":3,\"newest\":[1771632000,1771718400,1771804800]}");
    assertThat(parts.get(2).get("changes_at").longValue()).isEqualTo(1_771_632_000 + 10 * 86_400);
    assertThat(parts.get(3).get("holds").booleanValue()).isFalse();
    assertThat(parts.get(3).get("read"))
        .hasToString("{\"counted\":1,\"ever\":1,\"newest\":[1771632000]}");
  }

  @Test
  @DisplayName("I7: a value the clock has turned tells when, not when it was written")
  void shouldTellWhenTheClockTurnedAValue() {
    test.jdbi()
        .useHandle(handle ->
            handle.execute(
                """
                INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
                VALUES (7, 1, '2026-01-01Z', '2026-01-01Z', '{"seen":1771632000,"born":635904000}',
                        '{"seen":1771632000000,"born":1771632000000}')
                """));
    var segment =
        save(
            """
            {"and":[{"attribute":{"field":"seen","operator":"ts_after","value":{"n":3,"unit":"day","direction":"ago"}}},
                    {"attribute":{"field":"born","operator":"anniversary"}},
                    {"attribute":{"field":"seen","operator":"ts_after","value":{"n":30,"unit":"day","direction":"ago"}}}]}
            """);
    finish();
    var parts = explain(OURS, segment, 7).orElseThrow().toJson().at("/conditions/parts");
    assertThat(parts.at("/0/changed_at").longValue()).isEqualTo(1771632000 + 3 * 86_400);
    assertThat(parts.at("/1/changed_at").longValue()).isEqualTo(1771632000 + 5 * 86_400);
    assertThat(parts.at("/2/changed_at").longValue()).isEqualTo(1771632000);
  }

  @Test
  @DisplayName("S-5: while a build is under way, both who is stored and who is shown as a member")
  void shouldTellWhatIsServed() {
    test.jdbi()
        .useHandle(handle ->
            handle.execute(
                """
                INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
                VALUES (7, 1, '2026-01-01Z', '2026-01-01Z', '{"plan":"pro"}', '{}')
                """));
    var segment = save("{\"attribute\":{\"field\":\"plan\",\"operator\":\"exists\"}}");
    var builder = new SegmentBuilder(test.database(), segments, counters, CLOCK);
    while (explain(OURS, segment, 7).orElseThrow().waitsForBuild()) {
      assertThat(builder.step()).isTrue();
    }
    var reached = explain(OURS, segment, 7).orElseThrow();
    assertThat(reached.member()).isTrue();
    assertThat(reached.served()).isFalse();
    finish();
    assertThat(explain(OURS, segment, 7).orElseThrow().served()).isTrue();
  }
}
