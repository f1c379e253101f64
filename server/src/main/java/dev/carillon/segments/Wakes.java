package dev.carillon.segments;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** What either names. */
  public Wakes plus(Wakes other) {
    return new Wakes(
        union(attributes, other.attributes),
        union(counters, other.counters),
        union(segments, other.segments),
        devices || other.devices,
        union(objectTypes, other.objectTypes),
        union(campaigns, other.campaigns));
  }

  private static <T> Set<T> union(Set<T> one, Set<T> other) {
    return Stream.concat(one.stream(), other.stream()).collect(Collectors.toUnmodifiableSet());
  }

  /** Whether anything is read beyond profile, counters and memberships: {@link Surroundings}. */
  public boolean surroundings() {
    return devices || !objectTypes.isEmpty() || !campaigns.isEmpty();
  }
}
