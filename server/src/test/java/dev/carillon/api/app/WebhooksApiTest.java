package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import dev.carillon.webhooks.EventNames;
import dev.carillon.webhooks.ReportingWebhooks;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reporting webhooks are set up (app-data §8). {@code ReportingWorkerTest} has them told. */
class WebhooksApiTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String PATH = "/v1/reporting_webhooks";

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final JsonClient client = client();

  private static JsonClient client() {
    return SERVER.as(Tenant.create(TEST.database(), "hooks-" + NUMBER.incrementAndGet()));
  }

  private static String hook(int id, String rest) {
    return "{\"id\":%d,\"type\":\"webhook\",\"name\":\"ops\",\"endpoint\":\"https://hooks.example.test/cio\",%s}"
        .formatted(id, rest);
  }

  private static final String PLAIN =
      "\"disabled\":false,\"full_resolution\":false,\"with_content\":false,\"events\":[\"email_sent\",\"email_opened\"]";
  private static final String ASKED =
      "{\"name\":\"ops\",\"endpoint\":\"https://hooks.example.test/cio\",\"events\":[\"email_sent\",\"email_opened\",\"email_sent\"]%s}";

  private int made(String more) {
    return client.send("POST", PATH, ASKED.formatted(more)).expect(200).json().get("id").asInt();
  }

  @Test
  @DisplayName("app-data §8: a webhook is made, shown, listed, replaced and deleted")
  void shouldMakeShowReplaceAndDelete() {
    client.get(PATH).expect(200, "{\"reporting_webhooks\":[]}");
    var id = made("");
    client.get(PATH + "/" + id).expect(200, hook(id, PLAIN));
    client.get(PATH).expect(200, "{\"reporting_webhooks\":[%s]}".formatted(hook(id, PLAIN)));

    var flags = ",\"disabled\":true,\"full_resolution\":true,\"with_content\":true";
    var changed =
        "\"disabled\":true,\"full_resolution\":true,\"with_content\":true,\"events\":[\"email_sent\",\"email_opened\"]";
    client.send("PUT", PATH + "/" + id, ASKED.formatted(flags)).expect(200, hook(id, changed));
    // what is left out stays
    client.send("PUT", PATH + "/" + id, "{\"name\":\"ops\"}").expect(200, hook(id, changed));
    client.send("PUT", PATH + "/" + id, ASKED.formatted("")).expect(200, hook(id, changed));
    client
        .send("PUT", PATH + "/" + id, ASKED.formatted(",\"disabled\":false,\"id\":9"))
        .expect(200);

    client.send("DELETE", PATH + "/" + id, "").expect(200, "{}");
    client.get(PATH + "/" + id).expectProblem(404, "webhook not found");
    client.send("DELETE", PATH + "/" + id, "").expectProblem(404, "webhook not found");
    client
        .send("PUT", PATH + "/" + id, ASKED.formatted(""))
        .expectProblem(404, "webhook not found");
    client.get(PATH).expect(200, "{\"reporting_webhooks\":[]}");
  }

  @Test
  @DisplayName("app-data §8: every name of the description can be asked for")
  void shouldKnowEveryName() {
    assertThat(EventNames.ALL).hasSize(73).contains("whatsapp_replied", "slack_undeliverable");
    var names = "[\"" + String.join("\",\"", EventNames.ALL) + "\"]";
    var answer =
        client
            .send(
                "POST",
                PATH,
                "{\"name\":\"all\",\"endpoint\":\"http://hooks.example.test:8080\",\"events\":%s}"
                    .formatted(names))
            .expect(200);
    assertThat(answer.json().get("events").valueStream().map(each -> each.asString()))
        .containsExactlyElementsOf(EventNames.ALL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|request body must be a JSON object",
        "{\"endpoint\":\"https://a.example.test\",\"events\":[\"email_sent\"]}|name is required",
        "{\"name\":\" \",\"endpoint\":\"https://a.example.test\",\"events\":[\"email_sent\"]}|name is required, as a text",
        "{\"name\":\"a\",\"events\":[\"email_sent\"]}|endpoint is required",
        "{\"name\":\"a\",\"endpoint\":\"ftp://a.example.test\",\"events\":[\"email_sent\"]}|http or https",
        "{\"name\":\"a\",\"endpoint\":\"a.example.test\",\"events\":[\"email_sent\"]}|http or https",
        "{\"name\":\"a\",\"endpoint\":\"https://a b\",\"events\":[\"email_sent\"]}|http or https",
        "{\"name\":\"a\",\"endpoint\":\"https://a.example.test:99999\",\"events\":[\"email_sent\"]}|http or https",
        "{\"name\":\"a\",\"endpoint\":\"http://169.254.169.254/latest\",\"events\":[\"email_sent\"]}|private network",
        "{\"name\":\"a\",\"endpoint\":\"https://a.example.test\",\"events\":[]}|events is required, as a list",
        "{\"name\":\"a\",\"endpoint\":\"https://a.example.test\",\"events\":\"email_sent\"}|events is required, as a list",
        "{\"name\":\"a\",\"endpoint\":\"https://a.example.test\",\"events\":[\"email_sung\"]}|unknown: email_sung",
        "{\"name\":\"a\",\"endpoint\":\"https://a.example.test\",\"events\":[7]}|unknown: 7",
        "{\"name\":\"a\",\"endpoint\":\"https://a.example.test\",\"events\":[\"email_sent\"],\"disabled\":\"no\"}|disabled must be true or false",
      })
  @DisplayName("app-data §8: what is wrong is refused with 400, and nothing is made")
  void shouldRefuse(String body, String why) {
    var answer = client.send("POST", PATH, body).expect(400);
    assertThat(answer.http().body()).contains(why);
    client.get(PATH).expect(200, "{\"reporting_webhooks\":[]}");
    var id = made("");
    if (!why.endsWith("required")) {
      client.send("PUT", PATH + "/" + id, body).expect(400);
    }
    client.get(PATH + "/" + id).expect(200, hook(id, PLAIN));
  }

  @Test
  @DisplayName("app-data §1.1: a webhook of another workspace does not exist")
  void shouldKeepWorkspacesApart() {
    var id = made("");
    var other = client();
    other.get(PATH).expect(200, "{\"reporting_webhooks\":[]}");
    other.get(PATH + "/" + id).expect(404);
    other.send("PUT", PATH + "/" + id, ASKED.formatted("")).expect(404);
    other.send("DELETE", PATH + "/" + id, "").expect(404);
    client.get(PATH + "/" + id).expect(200, hook(id, PLAIN));
    client.get(PATH + "/x").expect(400);
  }

  @Test
  @DisplayName("a workspace has a bounded number of webhooks")
  void shouldBoundTheNumber() {
    for (var i = 0; i < ReportingWebhooks.MOST; i++) {
      made("");
    }
    client.send("POST", PATH, ASKED.formatted("")).expect(400);
  }
}
