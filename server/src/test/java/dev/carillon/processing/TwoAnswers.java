package dev.carillon.processing;

import dev.carillon.processing.ScenarioProduct.Membership;
import dev.carillon.reference.Happening;
import dev.carillon.reference.History;
import dev.carillon.reference.History.Change;
import dev.carillon.reference.History.Moment;
import dev.carillon.reference.Scenario;
import dev.carillon.reference.Step;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Leads the reference and the product through one scenario and compares what they say. */
final class TwoAnswers {
  private final History history;
  private final Set<Integer> byHand = new HashSet<>();
  private final Map<Integer, Map<Integer, Instant>> entered = new HashMap<>();
  private final Map<Membership, Integer> changes = new HashMap<>();
  private Instant now;
  private Moment compared;

  private TwoAnswers(Scenario scenario) {
    history = new History(scenario.zone());
    now = scenario.start();
    compared = history.moment(now);
  }

  /**
   * Where the two differ first.
   *
   * @param step number of the step after which they do
   * @param reference since when the person is in the segment; null: not
   * @param product the same
   */
  record Difference(
      int step, Membership who, @Nullable Instant reference, @Nullable Instant product) {}

  /**
   * What came of a scenario.
   *
   * @param difference null: they agreed at every step
   * @param changes how often each person entered or left each segment
   */
  record Outcome(@Nullable Difference difference, Map<Membership, Integer> changes) {}

  /** Lives through a scenario, until the first difference. */
  static Outcome of(Scenario scenario) {
    var answers = new TwoAnswers(scenario);
    try (var product = new ScenarioProduct(scenario.zone())) {
      for (var i = 0; i < scenario.steps().size(); i++) {
        var step = scenario.steps().get(i);
        product.live(step);
        answers.live(step);
        var difference = answers.compare(product.memberships());
        if (difference.isPresent()) {
          var who = difference.get();
          return new Outcome(
              new Difference(i, who, answers.expected().get(who), product.memberships().get(who)),
              answers.changes);
        }
      }
    }
    return new Outcome(null, answers.changes);
  }

  private void live(Step step) {
    switch (step) {
      case Step.Happens(var happenings) -> happenings.forEach(this::happen);
      case Step.Turn(var by) -> now = now.plus(by);
      case Step.Restart(var away) -> now = now.plus(away);
    }
    var moment = history.moment(now);
    entered.forEach((segment, people) ->
        history
            .world()
            .names()
            .forEach((id, number) -> {
              var since = history.changes(segment, number, compared, moment);
              if (!since.isEmpty()) {
                changes.merge(new Membership(id, segment), since.size(), Integer::sum);
                note(people, number, since.getLast());
              }
              if (people.containsKey(number) != history.in(segment, number, moment)) {
                throw new IllegalStateException(
                    "the reference missed a boundary of segment %d for %s".formatted(segment, id));
              }
            }));
    compared = moment;
  }

  private static void note(Map<Integer, Instant> people, int number, Change last) {
    if (last.entered()) {
      people.put(number, last.at());
    } else {
      people.remove(number);
    }
  }

  private void happen(Happening happening) {
    if (happening instanceof Happening.Defined(var segment, var condition)) {
      entered.putIfAbsent(segment, new HashMap<>());
      if (condition == null) {
        byHand.add(segment);
      }
    }
    history.add(now, happening);
  }

  /** Since when who is in which segment; people who do not exist are in none. */
  private Map<Membership, Instant> expected() {
    var expected = new HashMap<Membership, Instant>();
    entered.forEach((segment, people) ->
        history
            .world()
            .names()
            .forEach((id, number) -> {
              var at = people.get(number);
              if (at != null) {
                expected.put(new Membership(id, segment), at);
              }
            }));
    return expected;
  }

  /** Who joined by hand when is not told after a merge, so only that they are in is compared. */
  private Optional<Membership> compare(Map<Membership, Instant> found) {
    var expected = expected();
    var all = new TreeMap<String, Membership>();
    expected.keySet().forEach(each -> all.put(each.toString(), each));
    found.keySet().forEach(each -> all.put(each.toString(), each));
    return all.values().stream()
        .filter(each ->
            expected.containsKey(each) != found.containsKey(each)
                || (!byHand.contains(each.segment())
                    && !Objects.equals(expected.get(each), found.get(each))))
        .findFirst();
  }
}
