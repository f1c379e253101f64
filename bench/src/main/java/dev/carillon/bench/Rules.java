package dev.carillon.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Defines segments and campaigns through the management API of the default workspace. */
final class Rules {
  private static final String BASE = "/v1/environments/1";
  private static final String BEARER = "Bearer " + RunningServer.APP_KEY;
  private static final Duration PATIENCE_TO_BUILD = Duration.ofMinutes(5);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpConnection connection;

  Rules(HttpConnection connection) {
    this.connection = connection;
  }

  /** The condition that an attribute has this value. */
  static Map<String, Object> attributeIs(String field, String value) {
    return attribute(field, "eq", value);
  }

  /** The condition that an event was performed at least this often. */
  static Map<String, Object> performed(String event, int times) {
    return Map.of(
        "event",
        Map.of("name", event, "performed", true, "count", Map.of("op", "gte", "n", times)));
  }

  /**
   * The condition that an event was performed at least this often.
   *
   * @param days within the past days; 0: ever
   * @param where tests on its data, all of which hold for an event that counts
   */
  static Map<String, Object> performed(
      String event, int times, int days, List<Map<String, Object>> where) {
    var condition = new LinkedHashMap<String, Object>();
    condition.put("name", event);
    condition.put("count", Map.of("op", "gte", "n", times));
    if (days > 0) {
      condition.put("window", days(days));
    }
    if (!where.isEmpty()) {
      condition.put("where", where);
    }
    return Map.of("event", condition);
  }

  /** The condition that an event was not performed within the past days. */
  static Map<String, Object> neverWithin(String event, int days) {
    return Map.of("event", Map.of("name", event, "performed", false, "window", days(days)));
  }

  private static Map<String, Object> days(int days) {
    return Map.of("kind", "within_past", "n", days, "unit", "day");
  }

  /** The condition that an attribute compares so with a value. */
  static Map<String, Object> attribute(String field, String operator, Object value) {
    return Map.of("attribute", Map.of("field", field, "operator", operator, "value", value));
  }

  /** The condition that all of these hold. */
  static Map<String, Object> all(List<Map<String, Object>> conditions) {
    return Map.of("and", conditions);
  }

  /** Creates a segment and returns its id. */
  int segment(String name, Map<String, Object> conditions) {
    var answer =
        call(
            "POST", "/segments", Map.of("segment", Map.of("name", name, "conditions", conditions)));
    return answer.path("segment").path("id").asInt();
  }

  /** Waits until a segment is built. */
  void awaitBuilt(int segment) {
    long deadline = System.nanoTime() + PATIENCE_TO_BUILD.toNanos();
    while (System.nanoTime() < deadline) {
      var answer = connection.call("GET", "/v1/segments/" + segment, BEARER, "");
      if (answer.status() != 200) {
        throw refused("GET", "/v1/segments/" + segment, answer);
      }
      var state = JSON.readTree(answer.body()).path("segment").path("state").asString("");
      if (state.equals("finished")) {
        return;
      }
      Pause.ofMillis(50);
    }
    throw new BenchFailure(
        "Segment %d was not built within %d s.".formatted(segment, PATIENCE_TO_BUILD.toSeconds()));
  }

  /** Creates a campaign that each event of a name starts anew, starts it, and returns its id. */
  int campaign(String name, String event, List<Map<String, Object>> steps) {
    var campaign = new LinkedHashMap<String, Object>();
    campaign.put("name", name);
    campaign.put("trigger", Map.of("event", Map.of("name", event)));
    campaign.put("frequency", "every_time");
    campaign.put("steps", steps);
    var answer = call("POST", "/campaigns", Map.of("campaign", campaign));
    int id = answer.path("campaign").path("id").asInt();
    call("POST", "/campaigns/" + id + "/start", Map.of());
    return id;
  }

  /** Creates a transactional message with links in it and returns its id. */
  int transactional(String name) {
    var content = new LinkedHashMap<String, Object>();
    content.put("from", "Shop <shop@bench.example.test>");
    content.put("subject", "Your order {{ trigger.order }}");
    content.put(
        "body",
        """
        <html><body><h1>Hello {{ customer.first_name | default: "there" }}</h1>
        <p>Your order {{ trigger.order }} for {{ trigger.total }} is on its way to {{ customer.city }}.</p>
        <p><a href="https://shop.example.test/orders/{{ trigger.order }}">See your order</a></p>
        <p><a href="https://shop.example.test/items/{{ trigger.sku }}">See the item</a>,
        <a href="https://shop.example.test/help">ask us</a></p></body></html>
        """);
    var message = Map.of("name", name, "content", content);
    return call("POST", "/transactional_messages", Map.of("transactional_message", message))
        .path("transactional_message")
        .path("id")
        .asInt();
  }

  /** Signs the mails of a domain from now on. */
  void signFor(String domain) {
    call("POST", "/domains", Map.of("domain", Map.of("domain", domain)));
  }

  /** A step that waits for a day. */
  static Map<String, Object> waitDay() {
    return Map.of("type", "delay", "for", Map.of("n", 1, "unit", "day"));
  }

  /** A step that sends a mail with the person's and the event's data in it. */
  static Map<String, Object> email() {
    return Map.of(
        "type",
        "email",
        "from",
        "Shop <shop@example.test>",
        "subject",
        "Thank you, {{ customer.first_name }}",
        "body",
        """
        <html><body><h1>Hello {{ customer.first_name | default: "there" }}</h1>
        <p>Your order of {{ event.quantity }} pieces for {{ event.total }} is on its way to {{ customer.city }}.</p>
        {% if customer.plan == "pro" %}<p>As a pro customer you pay no shipping.</p>{% endif %}
        <p><a href="https://shop.example.test/orders/{{ event.sku }}">See your order</a></p></body></html>
        """);
  }

  private JsonNode call(String method, String path, Map<String, Object> body) {
    var answer = connection.call(method, BASE + path, BEARER, JSON.writeValueAsString(body));
    if (answer.status() / 100 != 2) {
      throw refused(method, BASE + path, answer);
    }
    return answer.body().isBlank() ? JSON.createObjectNode() : JSON.readTree(answer.body());
  }

  private static BenchFailure refused(String method, String path, HttpConnection.Answer answer) {
    return new BenchFailure(
        "%s %s was answered %d: %s"
            .formatted(method, path, answer.status(), answer.body().strip()));
  }
}
