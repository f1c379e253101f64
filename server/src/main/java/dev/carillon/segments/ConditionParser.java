package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest.Operator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads one condition and takes note of everything that is wrong with it. Used once. */
final class ConditionParser {
  private static final int DEPTH = 10;
  private static final int LEAVES = 100;
  private static final int TIMES = 1_000;
  private static final int TESTS = 20;
  private static final int NAME = 1_000;
  private static final int VALUE = 4_000;
  private static final Duration LONGEST = Duration.ofDays(5 * 365);

  private static final Map<String, Duration> UNITS = units();
  private static final Map<String, Condition.Count> COUNTS = counts();
  private static final String OPERATORS =
      Stream.of(Operator.values()).map(ConditionJson::wire).collect(Collectors.joining(", "));
  private static final Set<String> KINDS =
      sorted("and", "or", "not", "attribute", "event", "segment");

  private final List<Fault> faults;
  private int leaves;

  ConditionParser(List<Fault> faults) {
    this.faults = faults;
  }

  /** Months and years have fixed lengths (S-33). */
  private static Map<String, Duration> units() {
    var units = new LinkedHashMap<String, Duration>();
    units.put("minute", Duration.ofMinutes(1));
    units.put("hour", Duration.ofHours(1));
    units.put("day", Duration.ofDays(1));
    units.put("week", Duration.ofDays(7));
    units.put("month", Duration.ofDays(30));
    units.put("year", Duration.ofDays(365));
    return units;
  }

  private static Map<String, Condition.Count> counts() {
    var counts = new LinkedHashMap<String, Condition.Count>();
    counts.put("gte", Condition.Count.AT_LEAST);
    counts.put("lte", Condition.Count.AT_MOST);
    counts.put("at_least", Condition.Count.AT_LEAST);
    counts.put("at_most", Condition.Count.AT_MOST);
    return counts;
  }

  private static Set<String> sorted(String... words) {
    return new TreeSet<>(List.of(words));
  }

  /** A whole condition: as {@link #node}, and an empty group is a fault (S-20). */
  @Nullable Condition root(JsonNode node, String path) {
    var condition = node(node, path, 1);
    if (leaves > LEAVES) {
      fault(path, "has %d conditions and may have at most %d".formatted(leaves, LEAVES));
    }
    var group =
        switch (condition) {
          case Condition.And(var all) -> all;
          case Condition.Or(var any) -> any;
          case Condition.Not _, Condition.Attribute _, Condition.InSegment _, Condition.Event _ ->
              null;
          case null -> null;
        };
    if (group != null && group.isEmpty() && faults.isEmpty()) {
      fault(path, "must hold at least one condition");
    }
    return condition;
  }

  /** One node; null or incomplete when faults were noted. */
  @Nullable Condition node(JsonNode node, String path, int depth) {
    if (depth > DEPTH) {
      fault(path, "is nested more than %d deep".formatted(DEPTH));
      return null;
    }
    if (!node.isObject() || node.size() != 1) {
      fault(path, "must be an object with exactly one of " + String.join(", ", KINDS));
      return null;
    }
    var key = node.propertyNames().iterator().next();
    var below = path + "." + key;
    var inner = node.get(key);
    return switch (key) {
      case "and" -> new Condition.And(group(inner, below, depth));
      case "or" -> new Condition.Or(group(inner, below, depth));
      case "not" -> {
        var condition = node(inner, below, depth + 1);
        yield condition == null ? null : new Condition.Not(condition);
      }
      case "attribute" -> {
        leaves++;
        var test = test(inner, below);
        yield test == null ? null : new Condition.Attribute(test);
      }
      case "event" -> {
        leaves++;
        yield event(inner, below);
      }
      case "segment" -> {
        leaves++;
        yield segment(inner, below);
      }
      default -> {
        fault(below, "is not known; one of " + String.join(", ", KINDS) + " is");
        yield null;
      }
    };
  }

  private List<Condition> group(JsonNode node, String path, int depth) {
    var conditions = new ArrayList<Condition>();
    if (!node.isArray()) {
      fault(path, "must be a list of conditions");
      return conditions;
    }
    for (var i = 0; i < node.size() && leaves <= LEAVES; i++) {
      var condition = node(node.get(i), "%s[%d]".formatted(path, i), depth + 1);
      if (condition != null) {
        conditions.add(condition);
      }
    }
    return conditions;
  }

  /** A list of tests on the data of an event. */
  List<AttributeTest> tests(JsonNode node, String path) {
    var tests = new ArrayList<AttributeTest>();
    if (!node.isArray()) {
      fault(path, "must be a list of objects with field, operator and value");
      return tests;
    }
    if (node.size() > TESTS) {
      fault(path, "has %d tests and may have at most %d".formatted(node.size(), TESTS));
      return tests;
    }
    for (var i = 0; i < node.size(); i++) {
      var test = test(node.get(i), "%s[%d]".formatted(path, i));
      if (test != null) {
        tests.add(test);
      }
    }
    return tests;
  }

  private @Nullable AttributeTest test(JsonNode node, String path) {
    if (!object(node, path, sorted("field", "operator", "value"))) {
      return null;
    }
    var field = text(node.get("field"), path + ".field");
    var operator = operator(node.get("operator"), path + ".operator");
    if (operator == null) {
      return null;
    }
    var value = value(node.get("value"), operator, path + ".value");
    return field == null ? null : new AttributeTest(field, operator, value);
  }

  private @Nullable Operator operator(@Nullable JsonNode node, String path) {
    for (var operator : Operator.values()) {
      if (node != null
          && node.isString()
          && node.stringValue().equals(ConditionJson.wire(operator))) {
        return operator;
      }
    }
    fault(path, "must be one of " + OPERATORS);
    return null;
  }

  private @Nullable Object value(@Nullable JsonNode node, Operator operator, String path) {
    return switch (operator) {
      case EXISTS -> {
        if (node != null && !node.isNull()) {
          fault(path, "must be absent, as exists compares with nothing");
        }
        yield null;
      }
      case LT, GT -> {
        var value = scalar(node);
        if (value == null || Values.number(value) == null) {
          fault(path, "must be a number");
        }
        yield value;
      }
      case EQ, NEQ, CONTAINS -> {
        var value = scalar(node);
        if (value == null) {
          fault(
              path,
              "must be a text of at most %d characters, a number, true or false".formatted(VALUE));
        }
        yield value;
      }
    };
  }

  /** Numbers as attributes keep them: exact to 64 bits, else doubles. */
  private static @Nullable Object scalar(@Nullable JsonNode node) {
    if (node == null) {
      return null;
    }
    if (node.isString()) {
      return node.stringValue().length() <= VALUE ? node.stringValue() : null;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    if (node.isNumber() && Double.isFinite(node.doubleValue())) {
      return node.doubleValue();
    }
    return null;
  }

  private @Nullable Condition event(JsonNode node, String path) {
    if (!object(node, path, sorted("name", "type", "performed", "count", "window", "where"))) {
      return null;
    }
    var name = text(node.get("name"), path + ".name");
    var kind = kind(node.get("type"), path + ".type");
    var performed = node.get("performed");
    if (performed != null && !performed.isBoolean()) {
      fault(path + ".performed", "must be true or false");
    }
    var never = performed != null && performed.isBoolean() && !performed.booleanValue();
    var count = count(node.get("count"), never, path + ".count");
    var within = window(node.get("window"), path + ".window");
    var whereNode = node.get("where");
    var where = whereNode == null ? List.<AttributeTest>of() : tests(whereNode, path + ".where");
    return name == null || count == null
        ? null
        : new Condition.Event(kind, name.strip(), count.count, count.times, within, where);
  }

  private EventKind kind(@Nullable JsonNode node, String path) {
    if (node == null) {
      return EventKind.EVENT;
    }
    for (var kind : EventKind.values()) {
      if (node.isString() && node.stringValue().equals(kind.wire())) {
        return kind;
      }
    }
    fault(path, "must be one of event, page, screen, form");
    return EventKind.EVENT;
  }

  private record Times(Condition.Count count, int times) {}

  /** Absent: at least once, or never for what was not performed. */
  private @Nullable Times count(@Nullable JsonNode node, boolean never, String path) {
    if (never) {
      if (node != null) {
        fault(path, "must be absent when performed is false");
      }
      return new Times(Condition.Count.AT_MOST, 0);
    }
    if (node == null) {
      return new Times(Condition.Count.AT_LEAST, 1);
    }
    if (!object(node, path, sorted("op", "n"))) {
      return null;
    }
    var op = node.get("op");
    var count = op != null && op.isString() ? COUNTS.get(op.stringValue()) : null;
    if (count == null) {
      fault(path + ".op", "must be one of " + String.join(", ", COUNTS.keySet()));
    }
    var times = whole(node.get("n"), 0, TIMES);
    if (times == null) {
      fault(path + ".n", "must be a whole number from 0 to " + TIMES);
    }
    return count == null || times == null ? null : new Times(count, times);
  }

  private @Nullable Duration window(@Nullable JsonNode node, String path) {
    if (node == null || !object(node, path, sorted("kind", "n", "unit"))) {
      return null;
    }
    var kind = node.get("kind");
    if (kind != null && kind.isString() && kind.stringValue().equals("ever")) {
      if (node.size() > 1) {
        fault(path, "must hold nothing but kind when that is ever");
      }
      return null;
    }
    if (kind == null || !kind.isString() || !kind.stringValue().equals("within_past")) {
      fault(path + ".kind", "must be one of within_past, ever");
      return null;
    }
    var unitNode = node.get("unit");
    var unit = unitNode != null && unitNode.isString() ? UNITS.get(unitNode.stringValue()) : null;
    if (unit == null) {
      fault(path + ".unit", "must be one of " + String.join(", ", UNITS.keySet()));
      return null;
    }
    var most = (int) LONGEST.dividedBy(unit);
    var number = whole(node.get("n"), 1, most);
    if (number == null) {
      fault(path + ".n", "must be a whole number from 1 to %d (5 years)".formatted(most));
    }
    return number == null ? null : unit.multipliedBy(number);
  }

  private @Nullable Condition segment(JsonNode node, String path) {
    if (!object(node, path, sorted("id"))) {
      return null;
    }
    var id = whole(node.get("id"), 1, Integer.MAX_VALUE);
    if (id == null) {
      fault(path + ".id", "must be the number of a segment");
    }
    return id == null ? null : new Condition.InSegment(id);
  }

  private static @Nullable Integer whole(@Nullable JsonNode node, int least, int most) {
    return node != null
            && node.isIntegralNumber()
            && node.canConvertToInt()
            && node.intValue() >= least
            && node.intValue() <= most
        ? node.intValue()
        : null;
  }

  private @Nullable String text(@Nullable JsonNode node, String path) {
    if (node == null
        || !node.isString()
        || node.stringValue().isBlank()
        || node.stringValue().length() > NAME) {
      fault(path, "must be a text of 1 to %d characters".formatted(NAME));
      return null;
    }
    return node.stringValue();
  }

  private boolean object(JsonNode node, String path, Set<String> known) {
    if (!node.isObject()) {
      fault(path, "must be an object with " + String.join(", ", known));
      return false;
    }
    for (var name : node.propertyNames()) {
      if (!known.contains(name)) {
        fault(path + "." + name, "is not known; " + String.join(", ", known) + " are");
      }
    }
    return true;
  }

  private void fault(String path, String problem) {
    faults.add(new Fault(path, problem));
  }
}
