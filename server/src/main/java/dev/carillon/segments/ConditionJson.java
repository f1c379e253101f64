package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Conditions as JSON, in the one form that is stored, sent and read (journeys §2.2). Reading finds
 * every fault, not the first only; writing gives equal conditions equal texts.
 */
public final class ConditionJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ConditionJson() {}

  /**
   * Reads a condition.
   *
   * @param path where it stands in what the caller sent, such as {@code conditions}; faults name
   *     places below it
   * @param faults receives whatever is wrong
   * @return null exactly when faults were added
   */
  public static @Nullable Condition parse(JsonNode node, String path, List<Fault> faults) {
    var found = new ArrayList<Fault>();
    var condition = new ConditionParser(found).root(node, path);
    faults.addAll(found);
    return found.isEmpty() ? condition : null;
  }

  /**
   * Reads tests on the data of an event: a list of {@code {field, operator, value}}.
   *
   * @param faults receives whatever is wrong; the list returned is of use only when nothing was
   *     added
   */
  public static List<AttributeTest> parseTests(JsonNode node, String path, List<Fault> faults) {
    return new ConditionParser(faults).tests(node, path);
  }

  /**
   * Reads what {@link #toJson} has written.
   *
   * @throws IllegalStateException when the text is not a condition: it was not written by us
   */
  public static Condition stored(String json) {
    var faults = new ArrayList<Fault>();
    var condition = new ConditionParser(faults).node(MAPPER.readTree(json), "conditions");
    if (condition == null || !faults.isEmpty()) {
      throw new IllegalStateException("a stored condition does not read: " + faults);
    }
    return condition;
  }

  /**
   * Reads what {@link #testsText} has written.
   *
   * @throws IllegalStateException when the text is not a list of tests: it was not written by us
   */
  public static List<AttributeTest> storedTests(String json) {
    var faults = new ArrayList<Fault>();
    var tests = parseTests(MAPPER.readTree(json), "where", faults);
    if (!faults.isEmpty()) {
      throw new IllegalStateException("stored tests do not read: " + faults);
    }
    return tests;
  }

  /** The condition in canonical form. */
  public static ObjectNode toJson(Condition condition) {
    var node = NODES.objectNode();
    switch (condition) {
      case Condition.And(var all) -> node.set("and", list(all));
      case Condition.Or(var any) -> node.set("or", list(any));
      case Condition.Not(var inner) -> node.set("not", toJson(inner));
      case Condition.Attribute(var test) -> node.set("attribute", toJson(test));
      case Condition.InSegment(var segmentId) ->
          node.set("segment", NODES.objectNode().put("id", segmentId));
      case Condition.Event event -> node.set("event", event(event));
      case Condition.Message message -> node.set("message", message(message));
      case Condition.Subscribed subscribed -> node.set("subscription", subscribed(subscribed));
      case Condition.Device device -> node.set("device", device(device));
      case Condition.Related related -> node.set("object", related(related));
      case Condition.InCampaign(var id, var activity) ->
          node.putObject("campaign").put("id", id).put("activity", lower(activity));
      case Condition.Sample(var hundredths, var salt) ->
          node.putObject("sample").put("percent", percent(hundredths)).put("salt", salt);
    }
    return node;
  }

  /** Without zeros at the end, and without an exponent. */
  private static BigDecimal percent(int hundredths) {
    var percent = BigDecimal.valueOf(hundredths, 2).stripTrailingZeros();
    return percent.scale() < 0 ? percent.setScale(0) : percent;
  }

  private static ArrayNode list(List<Condition> conditions) {
    var list = NODES.arrayNode();
    conditions.forEach(each -> list.add(toJson(each)));
    return list;
  }

  private static ObjectNode event(Condition.Event event) {
    var node = NODES.objectNode().put("name", event.name()).put("type", event.kind().wire());
    often(node, event.often());
    if (!event.where().isEmpty()) {
      node.set("where", testsToJson(event.where()));
    }
    return node;
  }

  private static ObjectNode message(Condition.Message message) {
    var node = filterToJson(message.filter());
    often(node, message.often());
    return node;
  }

  /** Which messages count, in canonical form. */
  static ObjectNode filterToJson(MessageFilter filter) {
    var node = NODES.objectNode().put("metric", lower(filter.metric()));
    if (filter.channel() != null) {
      node.put("channel", filter.channel());
    }
    if (filter.human()) {
      node.put("engagement", "human");
    }
    switch (filter.scope()) {
      case MessageFilter.Scope.Any() -> {}
      case MessageFilter.Scope.Campaign(var id) -> node.put("campaign", id);
      case MessageFilter.Scope.Newsletter(var id) -> node.put("newsletter", id);
      case MessageFilter.Scope.Action(var id) -> node.put("action", id);
    }
    if (filter.link() != null) {
      node.put("link", filter.link());
    }
    return node;
  }

  private static void often(ObjectNode node, Occurrences often) {
    node.put("performed", !often.never());
    if (!often.never()) {
      node.set("count", count(often.count(), often.times()));
    }
    switch (often.window()) {
      case Window.Ever() -> {}
      case Window.Within(var span) ->
          node.putObject("window").put("kind", "within_past").setAll(span(span));
      case Window.Between(var from, var to) -> {
        var window = node.putObject("window");
        window.put("kind", from == null ? "before" : to == null ? "after" : "between");
        if (from != null) {
          window.set("from", moment(from));
        }
        if (to != null) {
          window.set("to", moment(to));
        }
      }
    }
  }

  private static ObjectNode count(Occurrences.Count count, int times) {
    return NODES
        .objectNode()
        .put(
            "op",
            switch (count) {
              case AT_LEAST -> "gte";
              case AT_MOST -> "lte";
              case EXACTLY -> "eq";
            })
        .put("n", times);
  }

  private static ObjectNode subscribed(Condition.Subscribed subscribed) {
    var node = NODES.objectNode();
    switch (subscribed.of()) {
      case Condition.Subscription.Topic(var id) -> node.put("topic", id);
      case Condition.Subscription.Channel(var type) -> node.put("channel", type);
    }
    return node.put("subscribed", subscribed.subscribed());
  }

  private static ObjectNode device(Condition.Device device) {
    var node = NODES.objectNode();
    if (device.platform() != null) {
      node.put("platform", device.platform());
    }
    if (device.lastUsedWithin() != null) {
      node.set("last_used", span(device.lastUsedWithin()));
    }
    if (!device.where().isEmpty()) {
      node.set("where", testsToJson(device.where()));
    }
    return node;
  }

  private static ObjectNode related(Condition.Related related) {
    var node = NODES.objectNode().put("type_id", related.typeId());
    node.set("count", count(related.count(), related.times()));
    if (!related.object().isEmpty()) {
      node.set("where", testsToJson(related.object()));
    }
    if (!related.relationship().isEmpty()) {
      node.set("relationship", testsToJson(related.relationship()));
    }
    return node;
  }

  /**
   * Reads a span {@code {"n", "unit"}} of at most five years.
   *
   * @param faults receives whatever is wrong
   * @return null exactly when faults were added
   */
  public static @Nullable Duration parseSpan(JsonNode node, String path, List<Fault> faults) {
    var form = new FormReader(faults);
    return form.object(node, path, FormReader.sorted("n", "unit"))
        ? form.span(node, path, FormReader.WINDOW_YEARS)
        : null;
  }

  /** In the largest of days, hours and minutes that measures it exactly. */
  public static ObjectNode span(Duration span) {
    var minutes = span.toMinutes();
    var node = NODES.objectNode();
    if (minutes % 1_440 == 0) {
      return node.put("n", minutes / 1_440).put("unit", "day");
    }
    return minutes % 60 == 0
        ? node.put("n", minutes / 60).put("unit", "hour")
        : node.put("n", minutes).put("unit", "minute");
  }

  private static ObjectNode moment(Moment moment) {
    return switch (moment) {
      case Moment.At(var instant) -> NODES.objectNode().put("at", instant.getEpochSecond());
      case Moment.Date(var day) -> NODES.objectNode().put("date", day.toString());
      case Moment.Relative(var span, var ago) ->
          span(span).put("direction", ago ? "ago" : "from_now");
    };
  }

  /** Tests in canonical form. */
  public static ArrayNode testsToJson(List<AttributeTest> tests) {
    var list = NODES.arrayNode();
    tests.forEach(each -> list.add(toJson(each)));
    return list;
  }

  /** Tests in canonical form as text: equal tests give equal texts. */
  public static String testsText(List<AttributeTest> tests) {
    return testsToJson(tests).toString();
  }

  private static ObjectNode toJson(AttributeTest test) {
    var node = NODES.objectNode().put("field", test.field()).put("operator", wire(test.operator()));
    return switch (test.value()) {
      case null -> node;
      case Moment moment -> node.set("value", moment(moment));
      case List<?> list when test.operator() == Operator.ANY_ITEM ->
          node.set("where", testsToJson(list.stream().map(AttributeTest.class::cast).toList()));
      case Object value -> node.set("value", valueToJson(value));
    };
  }

  /** A plain value: text, number, truth value, list or object; JSON null for null. */
  static JsonNode valueToJson(@Nullable Object value) {
    return MAPPER.valueToTree(value);
  }

  /** The word for an operator. */
  static String wire(Operator operator) {
    return lower(operator);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
