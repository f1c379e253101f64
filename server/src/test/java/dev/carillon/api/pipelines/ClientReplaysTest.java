package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.JsonReader;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Exactly what the official clients send, with what each of them expects: pipelines §2, §8. */
class ClientReplaysTest {
  private static final PipelinesServer server = new PipelinesServer();
  private static final String NODE =
      PipelinesServer.KEY
          + "Content-Type: application/json\r\nUser-Agent: cdp-analytics-node/latest\r\n";
  private static final String PYTHON =
      PipelinesServer.KEY
          + "Content-Type: application/json\r\nUser-Agent: analytics-python/1.1.0\r\nAccept: */*\r\n";
  private static final String BROWSER =
      "Content-Type: text/plain\r\nOrigin: https://shop.test\r\nReferer: https://shop.test/\r\n";

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    server.intake.refuse(0);
    server.intake.taken();
  }

  private static RawHttp.Answer post(String target, String headers, String body)
      throws IOException {
    return server.send("POST", target, headers, body.getBytes(UTF_8));
  }

  private static List<Operation> taken() {
    var taken = server.intake.taken();
    assertThat(taken).hasSize(1);
    return taken.getFirst();
  }

  // ── customerio-node PipelinesClient ──────────────────────────────────────────────────────────

  @Test
  @DisplayName("customerio-node: single routes with messageId, timestamp, library; retry counted")
  void shouldServeCustomerioNode() throws IOException {
    var common =
        """
        "messageId":"node-%s","timestamp":"2026-02-03T04:05:06.123Z","context":{"library":{"name":"customerio-node","version":"5.2.0"}}
        """;
    var headers = NODE + "X-Retry-Count: 1\r\n";
    for (var call :
        List.of(
            "identify \"userId\":\"ada\",\"traits\":{\"email\":\"ada@example.test\"}",
            "track \"userId\":\"ada\",\"event\":\"seen\",\"properties\":{}",
            "page \"userId\":\"ada\",\"name\":\"Home\",\"properties\":{\"path\":\"/\"}",
            "screen \"userId\":\"ada\",\"name\":\"Cart\"",
            "group \"userId\":\"ada\",\"groupId\":\"acme\",\"traits\":{\"name\":\"Acme\"}",
            "alias \"userId\":\"ada\",\"previousId\":\"old\"")) {
      var type = call.substring(0, call.indexOf(' '));
      PipelinesServer.assertDone(
          post(
              "/v1/" + type,
              headers + PipelinesServer.STRICT,
              "{" + call.substring(type.length() + 1) + "," + common.formatted(type) + "}"));
      assertThat(taken()).isNotEmpty();
    }
  }

  @Test
  @DisplayName("customerio-node: repeats 429 and 5xx, honouring Retry-After; no other 4xx")
  void shouldTellCustomerioNodeWhenToRepeat() throws IOException {
    server.intake.refuse(1);
    var answer = post("/v1/track", NODE, "{\"userId\":\"ada\",\"event\":\"seen\"}");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(Integer.parseInt(answer.header("retry-after"))).isPositive();
  }

  @Test
  @DisplayName("customerio-node: the live suite probes a bad key in strict mode and wants 4xx")
  void shouldAnswerTheStrictProbe() throws IOException {
    var answer =
        post(
            "/v1/track",
            PipelinesServer.basic("bad:") + PipelinesServer.STRICT,
            "{\"userId\":\"ada\",\"event\":\"seen\"}");

    assertThat(answer.status()).isEqualTo(401);
  }

  // ── cdp-analytics-node ───────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("cdp node: batches without sentAt; repeats anything but 2xx and 400")
  void shouldServeCdpNode() throws IOException {
    var item =
        """
        {"type":"track","userId":"ada","event":"seen %d","properties":{"a":1},"integrations":{},"timestamp":"2026-02-03T04:05:06.123Z",
         "messageId":"node-next-1770091506123-0c9d5a4e-5a1b-4c8e-9a0f-00000000000%d",
         "context":{"library":{"name":"@customerio/cdp-analytics-node","version":"0.5.9"}},"_metadata":{"nodeVersion":"20.20.2","jsRuntime":"node"}}
        """;
    PipelinesServer.assertDone(
        post(
            "/v1/batch",
            NODE,
            "{\"batch\":[" + item.formatted(1, 1) + "," + item.formatted(2, 2) + "]}"));
    assertThat(taken()).hasSize(2);

    assertThat(post("/v1/batch", NODE + PipelinesServer.STRICT, "{\"batch\":[{}]}").status())
        .isEqualTo(400);
  }

  // ── cdp-analytics-python ─────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("python: success is 200 alone; gzip is optional; sentAt on top")
  void shouldServePython() throws IOException {
    var body =
        """
        {"batch": [{"integrations": {}, "anonymousId": null, "timestamp": "2026-02-03T04:05:06.123456+00:00",
          "context": {"library": {"name": "cdp-analytics-python", "version": "1.1.0"}},
          "type": "identify", "userId": "ada", "traits": {"plan": "pro"}, "messageId": "6a1f1f62-5c0c-4a4e-9d5e-1f2e3d4c5b6a"}],
         "sentAt": "2026-02-03T04:05:07.123456"}
        """;
    PipelinesServer.assertDone(post("/v1/batch", PYTHON, body));
    assertThat(taken()).hasSize(1);

    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(body.getBytes(UTF_8));
    }
    PipelinesServer.assertDone(
        server.send(
            "POST", "/v1/batch", PYTHON + "Content-Encoding: gzip\r\n", packed.toByteArray()));
    assertThat(taken()).hasSize(1);
  }

  @Test
  @DisplayName("python: reads code and message of every error, or repeats a 4xx ten times")
  void shouldGivePythonCodeAndMessage() throws IOException {
    try (var limited = new PipelinesServer(RateLimits.of(1, Duration.ofSeconds(60)), true)) {
      var answers =
          List.of(
              limited.post("/v1/batch", "{\"batch\":[{}]}"),
              limited.post("/v1/batch", "{\"batch\":[{}]}"),
              limited.send("POST", "/v1/batch", "", "{}".getBytes(UTF_8)),
              limited.send("POST", "/v1/batch", "", "[".getBytes(UTF_8)));

      assertThat(answers.stream().map(RawHttp.Answer::status)).containsExactly(400, 429, 401, 400);
      for (var answer : answers) {
        var body = new JsonReader().object(answer.body().getBytes(UTF_8));
        assertThat(body.get("code")).isInstanceOf(String.class);
        assertThat(body.get("message")).isInstanceOf(String.class);
      }
    }
  }

  // ── cdp-analytics-go ─────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("go: context, messageId and sentAt of the batch; URL-safe base64; only below 300 ok")
  void shouldServeGo() throws IOException {
    var key =
        "Authorization: Basic "
            + Base64.getUrlEncoder().withoutPadding().encodeToString("wk_demo:".getBytes(UTF_8))
            + "\r\n";
    var answer =
        post(
            "/v1/batch",
            key + "Content-Type: application/json\r\nUser-Agent: analytics-go (version: 3.0.0)\r\n",
            """
            {"messageId":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","sentAt":"2026-02-03T04:05:07.123456789Z",
             "batch":[{"type":"track","messageId":"6ba7b811-9dad-11d1-80b4-00c04fd430c8","userId":"ada","event":"seen",
               "timestamp":"2026-02-03T04:05:06.123456789Z","properties":{"a":1}}],
             "context":{"library":{"name":"analytics-go","version":"3.0.0"}}}
            """);

    PipelinesServer.assertDone(answer);
    var event = (Operation.Event) taken().getFirst();
    assertThat(event.eventId()).isEqualTo("6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    assertThat(event.occurredAtMillis()).isEqualTo(1_770_091_506_123L);
    assertThat(event.data()).asString(UTF_8).contains("\"name\":\"analytics-go\"");
  }

  // ── browser ──────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("browser: text/plain, key in the body, userId null; the answer must be readable")
  void shouldServeTheBrowser() throws IOException {
    var answer =
        post(
            "/v1/p",
            BROWSER,
            """
            {"timestamp":"2026-02-03T04:05:06.123Z","integrations":{},"type":"page","userId":null,
             "anonymousId":"5f0c9a0e-4a1d-4a39-8f64-000000000001","properties":{"path":"/","referrer":"","search":"","title":"Shop","url":"https://shop.test/"},
             "context":{"page":{"path":"/","referrer":"","search":"","title":"Shop","url":"https://shop.test/"},"userAgent":"Mozilla/5.0","locale":"en-GB",
               "library":{"name":"analytics.js","version":"npm:next-0.5.11"}},
             "messageId":"ajs-next-0123456789abcdef0123456789abcdef","writeKey":"wk_demo","sentAt":"2026-02-03T04:05:06.200Z",
             "_metadata":{"bundled":["Customer.io Data Pipelines"],"unbundled":[],"bundledIds":[]}}
            """);

    PipelinesServer.assertDone(answer);
    var event = (Operation.Event) taken().getFirst();
    assertThat(event.name()).isEqualTo("https://shop.test/");
    assertThat(event.person()).isNull();
    assertThat(event.data())
        .asString(UTF_8)
        .contains("\"ip\":\"127.0.0.1\"")
        .doesNotContain("wk_demo")
        .doesNotContain("bundled");
  }

  @Test
  @DisplayName("browser: each call on its letter; a call it persisted comes again with its id")
  void shouldServeTheLettersOfTheBrowser() throws IOException {
    for (var call :
        List.of(
            "i \"type\":\"identify\",\"userId\":\"ada\",\"traits\":{}",
            "t \"type\":\"track\",\"event\":\"seen\",\"properties\":{}",
            "p \"type\":\"page\",\"properties\":{\"url\":\"https://shop.test/\"}",
            "s \"type\":\"screen\",\"name\":\"Cart\",\"properties\":{}",
            "g \"type\":\"group\",\"groupId\":\"acme\",\"traits\":{}",
            "a \"type\":\"alias\",\"userId\":\"ada\",\"previousId\":\"old\"")) {
      PipelinesServer.assertDone(
          post(
              "/v1/" + call.charAt(0),
              BROWSER,
              "{\"writeKey\":\"wk_demo\",\"anonymousId\":\"a\",\"messageId\":\"ajs-next-1\","
                  + call.substring(2)
                  + "}"));
      assertThat(taken()).isNotEmpty();
    }
  }

  @Test
  @DisplayName("browser: batching, key on top and in each item, or in the items alone; keepalive")
  void shouldServeTheBatchesOfTheBrowser() throws IOException {
    var item =
        "{\"type\":\"track\",\"anonymousId\":\"a\",\"event\":\"seen\",\"writeKey\":\"wk_demo\"}";
    try (var kept = new RawHttp(server.port())) {
      for (var body :
          List.of(
              "{\"writeKey\":\"wk_demo\",\"batch\":[" + item + "," + item + "]}",
              "{\"batch\":[" + item + "," + item + "]}")) {
        PipelinesServer.assertDone(kept.request("POST", "/v1/b", BROWSER, body.getBytes(UTF_8)));
        assertThat(taken()).hasSize(2);
      }
    }
  }

  // ── iOS and Android ──────────────────────────────────────────────────────────────────────────

  private static final String MOBILE =
      """
      {"batch":[
        {"type":"identify","userId":"ada","anonymousId":"5F0C9A0E","messageId":"A1","timestamp":"2026-02-03T04:05:06.123Z","traits":{"plan":"pro"},"integrations":{}},
        {"type":"track","event":"Device Created or Updated","userId":"ada","anonymousId":"5F0C9A0E","messageId":"A2","timestamp":"2026-02-03T04:05:06.124Z",
         "properties":{"push_enabled":"true","device_os":"18.1","network_wifi":true},"context":{"device":{"token":"tok","type":"ios","id":"X"},"ip":""},"integrations":{}},
        {"type":"track","event":"Report Delivery Event","anonymousId":"5F0C9A0E","messageId":"A3","properties":{"deliveryId":"%s","metric":"opened","recipient":"tok"}}],
       "sentAt":"2026-02-03T04:05:07.000Z","writeKey":"wk_demo"}
      """;

  private static void assertMobileOperations() {
    assertThat(taken().stream().map(each -> ((Operation.Once) each).operation()))
        .extracting(each -> each.getClass().getSimpleName())
        .containsExactly("Identify", "DeviceUpdate", "DeliveryReport");
  }

  private static String mobile() {
    return MOBILE.formatted(PipelinesServer.DELIVERIES.text(77, Instant.EPOCH));
  }

  @Test
  @DisplayName("iOS: /b without a header; settings first; batch file deleted at 400 only")
  void shouldServeIos() throws IOException {
    assertThat(server.send("GET", "/v1/projects/wk_demo/settings", "", new byte[0]).status())
        .isEqualTo(200);
    PipelinesServer.assertDone(
        post("/v1/b", "Content-Type: application/json; charset=utf-8\r\n", mobile()));
    assertMobileOperations();

    // Whatever is wrong with its file, it must be able to let go of it.
    for (var body : List.of("{\"batch\":[]}", "[", "{\"batch\":[],\"writeKey\":\"gone\"}")) {
      assertThat(post("/v1/b", "", body).status()).isIn(200, 400);
    }
  }

  @Test
  @DisplayName("Android: /b as text/plain, gzip, chunked, without a header")
  void shouldServeAndroid() throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(mobile().getBytes(UTF_8));
    }
    try (var connection = new RawHttp(server.port())) {
      connection.send(
          "POST /v1/b HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
              + "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
      var bytes = packed.toByteArray();
      for (int from = 0; from < bytes.length; from += 100) {
        int length = Math.min(100, bytes.length - from);
        connection.send(Integer.toHexString(length) + "\r\n");
        connection.send(Arrays.copyOfRange(bytes, from, from + length));
        connection.send("\r\n");
      }
      connection.send("0\r\n\r\n");
      PipelinesServer.assertDone(connection.answer());
    }
    assertMobileOperations();
  }

  @Test
  @DisplayName("iOS and Android: push receipts, /track with Basic and the delivery as anonymousId")
  void shouldTakePushReceipts() throws IOException {
    var id = PipelinesServer.DELIVERIES.text(77, Instant.EPOCH);
    PipelinesServer.assertDone(
        post(
            "/v1/track",
            PipelinesServer.KEY + "Content-Type: application/json\r\n",
            """
            {"anonymousId":"%1$s","event":"Report Delivery Event","properties":{"recipient":"tok","metric":"delivered","deliveryId":"%1$s"}}
            """
                .formatted(id)));

    assertThat(taken())
        .containsExactly(
            new Operation.DeliveryReport(
                PipelinesServer.WORKSPACE, 77, "delivered", 0, Map.of("recipient", "tok")));
  }

  // ── curl with the Track credential ───────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §2: site_id:track_api_key behaves like a write key")
  void shouldTakeTheTrackCredential() throws IOException {
    var headers = PipelinesServer.basic("site:trackkey") + PipelinesServer.STRICT;

    PipelinesServer.assertDone(post("/v1/identify", headers, "{\"userId\":\"ada\"}"));
    assertThat(taken().getFirst().workspace()).isEqualTo(PipelinesServer.WORKSPACE);
    PipelinesServer.assertDone(
        post("/v1/track", headers, "{\"userId\":\"ada\",\"event\":\"seen\"}"));
    assertThat(((Operation.Event) taken().getFirst()).person()).isEqualTo(Identifier.id("ada"));
    assertThat(
            post(
                    "/v1/track",
                    PipelinesServer.basic("other:trackkey") + PipelinesServer.STRICT,
                    "{\"userId\":\"ada\",\"event\":\"seen\"}")
                .status())
        .isEqualTo(401);
  }
}
