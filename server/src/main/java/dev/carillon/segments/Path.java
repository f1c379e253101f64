package dev.carillon.segments;

import java.util.ArrayList;
import java.util.List;

/**
 * A path into JSON (S-35): {@code a.b}, {@code list[0]}, {@code list[]} for any item.
 *
 * @param root the top-level name
 */
record Path(String root, List<Step> steps) {
  private static final int STEPS = 20;

  /** One step down. */
  sealed interface Step {
    record Member(String name) implements Step {}

    record Element(int index) implements Step {}

    record Any() implements Step {}
  }

  /** Reads a path; brackets that hold no number are part of a name. */
  static Path of(String text) {
    var steps = new ArrayList<Step>();
    for (var part : text.split("\\.", STEPS)) {
      var bracket = part.indexOf('[');
      var name = bracket < 0 ? part : part.substring(0, bracket);
      var found = new ArrayList<Step>();
      var rest = bracket < 0 ? "" : part.substring(bracket);
      while (rest.startsWith("[")) {
        var end = rest.indexOf(']');
        var inside = end < 0 ? "?" : rest.substring(1, end);
        if (inside.isEmpty()) {
          found.add(new Step.Any());
        } else if (inside.length() < 7 && inside.chars().allMatch(Character::isDigit)) {
          found.add(new Step.Element(Integer.parseInt(inside)));
        } else {
          break;
        }
        rest = rest.substring(end + 1);
      }
      if (rest.isEmpty()) {
        steps.add(new Step.Member(name));
        steps.addAll(found);
      } else {
        steps.add(new Step.Member(part));
      }
    }
    var root = steps.removeFirst();
    return new Path(root instanceof Step.Member(var name) ? name : text, List.copyOf(steps));
  }
}
