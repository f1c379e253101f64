package dev.carillon.reference;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The instants at which an answer may change by itself. Crude on purpose: every time of the person
 * is put together with every length of time in the conditions, whatever belongs together. Strict
 * comparisons turn a millisecond, the smallest step of time, behind their boundary.
 */
final class Boundaries {
  private final Instant from;
  private final Instant to;
  private final NavigableSet<Instant> found = new TreeSet<>();

  private Boundaries(Instant from, Instant to) {
    this.from = from;
    this.to = to;
  }

  /** Boundaries after {@code from}, up to and with {@code to}. */
  static NavigableSet<Instant> between(
      Instant from, Instant to, World world, Person person, Conditions conditions) {
    var boundaries = new Boundaries(from, to);
    for (var span : conditions.spans()) {
      person.events.forEach(each -> boundaries.happened(each.at(), span));
      person.messages.values().stream()
          .flatMap(each -> each.reached().stream())
          .forEach(each -> boundaries.happened(each.at(), span));
      person.devices.values().forEach(each -> boundaries.happened(each.lastUsed(), span));
      boundaries.values(person.attributes.values(), span);
    }
    if (conditions.anniversaries()) {
      var zone = world.shared().zone();
      for (var day = from.atZone(zone).toLocalDate();
          !day.isAfter(to.atZone(zone).toLocalDate());
          day = day.plusDays(1)) {
        boundaries.add(day.atStartOfDay(zone).toInstant());
      }
    }
    return boundaries.found;
  }

  /** S-42: it counts from its own time on, until the window has passed. */
  private void happened(Instant at, Duration span) {
    add(at);
    add(at.plus(span));
  }

  /** S-32. */
  private void values(Object value, Duration span) {
    switch (value) {
      case Map<?, ?> map -> map.values().forEach(each -> values(each, span));
      case Collection<?> list ->
          list.stream().filter(each -> each != null).forEach(each -> values(each, span));
      default ->
          Values.timestamp(value)
              .ifPresent(seconds -> {
                var at = Instant.ofEpochSecond(seconds);
                add(at.plus(span));
                add(at.plus(span).plusMillis(1));
                add(at.minus(span));
                add(at.minus(span).plusMillis(1));
              });
    }
  }

  private void add(Instant boundary) {
    if (boundary.isAfter(from) && !boundary.isAfter(to)) {
      found.add(boundary);
    }
  }
}
