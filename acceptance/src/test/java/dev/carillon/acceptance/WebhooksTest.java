package dev.carillon.acceptance;

import static dev.carillon.acceptance.ReadBack.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reporting webhooks from the outside (events-out part A). */
@Timeout(400)
class WebhooksTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** A lease of a node that was killed runs out within a minute. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(150);

  @Test
  @DisplayName("customerio-node sets webhooks up and accepts our signature; kill -9 loses no event")
  void shouldTellWebhooks() throws Exception {
    try (var receiver = new WebhookReceiver();
        var server =
            new CarillonProcess(DataFolder.empty("webhooks"))
                .with("CARILLON_ALLOW_PRIVATE_TARGETS", "yes");
        var calls = new HttpCalls(server)) {
      server.start();
      // given a webhook, made by the official client
      var answers = node(server, Map.of("endpoint", receiver.url()));
      assertThat(requireNonNull(answers.get("getReportingWebhook")).get("name").stringValue())
          .isEqualTo("renamed");
      assertThat(
              requireNonNull(answers.get("listReportingWebhooks")).get("reporting_webhooks").size())
          .isEqualTo(1);
      // when somebody gets a mail
      calls.campaign(
          """
          {"name": "Hello", "trigger": {"event": {"name": "came"}}, "frequency": "every_time",
           "steps": [{"type": "email", "subject": "Hello", "sending_state": "automatic", "body_plain": "Hello."}]}\
          """);
      calls.identify("ada", Map.of("email", "ada@example.test")).ok();
      calls.event("ada", "came", Map.of()).ok();
      // then the webhook is told, and the official verifier accepts the call
      eventually(() -> assertThat(receiver.calls()).hasSize(1));
      var call = receiver.calls().getFirst();
      assertThat(call.json().get("object_type").stringValue()).isEqualTo("email");
      assertThat(call.json().get("metric").stringValue()).isEqualTo("sent");
      assertThat(call.json().at("/data/recipient").stringValue()).isEqualTo("ada@example.test");
      var secret =
          calls.get("/v1/environments/1/signing_secret").at("/signing_secret/secret").stringValue();
      var verified =
          node(
              server,
              Map.of(
                  "signingSecret", secret,
                  "timestamp", call.timestamp(),
                  "body", call.body(),
                  "signature", call.signature()));
      assertThat(requireNonNull(verified.get("verifyRequestSignature")).booleanValue()).isTrue();
      assertThat(
              requireNonNull(verified.get("verifyRequestSignature of another body")).booleanValue())
          .isFalse();

      // when the server is killed in the middle of a call, with more to be told behind it
      receiver.hold();
      for (var i = 0; i < 30; i++) {
        calls.identify("p-" + i, Map.of("unsubscribed", true)).ok();
      }
      eventually(() -> assertThat(receiver.calls()).hasSize(2));
      server.kill();
      receiver.release();
      server.start();
      // then each is told, in order, and what was under way once more under the same id
      Awaitility.await()
          .atMost(TAKEN_OVER)
          .untilAsserted(() -> assertThat(receiver.calls()).hasSizeGreaterThanOrEqualTo(32));
      var ids = new LinkedHashSet<String>();
      receiver.calls().forEach(each -> ids.add(each.eventId()));
      assertThat(ids).hasSize(31);
      var again = receiver.calls().get(2);
      assertThat(again.eventId()).isEqualTo(receiver.calls().get(1).eventId());
      assertThat(again.body()).isEqualTo(receiver.calls().get(1).body());
    }
  }

  private static Map<String, JsonNode> node(CarillonProcess server, Map<String, ?> more)
      throws Exception {
    var config = new LinkedHashMap<String, Object>(more);
    config.put("url", server.url().toString());
    config.put("appKey", CarillonProcess.APP_KEY);
    var output =
        Children.node(Map.of("CARILLON_CLIENT", JSON.writeValueAsString(config)), "webhooks.mjs");
    var answers = new LinkedHashMap<String, JsonNode>();
    output
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(JSON::readTree)
        .forEach(line -> answers.put(line.get("call").stringValue(), line.get("answer")));
    return answers;
  }
}
