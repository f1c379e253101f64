package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.events.NamePattern;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a per-person counter has to count for a condition.
 *
 * @param from what lies before does not count; null: no bound
 * @param to what lies at it or after it does not count; null: no bound
 * @param newest how many newest times up to now it has to keep; 0: the total is enough
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

      /** Whether events of more than one name count. */
      public boolean isPattern() {
        return NamePattern.is(kind, name);
      }
    }

    /** Messages that reached a metric, each by the time it first did. */
    record Messages(MessageFilter filter) implements Subject {}
  }

  /** The same with another number of newest times. */
  CounterSpec keeping(int times) {
    return new CounterSpec(subject, from, to, times);
  }

  /** Whether what happened at this time counts. */
  public boolean inside(Instant at) {
    return (from == null || !at.isBefore(from)) && (to == null || at.isBefore(to));
  }
}
