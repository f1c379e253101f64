package dev.carillon.processing;

import dev.carillon.processing.TwoAnswers.Difference;
import dev.carillon.reference.Happening;
import dev.carillon.reference.Json;
import dev.carillon.reference.Scenario;
import dev.carillon.reference.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells a difference in a form one can work with.
 *
 * @param seed what the scenario was made from, before it was made shorter
 * @param scenario a short one that shows the difference
 */
record DifferenceReport(long seed, Scenario scenario, Difference difference) {

  String text() {
    var lines = new ArrayList<String>();
    lines.add(
        "seed %d, zone %s: after step %d %s is in segment %d %s by the reference, %s by the product"
            .formatted(
                seed,
                scenario.zone(),
                difference.step(),
                difference.who().person(),
                difference.who().segment(),
                since(difference.reference()),
                since(difference.product())));
    var now = scenario.start();
    for (var i = 0; i <= difference.step(); i++) {
      var step = scenario.steps().get(i);
      now = now.plus(passed(step));
      for (var line : told(step)) {
        lines.add("%3d  %s  %s".formatted(i, now, line));
      }
    }
    return String.join("\n", lines);
  }

  private static String since(@Nullable Instant at) {
    return at == null ? "not" : "since " + at;
  }

  private static Duration passed(Step step) {
    return switch (step) {
      case Step.Happens _ -> Duration.ZERO;
      case Step.Turn(var by) -> by;
      case Step.Restart(var away) -> away;
    };
  }

  private static List<String> told(Step step) {
    return switch (step) {
      case Step.Happens(var happenings) -> happenings.stream().map(DifferenceReport::told).toList();
      case Step.Turn _ -> List.of("the clock was turned");
      case Step.Restart _ -> List.of("stopped before, started now");
    };
  }

  private static String told(Happening happening) {
    if (happening instanceof Happening.Defined(var segment, var condition)) {
      return condition == null
          ? "segment %d by hand".formatted(segment)
          : "segment %d: %s".formatted(segment, Json.write(condition));
    }
    return Objects.toString(happening);
  }
}
