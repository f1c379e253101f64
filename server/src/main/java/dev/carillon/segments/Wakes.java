package dev.carillon.segments;

import java.util.Set;

/**
 * What can change the answer of a condition with new data.
 *
 * @param attributes top-level attribute names
 * @param counters counter ids
 * @param segments segment ids
 */
public record Wakes(Set<String> attributes, Set<Integer> counters, Set<Integer> segments) {
  /** Copies the sets. */
  public Wakes {
    attributes = Set.copyOf(attributes);
    counters = Set.copyOf(counters);
    segments = Set.copyOf(segments);
  }
}
