package dev.carillon.reference;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lengths of time and instants, as conditions write them. */
final class Span {
  private static final Map<String, Integer> MINUTES =
      Map.of(
          "minute", 1, "hour", 60, "day", 1_440, "week", 10_080, "month", 43_200, "year", 525_600);

  private Span() {}

  /** {@code n} times the unit; months have 30 days, years 365 (S-33). */
  static Duration of(Map<String, Object> span) {
    return Duration.ofMinutes(
        (long) Json.integer(span.get("n"))
            * Json.integer(MINUTES.get(Json.text(span.get("unit")))));
  }

  /**
   * An instant: Unix seconds or a date, which is 00:00 in the workspace's zone, each plain or in an
   * object; or so much from now or ago.
   */
  static Instant instant(@Nullable Object value, Instant now, ZoneId zone) {
    return switch (value) {
      case Number seconds -> Instant.ofEpochSecond(seconds.longValue());
      case String date -> LocalDate.parse(date).atStartOfDay(zone).toInstant();
      case null, default -> {
        var object = Json.object(value);
        if (object.containsKey("n")) {
          var span = of(object);
          yield "ago".equals(object.get("direction")) ? now.minus(span) : now.plus(span);
        }
        yield instant(object.containsKey("at") ? object.get("at") : object.get("date"), now, zone);
      }
    };
  }

  /** Whether something that happened at t lies in a window; none: ever (S-40). */
  static boolean contains(Map<String, Object> window, Instant t, Instant now, ZoneId zone) {
    return switch ((String) window.getOrDefault("kind", "ever")) {
      case "ever" -> true;
      case "within_past", "not_within_past" -> within(of(window), t, now);
      case "before" -> t.isBefore(instant(window.get("to"), now, zone));
      case "after" -> !t.isBefore(instant(window.get("from"), now, zone));
      case "between" ->
          !t.isBefore(instant(window.get("from"), now, zone))
              && t.isBefore(instant(window.get("to"), now, zone));
      default -> throw new IllegalArgumentException("no window: " + window);
    };
  }

  /** now − N &lt; t ≤ now. */
  static boolean within(Duration span, Instant t, Instant now) {
    return t.isAfter(now.minus(span)) && !t.isAfter(now);
  }
}
