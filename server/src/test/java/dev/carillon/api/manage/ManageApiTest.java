package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.events.EventKind;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.people.CioId;
import dev.carillon.processing.TurnableClock;
import dev.carillon.store.TestDatabase;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ManageApiTest {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final String LOYAL =
      """
      {"segment":{"name":"Loyal","description":"d","tags":["x"],
       "conditions":{"and":[{"attribute":{"field":"plan","operator":"eq","value":"pro"}},
                            {"not":{"event":{"name":"order","count":{"op":"lte","n":0}}}}]}}}
      """;
  private static final String RECEIPT =
      """
      {"transactional_message":{"name":"Receipt","trigger_name":"receipt","description":"d","queue_drafts":true,
       "content":{"subject":"Order {{trigger.number}}","body":"<p>Thanks</p>","cc":"a@example.test"},
       "translations":{"nl-BE":{"subject":"Bestelling {{trigger.number}}","body":"<p>Dank</p>"}}}}
      """;
  private static final String WELCOME =
      """
      {"campaign":{"name":"Welcome","trigger":{"event":{"name":"signed_up"}},
       "filters":{"attribute":{"field":"email","operator":"exists"}},
       "steps":[{"type":"email","name":"Hello","subject":"Hi {{customer.first_name | default: \\"you\\"}}",
                 "body":"<p>Hello</p>","from":"Shop <s@example.test>","sending_state":"automatic",
                 "headers":{"X-Shop":"1"},"conditions":{"attribute":{"field":"plan","operator":"exists"}}},
                {"type":"delay","for":{"n":36,"unit":"hour"}},
                {"type":"branch","condition":{"attribute":{"field":"plan","operator":"eq","value":"pro"}},
                 "true":[{"type":"exit"}],"false":[]}]}}
      """;

  private static final TestDatabase test = TestDatabase.create();
  private static final ManageServer server =
      new ManageServer(test.database(), CLOCK, RateLimits.off());
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");
  private static final Description description = Description.read();
  private static final String BASE = "/v1/environments/" + shop.workspace().value();
  private static final JsonClient client = server.as(shop);

  private static long kim;

  @BeforeAll
  static void fill() {
    kim = shop.person(Map.of("id", "u-42", "email", "kim@example.test", "plan", "pro"), NOW);
    shop.event(kim, EventKind.EVENT, "order", NOW, "{}");
  }

  @AfterAll
  static void stop() {
    server.close();
    test.close();
  }

  private static JsonNode create(String kind, String body) {
    return description
        .check(kind + "s.create", client.send("POST", BASE + "/" + kind + "s", body))
        .expect(200)
        .json()
        .get(kind);
  }

  private static String path(String kind, JsonNode made) {
    return BASE + "/" + kind + "s/" + made.get("id").asInt();
  }

  // ── segments ─────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("app-data §4: a segment with its conditions in canonical form")
  void shouldCreateReadChangeAndDeleteASegment() {
    var made = create("segment", LOYAL);
    var at = path("segment", made);
    client
        .get(at)
        .expect(
            200,
            """
            {"segment":{"id":%1$d,"deduplicate_id":"%1$d:%2$d","name":"Loyal","description":"d",
             "state":"events_queued","progress":0,"type":"dynamic","tags":["x"],"created_at":%2$d,"updated_at":%2$d,
             "conditions":{"and":[{"attribute":{"field":"plan","operator":"eq","value":"pro"}},
                                  {"not":{"event":{"name":"order","type":"event","performed":false}}}]}}}
            """
                .formatted(made.get("id").asInt(), NOW.getEpochSecond()));
    description.check("segments.get", client.get(at));

    // what was read can be sent back
    var same =
        description.check("segments.update", client.send("PUT", at, "{\"segment\":" + made + "}"));
    assertThat(same.json().get("segment")).isEqualTo(made);
    server.build();
    var built = description.check("segments.get", client.get(at)).json().get("segment");
    assertThat(built.get("state").asString()).isEqualTo("finished");
    assertThat(built.get("progress").isNull()).isTrue();

    var renamed =
        description.check(
            "segments.update",
            client.send(
                "PUT",
                at,
                """
                {"segment":{"name":"Paying","conditions":{"attribute":{"field":"plan","operator":"exists"}}}}
                """));
    assertThat(renamed.json().at("/segment/name").asString()).isEqualTo("Paying");
    assertThat(renamed.json().at("/segment/tags").isNull()).isTrue();
    assertThat(renamed.json().at("/segment/state").asString()).isEqualTo("build_queued");

    description.check("segments.delete", client.send("DELETE", at, "")).expect(204);
    description.check("segments.get", client.get(at)).expectProblem(404, "segment not found");
    description.check("segments.delete", client.send("DELETE", at, "")).expect(404);
    description.check("segments.update", client.send("PUT", at, LOYAL)).expect(404);
  }

  @Test
  @DisplayName("S-5: a build can be cancelled: back to the conditions before, or to nobody at all")
  void shouldCancelABuild() {
    var made = create("segment", LOYAL);
    var at = path("segment", made);
    var cancelled =
        description.check("segments.cancel_build", client.send("POST", at + "/cancel_build", ""));
    assertThat(cancelled.expect(200).json().at("/segment/state").asString()).isEqualTo("cancelled");
    description
        .check("segments.cancel_build", client.send("POST", at + "/cancel_build", ""))
        .expectProblem(409, "no build of this segment is under way");

    client.send("PUT", at, LOYAL).expect(200);
    server.build();
    var other =
        LOYAL.replace("\"attribute\":{\"field\":\"plan\"", "\"attribute\":{\"field\":\"tier\"");
    assertThat(other).isNotEqualTo(LOYAL);
    client.send("PUT", at, other).expect(200);
    var back = client.send("POST", at + "/cancel_build", "").expect(200).json().get("segment");
    assertThat(back.get("conditions")).isEqualTo(made.get("conditions"));
    assertThat(back.get("state").asString()).isEqualTo("build_queued");
    server.build();
    assertThat(client.get(at).json().at("/segment/state").asString()).isEqualTo("finished");

    description
        .check(
            "segments.cancel_build",
            client.send("POST", BASE + "/segments/999999/cancel_build", ""))
        .expectProblem(404, "segment not found");
  }

  @Test
  @DisplayName("S-9: everything that uses a segment is told before somebody deletes it")
  void shouldTellWhoUsesASegment() {
    var used = create("segment", "{\"segment\":{\"name\":\"Used\"}}");
    var at = path("segment", used) + "/used_by";
    description.check("segments.used_by", client.get(at)).expect(200, "{\"used_by\":[]}");
    var id = used.get("id").asInt();
    var reader =
        create(
            "segment",
            "{\"segment\":{\"name\":\"Reads\",\"conditions\":{\"not\":{\"segment\":{\"id\":%d}}}}}"
                .formatted(id));
    var campaign =
        create(
            "campaign",
            "{\"campaign\":{\"name\":\"Waits\",\"trigger\":{\"segment\":{\"id\":%d}}}}"
                .formatted(id));
    description
        .check("segments.used_by", client.get(at))
        .expect(
            200,
            """
            {"used_by":[{"kind":"segment","id":%d,"name":"Reads"},{"kind":"campaign","id":%d,"name":"Waits"}]}
            """
                .formatted(reader.get("id").asInt(), campaign.get("id").asInt()));
    description
        .check("segments.used_by", client.get(BASE + "/segments/999999/used_by"))
        .expectProblem(404, "segment not found");
  }

  @Test
  @DisplayName("S-1: manual segments have no conditions, and the kind never changes")
  void shouldKeepTheKindOfASegment() {
    var manual = create("segment", "{\"segment\":{\"name\":\"By hand\"}}");
    assertThat(manual.get("type").asString()).isEqualTo("manual");
    assertThat(manual.get("conditions").isNull()).isTrue();
    assertThat(manual.get("state").asString()).isEqualTo("finished");

    var answer = client.send("PUT", path("segment", manual), LOYAL);
    description.check("segments.update", answer).expect(422);
    assertThat(answer.json().at("/errors/0/source/pointer").asString())
        .isEqualTo("/segment/conditions");
  }

  @Test
  @DisplayName("S-9: a campaign in use is not deleted, and the answer tells who uses it")
  void shouldNotDeleteACampaignInUse() {
    var used =
        create(
            "campaign",
            "{\"campaign\":{\"name\":\"Looked at\",\"trigger\":{\"event\":{\"name\":\"came\"}}}}");
    var body =
        "{\"segment\":{\"name\":\"In it\",\"conditions\":{\"campaign\":{\"id\":%d,\"activity\":\"in\"}}}}"
            .formatted(used.get("id").asInt());
    var reader = client.send("POST", BASE + "/segments", body).expect(200).json().get("segment");

    description
        .check("campaigns.delete", client.send("DELETE", path("campaign", used), ""))
        .expectProblem(
            409,
            "the campaign is used by segment %d \"In it\"".formatted(reader.get("id").asInt()));

    client.send("DELETE", path("segment", reader), "").expect(204);
    client.send("DELETE", path("campaign", used), "").expect(204);
  }

  @Test
  @DisplayName("S-9: a segment in use is not deleted, and the answer tells who uses it")
  void shouldNotDeleteASegmentInUse() {
    var used = create("segment", LOYAL);
    var id = used.get("id").asInt();
    var reader =
        create(
            "segment",
            "{\"segment\":{\"name\":\"In it\",\"conditions\":{\"segment\":{\"id\":%d}}}}"
                .formatted(id));
    var campaign =
        create(
            "campaign",
            "{\"campaign\":{\"name\":\"For it\",\"trigger\":{\"segment\":{\"id\":%d}}}}"
                .formatted(id));

    description
        .check("segments.delete", client.send("DELETE", path("segment", used), ""))
        .expectProblem(
            409,
            "the segment is used by segment %d \"In it\", campaign %d \"For it\""
                .formatted(reader.get("id").asInt(), campaign.get("id").asInt()));

    client.send("DELETE", path("segment", reader), "").expect(204);
    client.send("DELETE", path("campaign", campaign), "").expect(204);
    client.send("DELETE", path("segment", used), "").expect(204);
  }

  @Test
  @DisplayName("every fault of a segment has its place in the body")
  void shouldTellEveryFaultOfASegment() {
    var answer =
        client.send(
            "POST",
            BASE + "/segments",
            """
            {"segment":{"title":"x","tags":[1],"conditions":{"and":[
              {"attribute":{"field":"plan","operator":"like","value":1}},
              {"event":{"name":"","count":{"op":"gte","n":-1}}}]}}}
            """);

    description.check("segments.create", answer).expect(422);
    assertThat(pointers(answer))
        .contains(
            "/segment/name",
            "/segment/title",
            "/segment/tags/0",
            "/segment/conditions/and/0/attribute/operator",
            "/segment/conditions/and/1/event/name",
            "/segment/conditions/and/1/event/count/n");
    assertThat(answer.json().at("/meta/errors").size())
        .isEqualTo(answer.json().get("errors").size());
    assertThat(answer.json().at("/meta/status").asInt()).isEqualTo(422);
    assertThat(answer.json().at("/errors/0/status").asString()).isEqualTo("422");

    var unknown =
        client.send(
            "POST",
            BASE + "/segments",
            "{\"segment\":{\"name\":\"x\",\"conditions\":{\"segment\":{\"id\":999999}}}}");
    description.check("segments.create", unknown).expect(422);
  }

  private static List<String> pointers(JsonClient.Answer answer) {
    return answer
        .json()
        .get("errors")
        .valueStream()
        .map(each -> each.at("/source/pointer").asString())
        .toList();
  }

  @Test
  @DisplayName("events-out §B: lists carry has_more; page and size, or limit, walk over them")
  void shouldPageLists() {
    var tenant = Tenant.create(test.database(), "many-key");
    var lists = server.as(tenant);
    var base = "/v1/environments/" + tenant.workspace().value();
    for (int i = 0; i < 5; i++) {
      lists.send("POST", base + "/segments", LOYAL.replace("Loyal", "s" + i)).expect(200);
      lists.send("POST", base + "/campaigns", WELCOME.replace("Welcome", "s" + i)).expect(200);
    }

    for (var kind : List.of("segments", "campaigns")) {
      for (var size : List.of("size", "limit")) {
        var names = new ArrayList<String>();
        var more = true;
        for (int page = 1; more; page++) {
          var answer = lists.get(base + "/%s?%s=2&page=%d".formatted(kind, size, page));
          var json = description.check(kind + ".list", answer).expect(200).json();
          json.get(kind).forEach(each -> names.add(each.get("name").asString()));
          more = json.get("has_more").asBoolean();
        }
        assertThat(names).containsExactly("s0", "s1", "s2", "s3", "s4");
      }
      assertThat(lists.get(base + "/" + kind + "?page=9").json().get(kind).size()).isZero();
      for (var wrong : List.of("page=0", "size=0", "limit=x", "page=-1", "page=100001")) {
        var answer = lists.get(base + "/" + kind + "?" + wrong);
        description.check(kind + ".list", answer).expect(400);
      }
    }
  }

  @Test
  @DisplayName("I7: why a person is in a segment or not")
  void shouldExplainASegment() {
    var made = create("segment", LOYAL);
    server.build();

    for (var person : List.of("u-42", "kim@example.test&id_type=email", "cio_" + CioId.of(kim))) {
      var answer = client.get(path("segment", made) + "/explain?person=" + person);
      var explanation =
          description.check("segments.explain", answer).expect(200).json().get("explanation");
      assertThat(explanation.get("member").asBoolean()).isTrue();
      assertThat(explanation.at("/conditions/parts/0/holds").asBoolean()).isTrue();
      assertThat(explanation.at("/conditions/parts/1/holds").asBoolean()).isTrue();
      assertThat(explanation.at("/conditions/parts/1/parts/0/holds").asBoolean()).isFalse();
      assertThat(explanation.at("/conditions/parts/1/parts/0/read/ever").asInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @DisplayName("explain: who is asked about, by the rules of id_type (app-data §1.1)")
  @CsvSource(
      delimiter = '|',
      value = {
        "''                       | 400 | person is required: an identifier of somebody",
        "?person=                 | 400 | person is required: an identifier of somebody",
        "?person=u-43             | 404 | person not found",
        "?person=u-42&id_type=x   | 400 | 'id_type must be id, email or cio_id'",
        "?person=x&id_type=phone  | 400 | phone is not enabled as an identifier in this workspace"
      })
  void shouldRefuseToExplainNobody(String query, int status, String message) {
    var segment = create("segment", "{\"segment\":{\"name\":\"By hand\"}}");
    var campaign = create("campaign", WELCOME);
    var text = message.replace("'", "");
    description
        .check("segments.explain", client.get(path("segment", segment) + "/explain" + query))
        .expectProblem(status, text);
    description
        .check("campaigns.explain", client.get(path("campaign", campaign) + "/explain" + query))
        .expectProblem(status, text);
  }

  // ── campaigns ────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("journeys §3: a campaign from its draft to its end")
  void shouldRunACampaignFromDraftToEnd() {
    var made = create("campaign", WELCOME);
    var at = path("campaign", made);
    assertThat(made.get("state").asString()).isEqualTo("draft");
    assertThat(made.get("version").asInt()).isEqualTo(1);
    assertThat(made.at("/steps/2/true/0/type").asString()).isEqualTo("exit");
    assertThat(made.at("/steps/0/id").asInt()).isPositive();
    client.get(at).expect(200, "{\"campaign\":" + made + "}");

    // what was read can be changed and sent back; steps keep their ids
    var changed =
        description
            .check(
                "campaigns.update",
                client.send(
                    "PUT",
                    at,
                    "{\"campaign\":" + made.toString().replace("Welcome", "Hello") + "}"))
            .expect(200)
            .json()
            .get("campaign");
    assertThat(changed.get("name").asString()).isEqualTo("Hello");
    assertThat(changed.get("version").asInt()).isEqualTo(2);
    assertThat(changed.get("steps")).isEqualTo(made.get("steps"));

    // a version that is not the present one would undo somebody's change
    description
        .check("campaigns.update", client.send("PUT", at, "{\"campaign\":" + made + "}"))
        .expectProblem(
            409,
            "the campaign has been changed since it was read; read it again and repeat the change");

    var started =
        description.check("campaigns.start", client.send("POST", at + "/start", "")).expect(200);
    assertThat(started.json().at("/campaign/state").asString()).isEqualTo("running");
    assertThat(started.json().at("/campaign/active").asBoolean()).isTrue();
    assertThat(started.json().at("/campaign/first_started").asLong())
        .isEqualTo(NOW.getEpochSecond());
    client.send("POST", at + "/start", "{\"audience\":\"future\"}").expect(200);

    var stopped =
        description
            .check("campaigns.stop", client.send("POST", at + "/stop", "{\"journeys\":\"finish\"}"))
            .expect(200);
    assertThat(stopped.json().at("/campaign/state").asString()).isEqualTo("stopping");
    var ended = client.send("POST", at + "/stop", "{\"journeys\":\"exit\"}").expect(200);
    assertThat(ended.json().at("/campaign/state").asString()).isEqualTo("stopped");
    description
        .check("campaigns.stop", client.send("POST", at + "/stop", "{\"journeys\":\"exit\"}"))
        .expect(422);

    description.check("campaigns.delete", client.send("DELETE", at, "")).expect(204);
    description.check("campaigns.get", client.get(at)).expectProblem(404, "campaign not found");
    for (var call : List.of("/start", "/stop")) {
      var body = call.equals("/stop") ? "{\"journeys\":\"exit\"}" : "";
      client.send("POST", at + call, body).expectProblem(404, "campaign not found");
    }
    description.check("campaigns.delete", client.send("DELETE", at, "")).expect(404);
  }

  @Test
  @DisplayName("C-38: what is missing for a start is told, each with its place")
  void shouldTellWhatIsMissingForAStart() {
    var made =
        create(
            "campaign",
            """
            {"campaign":{"name":"Empty","trigger":{"segment":{"id":999999}},
             "steps":[{"type":"email"},{"type":"branch","true":[{"type":"email","subject":"s","body":"b"}]}]}}
            """);

    var answer = client.send("POST", path("campaign", made) + "/start", "{}");

    description.check("campaigns.start", answer).expect(422);
    assertThat(pointers(answer))
        .contains("/campaign/steps/0/subject", "/campaign/steps/0/body", "/campaign");
    assertThat(answer.http().body()).contains("there is no segment with the id 999999");
  }

  @Test
  @DisplayName("C-33: current and future is refused with a reason")
  void shouldRefuseTheAudienceItCannotServe() {
    var at = path("campaign", create("campaign", WELCOME));

    var answer = client.send("POST", at + "/start", "{\"audience\":\"current_and_future\"}");
    description.check("campaigns.start", answer).expect(422);
    assertThat(answer.json().at("/meta/error").asString()).contains("not available yet");
    assertThat(pointers(answer)).containsExactly("/audience");

    description
        .check("campaigns.start", client.send("POST", at + "/start", "{\"audience\":7}"))
        .expect(422);
    for (var body : List.of("", "{}", "{\"journeys\":\"pause\"}", "{\"journeys\":1}")) {
      description.check("campaigns.stop", client.send("POST", at + "/stop", body)).expect(422);
    }
    assertThat(client.get(at).json().at("/campaign/state").asString()).isEqualTo("draft");
  }

  @Test
  @DisplayName("every fault of a campaign has its place in the body")
  void shouldTellEveryFaultOfACampaign() {
    var answer =
        client.send(
            "POST",
            BASE + "/campaigns",
            """
            {"campaign":{"trigger":{"event":{"name":"x","where":[{"field":"a","operator":"near"}]}},"frequency":"often",
             "steps":[{"type":"branch","true":[{"type":"email","subject":"{{ x"}]},{"type":"delay","for":{"n":0,"unit":"day"}}]}}
            """);

    description.check("campaigns.create", answer).expect(422);
    assertThat(pointers(answer))
        .contains(
            "/campaign/frequency",
            "/campaign/trigger/event/where/0/operator",
            "/campaign/steps/0/true/0/subject",
            "/campaign/steps/1/for/n");
  }

  @Test
  @DisplayName("I7: why a person is, was or never was in a campaign")
  void shouldExplainACampaign() {
    var made = create("campaign", WELCOME);
    var at = path("campaign", made);
    test.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO journey VALUES (77, ?, ?, ?, 1, 'waiting', ?, 2, '2026-03-12T00:00:00Z', '2026-03-10T00:00:00Z',
                '2026-03-10T00:00:00Z', NULL, NULL,
                '[{"step":%1$d,"at":1773100800,"did":"sends"},{"step":%1$d,"at":1773100800,"did":"waits","until":1773273600}]',
                '{}')
              """
                  .formatted(made.at("/steps/1/id").asInt()),
              kim,
              shop.workspace().value(),
              made.get("id").asInt(),
              made.at("/steps/1/id").asInt());
          handle.execute(
              "INSERT INTO campaign_refusal VALUES (?, ?, 'not_running', now(), now(), 2, 'stopped')",
              kim,
              made.get("id").asInt());
        });

    var answer = client.get(at + "/explain?person=u-42");

    var json = description.check("campaigns.explain", answer).expect(200).json().get("explanation");
    assertThat(json.get("cio_id").asString()).isEqualTo(CioId.of(kim));
    assertThat(json.get("gates").valueStream().map(each -> each.get("gate").asString()).toList())
        .containsExactly("running", "trigger", "frequency", "filters");
    assertThat(json.at("/gates/3/open").asBoolean()).as("the person has an e-mail").isTrue();
    assertThat(json.at("/journeys/0/state").asString()).isEqualTo("waiting");
    assertThat(json.at("/refusals/0/times").asInt()).isEqualTo(2);
  }

  // ── what is refused ──────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("bodies wrap the resource; what does not is told how")
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "{\"name\":\"x\"}",
        "{\"campaigns\":{\"name\":\"x\"}}",
        "{\"campaign\":[]}",
        "{\"campaign\":null}",
        "{\"campaign\":{\"name\":\"x\"},\"more\":1}"
      })
  void shouldAskForWrappedBodies(String body) {
    var answer = client.send("POST", BASE + "/campaigns", body);
    description
        .check("campaigns.create", answer)
        .expectProblem(
            400, "the body must be an object that wraps the campaign: {\"campaign\": {…}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "[]", "{\"a\":1,\"a\":2}", "{\"segment\":{\"name\":\"\\u0000\"}}", "x"})
  void shouldRefuseWhatIsNoJson(String body) {
    description.check("segments.create", client.send("POST", BASE + "/segments", body)).expect(400);
    description
        .check(
            "segments.create",
            client.send("POST", BASE + "/segments", "{\"segment\":".repeat(10_000)))
        .expect(400);
  }

  @Test
  @DisplayName("events-out A.4: the key calls are signed with is made once, shown, and replaced")
  void shouldShowAndReplaceTheSigningKey() {
    var path = BASE + "/signing_secret";
    var first = description.check("signing_secret.get", client.get(path)).expect(200);
    assertThat(first.json().at("/signing_secret/secret").asString()).startsWith("whsec_");
    client.get(path).expect(200, first.http().body());
    var next = description.check("signing_secret.rotate", client.send("PUT", path, "")).expect(200);
    assertThat(next.json()).isNotEqualTo(first.json());
    client.get(path).expect(200, next.http().body());
    var stored =
        test.database()
            .read(handle ->
                handle
                    .select(
                        "SELECT encode(sealed, 'escape') FROM signing_key WHERE workspace_id = ?",
                        shop.workspace().value())
                    .mapTo(String.class)
                    .one());
    assertThat(stored).as("what is stored is sealed").doesNotContain("whsec_");
  }

  @Test
  @DisplayName("I5: a key opens its own workspace alone, on every route")
  void shouldKeepWorkspacesApart() {
    var segment = create("segment", LOYAL);
    var campaign = create("campaign", WELCOME);
    var stranger = server.as(other);
    var own = "/v1/environments/" + other.workspace().value();
    for (var call : server.api.routes().calls()) {
      if (call.endsWith("openapi.json")) {
        continue;
      }
      var method = call.substring(0, call.indexOf(' '));
      var below =
          call.substring(call.indexOf('}') + 1)
              .replaceFirst("segments/\\{id}", "segments/" + segment.get("id").asInt())
              .replaceFirst("campaigns/\\{id}", "campaigns/" + campaign.get("id").asInt())
              .replaceFirst("customers/\\{id}", "customers/u-42")
              .replaceFirst("domains/\\{id}", "domains/1")
              .replaceFirst("erasures/\\{id}", "erasures/1")
              .replaceFirst("object_types/\\{id}", "object_types/2") // each has type 1
              .replaceFirst("computed_attributes/\\{id}", "computed_attributes/1")
              .replaceFirst("transactional_messages/\\{id}", "transactional_messages/2")
              .replaceFirst("subscription_(topic|channel)s/\\{id}", "subscription_$1s/1");
      var body =
          method.equals("GET") || method.equals("DELETE")
              ? ""
              : below.startsWith("/segments")
                  ? LOYAL
                  : below.equals("/domains")
                      ? "{\"domain\":{\"domain\":\"example.com\"}}"
                      : below.startsWith("/object_types")
                          ? "{\"object_type\":{\"name\":\"Courses\"}}"
                          : below.startsWith("/transactional_messages")
                              ? RECEIPT
                              : below.startsWith("/computed_attributes")
                                  ? "{\"computed_attribute\":{\"name\":\"n\",\"aggregate\":\"count\",\"event\":{\"name\":\"e\"}}}"
                                  : below.startsWith("/subscription_channels")
                                      ? "{\"subscription_channel\":{\"name\":\"Mail\",\"type\":\"email\"}}"
                                      : below.startsWith("/subscription_topics")
                                          ? "{\"subscription_topic\":{\"name\":\"News\"}}"
                                          : below.endsWith("/stop")
                                              ? "{\"journeys\":\"exit\"}"
                                              : below.endsWith("/start") ? "" : WELCOME;

      stranger.send(method, BASE + below, body).expectProblem(404, "workspace not found");
      server.as("").send(method, BASE + below, body).expectProblem(401, "unauthorized");
      if (call.contains("{id}")) {
        var query = below.endsWith("/explain") ? "?person=u-42" : "";
        var answer = stranger.send(method, own + below + query, body).expect(404);
        assertThat(answer.http().body())
            .contains(
                below.startsWith("/segments")
                    ? "segment"
                    : below.startsWith("/domains")
                        ? "domain"
                        : below.startsWith("/object_types")
                            ? "object type"
                            : below.startsWith("/transactional_messages")
                                ? "transactional message"
                                : below.startsWith("/computed_attributes")
                                    ? "computed attribute"
                                    : below.startsWith("/subscription_channels")
                                        ? "channel"
                                        : below.startsWith("/subscription_topics")
                                            ? "topic"
                                            : below.startsWith("/customers")
                                                ? "person"
                                                : below.startsWith("/erasures")
                                                    ? "erasure"
                                                    : "campaign");
      }
    }
    client.get(path("segment", segment)).expect(200, "{\"segment\":" + segment + "}");
    client.get(path("campaign", campaign)).expect(200, "{\"campaign\":" + campaign + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | /v1/environments/x/segments         | 404 | workspace not found",
        "GET    | /v1/environments/0{own}/segments    | 404 | workspace not found",
        "GET    | {base}/segments/x                   | 400 | the id of a segment is a whole number",
        "GET    | {base}/campaigns/1.5                | 400 | the id of a campaign is a whole number",
        "GET    | {base}/campaigns/99999999999        | 404 | campaign not found",
        "PATCH  | {base}/segments                     | 405 | method not allowed",
        "GET    | {base}/nothing                      | 404 | not found"
      })
  void shouldRefuseWrongPaths(String method, String path, int status, String message) {
    var at = path.replace("{base}", BASE).replace("{own}", "" + shop.workspace().value());
    client.send(method, at, "").expectProblem(status, message);
  }

  @Test
  @DisplayName("app-messaging §3: a message with its languages is made, read, changed and deleted")
  void shouldManageTransactionalMessages() {
    var all = BASE + "/transactional_messages";
    var made =
        description
            .check("transactional_messages.create", client.send("POST", all, RECEIPT))
            .expect(200)
            .json()
            .get("transactional_message");
    assertThat(made.get("id").asInt()).as("1 stands for none").isGreaterThan(1);
    assertThat(made.at("/content/subject").asString()).isEqualTo("Order {{trigger.number}}");
    assertThat(made.at("/content/cc").asString()).isEqualTo("a@example.test");
    assertThat(made.at("/translations/nl-BE/body").asString()).isEqualTo("<p>Dank</p>");
    assertThat(made.get("queue_drafts").asBoolean()).isTrue();
    assertThat(made.get("send_to_unsubscribed").asBoolean()).isTrue();

    var at = all + "/" + made.get("id").asInt();
    var read = description.check("transactional_messages.get", client.get(at));
    assertThat(read.json().get("transactional_message")).isEqualTo(made);
    assertThat(
            description
                .check("transactional_messages.list", client.get(all))
                .json()
                .at("/transactional_messages/0/trigger_name")
                .asString())
        .isEqualTo("receipt");

    // what was read can be sent back
    var same =
        description.check(
            "transactional_messages.update",
            client.send("PUT", at, "{\"transactional_message\":" + made + "}"));
    assertThat(same.json().get("transactional_message")).isEqualTo(made);

    client.send("POST", all, RECEIPT.replace("\"receipt\"", "\"RECEIPT\"")).expect(409);
    assertThat(
            client
                .send("POST", all, RECEIPT.replace("<p>Thanks</p>", "{% if %}"))
                .expect(422)
                .http()
                .body())
        .contains("is no Liquid template", "line 1");
    var changed =
        client
            .send(
                "PUT",
                at,
                "{\"transactional_message\":{\"name\":\"R\",\"content\":{\"subject\":\"S\",\"body\":\"B\"}}}")
            .expect(200)
            .json()
            .get("transactional_message");
    assertThat(changed.get("translations").isEmpty()).isTrue();
    assertThat(changed.get("trigger_name").isNull()).isTrue();

    description.check("transactional_messages.delete", client.send("DELETE", at, "")).expect(204);
    client.get(at).expectProblem(404, "transactional message not found");
  }

  @Test
  void shouldLimitTheRate() {
    try (var limited = new ManageServer(test.database(), CLOCK, RateLimits.perSecond(1))) {
      JsonClient.Answer answer;
      do {
        answer = limited.as(shop).get(BASE + "/segments");
      } while (answer.status() == 200);
      description.check("segments.list", answer).expectProblem(429, "rate limit exceeded");
      assertThat(answer.http().header("retry-after")).isEqualTo("1");
    }
  }

  // ── the clock ────────────────────────────────────────────────────────────────────────────────

  @Test
  void shouldTurnTheTestClock() {
    var clock = new TurnableClock(NOW);
    try (var turnable = new ManageServer(test.database(), clock, RateLimits.off())) {
      var calls = turnable.as(shop);
      var before = now("clock.get", calls.get(BASE + "/clock"));
      assertThat(before).isBetween(NOW.getEpochSecond(), NOW.getEpochSecond() + 60);

      var after =
          now("clock.advance", calls.send("POST", BASE + "/clock", "{\"advance_seconds\":86400}"));

      assertThat(after - before).isBetween(86_400L, 86_460L);
      for (var body :
          List.of(
              "",
              "{\"advance_seconds\":-1}",
              "{\"advance_seconds\":1.5}",
              "{\"advance_seconds\":\"1\"}")) {
        description.check("clock.advance", calls.send("POST", BASE + "/clock", body)).expect(422);
      }
    }
  }

  private static long now(String operation, JsonClient.Answer answer) {
    return description.check(operation, answer).expect(200).json().get("now").asLong();
  }

  @Test
  void shouldNotTurnRealTime() {
    var sentence = "the server runs on real time, which cannot be turned";
    client.get(BASE + "/clock").expectProblem(404, sentence);
    client.send("POST", BASE + "/clock", "{\"advance_seconds\":1}").expectProblem(404, sentence);
  }

  // ── the description ──────────────────────────────────────────────────────────────────────────

  @Test
  void shouldDescribeEveryRouteAndNoOther() {
    assertThat(description.operations())
        .extracting(Object::toString)
        .containsExactlyInAnyOrderElementsOf(server.api.routes().calls());
    assertThat(description.operations())
        .extracting(each -> each.json().get("operationId").asString())
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldReferToWhatIsThere() {
    assertThat(description.references())
        .isNotEmpty()
        .allSatisfy(reference ->
            assertThat(description.document().at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
  }

  @Test
  @DisplayName("the examples of the description work as printed")
  void shouldTakeItsOwnExamples() {
    var segment = example("segments.create");
    var campaign = example("campaigns.create");
    assertThat(description.requestFaults("segments.create", segment)).isEmpty();
    assertThat(description.requestFaults("campaigns.create", campaign)).isEmpty();

    var madeSegment = create("segment", segment);
    var madeCampaign = create("campaign", campaign);
    server.build();

    var at = path("campaign", madeCampaign);
    client.send("PUT", path("segment", madeSegment), example("segments.update")).expect(200);
    client.send("PUT", at, example("campaigns.update")).expect(200);
    description
        .check("campaigns.start", client.send("POST", at + "/start", example("campaigns.start")))
        .expect(200);
    description
        .check("campaigns.stop", client.send("POST", at + "/stop", example("campaigns.stop")))
        .expect(200);
  }

  private static String example(String operation) {
    return description
        .operation(operation)
        .json()
        .at("/requestBody/content/application~1json/example")
        .toString();
  }

  @Test
  @DisplayName("the schemas of requests and the readers of requests agree")
  void shouldDescribeWhatItTakes() {
    // what was read is a request too
    var segment = "{\"segment\":" + create("segment", LOYAL) + "}";
    var campaign = "{\"campaign\":" + create("campaign", WELCOME) + "}";
    assertThat(description.requestFaults("segments.update", segment)).isEmpty();
    assertThat(description.requestFaults("campaigns.update", campaign)).isEmpty();
    assertThat(description.requestFaults("segments.create", LOYAL)).isEmpty();
    assertThat(description.requestFaults("campaigns.create", WELCOME)).isEmpty();
    for (var wrong :
        List.of(
            "{\"name\":\"x\"}",
            "{\"segment\":{}}",
            "{\"segment\":{\"name\":\"x\",\"title\":\"y\"}}",
            "{\"segment\":{\"name\":\"x\",\"conditions\":{\"and\":[{\"segment\":{}}]}}}")) {
      assertThat(description.requestFaults("segments.create", wrong)).as(wrong).isNotEmpty();
      assertThat(client.send("POST", BASE + "/segments", wrong).status()).as(wrong).isIn(400, 422);
    }
  }

  @Test
  @DisplayName("events-out §B: the description has an ETag and asks for no key")
  void shouldServeTheDescription() throws IOException {
    var answer = server.as("").get("/v1/openapi.json").expect(200);
    assertThat(answer.json()).isEqualTo(description.document());
    var tag = answer.http().header("etag");

    for (var known : List.of(tag, "\"x\", W/" + tag, "*")) {
      var again =
          RawHttp.once(
              client.port(),
              "GET",
              "/v1/openapi.json",
              "If-None-Match: " + known + "\r\n",
              new byte[0]);
      assertThat(again.status()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
      assertThat(again.header("etag")).isEqualTo(tag);
    }
    var changed =
        RawHttp.once(
            client.port(), "GET", "/v1/openapi.json", "If-None-Match: \"x\"\r\n", new byte[0]);
    assertThat(changed.status()).isEqualTo(200);
  }
}
