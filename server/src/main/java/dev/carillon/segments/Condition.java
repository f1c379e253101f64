package dev.carillon.segments;

import dev.carillon.events.EventKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition over one person at one instant: the tree behind segments, filters and branches
 * (journeys §2.2).
 */
public sealed interface Condition {

  /** All hold; an empty list holds (S-20). */
  record And(List<Condition> all) implements Condition {
    public And {
      all = List.copyOf(all);
    }
  }

  /** At least one holds; an empty list does not (S-20). */
  record Or(List<Condition> any) implements Condition {
    public Or {
      any = List.copyOf(any);
    }
  }

  /** The inner condition does not hold. */
  record Not(Condition inner) implements Condition {}

  /** A test on an attribute of the person. */
  record Attribute(AttributeTest test) implements Condition {}

  /** The person is in another segment. */
  record InSegment(int segmentId) implements Condition {}

  /**
   * How often the person did something (journeys §2.4). "Has not performed" is {@code AT_MOST 0}.
   *
   * @param name exact after trimming (P-40)
   * @param times 0 … 1,000
   * @param within only events whose own time lies in this span before now count; null = ever
   * @param where tests on the event's data; all must hold on the same event
   */
  record Event(
      EventKind kind,
      String name,
      Count count,
      int times,
      @Nullable Duration within,
      List<AttributeTest> where)
      implements Condition {
    public Event {
      where = List.copyOf(where);
    }
  }

  /** How the number of events is compared. */
  enum Count {
    AT_LEAST,
    AT_MOST
  }
}
