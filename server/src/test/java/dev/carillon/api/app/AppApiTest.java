package dev.carillon.api.app;

import static dev.carillon.api.app.AppServer.IDS;
import static dev.carillon.api.app.AppServer.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignJson;
import dev.carillon.campaigns.Step;
import dev.carillon.events.EventKind;
import dev.carillon.http.RateLimits;
import dev.carillon.people.CioId;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.Condition;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AppApiTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");
  private static final long SECONDS = CREATED.getEpochSecond();

  private static final TestDatabase test = TestDatabase.create();
  private static final AppServer server = new AppServer(test.database(), RateLimits.off());
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");

  private static long kim;
  private static int segment;
  private static Campaign campaign;
  private static long sent;
  private static long failed;
  private static String sentId = "";

  @BeforeAll
  static void fill() {
    var attributes = new LinkedHashMap<String, Object>();
    attributes.put("id", "u-42");
    attributes.put("email", "Kim@example.test");
    attributes.put("plan", "pro");
    attributes.put("visits", 1489014595L);
    attributes.put("score", 2.50);
    attributes.put("huge", 1e25);
    attributes.put("vip", true);
    attributes.put("address", Map.of("city", "Gera"));
    attributes.put("tags", List.of("a", 1L));
    attributes.put("cio_subscription_preferences", Map.of("topics", Map.of("topic_7", false)));
    kim = shop.person(attributes, CREATED);
    campaign = campaign();
    segment = segment();
    member(segment, kim);
    test.jdbi().useHandle(handle -> handle.execute("UPDATE segment SET served = version"));

    shop.event(kim, EventKind.EVENT, "purchase", at(60), "{\"total\":5,\"note\":null}");
    shop.event(kim, EventKind.PAGE, "https://shop.test/a", at(120), "{}");
    shop.event(kim, EventKind.SCREEN, "Cart", at(180), "{\"n\":1}");
    shop.activity(kim, "attribute_change", at(90), "{\"plan\":{\"from\":\"\",\"to\":\"pro\"}}");
    shop.activity(kim, "skipped_update", at(95), "{}");
    var step = email(campaign);
    sent = shop.delivery(kim, campaign.id(), step, at(200));
    shop.delivery(
        sent,
        """
        state = 'sent', recipient = 'Kim@example.test', subject = 'Hello', attempts = 1,
        attempted_at = '%s', sent_at = '%s', delivered_at = '%s', opened_at = '%s'
        """
            .formatted(at(201), at(201), at(205), at(300)));
    shop.content(
        sent,
        """
        {"from":"Shop <s@example.test>","reply_to":"","recipient":"Kim@example.test","subject":"Hello",
         "body":"<p>Hi</p>","body_plain":"Hi","preheader_text":"Look","headers":{"X-A":"b \\"c\\""}}
        """);
    failed = shop.delivery(kim, campaign.id(), step, at(400));
    shop.delivery(
        failed,
        "state = 'failed', failure_message = 'no such variable', failed_at = '%s'"
            .formatted(at(401)));
    sentId = IDS.text(sent, at(200));
  }

  @AfterAll
  static void stop() {
    server.close();
    test.close();
  }

  private static Instant at(long seconds) {
    return CREATED.plusSeconds(seconds);
  }

  private static Campaign campaign() {
    var definition =
        """
        {"name":"Welcome","description":"d","trigger":{"event":{"name":"signed_up"}},
         "filters":{"and":[{"segment":{"id":900}},{"not":{"segment":{"id":12}}}]},
         "steps":[{"type":"delay","for":{"n":1,"unit":"day"}},
                  {"type":"branch","condition":{"attribute":{"field":"plan","operator":"exists"}},
                   "true":[{"type":"email","subject":"Hello","body":"Hi","from":"s@example.test"}],
                   "false":[{"type":"exit"}]}]}
        """;
    @SuppressWarnings("unchecked")
    Map<String, @Nullable Object> json = JsonMapper.shared().readValue(definition, Map.class);
    if (CampaignJson.parse(json) instanceof CampaignJson.Parsed.Valid(var valid)) {
      return server.campaigns.create(shop.workspace(), valid);
    }
    throw new AssertionError(CampaignJson.parse(json));
  }

  private static int email(Campaign campaign) {
    return ((Step.Branch) campaign.definition().steps().get(1)).then().getFirst().id();
  }

  private static int segment() {
    var conditions =
        new Condition.Attribute(new AttributeTest("plan", AttributeTest.Operator.EQ, "pro"));
    var outcome =
        test.database()
            .inTransaction(handle ->
                server.segments.create(
                    handle,
                    shop.workspace(),
                    new SegmentDraft("Pro", "payers", List.of("x"), conditions)));
    if (outcome instanceof SegmentOutcome.Saved(var saved)) {
      return saved.id();
    }
    throw new AssertionError(outcome);
  }

  private static void member(int segment, long person) {
    test.jdbi()
        .useHandle(handle ->
            handle.execute("INSERT INTO segment_member VALUES (?, ?, now())", person, segment));
  }

  private static JsonClient shopClient() {
    return server.as(shop);
  }

  private static String ids(long person, String id, String email) {
    return """
    {"cio_id":"%s","id":%s,"email":%s}\
    """
        .formatted(CioId.of(person), id, email);
  }

  private static String kimIds() {
    return ids(kim, "\"u-42\"", "\"Kim@example.test\"");
  }

  // ── people ───────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("app-data §2.1, §2.5: every attribute as text, with the time it was written")
  void shouldShowAPerson() {
    var expected =
        """
        {"customer":{
          "id":"u-42",
          "identifiers":%s,
          "attributes":{"id":"u-42","email":"Kim@example.test","plan":"pro","visits":"1489014595","score":"2.5",
            "huge":"1.0E25","vip":"true","address":"{\\"city\\":\\"Gera\\"}","tags":"[\\"a\\",1]",
            "cio_subscription_preferences":"{\\"topics\\":{\\"topic_7\\":false}}","cio_id":"%s",
            "_cio_subscription_preferences_computed":"{\\"topics\\":{\\"topic_7\\":false}}",
            "_last_emailed":"%d"},
          "timestamps":{"id":%5$d,"email":%5$d,"plan":%5$d,"visits":%5$d,"score":%5$d,"huge":%5$d,"vip":%5$d,
            "address":%5$d,"tags":%5$d,"cio_subscription_preferences":%5$d,"cio_id":%5$d,
            "_cio_subscription_preferences_computed":0,"_last_emailed":%4$d},
          "unsubscribed":false,
          "devices":[]}}
        """
            .formatted(kimIds(), CioId.of(kim), SECONDS + 201, SECONDS + 201, SECONDS);

    var answer = shopClient().get("/v1/customers/u-42/attributes").expect(200, expected);
    shopClient().get("/v1/customers/u-42").expect(200, expected);

    // app-data §1
    assertThat(answer.http().header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(answer.http().header("cache-control"))
        .isEqualTo("must-revalidate,no-cache,no-store");
    assertThat(answer.http().header("pragma")).isEqualTo("no-cache");
    assertThat(answer.http().header("expires")).isEqualTo("0");
  }

  @Test
  @DisplayName("app-data §1.1: every kind of identifier finds the person")
  void shouldFindAPersonByAnyIdentifier() {
    for (var path :
        List.of(
            "u-42/attributes",
            "u-42/attributes?id_type=id",
            "kim%40EXAMPLE.test/attributes?id_type=email",
            CioId.of(kim) + "/attributes?id_type=cio_id",
            "cio_" + CioId.of(kim) + "/attributes?id_type=cio_id",
            "cio_" + CioId.of(kim) + "/attributes")) {
      var answer = shopClient().get("/v1/customers/" + path).expect(200);
      assertThat(answer.json().at("/customer/id").asString()).as(path).isEqualTo("u-42");
    }
  }

  @ParameterizedTest
  @DisplayName("app-data §1.1: what names nobody is 404, what cannot name anybody is 400")
  @CsvSource(
      delimiter = '|',
      value = {
        "u-43                             | 404 | customer not found",
        "U-42                             | 404 | customer not found",
        "kim%40example.test               | 404 | customer not found",
        "a3ffffffffffff?id_type=cio_id    | 404 | customer not found",
        "cio_a3ffffffffffff               | 404 | customer not found",
        "nonsense?id_type=cio_id          | 404 | customer not found",
        "%2B491701234567?id_type=phone    | 400 | phone is not enabled as an identifier in this workspace",
        "u-42?id_type=name                | 400 | 'id_type must be id, email or cio_id'"
      })
  void shouldRefuseOtherNames(String name, int status, String message) {
    var query = name.indexOf('?');
    var id = query < 0 ? name : name.substring(0, query);
    var rest = query < 0 ? "" : name.substring(query);
    for (var below : List.of("", "/attributes", "/segments", "/messages", "/activities")) {
      shopClient()
          .get("/v1/customers/" + id + below + rest)
          .expectProblem(status, message.replace("'", ""));
    }
  }

  @Test
  @DisplayName("app-data §1.1: e-mail is no identifier where the workspace does not use it")
  void shouldRefuseEmailWhereItIdentifiesNobody() {
    var plain = Tenant.create(test.database(), "plain-key", "{\"identifiers\":[\"id\"]}");
    plain.person(Map.of("id", "p", "email", "p@example.test"), CREATED);

    server
        .as(plain)
        .get("/v1/customers/p%40example.test/attributes?id_type=email")
        .expectProblem(400, "email is not enabled as an identifier in this workspace");
  }

  @Test
  @DisplayName("app-data §2.2: by e-mail, whatever its case; nobody is an empty list")
  void shouldFindPeopleByEmail() {
    shopClient()
        .get("/v1/customers?email=kim%40EXAMPLE.TEST")
        .expect(200, "{\"results\":[%s]}".formatted(kimIds()));
    shopClient().get("/v1/customers?email=nobody%40example.test").expect(200, "{\"results\":[]}");
    // app-data §1: a raw plus is a space, which finds nobody
    shopClient().get("/v1/customers?email=kim+x@example.test").expect(200, "{\"results\":[]}");
    shopClient().get("/v1/customers").expectProblem(400, "email is required");
    shopClient().get("/v1/customers?email=").expectProblem(400, "email is required");
  }

  @Test
  @DisplayName("app-data §2.1: a person without an id has an empty one, and null identifiers")
  void shouldShowAPersonWithoutId() {
    var lee = shop.person(Map.of("email", "lee@example.test", "unsubscribed", "1"), CREATED);

    var json =
        shopClient()
            .get("/v1/customers/lee@example.test/attributes?id_type=email")
            .expect(200)
            .json();

    assertThat(json.at("/customer/id").asString()).isEmpty();
    assertThat(json.at("/customer/identifiers").toString())
        .isEqualTo(ids(lee, "null", "\"lee@example.test\""));
    assertThat(json.at("/customer/unsubscribed").asBoolean()).isTrue();
    assertThat(json.at("/customer/attributes/_cio_subscription_preferences_computed").asString())
        .isEqualTo("{\"topics\":{}}");
  }

  // ── segments ─────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("app-data §4, §2.6: segments and who is in them")
  void shouldShowSegments() {
    var expected =
        """
        {"id":%1$d,"deduplicate_id":"%1$d:%2$d","name":"Pro","description":"payers","state":"build_queued",
         "progress":0,"type":"dynamic","tags":["x"],"created_at":%2$d,"updated_at":%2$d}
        """
            .formatted(segment, NOW.getEpochSecond());
    shopClient().get("/v1/segments").expect(200, "{\"segments\":[" + expected + "]}");
    shopClient().get("/v1/segments/" + segment).expect(200, "{\"segment\":" + expected + "}");
    shopClient()
        .get("/v1/segments/" + segment + "/customer_count")
        .expect(200, "{\"segment_id\":%d,\"count\":1}".formatted(segment));
    shopClient()
        .get("/v1/segments/" + segment + "/membership")
        .expect(
            200,
            "{\"segment_id\":%d,\"ids\":[\"u-42\"],\"identifiers\":[%s],\"next\":\"\"}"
                .formatted(segment, kimIds()));
    shopClient()
        .get("/v1/customers/u-42/segments")
        .expect(
            200,
            """
            {"segments":[{"id":%d,"name":"Pro","description":"payers","type":"dynamic","state":"build_queued"}]}
            """
                .formatted(segment));
  }

  @Test
  @DisplayName("app-data §4, S-3: a manual segment is made and deleted")
  void shouldMakeAndDeleteAManualSegment() {
    var client = server.as(Tenant.create(test.database(), "makes-segments"));
    var made =
        client.send(
            "POST",
            "/v1/segments",
            "{\"segment\":{\"name\":\" VIP \",\"description\":\"the best\"}}");
    var number = made.json().at("/segment/id").asInt();
    var expected =
        """
        {"segment":{"id":%1$d,"deduplicate_id":"%1$d:%2$d","name":"VIP","description":"the best","state":"finished",
         "progress":null,"type":"manual","tags":null,"created_at":%2$d,"updated_at":%2$d}}
        """
            .formatted(number, NOW.getEpochSecond());
    made.expect(200, expected);
    client.get("/v1/segments/" + number).expect(200, expected);
    client.send("POST", "/v1/segments", "{\"segment\":{\"name\":\"VIP\"}}").expect(200);
    shopClient()
        .send("DELETE", "/v1/segments/" + number, "")
        .expectProblem(404, "segment not found");
    client.send("DELETE", "/v1/segments/" + number, "").expect(204);
    client.send("DELETE", "/v1/segments/" + number, "").expectProblem(404, "segment not found");
    client.get("/v1/segments/" + number).expectProblem(404, "segment not found");
  }

  @ParameterizedTest
  @DisplayName("app-data §4: a body that makes no manual segment is refused")
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{} | the body must be an object that wraps the segment: {\"segment\": {…}}",
        "{\"segment\":[]} | the body must be an object that wraps the segment: {\"segment\": {…}}",
        "{\"segment\":{}} | segment.name is required",
        "{\"segment\":{\"name\":\" \"}} | segment.name must be a text of 1 to 200 characters",
        "{\"segment\":{\"name\":7}} | segment.name must be a text",
        "{\"segment\":{\"name\":\"x\",\"type\":\"dynamic\"}} | only manual segments, which have no conditions, can be made here",
        "{\"segment\":{\"name\":\"x\",\"conditions\":{\"and\":[]}}} | only manual segments, which have no conditions, can be made here"
      })
  void shouldRefuseToMakeOtherSegments(String body, String message) {
    shopClient().send("POST", "/v1/segments", body).expectProblem(400, message);
  }

  @Test
  @DisplayName("app-data §4, S-3, S-9: dynamic segments are not deleted here, used ones nowhere")
  void shouldRefuseToDeleteOtherSegments() {
    shopClient()
        .send("DELETE", "/v1/segments/" + segment, "")
        .expectProblem(400, "only manual segments can be deleted here");
    shopClient()
        .send("DELETE", "/v1/segments/x", "")
        .expectProblem(400, "the id of a segment is a whole number");
    shopClient().send("POST", "/v1/segments", "[").expect(400);
    var tenant = Tenant.create(test.database(), "uses-segments");
    var client = server.as(tenant);
    var used =
        client
            .send("POST", "/v1/segments", "{\"segment\":{\"name\":\"Used\"}}")
            .json()
            .at("/segment/id")
            .asInt();
    var reader =
        test.database()
            .<SegmentOutcome, RuntimeException>inTransaction(handle ->
                server.segments.create(
                    handle,
                    tenant.workspace(),
                    new SegmentDraft("Reader", "", List.of(), new Condition.InSegment(used))));
    assertThat(reader).isInstanceOf(SegmentOutcome.Saved.class);
    client
        .send("DELETE", "/v1/segments/" + used, "")
        .expectProblem(
            409,
            "the segment is used by segment %d \"Reader\""
                .formatted(((SegmentOutcome.Saved) reader).segment().id()));
    client.get("/v1/segments/" + used).expect(200);
  }

  @Test
  @DisplayName("app-data §1.3: a walk over all members meets each once")
  void shouldWalkOverMembers() {
    var tenant = Tenant.create(test.database(), "members-key");
    int group =
        test.database()
            .read(handle ->
                handle
                    .createQuery(
                        """
                        INSERT INTO segment (workspace_id, name, type, served, created_at, updated_at)
                        VALUES (:workspace, 'Hand-made', 'manual', 1, now(), now()) RETURNING segment_id
                        """)
                    .bind("workspace", tenant.workspace().value())
                    .mapTo(Integer.class)
                    .one());
    for (int i = 0; i < 7; i++) {
      member(group, tenant.person(Map.of("id", "m" + i), CREATED));
    }

    var met = new ArrayList<String>();
    var next = "";
    do {
      var page =
          server
              .as(tenant)
              .get("/v1/segments/%d/membership?limit=3&start=%s".formatted(group, next))
              .expect(200)
              .json();
      page.get("ids").forEach(id -> met.add(id.asString()));
      next = page.get("next").asString();
    } while (!next.isEmpty());

    assertThat(met).containsExactly("m0", "m1", "m2", "m3", "m4", "m5", "m6");
  }

  // ── campaigns ────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("app-messaging §5: campaigns")
  void shouldShowCampaigns() {
    var action = "{\"id\":%d,\"type\":\"email\"}".formatted(email(campaign));
    var expected =
        """
        {"id":%1$d,"deduplicate_id":"%1$d:%2$d","name":"Welcome","description":"d","type":"event",
         "created":%2$d,"updated":%2$d,"active":false,"state":"draft","actions":[%3$s],"first_started":0,
         "created_by":"","tags":[],"filter_segment_ids":[12,900],"msg_templates":[%3$s],"event_name":"signed_up"}
        """
            .formatted(campaign.id(), NOW.getEpochSecond(), action);

    shopClient().get("/v1/campaigns").expect(200, "{\"campaigns\":[" + expected + "]}");
    shopClient()
        .get("/v1/campaigns/" + campaign.id())
        .expect(200, "{\"campaign\":" + expected + "}");
  }

  @Test
  @DisplayName("app-messaging §0.5: metrics of version 1 and 2")
  void shouldCountWhatBecameOfMessages() {
    var metrics = "/v1/campaigns/" + campaign.id() + "/metrics";

    var v1 = shopClient().get(metrics + "?period=months&steps=2").expect(200).json();
    // they were made on the evening of 28 February in New York
    assertThat(series(v1, "created")).isEqualTo("[2,0]");
    assertThat(series(v1, "sent")).isEqualTo("[1,0]");
    assertThat(series(v1, "failed")).isEqualTo("[1,0]");
    assertThat(v1.at("/metric/series").size()).isEqualTo(27);
    assertThat(shopClient().get(metrics).json().at("/metric/series/sent").size()).isEqualTo(45);
    assertThat(
            series(shopClient().get(metrics + "?period=months&steps=2&type=push").json(), "sent"))
        .isEqualTo("[0,0]");

    var v2 =
        shopClient()
            .get(
                metrics
                    + "?version=2&res=daily&tz=America/New_York&start=%d&end=%d"
                        .formatted(SECONDS - 86_400, SECONDS + 399))
            .expect(200)
            .json();
    // midnight in UTC is the evening before in New York; the second mail came after the end
    assertThat(v2.get("start").asString()).isEqualTo("2026-02-27 19:00:00 -0500 EST");
    assertThat(v2.get("end").asString()).isEqualTo("2026-02-28 19:06:39 -0500 EST");
    assertThat(v2.get("res").asString()).isEqualTo("daily");
    assertThat(series(v2, "created")).isEqualTo("[0,1]");

    var utc =
        shopClient()
            .get(
                metrics + "?version=2&res=hours&start=%d&end=%d".formatted(SECONDS, SECONDS + 7200))
            .json();
    assertThat(utc.get("start").asString()).isEqualTo("2026-03-01 00:00:00 +0000 UTC");
    assertThat(series(utc, "created")).isEqualTo("[2,0,0]");
  }

  private static String series(JsonNode json, String key) {
    return json.at("/metric/series/" + key).toString();
  }

  @ParameterizedTest
  @DisplayName("app-messaging §0.5: a question that cannot be answered is 400")
  @ValueSource(
      strings = {
        "period=years",
        "steps=x",
        "steps=-1",
        "type=fax",
        "version=3",
        "version=2",
        "version=2&res=days&start=1",
        "version=2&res=days&end=1",
        "version=2&res=years&start=1&end=2",
        "version=2&res=days&start=2&end=1",
        "version=2&res=days&start=0&end=400000000",
        "version=2&res=days&start=1&end=2&tz=Mars/Base",
        "version=2&res=days&start=yesterday&end=2"
      })
  void shouldRefuseWrongMetrics(String query) {
    shopClient().get("/v1/campaigns/" + campaign.id() + "/metrics?" + query).expect(400);
  }

  @Test
  @DisplayName("journeys §3.4: a campaign that is stopping shows as stopped and still active")
  void shouldShowWhereACampaignStands() {
    var tenant = Tenant.create(test.database(), "running-key");
    test.jdbi()
        .useHandle(handle ->
            handle.execute(
                """
                WITH made AS (
                  INSERT INTO campaign (workspace_id, name, state, version, created_at, updated_at, first_started)
                  VALUES (?, 'Loyal', 'stopping', 1, now(), now(), '2026-01-02T00:00:00Z') RETURNING campaign_id)
                INSERT INTO campaign_version
                SELECT campaign_id, 1, '{"name":"Loyal","trigger":{"segment":{"id":5}}}', '{}', now() FROM made
                """,
                tenant.workspace().value()));

    var json = server.as(tenant).get("/v1/campaigns").expect(200).json().at("/campaigns/0");

    assertThat(json.get("state").asString()).isEqualTo("stopped");
    assertThat(json.get("active").asBoolean()).isTrue();
    assertThat(json.get("type").asString()).isEqualTo("segment");
    assertThat(json.get("trigger_segment_ids").toString()).isEqualTo("[5]");
    assertThat(json.get("first_started").asLong()).isEqualTo(1_767_312_000L);
  }

  // ── messages ─────────────────────────────────────────────────────────────────────────────────

  private static String sentMessage() {
    return """
    {"id":"%1$s","deduplicate_id":"%1$s:%2$d","msg_template_id":%3$d,"message_template_id":%3$d,
     "customer_id":"u-42","customer_identifiers":%4$s,"identifiers":%4$s,"recipient":"Kim@example.test",
     "subject":"Hello","type":"email",
     "metrics":{"created":%5$d,"attempted":%6$d,"sent":%6$d,"delivered":%7$d,"opened":%2$d},
     "created":%5$d,"failure_message":null,"forgotten":false,"campaign_id":%8$d,"broadcast_id":null,
     "newsletter_id":null,"action_id":%3$d,"content_id":null,"parent_action_id":null,
     "trigger_event_id":"event-1","transactional_message_id":null}
    """
        .formatted(
            sentId,
            SECONDS + 300,
            email(campaign),
            kimIds(),
            SECONDS + 200,
            SECONDS + 201,
            SECONDS + 205,
            campaign.id());
  }

  @Test
  @DisplayName("app-messaging §7, §1.3: one message, as sent and as kept")
  void shouldShowAMessage() {
    shopClient().get("/v1/messages/" + sentId).expect(200, "{\"message\":" + sentMessage() + "}");
    shopClient()
        .get("/v1/messages/" + sentId + "/archived_message")
        .expect(
            200,
            """
            {"archived_message":{"id":"%s","body":"<p>Hi</p>","body_plain":"Hi","from":"Shop <s@example.test>",
             "reply_to":"","recipient":"Kim@example.test","subject":"Hello","bcc":"","cc":"","fake_bcc":false,
             "preheader_text":"Look","url":"","request_method":"",
             "headers":"[{\\"name\\":\\"X-A\\",\\"value\\":\\"b \\\\\\"c\\\\\\"\\"}]","forgotten":false}}
            """
                .formatted(sentId));
    var tracked = shopClient().get("/v1/messages/" + sentId + "?get_tracked_responses=true").json();
    assertThat(tracked.at("/message/tracked_responses").toString()).isEqualTo("{}");
  }

  @Test
  @DisplayName("app-messaging §7: forgotten when no longer kept, unknown when never rendered")
  void shouldTellForgottenFromNeverRendered() {
    var tenant = Tenant.create(test.database(), "forgetful-key");
    var person = tenant.person(Map.of("id", "f"), CREATED);
    var old = tenant.delivery(person, null, null, at(1));
    tenant.delivery(old, "state = 'sent', sent_at = created_at, recipient = 'r@example.test'");
    var queued = tenant.delivery(person, null, null, at(2));

    var kept =
        server
            .as(tenant)
            .get("/v1/messages/" + IDS.text(old, at(1)) + "/archived_message")
            .expect(200)
            .json()
            .get("archived_message");
    assertThat(kept.get("forgotten").asBoolean()).isTrue();
    assertThat(kept.get("body").asString()).isEmpty();
    assertThat(kept.get("recipient").asString()).isEqualTo("r@example.test");

    server
        .as(tenant)
        .get("/v1/messages/" + IDS.text(queued, at(2)) + "/archived_message")
        .expectProblem(404, "the message has not been rendered");
  }

  @Test
  @DisplayName("app-messaging §7: filters narrow the list")
  void shouldFilterMessages() {
    var all = List.of(IDS.text(failed, at(400)), sentId);
    assertThat(listed("")).isEqualTo(all);
    assertThat(listed("metric=sent")).containsExactly(sentId);
    assertThat(listed("metric=failed")).containsExactly(all.getFirst());
    assertThat(listed("metric=bounced")).isEmpty();
    assertThat(listed("type=email")).isEqualTo(all);
    assertThat(listed("type=push")).isEmpty();
    assertThat(listed("drafts=true")).isEmpty();
    assertThat(listed("campaign_id=" + campaign.id())).isEqualTo(all);
    assertThat(listed("campaign_id=999")).isEmpty();
    assertThat(listed("action_id=" + email(campaign))).isEqualTo(all);
    assertThat(listed("action_id=99999999999")).isEmpty();
    assertThat(listed("newsletter_id=1")).isEmpty();
    assertThat(listed("start_ts=" + (SECONDS + 400))).containsExactly(all.getFirst());
    assertThat(listed("end_ts=" + (SECONDS + 200))).containsExactly(sentId);
    assertThat(listed("start_ts=%1$d&end_ts=%1$d".formatted(SECONDS + 300))).isEmpty();
  }

  private static List<String> listed(String query) {
    var json = shopClient().get("/v1/messages?" + query).expect(200).json();
    return json.get("messages").valueStream().map(each -> each.get("id").asString()).toList();
  }

  @Test
  @DisplayName("app-data §2.7: a person's messages of the last six months")
  void shouldShowThePersonsMessages() {
    var tenant = Tenant.create(test.database(), "history-key");
    var person = tenant.person(Map.of("id", "h"), CREATED);
    var recent = NOW.minus(Duration.ofDays(100));
    var older = NOW.minus(Duration.ofDays(250));
    var oldest = NOW.minus(Duration.ofDays(400));
    List.of(recent, older, oldest).forEach(each -> tenant.delivery(person, null, null, each));

    assertThat(created(tenant, "")).containsExactly(recent.getEpochSecond());
    assertThat(created(tenant, "?start_ts=0")).containsExactly(recent.getEpochSecond());
    assertThat(created(tenant, "?end_ts=" + older.getEpochSecond()))
        .containsExactly(older.getEpochSecond(), oldest.getEpochSecond());
    assertThat(created(tenant, "?start_ts=" + NOW.getEpochSecond())).isEmpty();
    shopClient()
        .get("/v1/customers/u-42/messages?end_ts=" + (SECONDS + 200))
        .expect(200, "{\"messages\":[" + sentMessage() + "],\"next\":\"\"}");
  }

  private static List<Long> created(Tenant tenant, String query) {
    var json = server.as(tenant).get("/v1/customers/h/messages" + query).expect(200).json();
    return json.get("messages").valueStream().map(each -> each.get("created").asLong()).toList();
  }

  @ParameterizedTest
  @DisplayName("app-data §1.3: a walk over messages meets each once, newest first")
  @ValueSource(strings = {"/v1/messages", "/v1/customers/w/messages"})
  void shouldWalkOverMessages(String path) {
    var tenant = Tenant.create(test.database(), "walk-key" + path);
    var person = tenant.person(Map.of("id", "w"), CREATED);
    var expected = new ArrayList<String>();
    for (int i = 0; i < 7; i++) {
      // two at every instant, so that time alone does not order them
      var delivery = tenant.delivery(person, null, null, at(i / 2));
      expected.addFirst(IDS.text(delivery, at(i / 2)));
    }

    assertThat(walk(server.as(tenant), path, "messages", 3)).isEqualTo(expected);
  }

  private static List<String> walk(JsonClient client, String path, String list, int limit) {
    var met = new ArrayList<String>();
    var next = "";
    do {
      var page = client.get(path + "?limit=" + limit + "&start=" + next).expect(200).json();
      page.get(list).forEach(each -> met.add(each.get("id").asString()));
      next = page.get("next").asString();
    } while (!next.isEmpty());
    return met;
  }

  // ── activities ───────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("app-data §2.8: what happened to a person, newest first")
  void shouldShowActivities() {
    var json = shopClient().get("/v1/customers/u-42/activities?limit=100").expect(200).json();

    assertThat(json.get("next").asString()).isEmpty();
    var activities = json.get("activities").valueStream().toList();
    assertThat(activities)
        .extracting(each -> each.get("type").asString())
        .containsExactly(
            "failed_email",
            "opened_email",
            "delivered_email",
            "sent_email",
            "attempted_email",
            "screen",
            "page",
            "skipped_update",
            "attribute_change",
            "event",
            "profile_create");
    assertThat(activities)
        .extracting(each -> each.get("id").asString())
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[0-9A-HJKMNP-TV-Z]{26}"));
    assertActivity(
        activities.get(3),
        """
        {"type":"sent_email","timestamp":%d,"data":{"delivery_id":"%2$s","delivered":%3$d,"opened":true},
         "delivery_id":"%2$s","delivery_type":"email"}
        """
            .formatted(SECONDS + 201, sentId, SECONDS + 205));
    assertActivity(
        activities.get(5),
        "{\"type\":\"screen\",\"timestamp\":%d,\"data\":{\"n\":1},\"name\":\"Cart\"}"
            .formatted(SECONDS + 180));
    assertActivity(
        activities.get(6),
        "{\"type\":\"page\",\"timestamp\":%d,\"data\":{},\"url\":\"https://shop.test/a\"}"
            .formatted(SECONDS + 120));
    assertActivity(
        activities.get(8),
        """
        {"type":"attribute_change","timestamp":%d,"data":{"plan":{"from":"","to":"pro"}}}
        """
            .formatted(SECONDS + 90));
    assertActivity(
        activities.get(9),
        """
        {"type":"event","timestamp":%d,"data":{"total":5,"note":null},"name":"purchase"}
        """
            .formatted(SECONDS + 60));
    assertActivity(
        activities.get(10),
        "{\"type\":\"profile_create\",\"timestamp\":%d,\"data\":{}}".formatted(SECONDS));
    // the same whenever it is asked
    shopClient().get("/v1/customers/u-42/activities?limit=100").expect(200, json.toString());
  }

  private static void assertActivity(JsonNode activity, String expected) {
    var json = JsonMapper.shared().readTree(expected);
    var whole = (ObjectNode) json;
    whole.set("id", activity.get("id"));
    whole.put("customer_id", "u-42");
    whole.set("customer_identifiers", JsonMapper.shared().readTree(kimIds()));
    assertThat(activity).isEqualTo(whole);
  }

  @ParameterizedTest
  @DisplayName("app-data §2.8: filters by type and name")
  @CsvSource(
      delimiter = '|',
      value = {
        "type=event            | event",
        "type=sent_email       | sent_email",
        "type=profile_create   | profile_create",
        "type=attribute_change | attribute_change",
        "type=dropped_whatasapp| ''",
        "type=_o:1:create      | ''",
        "name=purchase         | event",
        "name=Cart             | screen",
        "name=plan             | attribute_change",
        "name=from             | ''",
        "type=event&name=Cart  | ''"
      })
  void shouldFilterActivities(String query, String types) {
    var json =
        shopClient().get("/v1/customers/u-42/activities?" + query.strip()).expect(200).json();
    assertThat(
            json.get("activities").valueStream().map(each -> each.get("type").asString()).toList())
        .isEqualTo(types.isEmpty() ? List.of() : List.of(types));
  }

  @Test
  @DisplayName(
      "app-data §1.3: a walk over activities meets each once, in order, also at one instant")
  void shouldWalkOverActivities() {
    var tenant = Tenant.create(test.database(), "steps-key");
    var person = tenant.person(Map.of("id", "s"), at(0));
    for (int i = 0; i < 12; i++) {
      var when = at(i / 4);
      tenant.event(person, EventKind.EVENT, "e" + i, when, "{}");
      tenant.activity(person, "attribute_change", when, "{\"a\":{\"from\":" + i + ",\"to\":1}}");
      var delivery = tenant.delivery(person, null, null, when);
      tenant.delivery(delivery, "sent_at = created_at, attempted_at = created_at");
    }

    var client = server.as(tenant);
    var all = walk(client, "/v1/customers/s/activities", "activities", 100);
    assertThat(all).hasSize(12 * 4 + 1);
    assertThat(new HashSet<>(all)).hasSameSizeAs(all);
    for (int limit : List.of(1, 5, 48)) {
      assertThat(walk(client, "/v1/customers/s/activities", "activities", limit)).isEqualTo(all);
    }
    assertThat(client.get("/v1/customers/s/activities").json().get("activities").size())
        .as("usual size")
        .isEqualTo(10);
  }

  // ── what is refused ──────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("app-data §1.3: limits below 1 and non-numbers are 400, greater ones are cut")
  @ValueSource(
      strings = {
        "/v1/messages",
        "/v1/customers/u-42/messages",
        "/v1/customers/u-42/activities",
        "/v1/activities",
        "/v1/segments/{segment}/membership"
      })
  void shouldCheckLimits(String path) {
    var list = path.replace("{segment}", Integer.toString(segment));
    for (var limit : List.of("0", "-1", "x", "1.5", "1e3", "00")) {
      shopClient()
          .get(list + "?limit=" + limit)
          .expectProblem(400, "limit must be a whole number of at least 1");
    }
    for (var limit : List.of("1000000", "99999999999999999999", "0001", "")) {
      shopClient().get(list + "?limit=" + limit).expect(200);
    }
  }

  @Test
  @DisplayName("app-data §1.3: a cursor of another list, or of nobody, is 400")
  void shouldRefuseForeignCursors() {
    var lists =
        Map.of(
            "/v1/messages",
            PageCursor.MESSAGES
                .asked(
                    shop.workspace(),
                    said(
                        "type",
                        "metric",
                        "drafts",
                        "campaign_id",
                        "action_id",
                        "newsletter_id",
                        "start_ts",
                        "end_ts"))
                .text(1, 2),
            "/v1/customers/u-42/messages",
            PageCursor.PERSON_MESSAGES
                .asked(shop.workspace(), kim, said("start_ts", "end_ts"))
                .text(1, 2),
            "/v1/customers/u-42/activities",
            PageCursor.ACTIVITIES
                .asked(shop.workspace(), kim, said("type", "name", "deleted"))
                .text(1, 2, 3, 4),
            "/v1/activities",
            PageCursor.WORKSPACE_ACTIVITIES
                .asked(shop.workspace(), said("type", "name", "deleted"))
                .text(1, 2, 3, 4),
            "/v1/segments/" + segment + "/membership",
            PageCursor.MEMBERS.asked(shop.workspace(), segment).text(1));
    lists.forEach((path, own) -> {
      shopClient().get(path + "?start=" + own).expect(200);
      lists.forEach((other, cursor) -> {
        if (!other.equals(path)) {
          shopClient()
              .get(path + "?start=" + cursor)
              .expectProblem(400, "start is not a cursor of this list");
        }
      });
      var altered = own.substring(0, 4) + (own.charAt(4) == 'A' ? 'B' : 'A') + own.substring(5);
      server
          .as(other)
          .get(path.replace("/u-42", "/stranger") + "?start=" + own)
          .expect(path.startsWith("/v1/segments") || path.contains("u-42") ? 404 : 400);
      for (var wrong : List.of("MTox", "%20", "xyz!", altered, "A".repeat(200))) {
        shopClient()
            .get(path + "?start=" + wrong)
            .expectProblem(400, "start is not a cursor of this list");
      }
    });
  }

  /** A question without these parameters. */
  private static String said(String... parameters) {
    return String.join("=\n", parameters) + "=";
  }

  @Test
  @DisplayName(
      "app-data §1.3: a cursor goes on with its own question alone, not with another filter")
  void shouldRefuseCursorsOfOtherFilters() {
    for (var path : List.of("/v1/activities", "/v1/customers/u-42/activities", "/v1/messages")) {
      var filter = path.endsWith("messages") ? "type=email" : "deleted=false";
      var next = shopClient().get(path + "?limit=1&" + filter).expect(200).json().get("next");
      assertThat(next.asString()).as(path).isNotEmpty();
      var start = "&start=" + next.asString();
      shopClient().get(path + "?" + filter + start).expect(200);
      shopClient().get(path + "?limit=7&" + filter + start).expect(200);
      for (var other :
          List.of("x=1", filter + (path.endsWith("messages") ? "&metric=sent" : "&type=event"))) {
        shopClient()
            .get(path + "?" + other + start)
            .expectProblem(400, "start is not a cursor of this list");
      }
    }
  }

  @Test
  void shouldBearCursorsNobodyWasGiven() {
    for (long far : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
      var messages =
          "/v1/messages?start="
              + PageCursor.MESSAGES
                  .asked(
                      shop.workspace(),
                      said(
                          "type",
                          "metric",
                          "drafts",
                          "campaign_id",
                          "action_id",
                          "newsletter_id",
                          "start_ts",
                          "end_ts"))
                  .text(far, far);
      shopClient().get(messages).expect(200);
      var activities =
          PageCursor.ACTIVITIES
              .asked(shop.workspace(), kim, said("type", "name", "deleted"))
              .text(far, far, far, far);
      shopClient().get("/v1/customers/u-42/activities?start=" + activities).expect(200);
      var all =
          PageCursor.WORKSPACE_ACTIVITIES
              .asked(shop.workspace(), said("type", "name", "deleted"))
              .text(far, far, far, far);
      shopClient().get("/v1/activities?start=" + all).expect(200);
    }
  }

  @ParameterizedTest
  @DisplayName("app-messaging §0.1, §7: wrong parameters and ids")
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/messages?metric=seen                        | 400 | metric is not known",
        "/v1/messages?type=fax                           | 400 | type is not a channel",
        "/v1/messages?drafts=maybe                       | 400 | drafts must be true or false",
        "/v1/messages?campaign_id=x                      | 400 | campaign_id must be a whole number",
        "/v1/messages?start_ts=x                         | 400 | start_ts must be a whole number",
        "/v1/messages?end_ts=-1                          | 400 | end_ts must be a time in Unix seconds",
        "/v1/messages/abc                                | 404 | message not found",
        "/v1/messages/abc/archived_message               | 404 | message not found",
        "/v1/customers/u-42/activities?type=sent_pigeon  | 400 | type is not a type of activity",
        "/v1/segments/x                                  | 400 | the id of a segment is a whole number",
        "/v1/segments/999999                             | 404 | segment not found",
        "/v1/segments/-1/membership                      | 404 | segment not found",
        "/v1/segments/99999999999/customer_count         | 404 | segment not found",
        "/v1/campaigns/x                                 | 400 | the id of a campaign is a whole number",
        "/v1/campaigns/999999                            | 404 | campaign not found",
        "/v1/campaigns/999999/metrics                    | 404 | campaign not found",
        "/v1/campaigns/999999/metrics/links              | 404 | campaign not found",
        "/v1/transactional/2/metrics/links               | 404 | transactional message not found",
        "/v1/transactional/x/metrics/links               | 400 | the id of a transactional message is a whole number",
        "/v1/nothing                                     | 404 | not found"
      })
  void shouldRefuseWrongRequests(String path, int status, String message) {
    shopClient().get(path).expectProblem(status, message);
  }

  @Test
  @DisplayName("app-messaging §0.1: a known path with another method is 405")
  void shouldRefuseOtherMethods() {
    var answer =
        shopClient().send("PATCH", "/v1/campaigns", "{}").expectProblem(405, "method not allowed");
    assertThat(answer.http().header("allow")).isEqualTo("GET");
  }

  @Test
  @DisplayName("app-messaging §0.1, §0.3: no key, a wrong key and another kind of key are 401")
  void shouldAskForAKey() {
    for (var key : List.of("", "wrong", "sa_live_x")) {
      for (var call : calls()) {
        if (!call.equals("GET /v1/info/ip_addresses")) { // app-data §1: for anybody
          send(server.as(key), call)
              .expectProblem(401, call.contains("/v1/send/") ? "Unauthorized" : "unauthorized");
        }
      }
    }
  }

  @Test
  @DisplayName("I5: another workspace's key finds nothing of this one, on any route")
  void shouldKeepWorkspacesApart() {
    var stranger = server.as(other);
    for (var call : calls()) {
      var answer = send(stranger, call);
      assertThat(answer.http().body())
          .as(call)
          .doesNotContain("u-42", "Kim@", "Welcome", "\"Pro\"", sentId);
      if (call.contains("/u-42")
          || call.matches("\\w+ /v1/(segments|campaigns|messages|objects|transactional)/.*")) {
        answer.expect(404);
      } else if (call.startsWith("POST /v1/esp/")) {
        answer.expect(200);
      } else if (call.startsWith("DELETE /v1/esp/")) {
        answer.expect(204);
      } else if (call.startsWith("POST ")) {
        answer.expect(400);
      } else {
        answer.expect(200);
      }
    }
    stranger
        .get("/v1/customers/" + CioId.of(kim) + "/attributes?id_type=cio_id")
        .expectProblem(404, "customer not found");
    shopClient().get("/v1/segments/" + segment).expect(200);
  }

  /** Calls without a body. */
  private static JsonClient.Answer send(JsonClient client, String call) {
    var space = call.indexOf(' ');
    return client.send(call.substring(0, space), call.substring(space + 1), "");
  }

  /** One call of every route, its method in front, with ids of the shop. */
  private static List<String> calls() {
    return server.api.routes().calls().stream()
        .map(path ->
            path.equals("GET /v1/customers")
                ? path + "?email=Kim@example.test"
                : path.replaceFirst("customers/\\{id}", "customers/u-42")
                    .replaceFirst("transactional/\\{id}", "transactional/2")
                    .replaceFirst("segments/\\{id}", "segments/" + segment)
                    .replaceFirst("campaigns/\\{id}", "campaigns/" + campaign.id())
                    .replaceFirst("transactional/\\{id}", "transactional/1")
                    .replaceFirst("objects/\\{type}/\\{id}", "objects/1/acme")
                    .replaceFirst("messages/\\{id}", "messages/" + sentId)
                    .replaceFirst("domains/\\{domain}", "domains/shop.test")
                    .replaceFirst("suppression/\\{type}", "suppression/bounces")
                    .replaceFirst("\\{email}", "x@example.test")
                    .replaceFirst("\\{kind}", "email"))
        .toList();
  }

  @Test
  @DisplayName("app-data §1: more than ten calls a second are 429 with Retry-After")
  void shouldLimitTheRate() {
    try (var limited = new AppServer(test.database(), RateLimits.perSecond(2))) {
      var last =
          IntStream.range(0, 10)
              .mapToObj(_ -> limited.as(shop).get("/v1/segments"))
              .filter(answer -> answer.status() == 429)
              .findFirst()
              .orElseThrow();
      last.expectProblem(429, "rate limit exceeded");
      assertThat(last.http().header("retry-after")).isEqualTo("1");
      limited.as(other).get("/v1/segments").expect(200);
    }
  }
}
