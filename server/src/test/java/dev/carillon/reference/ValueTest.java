package dev.carillon.reference;

import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Tests on values: {@code {field, operator, value}} (§2.3). An operator that denies is the exact
 * opposite of its other, also where there is no value.
 */
record ValueTest(Instant now, ZoneId zone) {

  /** Whether all tests hold. */
  boolean all(List<Map<String, Object>> tests, Map<String, Object> values) {
    return tests.stream().allMatch(test -> holds(test, values));
  }

  /** Whether one test holds. */
  boolean holds(Map<String, Object> test, Map<String, Object> values) {
    var operator = Json.text(test.get("operator"));
    return switch (operator) {
      case "neq" -> !some("eq", test, values);
      case "not_exists" -> !some("exists", test, values);
      case "not_contains" -> !some("contains", test, values);
      case "not_in" -> !some("in", test, values);
      default -> some(operator, test, values);
    };
  }

  private boolean some(String operator, Map<String, Object> test, Map<String, Object> values) {
    return Values.found(values, Json.text(test.get("field"))).stream()
        .anyMatch(value -> passes(operator, value, test));
  }

  private boolean passes(String operator, Object value, Map<String, Object> test) {
    var wanted = test.getOrDefault("value", "");
    return switch (operator) {
      case "eq" -> Values.equal(value, wanted);
      case "exists" -> !value.equals("");
      case "contains" -> Values.contains(value, wanted);
      case "starts_with" ->
          value instanceof String && Values.folded(value).startsWith(Values.folded(wanted));
      case "ends_with" ->
          value instanceof String && Values.folded(value).endsWith(Values.folded(wanted));
      case "in" -> ((List<?>) wanted).stream().anyMatch(each -> Values.equal(value, each));
      case "gt" -> compare(value, wanted) > 0;
      case "lt" -> compare(wanted, value) > 0;
      case "gte" -> compare(value, wanted) >= 0;
      case "lte" -> compare(wanted, value) >= 0;
      case "between" ->
          compare(value, ((List<?>) wanted).get(0)) >= 0
              && compare(((List<?>) wanted).get(1), value) >= 0;
      case "is_timestamp" -> Values.timestamp(value).isPresent();
      case "ts_before" -> isTime(value) && time(value).isBefore(Span.instant(wanted, now, zone));
      case "ts_after" -> isTime(value) && time(value).isAfter(Span.instant(wanted, now, zone));
      case "anniversary" -> isTime(value) && isToday(time(value).atZone(zone).toLocalDate());
      case "any_item" ->
          value instanceof List<?> items
              && items.stream()
                  .anyMatch(item -> all(Json.objects(test.get("where")), members(item)));
      default -> throw new IllegalArgumentException("no operator: " + operator);
    };
  }

  /** Negative, zero or positive; far below anything when either is no number. */
  private static int compare(Object left, Object right) {
    var first = Values.number(left);
    var second = Values.number(right);
    return first.isPresent() && second.isPresent()
        ? first.get().compareTo(second.get())
        : Integer.MIN_VALUE;
  }

  private static boolean isTime(Object value) {
    return Values.timestamp(value).isPresent();
  }

  private static Instant time(Object value) {
    return Instant.ofEpochSecond(Values.timestamp(value).orElseThrow());
  }

  /** 29 February counts as the 28th in common years. */
  private boolean isToday(LocalDate date) {
    var today = now.atZone(zone).toLocalDate();
    return MonthDay.from(date).atYear(today.getYear()).equals(today);
  }

  private static Map<String, Object> members(Object item) {
    return item instanceof Map<?, ?> ? Json.object(item) : Map.of();
  }
}
