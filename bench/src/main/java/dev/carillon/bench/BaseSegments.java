package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The segments of a large base: twenty that mention the event of the measured load, and 480 that
 * read attributes and other events. Most are narrow, as those of real workspaces are: half a
 * percent to five percent of all people; a few are wide.
 */
final class BaseSegments {
  /** How many do not mention the event of the measured load. */
  static final int OTHERS = 480;

  private BaseSegments() {}

  /**
   * A segment that mentions the event of the measured load, in two languages.
   *
   * @param conditions as the API takes them
   * @param counted which events count, in SQL, over the columns at, total, quantity, category
   * @param holds who belongs to it, in SQL, over {@code c}, the number of events counted, and the
   *     attributes plan, city, country, source and orders
   */
  record Mentioning(String name, Map<String, Object> conditions, String counted, String holds) {}

  /** The twenty. */
  static List<Mentioning> mentioning() {
    return List.of(
        counted("1 ever", Rules.performed(measured(), 1), "true", "c >= 1"),
        counted("2 ever", Rules.performed(measured(), 2), "true", "c >= 2"),
        counted("5 ever", Rules.performed(measured(), 5), "true", "c >= 5"),
        counted("1 in 7 days", event(1, 7), days(7), "c >= 1"),
        counted("1 in 30 days", event(1, 30), days(30), "c >= 1"),
        counted("3 in 30 days", event(3, 30), days(30), "c >= 3"),
        counted("5 in 60 days", event(5, 60), days(60), "c >= 5"),
        counted("2 in a day", event(2, 1), days(1), "c >= 2"),
        counted("1 over 20", event(1, 0, total(20)), "total > 20", "c >= 1"),
        counted("2 over 60", event(2, 0, total(60)), "total > 60", "c >= 2"),
        counted(
            "2 shoes in 30 days",
            event(2, 30, category("shoes")),
            "category = 'shoes' AND " + days(30),
            "c >= 2"),
        counted(
            "1 hat over 80 in 14 days",
            event(1, 14, category("hats"), total(80)),
            "category = 'hats' AND total > 80 AND " + days(14),
            "c >= 1"),
        counted(
            "3 of 3 pieces",
            event(3, 0, Map.of("field", "quantity", "operator", "eq", "value", 3)),
            "quantity = 3",
            "c >= 3"),
        counted(
            "pro, 1 ever",
            both(is("plan", "pro"), Rules.performed(measured(), 1)),
            "true",
            "plan = 'pro' AND c >= 1"),
        counted(
            "business, 2 in 30 days",
            both(is("plan", "business"), event(2, 30)),
            days(30),
            "plan = 'business' AND c >= 2"),
        counted(
            "city 7, 1 ever",
            both(is("city", BasePeople.city(7)), Rules.performed(measured(), 1)),
            "true",
            "city = 'city-07' AND c >= 1"),
        counted(
            "many orders, 2 ever",
            both(Rules.attribute("orders", "gt", 50), Rules.performed(measured(), 2)),
            "true",
            "orders > 50 AND c >= 2"),
        counted(
            "ads, 1 over 40",
            both(is("source", "ads"), event(1, 0, total(40))),
            "total > 40",
            "source = 'ads' AND c >= 1"),
        counted(
            "free, country 3, not in 30 days",
            both(
                both(is("plan", "free"), is("country", "country-3")),
                Rules.neverWithin(measured(), 30)),
            days(30),
            "plan = 'free' AND country = 'country-3' AND c = 0"),
        counted(
            "founders, never",
            both(is("plan", "founder"), Map.of("not", Rules.performed(measured(), 1))),
            "true",
            "plan = 'founder' AND c = 0"));
  }

  private static Mentioning counted(
      String name, Map<String, Object> conditions, String counted, String holds) {
    return new Mentioning("measured, " + name, conditions, counted, holds);
  }

  private static String measured() {
    return BaseEvents.name(0);
  }

  private static String days(int days) {
    return "at > now() - interval '%d days' AND at <= now()".formatted(days);
  }

  @SafeVarargs
  private static Map<String, Object> event(int times, int days, Map<String, Object>... where) {
    return Rules.performed(measured(), times, days, List.of(where));
  }

  private static Map<String, Object> total(int more) {
    return Map.of("field", "total", "operator", "gt", "value", more);
  }

  private static Map<String, Object> category(String value) {
    return Map.of("field", "category", "operator", "eq", "value", value);
  }

  private static Map<String, Object> is(String field, String value) {
    return Rules.attributeIs(field, value);
  }

  private static Map<String, Object> both(Map<String, Object> one, Map<String, Object> other) {
    return Rules.all(List.of(one, other));
  }

  /** The conditions of the others. */
  static List<Map<String, Object>> others() {
    var conditions = new ArrayList<Map<String, Object>>();
    for (int i = 0; i < OTHERS / 2; i++) {
      conditions.add(ofAttributes(i));
      conditions.add(ofEvents(i));
    }
    return conditions;
  }

  private static Map<String, Object> ofAttributes(int i) {
    return switch (i % 4) {
      case 0 -> both(is("city", BasePeople.city(i / 4 % 50)), is("plan", i < 100 ? "free" : "pro"));
      case 1 -> both(is("plan", "business"), Rules.attribute("orders", "gt", 60 + i / 8));
      case 2 ->
          both(is("country", "country-" + i % 10), Rules.attribute("orders", "lt", 1 + i / 16));
      default -> Rules.attribute("score", "contains", "s%04d".formatted(i));
    };
  }

  private static Map<String, Object> ofEvents(int i) {
    int other = BaseEvents.NAMES - 1;
    var name = BaseEvents.name(1 + i % other);
    int more = i / other / 8;
    return switch (i / other % 8) {
      case 0 -> both(Rules.performed(name, 2), is("city", BasePeople.city(i % 50)));
      case 1 -> both(Rules.performed(name, 1, 7, List.of()), is("plan", "business"));
      case 2 -> Rules.performed(name, 2, 30 + more, List.of());
      case 3 -> Rules.performed(name, 3 + more);
      case 4 -> both(Rules.performed(name, 1, 0, List.of(total(90))), is("source", "press"));
      case 5 -> Rules.performed(name, 2, 0, List.of(category("books")));
      case 6 -> Rules.performed(name, 2, 30, List.of(total(50)));
      default -> both(Rules.performed(name, 2), Rules.neverWithin(name, 60));
    };
  }
}
