package dev.carillon.segments;

import dev.carillon.events.Counter;
import dev.carillon.events.Counters;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of one person, as facts for conditions.
 *
 * @param attributes as {@code AttributesJson} reads them
 * @param segments ids of the segments the person is in; not copied, so that the caller's changes
 *     count at once
 */
record StoredFacts(
    Instant now,
    long personId,
    Map<String, Object> attributes,
    Counters counters,
    Set<Integer> segments,
    Surroundings surroundings)
    implements Facts {

  /** The same at another time. */
  StoredFacts at(Instant time) {
    return new StoredFacts(time, personId, attributes, counters, segments, surroundings);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return attributes.get(name);
  }

  @Override
  public Counter counter(int counterId) {
    return counters.get(counterId);
  }

  @Override
  public boolean inSegment(int segmentId) {
    return segments.contains(segmentId);
  }
}
