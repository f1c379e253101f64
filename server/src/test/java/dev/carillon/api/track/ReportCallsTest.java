package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.DELIVERY;
import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportCallsTest {
  private static final WorkspaceId NOBODYS = new WorkspaceId(0);
  private static final String UNSUBSCRIBE = "/unsubscribe/" + DELIVERY;

  @AutoClose private static final TrackKit kit = new TrackKit();

  /** Without credentials. */
  private static List<Operation> open(String target, String body) {
    return kit.stored("POST", target, "", body.getBytes(UTF_8));
  }

  @Test
  @DisplayName("track §5.2: a metric with everything it may say, without credentials")
  void shouldTakeAMetric() {
    var body =
        """
        {"delivery_id":"%s","metric":"clicked","timestamp":1751000000,"recipient":15551234,"reason":"r",
         "href":"https://x.test","metadata":{"action_name":"cta","action_value":"app://x"},"other":[]}
        """
            .formatted(DELIVERY);
    assertThat(open("/api/v1/metrics", body))
        .containsExactly(
            new Operation.DeliveryReport(
                NOBODYS,
                42,
                "clicked",
                1751000000000L,
                Map.of(
                    "recipient", "15551234",
                    "reason", "r",
                    "href", "https://x.test",
                    "action_name", "cta",
                    "action_value", "app://x")));
  }

  @ParameterizedTest
  @DisplayName("track §2: wrong credentials on open routes are ignored, never 401")
  @ValueSource(strings = {"Authorization: Basic eDp5\r\n", "Authorization: Bearer x\r\n", ""})
  void shouldIgnoreCredentials(String header) {
    for (var target : List.of("/api/v1/metrics", "/api/v1/push/events", "/push/events")) {
      TrackKit.assertStored(kit.send("POST", target, header, "{}".getBytes(UTF_8)));
    }
    TrackKit.assertStored(kit.send("POST", UNSUBSCRIBE, header, "{}".getBytes(UTF_8)));
  }

  @ParameterizedTest
  @DisplayName("track §5.2: every metric name; others are ignored with 200")
  @CsvSource({
    "bounced,1", "clicked,1", "converted,1", "deferred,1", "delivered,1", "dropped,1",
    "opened,1", "spammed,1", "sent,0", "Opened,0", "'',0", "unsubscribed,0"
  })
  void shouldKnowMetrics(String metric, int count) {
    assertThat(
            open(
                "/api/v1/metrics",
                "{\"delivery_id\":\"" + DELIVERY + "\",\"metric\":\"" + metric + "\"}"))
        .hasSize(count);
  }

  @ParameterizedTest
  @DisplayName("track §5: push reports on both paths; device_id is the recipient")
  @ValueSource(strings = {"/api/v1/push/events", "/push/events"})
  void shouldTakePushReports(String target) {
    for (var event : List.of("opened", "converted", "delivered")) {
      assertThat(
              open(
                  target,
                  "{\"delivery_id\":\"%s\",\"event\":\"%s\",\"device_id\":\"tok\",\"timestamp\":\"1751000000\"}"
                      .formatted(DELIVERY, event)))
          .containsExactly(
              new Operation.DeliveryReport(
                  NOBODYS, 42, event, 1751000000000L, Map.of("recipient", "tok")));
    }
    assertThat(
            open(
                target,
                "{\"delivery_id\":\"" + DELIVERY + "\",\"event\":\"clicked\",\"device_id\":\"t\"}"))
        .isEmpty();
  }

  @Test
  @DisplayName("track §5: in-app reports of old mobile clients, with credentials")
  void shouldTakeInAppReports() {
    var body =
        """
        {"type":"in_app","payload":{"delivery_id":"%s","event":"clicked","timestamp":1751000000,
         "metadata":{"action_name":"cta","action_value":"v"}}}
        """
            .formatted(DELIVERY);
    assertThat(kit.stored("POST", "/api/v1/cio_deliveries/events", body))
        .containsExactly(
            new Operation.DeliveryReport(
                WORKSPACE,
                42,
                "clicked",
                1751000000000L,
                Map.of("action_name", "cta", "action_value", "v")));
    for (var other : List.of("{}", "[]", "{\"payload\":7}", body.replace("clicked", "bounced"))) {
      assertThat(kit.stored("POST", "/api/v1/cio_deliveries/events", other)).isEmpty();
    }
    kit.refused(
        "POST", "/api/v1/cio_deliveries/events", "{", "request body is not valid JSON near byte 1");
  }

  @ParameterizedTest
  @DisplayName("track §5.2: well-formed JSON is always 200; unknown deliveries are ignored")
  @ValueSource(
      strings = {
        "{}",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{\"delivery_id\":7,\"metric\":\"opened\",\"event\":\"opened\"}",
        "{\"delivery_id\":\"x\",\"metric\":\"opened\",\"event\":\"opened\"}",
        "{\"delivery_id\":\"\",\"metric\":\"opened\",\"event\":\"opened\"}",
        "{\"delivery_id\":null,\"metric\":null,\"event\":null}",
        "{\"delivery_id\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"metric\":\"opened\",\"event\":\"opened\"}"
      })
  void shouldIgnoreWhatNamesNoDelivery(String body) {
    for (var target : List.of("/api/v1/metrics", "/api/v1/push/events", "/push/events")) {
      assertThat(open(target, body)).isEmpty();
    }
  }

  @ParameterizedTest
  @DisplayName("track §5.2: what is no JSON is 400")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | request body is empty",
        "a=b | request body is not valid JSON near byte 0",
        "{\"a\":1 | request body is not valid JSON near byte 6",
        "{}{} | request body continues after the JSON value"
      })
  void shouldRefuseWhatIsNoJson(String body, String message) {
    for (var target : List.of("/api/v1/metrics", "/api/v1/push/events", "/push/events")) {
      kit.refused("POST", target, body, message);
    }
  }

  @Test
  @DisplayName("track §5.2: what is said is cut to what can be kept; only scalars are kept")
  void shouldBoundDetails() {
    var report =
        (Operation.DeliveryReport)
            open(
                    "/api/v1/metrics",
                    "{\"delivery_id\":\"%s\",\"metric\":\"bounced\",\"reason\":\"%s\",\"href\":[],\"recipient\":{}}"
                        .formatted(DELIVERY, "x".repeat(1999) + "😀"))
                .getFirst();
    assertThat(report.details()).isEqualTo(Map.of("reason", "x".repeat(1999)));
  }

  @ParameterizedTest
  @DisplayName("sdk-surfaces §4.3: seconds, fractions and ISO 8601 times")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1751000000 | 1751000000000",
        "1751000000.5 | 1751000000000",
        "\"2025-06-27T04:53:20Z\" | 1751000000000",
        "\"2025-06-27T06:53:20.250+02:00\" | 1751000000250",
        "\"2025-06-27T\" | 0",
        "\"+999999999-01-01T00:00:00Z\" | 0",
        "[] | 0"
      })
  void shouldReadTimes(String timestamp, long millis) {
    var report =
        (Operation.DeliveryReport)
            open(
                    "/api/v1/metrics",
                    "{\"delivery_id\":\"%s\",\"metric\":\"opened\",\"timestamp\":%s}"
                        .formatted(DELIVERY, timestamp))
                .getFirst();
    assertThat(report.occurredAtMillis()).isEqualTo(millis);
  }

  // ── unsubscribe ──────────────────────────────────────────────────────────────────────────────

  private static List<Operation> unsubscribe(String contentType, String body) {
    return kit.stored(
        "POST", UNSUBSCRIBE, "Content-Type: " + contentType + "\r\n", body.getBytes(UTF_8));
  }

  @Test
  @DisplayName("track §5: unsubscribe by JSON, without credentials")
  void shouldUnsubscribeByJson() {
    assertThat(unsubscribe("application/json", "{\"unsubscribe\":true}"))
        .containsExactly(new Operation.Unsubscribe(NOBODYS, 42));
    assertThat(unsubscribe("application/x-www-form-urlencoded", "{\"unsubscribe\":true}"))
        .hasSize(1);
    for (var nothing :
        List.of("{}", "null", "", "{\"unsubscribe\":false}", "{\"unsubscribe\":null}")) {
      assertThat(unsubscribe("application/json", nothing)).isEmpty();
    }
  }

  @Test
  @DisplayName("track §5, RFC 8058: one click, url-encoded or multipart")
  void shouldUnsubscribeByOneClick() {
    var form = "application/x-www-form-urlencoded";
    for (var body :
        List.of(
            "List-Unsubscribe=One-Click",
            "List-Unsubscribe=One%2DClick\r\n",
            "a=b&List-Unsubscribe=One-Click")) {
      assertThat(unsubscribe(form + "; charset=utf-8", body))
          .containsExactly(new Operation.Unsubscribe(NOBODYS, 42));
    }
    var multipart =
        "--b1\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b1--\r\n";
    assertThat(unsubscribe("multipart/form-data; boundary=b1", multipart)).hasSize(1);
    assertThat(
            unsubscribe(
                "Multipart/Form-Data; boundary=b1",
                multipart.replace("\r\n\r\n", "\r\nContent-Type: text/plain\r\n\r\n")))
        .hasSize(1);
  }

  @ParameterizedTest
  @DisplayName("track §5: a malformed unsubscribe is 400")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "application/json | {\"unsubscribe\":\"yes\"} | unsubscribe must be true or false",
        "application/json | [] | request body must be a JSON object",
        "application/json | x | request body is not valid JSON near byte 0",
        "application/x-www-form-urlencoded | a=b | the form must hold List-Unsubscribe=One-Click",
        "application/x-www-form-urlencoded | List-Unsubscribe=%zz | the form must hold List-Unsubscribe=One-Click",
        "application/x-www-form-urlencoded | `` | the form must hold List-Unsubscribe=One-Click",
        "multipart/form-data; boundary=b | --b-- | the form must hold List-Unsubscribe=One-Click"
      })
  void shouldRefuseAMalformedUnsubscribe(String type, String body, String message) {
    var answer =
        kit.send("POST", UNSUBSCRIBE, "Content-Type: " + type + "\r\n", body.getBytes(UTF_8));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("\"error\":\"" + message + "\"");
    assertThat(kit.intake().taken()).isEmpty();
  }

  @Test
  @DisplayName("track §5: a malformed id is 400, a well-formed unknown one 200 without effect")
  void shouldTellMalformedFromUnknownIds() {
    for (var unknown :
        List.of("RPILAgUBcRhIBqSfeiIwdIYJKxTY", "x".repeat(36), "dgOkoWYBAABAAAF_x0y-AAB=")) {
      assertThat(open("/unsubscribe/" + unknown, "{\"unsubscribe\":true}")).isEmpty();
    }
    assertThat(open(UNSUBSCRIBE + "%3D", "{\"unsubscribe\":true}")).hasSize(1);
    for (var malformed : List.of("x", "a%20b", "%2e%2e%2f" + "x".repeat(30), "x".repeat(200))) {
      kit.refused(
          "POST",
          "/unsubscribe/" + malformed,
          "{\"unsubscribe\":true}",
          "delivery_id is not the id of a delivery");
    }
  }
}
