package dev.carillon.reference;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the conditions of a segment, and of all segments they ask about, look at.
 *
 * @param spans all lengths of time
 * @param anniversaries whether days matter
 * @param around those of device, object and campaign they look at
 * @param segments those segments, the first included
 */
record Conditions(
    Set<Duration> spans, boolean anniversaries, Set<String> around, Set<Integer> segments) {
  private static final Set<String> SURROUNDINGS = Set.of("device", "object", "campaign");

  static Conditions of(int segment, World world) {
    var spans = new HashSet<Duration>();
    var days = new HashSet<Object>();
    var around = new HashSet<String>();
    var segments = new HashSet<>(Set.of(segment));
    world
        .conditions(segment)
        .ifPresent(each -> collect(each, world, spans, days, around, segments));
    return new Conditions(spans, !days.isEmpty(), around, segments);
  }

  private static void collect(
      @Nullable Object part,
      World world,
      Set<Duration> spans,
      Set<Object> days,
      Set<String> around,
      Set<Integer> segments) {
    if (part instanceof Collection<?> list) {
      list.forEach(each -> collect(each, world, spans, days, around, segments));
    } else if (part instanceof Map<?, ?>) {
      var members = Json.object(part);
      if (members.containsKey("n") && members.containsKey("unit")) {
        spans.add(Span.of(members));
      }
      if ("anniversary".equals(members.get("operator"))) {
        days.add(members);
      }
      if (members.get("segment") instanceof Map<?, ?> other) {
        var id = Json.integer(other.get("id"));
        segments.add(id);
        world.conditions(id).ifPresent(each -> collect(each, world, spans, days, around, segments));
      }
      SURROUNDINGS.stream()
          .filter(kind -> members.get(kind) instanceof Map<?, ?>)
          .forEach(around::add);
      members.values().forEach(each -> collect(each, world, spans, days, around, segments));
    }
  }
}
