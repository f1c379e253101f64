package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
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
    var condition = new ConditionParser(faults).node(MAPPER.readTree(json), "conditions", 1);
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
  static List<AttributeTest> storedTests(String json) {
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
    }
    return node;
  }

  private static ArrayNode list(List<Condition> conditions) {
    var list = NODES.arrayNode();
    conditions.forEach(each -> list.add(toJson(each)));
    return list;
  }

  private static ObjectNode event(Condition.Event event) {
    var never = event.count() == Condition.Count.AT_MOST && event.times() == 0;
    var node = NODES.objectNode();
    node.put("name", event.name()).put("type", event.kind().wire()).put("performed", !never);
    if (!never) {
      node.putObject("count")
          .put("op", event.count() == Condition.Count.AT_LEAST ? "gte" : "lte")
          .put("n", event.times());
    }
    if (event.within() != null) {
      node.set("window", window(event.within()));
    }
    if (!event.where().isEmpty()) {
      node.set("where", testsToJson(event.where()));
    }
    return node;
  }

  /** In the largest of days, hours and minutes that measures it exactly. */
  private static ObjectNode window(Duration within) {
    var minutes = within.toMinutes();
    var node = NODES.objectNode().put("kind", "within_past");
    if (minutes % 1_440 == 0) {
      return node.put("n", minutes / 1_440).put("unit", "day");
    }
    return minutes % 60 == 0
        ? node.put("n", minutes / 60).put("unit", "hour")
        : node.put("n", minutes).put("unit", "minute");
  }

  /** Tests in canonical form. */
  public static ArrayNode testsToJson(List<AttributeTest> tests) {
    var list = NODES.arrayNode();
    tests.forEach(each -> list.add(toJson(each)));
    return list;
  }

  /** Tests in canonical form as text: equal tests give equal texts. */
  static String testsText(List<AttributeTest> tests) {
    return testsToJson(tests).toString();
  }

  private static ObjectNode toJson(AttributeTest test) {
    var node = NODES.objectNode().put("field", test.field()).put("operator", wire(test.operator()));
    return test.value() == null ? node : node.set("value", valueToJson(test.value()));
  }

  /** A plain value: text, number, truth value, list or object; JSON null for null. */
  static JsonNode valueToJson(@Nullable Object value) {
    return MAPPER.valueToTree(value);
  }

  /** The word for an operator. */
  static String wire(Operator operator) {
    return operator.name().toLowerCase(Locale.ROOT);
  }
}
