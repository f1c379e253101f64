package dev.carillon.campaigns;

import dev.carillon.segments.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Why a campaign cannot be started as it is (C-38). */
final class StartProblems {
  private final List<Fault> faults = new ArrayList<>();

  private StartProblems() {}

  /**
   * Everything that is missing; empty for a campaign that can be started.
   *
   * @param unknownSegments those of its segments that its workspace does not have
   */
  static List<Fault> of(CampaignDefinition definition, Set<Integer> unknownSegments) {
    var problems = new StartProblems();
    if (definition.steps().isEmpty()) {
      problems.faults.add(new Fault("steps", "must hold at least one step"));
    }
    problems.steps(definition.steps(), "steps");
    unknownSegments.stream()
        .sorted()
        .forEach(id -> problems.faults.add(new Fault("", "there is no segment with the id " + id)));
    return problems.faults;
  }

  private void steps(List<Step> steps, String path) {
    for (var index = 0; index < steps.size(); index++) {
      var at = path + "[" + index + "]";
      switch (steps.get(index)) {
        case Step.Email email -> email(email, at);
        case Step.Branch(_, _, _, var then, var otherwise) -> {
          if (then.isEmpty() && otherwise.isEmpty()) {
            faults.add(new Fault(at, "must hold a step on one of its paths"));
          }
          steps(then, at + ".true");
          steps(otherwise, at + ".false");
        }
        case Step.Delay _, Step.Exit _ -> {}
      }
    }
  }

  private void email(Step.Email email, String at) {
    if (email.sendingState() == SendingState.OFF) {
      return;
    }
    var content = email.content();
    required(at + ".subject", content.subject());
    required(at + ".body", content.body() + content.plainBody());
  }

  private void required(String path, String text) {
    if (text.isBlank()) {
      faults.add(new Fault(path, "must not be empty"));
    }
  }
}
