package dev.carillon.reference;

import dev.carillon.reference.Happening.Defined;
import dev.carillon.reference.Step.Happens;
import dev.carillon.reference.Step.Restart;
import dev.carillon.reference.Step.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a scenario shorter as long as it shows what it is to show: leaves out what happened and
 * stops of the clock, while everything else keeps its instant, and puts parts of conditions in
 * place of the whole.
 */
public final class Shrinker {
  private final Scenario original;
  private final Predicate<Scenario> shows;
  private final long deadline;

  private Shrinker(Scenario original, Predicate<Scenario> shows, Duration patience) {
    this.original = original;
    this.shows = shows;
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /**
   * A shorter scenario; the same when there is none.
   *
   * @param shows whether a scenario shows what it is to show; a scenario that makes no sense does
   *     not
   * @param patience how long to try
   */
  public static Scenario shrink(Scenario scenario, Predicate<Scenario> shows, Duration patience) {
    return new Shrinker(scenario, shows, patience).shrink();
  }

  /** An instant at which the clock stops, or the program starts again, or something happens. */
  private record Stop(Instant at, boolean restart, @Nullable Happening happening) {}

  private Scenario shrink() {
    var stops = stops();
    for (var size = stops.size() / 2; size > 0; size = Math.min(size / 2, stops.size() / 2)) {
      stops = withoutPieces(stops, size);
    }
    return scenario(withSmallerConditions(stops));
  }

  private List<Stop> stops() {
    var stops = new ArrayList<Stop>();
    var now = original.start();
    for (var step : original.steps()) {
      switch (step) {
        case Turn(var by) -> stops.add(new Stop(now = now.plus(by), false, null));
        case Restart(var away) -> stops.add(new Stop(now = now.plus(away), true, null));
        case Happens(var happenings) -> {
          for (var each : happenings) {
            stops.add(new Stop(now, false, each));
          }
        }
      }
    }
    return stops;
  }

  private Scenario scenario(List<Stop> stops) {
    var steps = new ArrayList<Step>();
    var now = original.start();
    for (var stop : stops) {
      var gap = Duration.between(now, stop.at);
      if (stop.restart) {
        steps.add(new Restart(gap));
      } else if (gap.isPositive()) {
        steps.add(new Turn(gap));
      }
      if (stop.happening != null) {
        steps.add(new Happens(List.of(stop.happening)));
      }
      now = stop.at;
    }
    return new Scenario(original.start(), original.zone(), steps);
  }

  private List<Stop> withoutPieces(List<Stop> stops, int size) {
    var kept = stops;
    for (var from = 0; from < kept.size(); ) {
      var fewer = new ArrayList<>(kept);
      fewer.subList(from, Math.min(from + size, kept.size())).clear();
      if (stillShows(fewer)) {
        kept = fewer;
      } else {
        from += size;
      }
    }
    return kept;
  }

  private List<Stop> withSmallerConditions(List<Stop> stops) {
    var kept = stops;
    for (var i = 0; i < kept.size(); i++) {
      while (kept.get(i).happening instanceof Defined(var segment, var condition)
          && condition != null) {
        var smaller = smaller(kept, i, segment, condition);
        if (smaller == null) {
          break;
        }
        kept = smaller;
      }
    }
    return kept;
  }

  private @Nullable List<Stop> smaller(
      List<Stop> stops, int at, int segment, Map<String, Object> condition) {
    for (var part : parts(condition)) {
      var changed = new ArrayList<>(stops);
      changed.set(at, new Stop(stops.get(at).at, false, new Defined(segment, part)));
      if (stillShows(changed)) {
        return changed;
      }
    }
    return null;
  }

  private static List<Map<String, Object>> parts(Map<String, Object> condition) {
    var kind = condition.keySet().iterator().next();
    return switch (kind) {
      case "and", "or" -> Json.objects(condition.get(kind));
      case "not" -> List.of(Json.object(condition.get(kind)));
      default -> List.of();
    };
  }

  private boolean stillShows(List<Stop> stops) {
    return System.nanoTime() < deadline && shows.test(scenario(stops));
  }
}
