package dev.carillon.campaigns;

import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import java.util.List;

/** What makes a campaign start journeys (C-1). */
public sealed interface TriggerRule {

  /**
   * Every event of this kind and name whose data passes all tests starts a journey.
   *
   * @param name exact after trimming (P-40)
   * @param where tests on the event's data, all on the same event (C-12); empty for every event
   */
  record EventTrigger(EventKind kind, String name, List<AttributeTest> where)
      implements TriggerRule {
    /** Copies the tests. */
    public EventTrigger {
      where = List.copyOf(where);
    }
  }

  /** Coming to be in the segment starts a journey. */
  record SegmentTrigger(int segmentId) implements TriggerRule {}
}
