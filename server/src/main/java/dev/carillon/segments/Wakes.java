package dev.carillon.segments;

import java.util.Set;

/**
 * What can change the answer of a condition with new data.
 *
 * @param attributes top-level attribute names
 * @param counters counter ids
 * @param segments segment ids
 * @param devices whether devices of the person are looked at
 * @param objectTypes types of objects and relationships
 * @param campaigns ids of campaigns whose journeys are looked at
 */
public record Wakes(
    Set<String> attributes,
    Set<Integer> counters,
    Set<Integer> segments,
    boolean devices,
    Set<Integer> objectTypes,
    Set<Integer> campaigns) {
  /** Copies the sets. */
  public Wakes {
    attributes = Set.copyOf(attributes);
    counters = Set.copyOf(counters);
    segments = Set.copyOf(segments);
    objectTypes = Set.copyOf(objectTypes);
    campaigns = Set.copyOf(campaigns);
  }

  /** Whether anything is read beyond profile, counters and memberships: {@link Surroundings}. */
  public boolean surroundings() {
    return devices || !objectTypes.isEmpty() || !campaigns.isEmpty();
  }
}
