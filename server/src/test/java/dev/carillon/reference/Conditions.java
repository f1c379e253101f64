package dev.carillon.reference;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the conditions of a segment, and of all segments they ask about, say of time.
 *
 * @param spans all lengths of time
 * @param anniversaries whether days matter
 */
record Conditions(Set<Duration> spans, boolean anniversaries) {

  static Conditions of(int segment, World world) {
    var spans = new HashSet<Duration>();
    var days = new HashSet<Object>();
    world.conditions(segment).ifPresent(each -> collect(each, world, spans, days));
    return new Conditions(spans, !days.isEmpty());
  }

  private static void collect(
      @Nullable Object part, World world, Set<Duration> spans, Set<Object> days) {
    if (part instanceof Collection<?> list) {
      list.forEach(each -> collect(each, world, spans, days));
    } else if (part instanceof Map<?, ?>) {
      var members = Json.object(part);
      if (members.containsKey("n") && members.containsKey("unit")) {
        spans.add(Span.of(members));
      }
      if ("anniversary".equals(members.get("operator"))) {
        days.add(members);
      }
      if (members.get("segment") instanceof Map<?, ?> other) {
        world
            .conditions(Json.integer(other.get("id")))
            .ifPresent(each -> collect(each, world, spans, days));
      }
      members.values().forEach(each -> collect(each, world, spans, days));
    }
  }
}
