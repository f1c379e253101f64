package dev.carillon.segments;

import dev.carillon.events.Counter;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A person made up for a test. */
record Someone(
    Instant now, Map<String, ?> attributes, Map<Integer, Counter> counters, Set<Integer> segments)
    implements Facts {

  /** Somebody with these attributes who has done nothing and is in no segment. */
  static Someone with(Map<String, ?> attributes) {
    return new Someone(Instant.EPOCH, attributes, Map.of(), Set.of());
  }

  /** The same person at another time. */
  Someone at(Instant instant) {
    return new Someone(instant, attributes, counters, segments);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return attributes.get(name);
  }

  @Override
  public Counter counter(int counterId) {
    return counters.getOrDefault(counterId, Counter.NONE);
  }

  @Override
  public boolean inSegment(int segmentId) {
    return segments.contains(segmentId);
  }

  @Override
  public long personId() {
    return 7;
  }

  @Override
  public Surroundings surroundings() {
    return Surroundings.NONE;
  }
}
