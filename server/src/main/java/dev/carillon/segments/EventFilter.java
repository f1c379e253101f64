package dev.carillon.segments;

import java.util.List;
import java.util.Map;

/** Tests on the data of one event: what counters count and what triggers campaigns. */
public final class EventFilter {
  private EventFilter() {}

  /** Whether all tests hold on this event's data; true when there are none. */
  public static boolean matches(List<AttributeTest> where, Map<String, ?> data) {
    return ValueTests.hold(where, data::get, ValueTests.When.ANY);
  }
}
