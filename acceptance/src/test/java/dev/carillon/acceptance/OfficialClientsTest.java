package dev.carillon.acceptance;

import static dev.carillon.acceptance.ReadBack.eventually;
import static dev.carillon.acceptance.ReadBack.texts;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The official clients, unmodified from the package registry, with nothing changed but the host:
 * each method at least once, which the scripts check against the client, and what came of it read
 * back through the App API.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OfficialClientsTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final CarillonProcess server = new CarillonProcess(DataFolder.empty("official-clients"));
  private final HttpCalls calls = new HttpCalls(server);
  private final ReadBack read = new ReadBack(calls);

  @BeforeAll
  void start() throws Exception {
    server.start();
  }

  @AfterAll
  void stop() throws Exception {
    calls.close();
    server.close();
  }

  @Test
  @DisplayName("customerio-node TrackClient: people, events, devices, merges (track §3-§5, §9)")
  void shouldServeEveryMethodOfTheTrackClient() throws Exception {
    // given a manual segment, and a mail somebody got
    var segment = manualSegment("Friends");
    var delivery = deliveryTo("reader");
    // when
    var answers = run("track.mjs", Map.of("segmentId", segment, "deliveryId", delivery));
    // then
    var region = requireNonNull(answers.get("getAccountRegion"));
    assertThat(region.get("environment_id").intValue()).isEqualTo(1);
    assertThat(region.get("url").stringValue()).isEqualTo(server.url().toString());
    readBackPeople();
    readBackEvents();
    eventually(() ->
        assertThat(
                texts(
                    calls.get("/v1/segments/" + segment + "/membership").get("identifiers"), "id"))
            .containsExactly("node/1"));
    readBackBatch();
    eventually(() -> {
      var metrics = calls.get("/v1/messages/" + delivery).get("message").get("metrics");
      assertThat(metrics.get("opened").longValue()).isEqualTo(1750000200);
      assertThat(metrics.get("converted").longValue()).isEqualTo(1750000300);
      assertThat(metrics.has("unsubscribed")).isTrue();
      assertThat(read.person("reader").get("unsubscribed").booleanValue()).isTrue();
    });
  }

  private void readBackPeople() {
    eventually(() -> {
      var person = read.person("node/1");
      var attributes = person.get("attributes");
      assertThat(attributes.get("email").stringValue()).isEqualTo("node-1@example.test");
      assertThat(attributes.get("plan").stringValue()).isEqualTo("pro");
      assertThat(attributes.get("created_at").stringValue()).isEqualTo("1750000000");
      assertThat(attributes.get("nested").stringValue()).isEqualTo("{\"a\":[1,2]}");
      assertThat(attributes.get("colour").stringValue()).as("by the merge").isEqualTo("blue");
      assertThat(texts(person.get("devices"), "id")).containsExactly("token-1");
      var device = person.get("devices").get(0);
      assertThat(device.get("platform").stringValue()).isEqualTo("ios");
      assertThat(device.get("last_used").longValue()).isEqualTo(1750000100);
      assertThat(device.get("attributes").get("app_version").stringValue()).isEqualTo("2.1");
    });
    eventually(() -> assertThat(read.attribute("node-5", "plan")).isEqualTo("back"));
    eventually(() -> {
      var deleted = calls.get("/v1/activities?deleted=true&limit=100&type=profile_delete");
      assertThat(deleted.get("activities").size()).as("node-3 and node-4").isEqualTo(2);
    });
    assertThat(read.exists("node-2")).as("merged").isFalse();
    assertThat(read.exists("node-3")).as("deleted").isFalse();
    assertThat(read.exists("node-4")).as("suppressed").isFalse();
    eventually(() -> {
      var found = calls.get("/v1/customers?email=form@example.test").get("results");
      assertThat(found.size()).isEqualTo(1);
      var person = "cio_" + found.get(0).get("cio_id").stringValue();
      assertThat(read.attribute(person, "colour")).as("by the form").isEqualTo("green");
    });
  }

  private void readBackEvents() {
    eventually(() -> {
      assertThat(read.activities("node/1")).contains("page https://shop.example.test/cart");
      assertThat(read.event("node/1", "ordered").get("total").doubleValue()).isEqualTo(12.5);
      assertThat(read.event("node/1", "looked").get("page").stringValue()).isEqualTo("a");
    });
    eventually(() -> {
      var invited = calls.get("/v1/activities?type=event&name=invited").get("activities");
      assertThat(invited.size()).isEqualTo(1);
      assertThat(invited.get(0).get("data").get("recipient").stringValue())
          .isEqualTo("friend@example.test");
    });
  }

  private void readBackBatch() {
    eventually(() -> {
      assertThat(read.attribute("node-6", "plan")).isEqualTo("batch");
      assertThat(read.event("node-6", "batched").get("n").intValue()).isEqualTo(1);
      assertThat(read.ofObject("acme", "name")).isEqualTo("Acme");
      assertThat(read.related("node-6")).containsExactly("acme as owner");
      assertThat(read.related("node/1")).containsExactly("acme");
    });
  }

  @Test
  @DisplayName("customerio-node PipelinesClient, strict mode (pipelines §5, §7)")
  void shouldServeEveryMethodOfThePipelinesClient() throws Exception {
    // when
    run("pipelines.mjs", Map.of());
    // then
    eventually(() -> {
      assertThat(read.attribute("pipe-1", "plan")).isEqualTo("pro");
      assertThat(read.attribute("pipe-1", "created_at")).isEqualTo("1767323045");
      assertThat(read.attribute("pipe-1", "colour")).as("through alias").isEqualTo("red");
    });
    eventually(() -> {
      assertThat(read.activities("pipe-1"))
          .contains("page https://shop.example.test/cart", "screen Settings")
          .containsOnlyOnce("event Order Completed");
      assertThat(read.event("pipe-1", "looked").get("page").stringValue()).isEqualTo("a");
    });
    eventually(() -> {
      assertThat(read.related("pipe-1")).containsExactly("globex as admin");
      assertThat(read.ofObject("globex", "name")).isEqualTo("Globex");
    });
    eventually(() -> {
      assertThat(read.attribute("pipe-2", "plan")).isEqualTo("batch");
      assertThat(read.event("pipe-2", "batched").get("n").intValue()).isEqualTo(1);
      assertThat(texts(read.person("pipe-2").get("devices"), "id")).containsExactly("pipe-token");
    });
  }

  @Test
  @DisplayName("@customerio/cdp-analytics-node (pipelines §5, §8)")
  void shouldServeEveryMethodOfTheServerAnalytics() throws Exception {
    // when
    run("cdp-node.mjs", Map.of());
    // then
    eventually(() -> {
      assertThat(read.attribute("cdp-1", "plan")).isEqualTo("pro");
      assertThat(read.attribute("cdp-1", "email")).isEqualTo("cdp-1@example.test");
      assertThat(read.attribute("cdp-1", "colour")).as("through alias").isEqualTo("red");
    });
    eventually(() -> {
      assertThat(read.activities("cdp-1"))
          .contains("page https://shop.example.test/", "screen Start");
      assertThat(read.event("cdp-1", "looked").get("page").stringValue()).isEqualTo("a");
      assertThat(read.event("cdp-1", "looked").get("marked").stringValue()).isEqualTo("yes");
      assertThat(read.event("cdp-1", "left").has("marked")).isFalse();
    });
    eventually(() -> {
      assertThat(read.related("cdp-1")).containsExactly("initech as member");
      assertThat(read.ofObject("initech", "name")).isEqualTo("Initech");
    });
  }

  @Test
  @DisplayName("@customerio/cdp-analytics-browser by the page snippet, all from our host (§9, §10)")
  void shouldServeThePageSnippet() throws Exception {
    browse("snippet.html", "web", Map.of());
  }

  @Test
  @DisplayName("@customerio/cdp-analytics-browser from npm in batches, with cdnURL alone (§9)")
  void shouldServeTheNpmPackageInAPage(@TempDir Path bundle) throws Exception {
    // given
    Children.node(Map.of(), "bundle.mjs", bundle.toString());
    var scripts = new LinkedHashMap<String, String>();
    try (var files = Files.newDirectoryStream(bundle)) {
      for (var file : files) {
        scripts.put("/" + file.getFileName(), Files.readString(file));
      }
    }
    browse("package.html", "package", scripts);
  }

  /** Opens a page on an origin of its own, and reads back what it did for people of this name. */
  private void browse(String page, String who, Map<String, String> scripts) throws Exception {
    var files = new LinkedHashMap<>(scripts);
    files.put("/", filled(Files.readString(Children.SDK.resolve(page))));
    files.put("/page.js", Files.readString(Children.SDK.resolve("page.js")));
    try (var site = new PageSite(files)) {
      // when
      var document = Children.chromium("http://" + site.host() + "/");
      // then
      assertThat(document).contains("<title>finished</title>");
      assertThat(Pattern.compile("spoke to ([^<]+)<").matcher(document).results())
          .extracting(found -> found.group(1))
          .containsExactlyInAnyOrder(site.host(), server.url().getAuthority());
    }
    var person = who + "-1";
    eventually(() -> {
      assertThat(read.attribute(person, "plan")).isEqualTo("pro");
      assertThat(read.attribute(person, "email")).isEqualTo(person + "@example.test");
      assertThat(read.attribute(person, "colour")).as("through alias").isEqualTo("red");
    });
    eventually(() -> {
      assertThat(read.activities(person))
          .contains("event early", "page https://shop.example.test/cart", "screen Settings")
          .contains("event link followed", "event clicked")
          .contains("event form sent", "event form submitted");
      assertThat(read.event(person, "looked").get("page").stringValue()).isEqualTo("a");
      assertThat(read.event(person, "Order Completed").get("total").doubleValue()).isEqualTo(12.5);
      assertThat(read.event(person, "Order Completed").get("marked").stringValue())
          .isEqualTo("yes");
      assertThat(read.event(person, "arrived").get("campaign").stringValue()).isEqualTo("may");
    });
    eventually(() -> {
      assertThat(read.related(person)).containsExactly(who + "-umbrella as admin");
      assertThat(read.ofObject(who + "-umbrella", "name")).isEqualTo("Umbrella");
    });
  }

  private String filled(String text) {
    return text.replace("@URL@", server.url().toString())
        .replace("@WRITE_KEY@", CarillonProcess.CDP_KEY);
  }

  @Test
  @DisplayName("customerio-node APIClient: what it reads of people, objects, segments, messages")
  void shouldAnswerTheReadsOfTheApiClient() throws Exception {
    // given
    var segment = manualSegment("Readers");
    var delivery = deliveryTo("app/1");
    calls.identify("app/1", Map.of("email", "app@example.test", "plan", "pro")).ok();
    calls.event("app/1", "ordered", Map.of("total", 3)).ok();
    entity(
        """
        {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "hooli"},
         "attributes": {"name": "Hooli"}, "cio_relationships": [{"identifiers": {"id": "app/1"}}]}\
        """);
    calls
        .track(
            "POST",
            "/api/v1/segments/" + segment + "/add_customers",
            JSON.writeValueAsBytes(Map.of("ids", new String[] {"app/1"})))
        .ok();
    eventually(() -> {
      assertThat(read.event("app/1", "ordered").get("total").intValue()).isEqualTo(3);
      assertThat(read.related("app/1")).containsExactly("hooli");
      assertThat(calls.get("/v1/segments/" + segment + "/customer_count").get("count").intValue())
          .isEqualTo(1);
    });
    // when
    var answers = run("app.mjs", Map.of("segmentId", segment));
    // then
    assertThat(text(answers, "getCustomersByEmail")).contains("\"id\":\"app/1\"");
    assertThat(text(answers, "getAttributes by cio_id"))
        .isEqualTo(text(answers, "getAttributes"))
        .isEqualTo(text(answers, "getAttributes by id"))
        .contains("\"plan\":\"pro\"");
    assertThat(text(answers, "getCustomerActivities")).contains("\"name\":\"ordered\"");
    assertThat(text(answers, "listActivities")).contains("\"name\":\"ordered\"");
    assertThat(text(answers, "getCustomerMessages")).contains(delivery);
    assertThat(text(answers, "getCustomerRelationships")).contains("\"object_id\":\"hooli\"");
    assertThat(text(answers, "getCustomerSegments")).contains("\"name\":\"Readers\"");
    assertThat(text(answers, "listObjectTypes")).contains("\"id\":\"1\"");
    assertThat(text(answers, "getObjectAttributes")).contains("\"name\":\"Hooli\"");
    assertThat(text(answers, "getObjectRelationships")).contains("\"id\":\"app/1\"");
    assertThat(text(answers, "findObjects")).contains("\"ids\":[\"hooli\"]");
    assertThat(text(answers, "listSegments")).contains("Readers", "Short-lived");
    assertThat(text(answers, "getSegment")).contains("\"type\":\"manual\"");
    assertThat(text(answers, "getSegmentCustomerCount")).contains("\"count\":1");
    assertThat(text(answers, "getSegmentMembership")).contains("\"id\":\"app/1\"");
    assertThat(text(answers, "listCampaigns")).contains("\"name\":\"Hello\"");
    assertThat(text(answers, "getMessage")).contains("\"type\":\"email\"");
    assertThat(text(answers, "getArchivedMessage")).contains("Hello.");
    assertThat(answers).containsKeys("deleteSegment", "batchUpdateAttributes", "batchUpdateEvents");
  }

  private static String text(Map<String, JsonNode> answers, String call) {
    return requireNonNull(answers.get(call), call).toString();
  }

  private void entity(String body) throws Exception {
    calls.track("POST", "/api/v2/entity", body.getBytes(StandardCharsets.UTF_8)).ok();
  }

  private int manualSegment(String name) {
    var body = JSON.writeValueAsString(Map.of("segment", Map.of("name", name)));
    return calls.app("POST", "/v1/segments", body).ok().get("segment").get("id").intValue();
  }

  /** A mail that was sent to this new person; its id on the wire. */
  private String deliveryTo(String person) throws Exception {
    var campaign =
        calls.campaign(
            """
            {"name": "Hello", "trigger": {"event": {"name": "came"}}, "frequency": "every_time",
             "steps": [{"type": "email", "subject": "Hello", "sending_state": "automatic", "body_plain": "Hello."}]}\
            """);
    calls.identify(person, Map.of("email", person.replace("/1", "") + "@example.test")).ok();
    calls.event(person, "came", Map.of()).ok();
    var found = new ArrayList<String>();
    eventually(() -> {
      found.clear();
      found.addAll(texts(calls.get("/v1/messages?campaign_id=" + campaign).get("messages"), "id"));
      assertThat(found).hasSize(1);
    });
    return found.getFirst();
  }

  /** Runs a script; the names of its calls with their answers. */
  private Map<String, JsonNode> run(String script, Map<String, ?> more) throws Exception {
    var config = new LinkedHashMap<String, Object>(more);
    config.put("url", server.url().toString());
    config.put("siteId", CarillonProcess.SITE_ID);
    config.put("trackKey", CarillonProcess.TRACK_KEY);
    config.put("appKey", CarillonProcess.APP_KEY);
    config.put("writeKey", CarillonProcess.CDP_KEY);
    var output = Children.node(Map.of("CARILLON_CLIENT", JSON.writeValueAsString(config)), script);
    var answers = new LinkedHashMap<String, JsonNode>();
    output
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(JSON::readTree)
        .forEach(line -> answers.put(line.get("call").stringValue(), line.get("answer")));
    return answers;
  }
}
