package dev.carillon.segments;

import dev.carillon.events.EventKind;
import java.util.List;

/**
 * What a per-person counter has to count for a condition.
 *
 * @param where tests on the event's data
 * @param newest how many newest times it has to keep; 0: the total is enough
 */
public record CounterSpec(EventKind kind, String name, List<AttributeTest> where, int newest) {
  /** Copies the tests. */
  public CounterSpec {
    where = List.copyOf(where);
  }
}
