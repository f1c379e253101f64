package dev.carillon.reference;

import dev.carillon.reference.Happening.Defined;
import dev.carillon.reference.Happening.Merged;
import dev.carillon.reference.Happening.Sent;
import dev.carillon.reference.Step.Happens;
import dev.carillon.reference.Step.Restart;
import dev.carillon.reference.Step.Turn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a scenario can matter for one person and one segment: the segments it asks about, and
 * whoever was merged with the person.
 */
public final class Focus {
  private final Set<String> people = new HashSet<>();
  private final Set<Integer> segments = new HashSet<>();
  private final Set<String> messages = new HashSet<>();

  /** All names of members of the conditions. */
  private final Set<String> words = new HashSet<>();

  private Focus() {}

  /**
   * The scenario as far as it can matter.
   *
   * @param last number of the last step that can
   */
  public static Scenario on(Scenario scenario, String person, int segment, int last) {
    var focus = new Focus();
    focus.people.add(person);
    focus.segments.add(segment);
    var steps = scenario.steps().subList(0, last + 1);
    for (var grown = true; grown; ) {
      var before = focus.size();
      steps.forEach(focus::widen);
      grown = focus.size() > before;
    }
    return new Scenario(
        scenario.start(), scenario.zone(), steps.stream().map(focus::narrowed).toList());
  }

  private int size() {
    return people.size() + segments.size() + messages.size();
  }

  private void widen(Step step) {
    if (step instanceof Happens(var happenings)) {
      for (var each : happenings) {
        if (each instanceof Merged(var primary, var secondary)
            && (people.contains(primary) || people.contains(secondary))) {
          people.addAll(List.of(primary, secondary));
        } else if (each instanceof Defined(var segment, var condition)
            && segments.contains(segment)) {
          addSegments(condition);
        } else if (each instanceof Sent(var person, var message, _) && people.contains(person)) {
          messages.add(message);
        }
      }
    }
  }

  private void addSegments(@Nullable Object part) {
    if (part instanceof Collection<?> list) {
      list.forEach(this::addSegments);
    } else if (part instanceof Map<?, ?> members) {
      if (members.get("segment") instanceof Map<?, ?> asked) {
        segments.add(Json.integer(asked.get("id")));
      }
      members.keySet().forEach(name -> words.add((String) name));
      members.values().forEach(this::addSegments);
    }
  }

  private Step narrowed(Step step) {
    return switch (step) {
      case Happens(var happenings) ->
          new Happens(new ArrayList<>(happenings.stream().filter(this::matters).toList()));
      case Turn _, Restart _ -> step;
    };
  }

  private boolean matters(Happening happening) {
    return switch (happening) {
      case Happening.Identified(var person, _, _) -> people.contains(person);
      case Happening.Did did -> people.contains(did.person());
      case Happening.Placed(var person, var segment, _) ->
          people.contains(person) && segments.contains(segment);
      case Merged(var primary, _) -> people.contains(primary);
      case Happening.Deleted(var person) -> people.contains(person);
      case Happening.Travelled travelled -> people.contains(travelled.person());
      case Defined(var segment, _) -> segments.contains(segment);
      // devices move from one person to another, and whoever is related to an object makes it
      case Happening.DeviceUsed used -> people.contains(used.person()) || words.contains("device");
      case Happening.DeviceRemoved _ -> words.contains("device");
      case Happening.Related related ->
          people.contains(related.person()) || words.contains("object");
      case Happening.ObjectWritten _, Happening.ObjectDeleted _, Happening.Unrelated _ ->
          words.contains("object");
      case Sent(_, var message, _) -> messages.contains(message) && words.contains("message");
      case Happening.Reached reached ->
          messages.contains(reached.message()) && words.contains("message");
      case Happening.ByDefault _ -> words.contains("subscription");
    };
  }
}
