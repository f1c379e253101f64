package dev.carillon.campaigns;

import java.util.List;
import java.util.stream.Stream;

/** Walks the tree of steps. */
final class Workflow {
  private Workflow() {}

  /** All steps, those of paths behind their branch, the true path first. */
  static Stream<Step> steps(List<Step> steps) {
    return steps.stream()
        .flatMap(step ->
            switch (step) {
              case Step.Branch branch ->
                  Stream.concat(
                      Stream.of(branch),
                      Stream.concat(steps(branch.then()), steps(branch.otherwise())));
              case Step.Email email -> Stream.of(email);
              case Step.Delay delay -> Stream.of(delay);
              case Step.Exit exit -> Stream.of(exit);
            });
  }
}
