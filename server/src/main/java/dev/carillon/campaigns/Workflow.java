package dev.carillon.campaigns;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
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

  /** The same steps, with a number for each that has no id. */
  static List<Step> numbered(List<Step> steps, IntSupplier numbers) {
    var all = new ArrayList<Step>();
    for (var step : steps) {
      var id = step.id() == 0 ? numbers.getAsInt() : step.id();
      all.add(
          switch (step) {
            case Step.Email(_, var name, var content, var sending, var conditions) ->
                new Step.Email(id, name, content, sending, conditions);
            case Step.Delay(_, var name, var length) -> new Step.Delay(id, name, length);
            case Step.Branch(_, var name, var condition, var then, var otherwise) ->
                new Step.Branch(
                    id, name, condition, numbered(then, numbers), numbered(otherwise, numbers));
            case Step.Exit(_, var name) -> new Step.Exit(id, name);
          });
    }
    return all;
  }
}
