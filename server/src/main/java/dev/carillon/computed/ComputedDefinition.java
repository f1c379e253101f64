package dev.carillon.computed;

import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.EventFilter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is computed.
 *
 * @param name of the attribute
 * @param kind of the events
 * @param event their name
 * @param where tests on their data; all must hold for an event to count
 */
public record ComputedDefinition(
    String name,
    String description,
    EventKind kind,
    String event,
    List<AttributeTest> where,
    Computation computation) {
  /** Copies the tests. */
  public ComputedDefinition {
    where = List.copyOf(where);
  }

  /** The value of an event that counts; null when it does not count. */
  public @Nullable Object usable(Map<String, Object> data) {
    return EventFilter.matches(where, data) ? computation.usable(data) : null;
  }
}
