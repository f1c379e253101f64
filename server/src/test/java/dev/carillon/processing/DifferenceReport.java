package dev.carillon.processing;

import dev.carillon.processing.TwoAnswers.Difference;
import dev.carillon.reference.Happening;
import dev.carillon.reference.Json;
import dev.carillon.reference.Scenario;
import dev.carillon.reference.Step;

/** Tells a difference in a form one can work with. */
record DifferenceReport(long seed, Scenario scenario, Difference difference) {

  String text() {
    var text = new StringBuilder();
    text.append(
        "seed %d, zone %s: after step %d %s is in segment %d since %s according to the reference, since %s according to the product%n"
            .formatted(
                seed,
                scenario.zone(),
                difference.step(),
                difference.who().person(),
                difference.who().segment(),
                difference.reference(),
                difference.product()));
    var now = scenario.start();
    for (var i = 0; i <= difference.step(); i++) {
      switch (scenario.steps().get(i)) {
        case Step.Turn(var by) -> now = now.plus(by);
        case Step.Restart(var away) -> {
          now = now.plus(away);
          text.append("%3d %s restart%n".formatted(i, now));
        }
        case Step.Happens(var happenings) -> {
          for (var each : happenings) {
            if (each instanceof Happening.Defined(var segment, var condition)) {
              text.append("%3d %s segment %d: %s%n".formatted(i, now, segment, Json.write(condition)));
            } else if (each.toString().contains(difference.who().person())) {
              text.append("%3d %s %s%n".formatted(i, now, each));
            }
          }
        }
      }
    }
    return text.append("%3d %s compared%n".formatted(difference.step(), now)).toString();
  }
}
