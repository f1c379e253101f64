package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.TransactionalMessage.Draft;
import dev.carillon.messages.TransactionalOutcome;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.people.Identifier;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code POST …/preview}: what somebody would get. */
class PreviewTest {
  @AutoClose private static final ProcessingKit KIT = ProcessingKit.start(1);
  @AutoClose private static final ManagementEdge EDGE = new ManagementEdge(KIT, 0);
  private final JsonClient client = EDGE.client();
  private final String path = "/v1/environments/" + KIT.workspace().value() + "/preview";

  @BeforeAll
  static void people() {
    KIT.identify(
        Identifier.id("kim"), "email", "kim@example.test", "first_name", "Kim", "language", "de");
    KIT.identify(Identifier.id("homeless"), "first_name", "Nobody");
    KIT.settle();
  }

  private JsonNode preview(String person, String body) {
    return client
        .send("POST", path + "?person=" + person, "{\"preview\":" + body + "}")
        .expect(200)
        .json()
        .get("preview");
  }

  @Test
  @DisplayName("a mail is rendered for a person and an event, by the rules of sending")
  void renders() {
    var shown =
        preview(
            "kim",
            """
            {"content":{"subject":"Hi {{customer.first_name}}","body":"<style>p{color:red}</style><p>{{event.total}}</p>"},
             "event":{"name":"ordered","data":{"total":12}}}
            """);
    assertThat(shown.at("/email/subject").asString()).isEqualTo("Hi Kim");
    assertThat(shown.at("/email/body").asString()).contains("<p style=\"color: red;\">12</p>");
    assertThat(shown.at("/email/from").asString()).isEqualTo("Shop <shop@example.test>");
    assertThat(shown.at("/email/to").asString()).isEqualTo("kim@example.test");
    assertThat(shown.get("error").isNull()).isTrue();
    assertThat(KIT.number("SELECT count(*) FROM delivery")).isZero();
  }

  @Test
  @DisplayName("what keeps it from being sent is told, and what its author should look at")
  void explains() {
    var missing =
        preview("kim", "{\"content\":{\"subject\":\"{{customer.nickname}}\",\"body\":\"x\"}}");
    assertThat(missing.get("email").isNull()).isTrue();
    assertThat(missing.get("error").asString()).contains("customer.nickname", "no default");
    assertThat(missing.get("warnings").toString()).contains("subject: ", "customer.nickname");
    var homeless = preview("homeless", "{\"content\":{\"subject\":\"s\",\"body\":\"x\"}}");
    assertThat(homeless.get("error").asString()).startsWith("no recipient");
    assertThat(homeless.at("/email/subject").asString()).isEqualTo("s");
    var large =
        preview(
            "kim", "{\"content\":{\"subject\":\"s\",\"body\":\"" + "x".repeat(110_000) + "\"}}");
    assertThat(large.get("warnings").toString()).contains("110,000 bytes"); // M-60
  }

  @Test
  @DisplayName(
      "M-120, M-131: a transactional message is shown in the person's language, with data of a call")
  void showsMessages() {
    var messages = new TransactionalRepository(KIT.clock);
    int id =
        KIT.database.<Integer, RuntimeException>inTransaction(handle -> {
          var draft = new Draft("email", "Receipt", "", null, true, false, false);
          var saved =
              (TransactionalOutcome.Saved)
                  messages.create(handle, KIT.workspace(), draft, email("Receipt {{trigger.n}}"));
          messages.say(
              handle, KIT.workspace(), saved.message().id(), "de", email("Beleg {{trigger.n}}"));
          return saved.message().id();
        });
    var body = "{\"transactional_message_id\":" + id + ",\"data\":{\"n\":7}%s}";
    assertThat(preview("kim", body.formatted("")).at("/email/subject").asString())
        .isEqualTo("Beleg 7");
    assertThat(
            preview("kim", body.formatted(",\"language\":\"fr\"")).at("/email/subject").asString())
        .isEqualTo("Receipt 7");
    client
        .send("POST", path + "?person=kim", "{\"preview\":{\"transactional_message_id\":999999}}")
        .expectProblem(404, "transactional message not found");
  }

  private static EmailTemplate email(String subject) {
    return new EmailTemplate(subject, "<p>x</p>", "", "", "", "", "", Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"content\":7}",
        "{\"content\":{\"subject\":\"{% if %}\"}}",
        "{\"content\":{\"subject\":\"s\"},\"odd\":1}",
        "{\"content\":{\"subject\":\"s\"},\"event\":{}}",
        "{\"content\":{\"subject\":\"s\"},\"event\":[]}",
        "{\"content\":{\"subject\":\"s\"},\"data\":[]}",
        "{\"transactional_message_id\":\"x\"}"
      })
  @DisplayName("what cannot be previewed is refused")
  void refuses(String body) {
    client.send("POST", path + "?person=kim", "{\"preview\":" + body + "}").expect(422);
  }

  @Test
  @DisplayName("a person is needed")
  void needsAPerson() {
    var body = "{\"preview\":{\"content\":{\"subject\":\"s\"}}}";
    client.send("POST", path, body).expect(400);
    client.send("POST", path + "?person=ghost", body).expectProblem(404, "person not found");
  }
}
