package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * What a client sees through the public APIs alone, from the first call to the mail, over restarts
 * and turned time.
 */
@Timeout(300)
class StoryTest {
  private static final String REMINDER =
      """
      {"name": "Reminder", "trigger": {"event": {"name": "added_to_cart"}}, "frequency": "every_time",
       "steps": [
         {"type": "delay", "for": {"n": 2, "unit": "day"}},
         {"type": "branch", "condition": {"event": {"name": "ordered", "window": {"kind": "within_past", "n": 2, "unit": "day"}}},
          "true": [{"type": "exit"}],
          "false": [{"type": "email", "subject": "Your {{event.item}} waits", "sending_state": "automatic", "body_plain": "Still there."}]}]}\
      """;

  private static final String ACTIVE =
      """
      {"event": {"name": "visited", "count": {"op": "gte", "n": 2}, "window": {"kind": "within_past", "n": 7, "unit": "day"}}}\
      """;

  private CarillonProcess server;
  private HttpCalls calls;

  StoryTest(TestInfo test) {
    server =
        new CarillonProcess(
            DataFolder.empty("story-" + test.getTestMethod().orElseThrow().getName()));
    calls = new HttpCalls(server);
  }

  @AfterEach
  void stop() throws Exception {
    calls.close();
    server.close();
  }

  @Test
  @DisplayName(
      "a person enters a segment, an event starts a campaign, a mail comes out, and all of it outlives a restart")
  void shouldTurnAnEventIntoAMailAndRememberEverything() throws Exception {
    // given
    server.start();
    var pro =
        calls.segment(
            "Pro",
            "{\"attribute\": {\"field\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"}}");
    var welcome = calls.campaign(welcome(pro));
    // when
    calls.identify("ada", Map.of("email", "ada@example.test", "name", "Ada", "plan", "pro")).ok();
    calls.event("ada", "signed_up", Map.of("plan", "pro")).ok();
    // then
    var message =
        eventually(
            () -> calls.get("/v1/messages?campaign_id=" + welcome),
            found -> assertThat(sent(found)).hasSize(1));
    var mail = archived(sent(message).getFirst());
    assertThat(mail.get("subject").stringValue()).isEqualTo("Hello Ada");
    assertThat(mail.get("recipient").stringValue()).isEqualTo("ada@example.test");
    assertThat(mail.get("body").stringValue()).contains("You chose pro.");
    assertThat(members(pro)).containsExactly("ada");
    assertThat(calls.explain("segments", pro, "ada").toString()).contains("pro");

    // and: who does not match the filter is refused, and one can ask why (promise I7)
    calls.identify("bob", Map.of("email", "bob@example.test", "plan", "free")).ok();
    calls.event("bob", "signed_up", Map.of("plan", "free")).ok();
    calls.event("ada", "signed_up", Map.of("plan", "pro")).ok();
    eventually(
        () -> calls.explain("campaigns", welcome, "ada"),
        answer -> assertThat(refusals(answer)).contains("already_entered"));
    eventually(
        () -> calls.explain("campaigns", welcome, "bob"),
        answer -> assertThat(openGates(answer)).doesNotContain("filters"));

    // when: the program ends and starts again on the same folder
    server.terminate();
    assertThat(server.awaitEnd()).isIn(0, 143);
    assertThat(server.data().postmaster()).as("PostgreSQL after a graceful stop").isEmpty();
    var start = server.start();
    // then
    assertThat(archived(sent(calls.get("/v1/messages?campaign_id=" + welcome)).getFirst()))
        .isEqualTo(mail);
    assertThat(members(pro)).containsExactly("ada");
    assertThat(calls.get("/v1/customers/ada/attributes").toString()).contains("\"plan\":\"pro\"");
    calls.identify("eve", Map.of("email", "eve@example.test", "name", "Eve", "plan", "pro")).ok();
    calls.event("eve", "signed_up", Map.of("plan", "pro")).ok();
    eventually(
        () -> calls.get("/v1/messages?campaign_id=" + welcome),
        found -> assertThat(sent(found)).hasSize(2));
    System.out.printf("story: a start on an existing folder took %,d ms%n", start.toMillis());
  }

  @Test
  @DisplayName("delays, windows and branches follow the clock")
  void shouldFollowTheTurnedClock() throws Exception {
    // given
    server.with("CARILLON_ALLOW_TEST_CLOCK", "yes").with("CARILLON_CLOCK", "2026-01-01T00:00:00Z");
    server.start();
    var active = calls.segment("Active", ACTIVE);
    var reminder = calls.campaign(REMINDER);
    for (var person : List.of("ada", "bob")) {
      calls.identify(person, Map.of("email", person + "@example.test")).ok();
      calls.event(person, "added_to_cart", Map.of("item", "lamp")).ok();
    }
    calls.event("ada", "visited", Map.of()).ok();
    calls.event("ada", "visited", Map.of()).ok();
    eventually(() -> members(active), found -> assertThat(found).containsExactly("ada"));
    eventually(
        () -> calls.explain("campaigns", reminder, "bob"),
        answer -> assertThat(states(answer)).containsExactly("waiting"));
    // when
    calls.advance(Duration.ofDays(1));
    calls.event("bob", "ordered", Map.of("item", "lamp")).ok();
    eventually(
        () -> calls.get("/v1/customers/bob/activities"),
        found -> assertThat(found.toString()).contains("ordered"));
    assertThat(sent(calls.get("/v1/messages?campaign_id=" + reminder))).isEmpty();
    calls.advance(Duration.ofDays(1).plusSeconds(1));
    // then: only who has not ordered is reminded
    var messages =
        eventually(
            () -> calls.get("/v1/messages?campaign_id=" + reminder),
            found -> assertThat(sent(found)).hasSize(1));
    assertThat(archived(sent(messages).getFirst()).get("subject").stringValue())
        .isEqualTo("Your lamp waits");
    eventually(
        () -> calls.explain("campaigns", reminder, "bob"),
        answer -> assertThat(states(answer)).doesNotContain("waiting"));
    assertThat(members(active)).containsExactly("ada");
    // when: the second visit leaves the window
    calls.advance(Duration.ofDays(6));
    // then
    eventually(() -> members(active), found -> assertThat(found).isEmpty());
  }

  @Test
  @DisplayName("SIGTERM under load: every acknowledged call is applied, PostgreSQL is gone")
  void shouldStopGracefullyUnderLoad() throws Exception {
    // given
    server.start();
    calls.campaign(CrashTest.CAMPAIGN);
    try (var load = new Load(List.of(calls), 8, 5, Long.MAX_VALUE)) {
      load.start().awaitMore(1_000);
      // when
      server.terminate();
      var code = server.awaitEnd();
      var made = load.stop();
      // then
      assertThat(code).isIn(0, 143);
      assertThat(server.data().postmaster()).as("PostgreSQL").isEmpty();
      assertThat(server.data().path().resolve("server.json")).doesNotExist();
      server.start();
      try (var database = server.data().connect()) {
        Books.awaitRest(database, Books.NO_RETRY);
        new Books(database, made)
            .proveEventsOnce()
            .proveOrder()
            .proveCounters()
            .proveJourneysOnce(2);
      }
    }
  }

  @Test
  @DisplayName("operators see health, figures, the address and the settings")
  void shouldShowItselfToOperators() throws Exception {
    // when
    server.start();
    // then
    var health = calls.send("GET", "/health", "", new byte[0]);
    assertThat(health.ok().get("status").stringValue()).isEqualTo("ok");
    calls.event("ada", "visited", Map.of()).ok();
    eventually(
        () -> calls.send("GET", "/metrics", "", new byte[0]).body(),
        text -> assertThat(text).contains("carillon_operations_processed_total 1.0"));
    assertThat(server.output())
        .contains("Carillon answers at " + server.url(), "starting", "credentials.json")
        .doesNotContain(CarillonProcess.TRACK_KEY, CarillonProcess.APP_KEY);
    // when: PostgreSQL dies, the server stays and is well again
    server.data().killPostgres();
    eventually(
        () -> calls.send("GET", "/health", "", new byte[0]).status(),
        status -> assertThat(status).isEqualTo(200));
    eventually(
        () -> calls.event("ada", "visited", Map.of()).status(),
        status -> assertThat(status).isEqualTo(200));
  }

  @Test
  @DisplayName(
      "Liquid that loops without end or grows without bound fails that delivery with the reason")
  void shouldCutOffHostileTemplates() throws Exception {
    // given
    server.start();
    var endless =
        calls.campaign(
            mailOf("endless", "{% for i in (1..1000000000) %}{% assign x = i %}{% endfor %}"));
    var huge =
        calls.campaign(
            mailOf(
                "huge",
                "{% assign s = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}{{ s }}"));
    var good = calls.campaign(mailOf("good", "Hello {{ customer.name }}"));
    calls.identify("ada", Map.of("email", "ada@example.test", "name", "Ada")).ok();
    // when
    for (var event : List.of("endless", "huge", "good")) {
      calls.event("ada", event, Map.of()).ok();
    }
    // then
    eventually(
        () -> calls.get("/v1/messages?campaign_id=" + good),
        found -> assertThat(sent(found)).hasSize(1));
    for (var campaign : List.of(endless, huge)) {
      var failed =
          eventually(
              () -> calls.get("/v1/messages?campaign_id=" + campaign).get("messages"),
              found -> assertThat(found.path(0).path("metrics").has("failed")).isTrue());
      assertThat(failed.get(0).get("failure_message").stringValue()).isNotBlank();
      System.out.println("story: " + failed.get(0).get("failure_message").stringValue());
    }
  }

  private static String welcome(int segment) {
    return """
    {"name": "Welcome", "trigger": {"event": {"name": "signed_up"}}, "frequency": "once",
     "filters": {"segment": {"id": %d}},
     "steps": [{"type": "email", "subject": "Hello {{customer.name}}", "sending_state": "automatic",
                "body": "<p>You chose {{event.plan}}.</p>", "body_plain": "You chose {{event.plan}}."}]}\
    """
        .formatted(segment);
  }

  private static String mailOf(String event, String body) {
    return """
    {"name": "%1$s", "trigger": {"event": {"name": "%1$s"}},
     "steps": [{"type": "email", "subject": "x", "sending_state": "automatic", "body_plain": "%2$s"}]}\
    """
        .formatted(event, body);
  }

  private List<String> members(int segment) {
    return calls
        .get("/v1/segments/" + segment + "/membership")
        .get("identifiers")
        .valueStream()
        .map(each -> each.get("id").stringValue())
        .toList();
  }

  private static List<JsonNode> sent(JsonNode messages) {
    return messages
        .get("messages")
        .valueStream()
        .filter(each -> each.path("metrics").has("sent"))
        .toList();
  }

  private JsonNode archived(JsonNode message) {
    return calls
        .get("/v1/messages/" + message.get("id").stringValue() + "/archived_message")
        .get("archived_message");
  }

  private static List<String> refusals(JsonNode explanation) {
    return texts(explanation.findValues("reason"));
  }

  private static List<String> states(JsonNode explanation) {
    return texts(explanation.findValue("journeys").findValues("state"));
  }

  private static List<String> openGates(JsonNode explanation) {
    return explanation
        .findValue("gates")
        .valueStream()
        .filter(each -> each.get("open").booleanValue())
        .map(each -> each.get("gate").stringValue())
        .toList();
  }

  private static List<String> texts(List<JsonNode> nodes) {
    return nodes.stream().filter(JsonNode::isString).map(JsonNode::stringValue).toList();
  }

  /** Asks until the answer is right; the right answer. */
  private static <T> T eventually(Callable<T> question, ThrowingConsumer<T> check) {
    var right = new AtomicReference<T>();
    ReadBack.eventually(() -> {
      var answer = question.call();
      check.accept(answer);
      right.set(answer);
    });
    return Objects.requireNonNull(right.get());
  }
}
