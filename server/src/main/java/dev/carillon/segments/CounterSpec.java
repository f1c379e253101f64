package dev.carillon.segments;

import dev.carillon.events.EventKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a per-person counter has to count for a condition.
 *
 * @param from what lies before does not count; null: no bound
 * @param to what lies at it or after it does not count; null: no bound
 * @param newest how many newest times it has to keep; 0: the total is enough
 */
public record CounterSpec(
    Subject subject, @Nullable Instant from, @Nullable Instant to, int newest) {

  /** What is counted. */
  public sealed interface Subject {
    /**
     * Events.
     *
     * @param name {@code *} stands for any characters in those of pages and screens
     * @param where tests on their data
     */
    record Events(EventKind kind, String name, List<AttributeTest> where) implements Subject {
      /** Copies the tests. */
      public Events {
        where = List.copyOf(where);
      }
    }

    /** Messages that reached a metric. */
    record Messages(MessageFilter filter) implements Subject {}
  }

  /** Whether what happened at this time counts. */
  public static boolean inside(@Nullable Instant from, @Nullable Instant to, Instant at) {
    return (from == null || !at.isBefore(from)) && (to == null || at.isBefore(to));
  }
}
