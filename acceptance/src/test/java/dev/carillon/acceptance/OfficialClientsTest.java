package dev.carillon.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The official clients, unmodified from the package registry, with nothing changed but the host:
 * each method once, and what came of it read back through the App API.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OfficialClientsTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Path SDK = Path.of("sdk").toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String WRITE_KEY = "cdp-key";

  private final CarillonProcess server = new CarillonProcess(DataFolder.empty("official-clients"));
  private final HttpCalls calls = new HttpCalls(server);

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
  @DisplayName("customerio-node TrackClient: every method")
  void trackClient() throws Exception {
    // given a manual segment, and a mail somebody got
    var segment =
        calls
            .app("POST", "/v1/segments", "{\"segment\": {\"name\": \"Friends\"}}")
            .ok()
            .get("segment")
            .get("id")
            .intValue();
    var delivery = deliveryTo("reader");
    // when
    var answers = run("track.mjs", Map.of("segmentId", segment, "deliveryId", delivery));
    // then
    var region = requireNonNull(answers.get("getAccountRegion"));
    assertThat(region.get("environment_id").intValue()).isEqualTo(1);
    assertThat(region.get("url").stringValue()).isEqualTo(server.url().toString());
    eventually(() -> {
      var person = calls.get("/v1/customers/node%2F1/attributes").get("customer");
      assertThat(person.get("attributes").get("plan").stringValue()).isEqualTo("pro");
      assertThat(person.get("attributes").get("nested").stringValue()).isEqualTo("{\"a\":[1,2]}");
      assertThat(person.get("attributes").get("colour").stringValue())
          .as("filled in by the merge")
          .isEqualTo("blue");
      assertThat(texts(person.get("devices"), "id")).containsExactly("token-1");
      assertThat(person.get("devices").get(0).get("last_used").longValue()).isEqualTo(1750000100);
    });
    eventually(() ->
        assertThat(activities("node%2F1"))
            .contains("event ordered", "event looked", "page https://shop.example.test/cart"));
    assertThat(calls.app("GET", "/v1/customers/node-2/attributes", "").status()).isEqualTo(404);
    assertThat(calls.app("GET", "/v1/customers/node-3/attributes", "").status()).isEqualTo(404);
    assertThat(calls.app("GET", "/v1/customers/node-4/attributes", "").status()).isEqualTo(404);
    eventually(() -> assertThat(attribute("node-5", "plan")).isEqualTo("back"));
    eventually(() ->
        assertThat(
                texts(
                    calls.get("/v1/segments/" + segment + "/membership").get("identifiers"), "id"))
            .containsExactly("node/1"));
    eventually(() ->
        assertThat(calls.get("/v1/customers?email=form@example.test").get("results").size())
            .isEqualTo(1));
    eventually(() -> assertThat(attribute("node-6", "plan")).isEqualTo("batch"));
    eventually(() -> assertThat(activities("node-6")).contains("event batched"));
    eventually(() -> {
      assertThat(related("node-6")).containsExactly("acme");
      assertThat(related("node%2F1")).containsExactly("acme");
    });
    eventually(() -> {
      var metrics = calls.get("/v1/messages/" + delivery).get("message").get("metrics");
      assertThat(metrics.get("opened").longValue()).isEqualTo(1750000200);
    });
    eventually(() ->
        assertThat(
                calls
                    .get("/v1/customers/reader/attributes")
                    .get("customer")
                    .get("unsubscribed")
                    .booleanValue())
            .isTrue());
  }

  @Test
  @DisplayName("customerio-node PipelinesClient, strict mode: every method")
  void pipelinesClient() throws Exception {
    run("pipelines.mjs", Map.of());
    eventually(() -> {
      assertThat(attribute("pipe-1", "plan")).isEqualTo("pro");
      assertThat(attribute("pipe-1", "created_at")).isEqualTo("1767323045");
      assertThat(attribute("pipe-1", "colour")).as("through alias").isEqualTo("red");
    });
    eventually(() ->
        assertThat(activities("pipe-1"))
            .contains("event looked", "page https://shop.example.test/cart", "screen Settings")
            .containsOnlyOnce("event Order Completed"));
    eventually(() -> assertThat(related("pipe-1")).containsExactly("globex"));
    eventually(() -> {
      assertThat(attribute("pipe-2", "plan")).isEqualTo("batch");
      var devices = calls.get("/v1/customers/pipe-2/attributes").get("customer").get("devices");
      assertThat(texts(devices, "id")).containsExactly("pipe-token");
    });
  }

  @Test
  @DisplayName("@customerio/cdp-analytics-node: every method")
  void cdpNode() throws Exception {
    run("cdp-node.mjs", Map.of());
    eventually(() -> assertThat(attribute("cdp-1", "plan")).isEqualTo("pro"));
    eventually(() ->
        assertThat(activities("cdp-1"))
            .contains("event looked", "page https://shop.example.test/", "screen Start"));
    eventually(() -> assertThat(related("cdp-1")).containsExactly("initech"));
  }

  @Test
  @DisplayName("@customerio/cdp-analytics-browser in Chromium, script and settings from our host")
  void browser() throws Exception {
    // given a page of another origin
    var page =
        Files.readString(SDK.resolve("browser.html"))
            .replace("@URL@", server.url().toString())
            .replace("@WRITE_KEY@", WRITE_KEY)
            .getBytes(StandardCharsets.UTF_8);
    var site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("content-type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, page.length);
          try (var body = exchange.getResponseBody()) {
            body.write(page);
          }
        });
    site.start();
    try {
      // when
      var dom = chromium("http://127.0.0.1:" + site.getAddress().getPort() + "/");
      // then
      assertThat(dom).contains("<title>finished</title>");
    } finally {
      site.stop(0);
    }
    eventually(() -> assertThat(attribute("web-1", "plan")).isEqualTo("pro"));
    eventually(
        () -> assertThat(activities("web-1")).contains("event looked", "event Order Completed"));
    eventually(() -> assertThat(related("web-1")).containsExactly("umbrella"));
  }

  /** A mail that was sent to this new person; its id on the wire. */
  private String deliveryTo(String person) throws Exception {
    var campaign =
        calls.campaign(
            """
            {"name": "Hello", "trigger": {"event": {"name": "came"}}, "frequency": "every_time",
             "steps": [{"type": "email", "subject": "Hello", "sending_state": "automatic", "body_plain": "Hello."}]}\
            """);
    calls.identify(person, Map.of("email", person + "@example.test")).ok();
    calls.event(person, "came", Map.of()).ok();
    var found = new ArrayList<String>();
    eventually(() -> {
      found.clear();
      found.addAll(texts(calls.get("/v1/messages?campaign_id=" + campaign).get("messages"), "id"));
      assertThat(found).hasSize(1);
    });
    return found.getFirst();
  }

  /** Runs a script with the Node that the clients need; its calls with their answers. */
  private Map<String, JsonNode> run(String script, Map<String, ?> more) throws Exception {
    var config = new LinkedHashMap<String, Object>(more);
    config.put("url", server.url().toString());
    config.put("siteId", CarillonProcess.SITE_ID);
    config.put("trackKey", CarillonProcess.TRACK_KEY);
    config.put("writeKey", WRITE_KEY);
    var node = SDK.resolve("node_modules/node/bin/node");
    assertThat(node).as("installed by ./carillon test").exists();
    var builder = new ProcessBuilder(node.toString(), SDK.resolve(script).toString());
    builder.environment().put("CARILLON_CLIENT", JSON.writeValueAsString(config));
    var output = output(builder, Duration.ofSeconds(60));
    var answers = new LinkedHashMap<String, JsonNode>();
    output
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(JSON::readTree)
        .forEach(line -> answers.put(line.get("call").stringValue(), line.get("answer")));
    return answers;
  }

  private static String chromium(String url) throws Exception {
    var profile = Files.createTempDirectory("carillon-chromium");
    return output(
        new ProcessBuilder(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--user-data-dir=" + profile,
            "--virtual-time-budget=20000",
            "--dump-dom",
            url),
        Duration.ofSeconds(60));
  }

  /** What a process prints, when it ends well. */
  private static String output(ProcessBuilder builder, Duration atMost) throws Exception {
    var log = Files.createTempFile("carillon-client", ".log");
    var errors = Files.createTempFile("carillon-client", ".err");
    var process = builder.redirectOutput(log.toFile()).redirectError(errors.toFile()).start();
    try {
      assertThat(process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS))
          .as("ended in time")
          .isTrue();
      assertThat(process.exitValue()).as(() -> text(log) + text(errors)).isZero();
      return Files.readString(log);
    } finally {
      process.destroyForcibly();
      Files.delete(log);
      Files.delete(errors);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  private static void eventually(ThrowingRunnable check) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(check);
  }

  private String attribute(String person, String name) {
    return calls
        .get("/v1/customers/" + person + "/attributes")
        .get("customer")
        .get("attributes")
        .get(name)
        .stringValue();
  }

  /** Type and name of a person's events, pages and screens. */
  private List<String> activities(String person) {
    return stream(calls.get("/v1/customers/" + person + "/activities?limit=100").get("activities"))
        .map(each -> {
          var name = each.has("name") ? each.get("name") : each.get("url");
          return each.get("type").stringValue() + (name == null ? "" : " " + name.stringValue());
        })
        .toList();
  }

  private List<String> related(String person) {
    return stream(calls.get("/v1/customers/" + person + "/relationships").get("cio_relationships"))
        .map(each -> each.get("identifiers").get("object_id").stringValue())
        .toList();
  }

  private static List<String> texts(JsonNode list, String field) {
    return stream(list).map(each -> each.get(field).stringValue()).toList();
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }
}
