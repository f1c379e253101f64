package dev.carillon.campaigns;

import dev.carillon.events.Counter;
import dev.carillon.segments.Facts;
import dev.carillon.segments.Surroundings;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A person as a test describes it. */
record KnownFacts(Instant now, Map<String, Object> attributes, Set<Integer> segments)
    implements Facts {

  static KnownFacts at(Instant now) {
    return new KnownFacts(now, Map.of(), Set.of());
  }

  KnownFacts with(String name, Object value) {
    return new KnownFacts(now, Map.of(name, value), segments);
  }

  KnownFacts in(Integer... ids) {
    return new KnownFacts(now, attributes, Set.of(ids));
  }

  @Override
  public @Nullable Object attribute(String name) {
    return attributes.get(name);
  }

  @Override
  public Counter counter(int counterId) {
    return Counter.NONE;
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
