package dev.carillon.segments;

import dev.carillon.segments.Occurrences.Count;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads how often and when something has to have happened: performed, count, window. */
final class OccurrencesReader {
  private static final int TIMES = 1_000;
  private static final Map<String, Count> COUNTS = counts();
  private static final Set<String> KINDS =
      FormReader.sorted("ever", "within_past", "not_within_past", "before", "after", "between");

  private final FormReader form;
  private final TestReader tests;

  OccurrencesReader(FormReader form, TestReader tests) {
    this.form = form;
    this.tests = tests;
  }

  private static Map<String, Count> counts() {
    var counts = new LinkedHashMap<String, Count>();
    counts.put("gte", Count.AT_LEAST);
    counts.put("lte", Count.AT_MOST);
    counts.put("eq", Count.EXACTLY);
    counts.put("at_least", Count.AT_LEAST);
    counts.put("at_most", Count.AT_MOST);
    counts.put("exactly", Count.EXACTLY);
    return counts;
  }

  /** The members of an event or message condition; of use only when no fault was noted. */
  Occurrences read(JsonNode node, String path) {
    var windowNode = node.get("window");
    var window = window(windowNode, path + ".window");
    var performed = form.flag(node.get("performed"), path + ".performed", true);
    var never = !performed;
    if (isNot(windowNode)) {
      if (node.has("performed") && performed) {
        form.fault(path + ".performed", "must be false or absent with not_within_past");
      }
      never = true;
    }
    var count = count(node.get("count"), never, path + ".count");
    return new Occurrences(count.count, count.times, window);
  }

  private static boolean isNot(@Nullable JsonNode window) {
    return window != null
        && window.isObject()
        && window.get("kind") instanceof JsonNode kind
        && kind.isString()
        && kind.stringValue().equals("not_within_past");
  }

  /** A number and how it is compared. */
  record Times(Count count, int times) {}

  /** Absent: at least once, or never for what was not performed. */
  private Times count(@Nullable JsonNode node, boolean never, String path) {
    if (never) {
      if (node != null) {
        form.fault(path, "must be absent when performed is false");
      }
      return new Times(Count.AT_MOST, 0);
    }
    return count(node, path);
  }

  /** Absent: at least once. Of use only when no fault was noted. */
  Times count(@Nullable JsonNode node, String path) {
    var once = new Times(Count.AT_LEAST, 1);
    if (node == null || !form.object(node, path, FormReader.sorted("op", "n"))) {
      return once;
    }
    var op = node.get("op");
    var count = op != null && op.isString() ? COUNTS.get(op.stringValue()) : null;
    if (count == null) {
      form.fault(path + ".op", "must be one of " + String.join(", ", COUNTS.keySet()));
    }
    var times = FormReader.whole(node.get("n"), 0, TIMES);
    if (times == null) {
      form.fault(path + ".n", "must be a whole number from 0 to " + TIMES);
    }
    return count == null || times == null ? once : new Times(count, times);
  }

  private Window window(@Nullable JsonNode node, String path) {
    if (node == null
        || !form.object(node, path, FormReader.sorted("kind", "n", "unit", "from", "to"))) {
      return Window.EVER;
    }
    var kind = form.needed(node.get("kind"), path + ".kind", KINDS);
    if (kind == null) {
      return Window.EVER;
    }
    return switch (kind) {
      case "within_past", "not_within_past" -> {
        only(node, path, kind, Set.of("kind", "n", "unit"));
        var span = form.span(node, path, FormReader.WINDOW_YEARS);
        yield span == null ? Window.EVER : new Window.Within(span);
      }
      case "before" -> {
        only(node, path, kind, Set.of("kind", "to"));
        yield new Window.Between(null, tests.fixed(node.get("to"), path + ".to"));
      }
      case "after" -> {
        only(node, path, kind, Set.of("kind", "from"));
        yield new Window.Between(tests.fixed(node.get("from"), path + ".from"), null);
      }
      case "between" -> {
        only(node, path, kind, Set.of("kind", "from", "to"));
        var from = tests.fixed(node.get("from"), path + ".from");
        var to = tests.fixed(node.get("to"), path + ".to");
        if (from != null && to != null && isEmpty(from, to)) {
          form.fault(path + ".to", "must be later than from, or nothing is between them");
        }
        yield new Window.Between(from, to);
      }
      default -> {
        only(node, path, kind, Set.of("kind"));
        yield Window.EVER;
      }
    };
  }

  /** Whether nothing lies between them in whatever zone. */
  private static boolean isEmpty(Moment from, Moment to) {
    return switch (from) {
      case Moment.At(var start) -> to instanceof Moment.At(var end) && !start.isBefore(end);
      case Moment.Date(var first) -> to instanceof Moment.Date(var last) && !first.isBefore(last);
      case Moment.Relative _ -> false;
    };
  }

  private void only(JsonNode node, String path, String kind, Set<String> members) {
    for (var name : node.propertyNames()) {
      if (!members.contains(name)) {
        form.fault(path + "." + name, "must be absent when kind is " + kind);
      }
    }
  }
}
