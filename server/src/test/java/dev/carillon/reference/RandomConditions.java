package dev.carillon.reference;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Random condition trees of the kinds that are switched on. */
final class RandomConditions {
  static final List<String> EVENTS = List.of("order", "visit");
  static final List<String> PAGES = List.of("/shop", "/shop/1", "/home");
  static final List<String> METRICS = List.of("delivered", "opened", "clicked");
  static final List<String> LINKS = List.of("https://shop.example/sale", "https://shop.example/");
  static final List<String> TOKENS = List.of("t0", "t1");
  static final int OBJECT_TYPES = 2;
  static final List<String> CHANNELS = List.of("email", "slack");

  private static final Set<Kind> RARE =
      EnumSet.of(Kind.MESSAGE, Kind.SUBSCRIPTION, Kind.DEVICE, Kind.OBJECT, Kind.CAMPAIGN);

  private static final List<String> OPERATORS = List.of("eq", "neq", "exists", "contains");
  private static final List<String> MORE_OPERATORS =
      List.of("not_exists", "not_contains", "starts_with", "ends_with", "in", "not_in", "between");

  private static final List<String> TEXT_PATHS =
      List.of("plan", "flag", "unsubscribed", "tags", "tags[]", "tags[0]", "home.city", "never");
  private static final List<String> NUMBER_PATHS =
      List.of("total", "home.floor.n", "tags[]", "cart[].price", "cart[1].price", "cart[].sizes[]");
  private static final String[] DATA_PATHS = {
    "total", "plan", "cart[].price", "cart[0].price", "cart[].sku"
  };

  private final RandomValues random;
  private final List<Kind> kinds;

  /**
   * Those that need more than attributes and events; asked for oftener, or they would be seldom.
   */
  private final List<Kind> rare;

  private final ZoneId zone;

  RandomConditions(Random random, Set<Kind> kinds, ZoneId zone) {
    this.random = new RandomValues(random);
    this.kinds = List.copyOf(new TreeSet<>(kinds));
    this.rare = this.kinds.stream().filter(RARE::contains).toList();
    this.zone = zone;
  }

  /**
   * A condition for a segment.
   *
   * @param segments others it may ask about
   */
  Map<String, Object> condition(Instant now, List<Integer> segments) {
    return tree(now, segments, 3);
  }

  private Map<String, Object> tree(Instant now, List<Integer> segments, int depth) {
    return switch (depth == 0 ? 9 : random.upTo(10)) {
      case 0, 1 -> Map.of("and", trees(now, segments, depth));
      case 2, 3 -> Map.of("or", trees(now, segments, depth));
      case 4 -> Map.of("not", tree(now, segments, depth - 1));
      default -> leaf(now, segments);
    };
  }

  private List<Map<String, Object>> trees(Instant now, List<Integer> segments, int depth) {
    var trees = new ArrayList<Map<String, Object>>();
    var atLeast = depth < 3 && random.in(10) ? 0 : 1; // the root is never empty (S-20)
    for (var i = atLeast + random.upTo(3); i > 0; i--) {
      trees.add(tree(now, segments, depth - 1));
    }
    return trees;
  }

  private Map<String, Object> leaf(Instant now, List<Integer> segments) {
    return switch (random.one(random.in(2) || rare.isEmpty() ? kinds : rare)) {
      case ATTRIBUTE -> Map.of("attribute", test(false));
      case OPERATORS -> Map.of("attribute", test(true));
      case TIMESTAMP -> Map.of("attribute", timestamp(now));
      case ANNIVERSARY -> Map.of("attribute", test("when", "anniversary"));
      case ANY_ITEM -> Map.of("attribute", anyItem());
      case EVENT, EVENT_WINDOW -> Map.of("event", event(now));
      case SEGMENT ->
          segments.isEmpty()
              ? Map.of("attribute", test(false))
              : Map.of("segment", Map.of("id", random.one(segments)));
      case MESSAGE -> Map.of("message", message(now));
      case SUBSCRIPTION -> Map.of("subscription", subscription());
      case DEVICE -> Map.of("device", device());
      case OBJECT -> Map.of("object", object());
      case CAMPAIGN -> Map.of("campaign", campaign());
      case SAMPLE -> Map.of("sample", Map.of("percent", random.in(2) ? 0 : 100));
    };
  }

  private boolean has(Kind kind) {
    return kinds.contains(kind);
  }

  // ── values
  // ──────────────────────────────────────────────────────────────────────────────────────

  private Map<String, Object> test(boolean more) {
    return random.in(3) ? numberTest(NUMBER_PATHS, more) : test(TEXT_PATHS, more);
  }

  /** A test on something that is not an attribute of the person. */
  private Map<String, Object> dataTest(String... paths) {
    var more = has(Kind.OPERATORS) && random.in(2);
    return random.in(2) ? test(List.of(paths), more) : numberTest(List.of(paths), more);
  }

  private Map<String, Object> test(List<String> paths, boolean more) {
    var operator = random.one(more ? MORE_OPERATORS : OPERATORS);
    var test = test(random.one(paths), operator);
    switch (operator) {
      case "exists", "not_exists" -> {}
      case "in", "not_in" -> test.put("value", scalars(1 + random.upTo(3)));
      case "between" -> test.put("value", random.range());
      case "starts_with", "ends_with" ->
          test.put("value", random.one(List.of("p", "PRO", "é", "ß", "I", "5", "e", ".50")));
      default -> test.put("value", random.scalar());
    }
    return test;
  }

  private List<Object> scalars(int count) {
    var scalars = new ArrayList<>();
    for (var i = 0; i < count; i++) {
      scalars.add(random.scalar());
    }
    return scalars;
  }

  private Map<String, Object> numberTest(List<String> paths, boolean more) {
    var operators = more ? List.of("gte", "lte") : List.of("gt", "lt", "eq");
    var test = test(random.one(paths), random.one(operators));
    test.put("value", random.number());
    return test;
  }

  private static Map<String, Object> test(String field, String operator) {
    var test = new LinkedHashMap<String, Object>();
    test.put("field", field);
    test.put("operator", operator);
    return test;
  }

  private Map<String, Object> timestamp(Instant now) {
    if (random.in(6)) {
      return test("when", "is_timestamp");
    }
    var test = test("when", random.in(2) ? "ts_before" : "ts_after");
    if (random.in(4)) {
      test.put("value", absolute(now));
    } else {
      var instant = span();
      instant.put("direction", random.in(2) ? "ago" : "from_now");
      test.put("value", instant);
    }
    return test;
  }

  private Map<String, Object> anyItem() {
    var test = test("cart", "any_item");
    var where = new ArrayList<Map<String, Object>>();
    for (var i = 1 + random.upTo(2); i > 0; i--) {
      where.add(random.in(2) ? dataTest("sku") : dataTest("price", "sizes[]"));
    }
    test.put("where", where);
    return test;
  }

  /** An instant within a month of now, in all its spellings. */
  private Object absolute(Instant now) {
    var at = now.plusSeconds(random.upTo(60 * 86_400) - 30 * 86_400L);
    var date = at.atZone(zone).toLocalDate().toString();
    return switch (random.upTo(4)) {
      case 0 -> Map.of("at", at.getEpochSecond());
      case 1 -> at.getEpochSecond();
      case 2 -> Map.of("date", date);
      default -> date;
    };
  }

  private Map<String, Object> span() {
    var span = new LinkedHashMap<String, Object>();
    var unit = random.one(List.of("minute", "hour", "day", "day", "week", "month", "year"));
    span.put(
        "n",
        unit.equals("minute") ? 1 + random.upTo(90) : unit.equals("year") ? 1 : 1 + random.upTo(5));
    span.put("unit", unit);
    return span;
  }

  // ── what people did
  // ─────────────────────────────────────────────────────────────────────────────

  private Map<String, Object> event(Instant now) {
    var event = new LinkedHashMap<String, Object>();
    switch (random.upTo(6)) {
      case 0 -> {
        event.put(
            "name",
            random.one(has(Kind.EVENT_WINDOW) ? List.of("/shop*", "*", "/shop", "*om*") : PAGES));
        event.put("type", random.one(List.of("page", "screen")));
      }
      case 1 -> {
        event.put("name", random.one(EVENTS));
        event.put("type", "form");
      }
      default -> event.put("name", random.one(EVENTS));
    }
    often(event, now, has(Kind.EVENT_WINDOW));
    if (random.in(3)) {
      var test = dataTest(DATA_PATHS);
      event.put("where", random.in(4) ? List.of(test, dataTest(DATA_PATHS)) : List.of(test));
    }
    return event;
  }

  /** Members {@code performed}, {@code count}, {@code window}. */
  private void often(Map<String, Object> members, Instant now, boolean all) {
    var window = window(now, all);
    if (!window.isEmpty()) {
      members.put("window", window);
    }
    if ("not_within_past".equals(window.get("kind"))) {
      return;
    }
    switch (random.upTo(4)) {
      case 0 -> members.put("performed", false);
      case 1 -> {}
      default -> {
        var ops = all ? List.of("gte", "lte", "eq") : List.of("gte", "lte");
        members.put("count", Map.of("op", random.one(ops), "n", random.upTo(4)));
      }
    }
  }

  private Map<String, Object> window(Instant now, boolean all) {
    var window = new LinkedHashMap<String, Object>();
    switch (random.upTo(all ? 10 : 5)) {
      case 0 -> {}
      case 1, 2, 3, 4, 5 -> {
        window.put("kind", "within_past");
        window.putAll(span());
      }
      case 6 -> {
        window.put("kind", "not_within_past");
        window.putAll(span());
      }
      case 7 -> window.putAll(Map.of("kind", "before", "to", absolute(now)));
      case 8 -> window.putAll(Map.of("kind", "after", "from", absolute(now)));
      default -> {
        var from = absolute(now.minusSeconds(30 * 86_400));
        var to = absolute(now.plusSeconds(31 * 86_400));
        window.putAll(Map.of("kind", "between", "from", from, "to", to));
      }
    }
    return window;
  }

  // ── the others
  // ──────────────────────────────────────────────────────────────────────────────────

  private Map<String, Object> message(Instant now) {
    var message = new LinkedHashMap<String, Object>();
    var metric = random.one(METRICS);
    message.put("metric", metric);
    if (random.in(3)) {
      message.put("channel", random.one(CHANNELS));
    }
    if (!metric.equals("delivered") && random.in(2)) {
      message.put("engagement", random.one(List.of("human", "any")));
    }
    if (random.in(3)) {
      message.put("campaign", random.one(List.copyOf(RandomLife.COURSES.keySet())));
    }
    if (metric.equals("clicked") && random.in(2)) {
      message.put("link", random.one(LINKS));
    }
    often(message, now, true);
    return message;
  }

  private Map<String, Object> subscription() {
    var subscription = new LinkedHashMap<String, Object>();
    if (random.in(2)) {
      subscription.put("topic", 1 + random.upTo(2));
    } else {
      subscription.put("channel", random.one(List.of("email", "push")));
    }
    if (random.in(2)) {
      subscription.put("subscribed", random.in(2));
    }
    return subscription;
  }

  private Map<String, Object> device() {
    var device = new LinkedHashMap<String, Object>();
    if (random.in(2)) {
      device.put("platform", random.one(List.of("ios", "android")));
    }
    if (random.in(2)) {
      device.put("last_used", span());
    }
    if (random.in(2)) {
      device.put("where", List.of(dataTest("plan", "total")));
    }
    return device;
  }

  private Map<String, Object> object() {
    var object = new LinkedHashMap<String, Object>();
    object.put("type_id", 1 + random.upTo(OBJECT_TYPES));
    if (random.in(2)) {
      object.put(
          "count", Map.of("op", random.one(List.of("gte", "lte", "eq")), "n", random.upTo(3)));
    }
    if (random.in(2)) {
      object.put("where", List.of(dataTest("plan", "total")));
    }
    if (random.in(3)) {
      object.put("relationship", List.of(dataTest("plan", "total")));
    }
    return object;
  }

  private Map<String, Object> campaign() {
    var activity = random.one(List.of("in", "entered", "finished", "exited"));
    return Map.of("id", random.one(List.copyOf(RandomLife.COURSES.keySet())), "activity", activity);
  }
}
