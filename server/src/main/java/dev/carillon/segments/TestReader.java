package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads tests on values and the moments they are compared with. */
final class TestReader {
  private static final int TESTS = 20;
  private static final int DEPTH = 3;
  private static final int CHOICES = 100;
  private static final int VALUE = 4_000;
  private static final String SCALAR =
      "must be a text of at most %d characters, a number, true or false".formatted(VALUE);
  private static final int YEARS = 100;
  private static final int DATE = "YYYY-MM-DD".length();
  private static final long LAST_SECOND = 9_999_999_999L;
  private static final LocalDate FIRST_DAY = LocalDate.EPOCH;
  private static final LocalDate LAST_DAY = LocalDate.parse("2286-11-20");
  private static final Set<String> DIRECTIONS = FormReader.sorted("ago", "from_now");
  private static final String OPERATORS =
      Stream.of(Operator.values()).map(ConditionJson::wire).collect(Collectors.joining(", "));

  private final FormReader form;

  TestReader(FormReader form) {
    this.form = form;
  }

  /** What the values belong to. */
  private enum Subject {
    /** They are looked at again as time passes. */
    PERSON,
    /** They are looked at when they come. */
    OTHER,
    /** As others, and they are top-level only (S-35). */
    DEVICE
  }

  /** A list of tests that need no clock; none when it is absent. */
  List<AttributeTest> tests(@Nullable JsonNode node, String path) {
    return node == null ? List.of() : tests(node, path, Subject.OTHER, 0);
  }

  /** The same for attributes of devices. */
  List<AttributeTest> ofDevice(@Nullable JsonNode node, String path) {
    return node == null ? List.of() : tests(node, path, Subject.DEVICE, 0);
  }

  private List<AttributeTest> tests(JsonNode node, String path, Subject subject, int depth) {
    var tests = new ArrayList<AttributeTest>();
    if (!node.isArray()) {
      form.fault(path, "must be a list of objects with field, operator and value");
      return tests;
    }
    if (node.size() > TESTS) {
      form.fault(path, "has %d tests and may have at most %d".formatted(node.size(), TESTS));
      return tests;
    }
    for (var i = 0; i < node.size(); i++) {
      var test = test(node.get(i), "%s[%d]".formatted(path, i), subject, depth);
      if (test != null) {
        tests.add(test);
      }
    }
    return tests;
  }

  /** A test on an attribute of a person; null when a fault was noted. */
  @Nullable AttributeTest ofPerson(JsonNode node, String path) {
    return test(node, path, Subject.PERSON, 0);
  }

  private @Nullable AttributeTest test(JsonNode node, String path, Subject subject, int depth) {
    if (!form.object(node, path, FormReader.sorted("field", "operator", "value", "where"))) {
      return null;
    }
    var field = form.text(node.get("field"), path + ".field");
    var operator = operator(node.get("operator"), path + ".operator");
    if (operator == null) {
      return null;
    }
    if (operator != Operator.ANY_ITEM && node.has("where")) {
      form.fault(path + ".where", "must be absent but for any_item");
    }
    if (operator == Operator.ANNIVERSARY && subject != Subject.PERSON) {
      form.fault(path + ".operator", "anniversary is for attributes of people");
    }
    if (operator == Operator.ANY_ITEM && subject == Subject.DEVICE) {
      form.fault(
          path + ".operator", "any_item is not for devices: their attributes are not nested");
    }
    if (field != null) {
      field(field, operator, subject, path + ".field");
    }
    var value =
        operator == Operator.ANY_ITEM
            ? items(node, path, subject, depth + 1)
            : value(node.get("value"), operator, path + ".value", subject);
    return field == null ? null : new AttributeTest(field, operator, value);
  }

  private void field(String field, Operator operator, Subject subject, String path) {
    if (subject == Subject.DEVICE && !ValueTests.root(field).equals(field)) {
      form.fault(path, "must be a name: attributes of devices are not nested");
    } else if (operator == Operator.ANY_ITEM && field.endsWith("[]")) {
      form.fault(path, "must name the list without [] for any_item");
    }
  }

  private List<AttributeTest> items(JsonNode node, String path, Subject subject, int depth) {
    if (node.has("value")) {
      form.fault(path + ".value", "must be absent, as any_item has where");
    }
    var where = node.get("where");
    if (where == null || where.isArray() && where.isEmpty()) {
      form.fault(path + ".where", "must hold at least one test");
      return List.of();
    }
    if (depth > DEPTH) {
      form.fault(path + ".operator", "any_item is nested more than %d deep".formatted(DEPTH));
      return List.of();
    }
    return tests(where, path + ".where", subject, depth);
  }

  private @Nullable Operator operator(@Nullable JsonNode node, String path) {
    for (var operator : Operator.values()) {
      if (node != null
          && node.isString()
          && node.stringValue().equals(ConditionJson.wire(operator))) {
        return operator;
      }
    }
    form.fault(path, "must be one of " + OPERATORS);
    return null;
  }

  private @Nullable Object value(
      @Nullable JsonNode node, Operator operator, String path, Subject subject) {
    return switch (operator.operand()) {
      case NONE -> {
        if (node != null && !node.isNull()) {
          form.fault(
              path,
              "must be absent, as %s compares with nothing"
                  .formatted(ConditionJson.wire(operator)));
        }
        yield null;
      }
      case NUMBER -> {
        var value = number(node);
        if (value == null) {
          form.fault(path, "must be a number");
        }
        yield value;
      }
      case SCALAR -> {
        var value = scalar(node);
        if (value == null) {
          form.fault(path, SCALAR);
        }
        yield value;
      }
      case TEXT -> {
        var value = scalar(node);
        if (!(value instanceof String text) || text.isEmpty()) {
          form.fault(path, "must be a text of 1 to %d characters".formatted(VALUE));
        }
        yield value;
      }
      case SCALARS -> choices(node, path);
      case BOUNDS -> bounds(node, path);
      case MOMENT -> moment(node, path, subject);
      case TESTS -> throw new IllegalStateException("tests are read as where");
    };
  }

  private List<Object> choices(@Nullable JsonNode node, String path) {
    var choices = new ArrayList<Object>();
    if (node == null || !node.isArray() || node.isEmpty() || node.size() > CHOICES) {
      form.fault(path, "must be a list of 1 to %d values".formatted(CHOICES));
      return choices;
    }
    for (var i = 0; i < node.size(); i++) {
      var value = scalar(node.get(i));
      if (value == null) {
        form.fault("%s[%d]".formatted(path, i), SCALAR);
      } else {
        choices.add(value);
      }
    }
    return choices;
  }

  private List<Object> bounds(@Nullable JsonNode node, String path) {
    var bounds = new ArrayList<Object>();
    if (node != null && node.isArray() && node.size() == 2) {
      for (var each : node) {
        if (number(each) instanceof Object bound) {
          bounds.add(bound);
        }
      }
    }
    if (bounds.size() != 2) {
      form.fault(path, "must be a list of two numbers, the lower one first");
    } else if (Values.compare(bounds.getFirst(), bounds.getLast()) instanceof Integer order
        && order > 0) {
      form.fault(path, "must hold the lower number first");
    }
    return bounds;
  }

  /** A moment, which may be relative to now; null when a fault was noted. */
  private @Nullable Moment moment(@Nullable JsonNode node, String path, Subject subject) {
    if (node == null || !node.isObject() || !isRelative(node)) {
      return fixed(node, path);
    }
    if (subject != Subject.PERSON) {
      form.fault(path, "must not be relative to now, which is for attributes of people");
      return null;
    }
    form.object(node, path, FormReader.sorted("n", "unit", "direction"));
    var span = form.span(node, path, YEARS);
    var direction = form.needed(node.get("direction"), path + ".direction", DIRECTIONS);
    return span == null || direction == null
        ? null
        : new Moment.Relative(span, direction.equals("ago"));
  }

  private static boolean isRelative(JsonNode node) {
    return node.has("n") || node.has("unit") || node.has("direction");
  }

  /** A moment that does not move; null when a fault was noted. */
  @Nullable Moment fixed(@Nullable JsonNode node, String path) {
    var members = node != null && node.isObject() && node.size() == 1 ? node : null;
    var at = members != null ? members.get("at") : node;
    var date = members != null ? members.get("date") : node;
    if (at != null && at.isIntegralNumber() && at.canConvertToLong()) {
      var seconds = at.longValue();
      if (seconds >= 0 && seconds <= LAST_SECOND) {
        return new Moment.At(Instant.ofEpochSecond(seconds));
      }
    }
    if (date != null && date.isString() && date.stringValue().length() == DATE) {
      return day(date.stringValue(), path);
    }
    form.fault(
        path,
        "must be Unix seconds as {\"at\": …}, 0 to %d, or a day as {\"date\": \"YYYY-MM-DD\"}"
            .formatted(LAST_SECOND));
    return null;
  }

  private @Nullable Moment day(String text, String path) {
    try {
      var day = LocalDate.parse(text);
      if (!day.isBefore(FIRST_DAY) && !day.isAfter(LAST_DAY)) {
        return new Moment.Date(day);
      }
      form.fault(path, "must be a day from %s to %s".formatted(FIRST_DAY, LAST_DAY));
    } catch (DateTimeException noDate) {
      form.fault(path, "names no day of the calendar");
    }
    return null;
  }

  /** A number or a text that spells one, which is then a number. */
  private static @Nullable Object number(@Nullable JsonNode node) {
    var value = scalar(node);
    var number = value == null ? null : Values.number(value);
    if (number == null) {
      return null;
    }
    return Values.isWhole(number)
        ? (Object) number.longValueExact()
        : (Object) number.doubleValue();
  }

  /** Numbers as attributes keep them: exact to 64 bits, else doubles; whole ones in one form. */
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
      var number = BigDecimal.valueOf(node.doubleValue());
      return Values.isWhole(number)
          ? (Object) number.longValueExact()
          : (Object) node.doubleValue();
    }
    return null;
  }
}
