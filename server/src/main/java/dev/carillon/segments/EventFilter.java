package dev.carillon.segments;

import dev.carillon.segments.ValueTests.When;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** Tests on the data of one event: what counters count and what triggers campaigns. */
public final class EventFilter {
  private EventFilter() {}

  /**
   * Whether all tests hold on this event's data; true when there are none.
   *
   * @param where without days: {@link AttributeTest#in} has made instants of them
   */
  public static boolean matches(List<AttributeTest> where, Map<String, ?> data) {
    return matches(where, data, ZoneOffset.UTC);
  }

  /**
   * Whether all tests hold on this event's data; true when there are none.
   *
   * @param zone where days begin
   */
  public static boolean matches(List<AttributeTest> where, Map<String, ?> data, ZoneId zone) {
    return where.isEmpty() || ValueTests.hold(where, data::get, new When(Instant.EPOCH, zone));
  }
}
