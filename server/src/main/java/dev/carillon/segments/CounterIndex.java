package dev.carillon.segments;

import dev.carillon.segments.CounterRepository.Stored;
import dev.carillon.segments.CounterSpec.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Finds counters among those of one workspace: one that is used before one that is not, a complete
 * one before one that is being filled, then the one that keeps least.
 */
final class CounterIndex implements CounterIds {
  private final Map<Counted, List<Stored>> bySubject = new HashMap<>();

  private record Counted(Subject subject, @Nullable Instant from, @Nullable Instant to) {
    static Counted by(CounterSpec spec) {
      return new Counted(spec.subject(), spec.from(), spec.to());
    }
  }

  CounterIndex(List<Stored> counters) {
    counters.stream()
        .sorted(
            Comparator.comparing((Stored each) -> !each.used())
                .thenComparing(each -> !each.complete())
                .thenComparingInt(each -> each.spec().newest()))
        .forEach(each ->
            bySubject.computeIfAbsent(Counted.by(each.spec()), _ -> new ArrayList<>()).add(each));
  }

  /** The counter that serves; empty when there is none. */
  OptionalInt find(CounterSpec spec) {
    return bySubject.getOrDefault(Counted.by(spec), List.of()).stream()
        .filter(each -> each.spec().newest() >= spec.newest())
        .mapToInt(Stored::counterId)
        .findFirst();
  }

  @Override
  public int counterOf(CounterSpec spec) {
    return find(spec).orElseThrow(() -> new IllegalStateException("no counter serves " + spec));
  }
}
