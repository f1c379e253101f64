package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.segments.CounterSpec.Subject;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** What counters count, as table {@code counter} keeps it; equal subjects have equal texts. */
final class CounterSubjects {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private CounterSubjects() {}

  /** Column {@code subject}. */
  static String subject(Subject subject) {
    return switch (subject) {
      case Subject.Events events when events.isPattern() ->
          NODES
              .objectNode()
              .put("type", events.kind().wire())
              .put("name", events.name())
              .toString();
      case Subject.Events _ -> "";
      case Subject.Messages(var filter) ->
          NODES.objectNode().set("message", ConditionJson.filterToJson(filter)).toString();
    };
  }

  /** Column {@code metric}; null for events. */
  static @Nullable String metric(Subject subject) {
    return switch (subject) {
      case Subject.Events _ -> null;
      case Subject.Messages(var filter) -> filter.metric().wire();
    };
  }

  /** Column {@code conditions}. */
  static String conditions(Subject subject) {
    return switch (subject) {
      case Subject.Events events -> ConditionJson.testsText(events.where());
      case Subject.Messages _ -> "[]";
    };
  }

  /**
   * Reads what the columns hold.
   *
   * @param kind of the event name; null when there is none
   * @param name of the events; null when there is none
   */
  static Subject stored(
      @Nullable Integer kind, @Nullable String name, String subject, String conditions) {
    if (kind != null && name != null) {
      return new Subject.Events(EventKind.of(kind), name, ConditionJson.storedTests(conditions));
    }
    var node = MAPPER.readTree(subject);
    if (node.has("message")) {
      return new Subject.Messages(filter(node.get("message").toString()));
    }
    for (var each : EventKind.values()) {
      if (each.wire().equals(node.path("type").stringValue(""))) {
        return new Subject.Events(
            each, node.path("name").stringValue(""), ConditionJson.storedTests(conditions));
      }
    }
    throw new IllegalStateException("a stored counter counts what nobody knows: " + subject);
  }

  private static MessageFilter filter(String json) {
    var faults = new ArrayList<Fault>();
    var condition =
        new ConditionParser(faults)
            .node(NODES.objectNode().set("message", MAPPER.readTree(json)), "message");
    if (!faults.isEmpty() || !(condition instanceof Condition.Message(var filter, _))) {
      throw new IllegalStateException("a stored counter does not read: " + faults);
    }
    return filter;
  }
}
