package dev.carillon.processing;

import dev.carillon.processing.ScenarioProduct.Membership;
import dev.carillon.reference.Happening;
import dev.carillon.reference.History;
import dev.carillon.reference.History.Change;
import dev.carillon.reference.History.Moment;
import dev.carillon.reference.Scenario;
import dev.carillon.reference.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Leads the reference and the product through one scenario and compares what they say.
 *
 * <p>In two cases who is in a segment is certain, but since when is left open; the answer of the
 * product is taken over if it is one of those possible.
 *
 * <ul>
 *   <li>Calls come together, and a segment looks at devices, objects or journeys. The product looks
 *       right after the calls, not within each (docs/CONDITIONS.md), so what cancels itself out
 *       within one instant may leave a trace or none; and a segment that asks about such a one may
 *       for this moment be a step ahead of it. Whoever was in it before and is in it after has then
 *       been in it since before, or since now.
 *   <li>A journey was due to end while the clock was turned past it. It takes its turn in order,
 *       but ends when the clock stops (decision 0013). A segment that looks at journeys, and at
 *       anything that time changes, may find it ended when it is looked at in between.
 * </ul>
 */
final class TwoAnswers {
  private final History history;
  private final Set<Integer> byHand = new HashSet<>();
  private final Map<Integer, Map<Integer, Instant>> entered = new HashMap<>();
  private final Map<Membership, Integer> changes = new HashMap<>();

  /** What is possible where more than one thing is. */
  private final Map<Membership, Possible> open = new HashMap<>();

  /** Whose journeys were due to end before the clock stopped. */
  private final Set<String> late = new HashSet<>();

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
   * Since when somebody may be in a segment after a step.
   *
   * @param former since when it was before; null: not
   * @param from else: from then on until now
   */
  private record Possible(@Nullable Instant former, Instant from) {
    boolean is(Instant since, Instant now) {
      return since.equals(former) || (!since.isBefore(from) && !since.isAfter(now));
    }
  }

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
        var found = product.memberships();
        answers.follow(found);
        var difference = answers.compare(found);
        if (difference.isPresent()) {
          var who = difference.get();
          return new Outcome(
              new Difference(i, who, answers.expected().get(who), found.get(who)), answers.changes);
        }
      }
    }
    return new Outcome(null, answers.changes);
  }

  private void live(Step step) {
    open.clear();
    late.clear();
    switch (step) {
      case Step.Happens(var happenings) -> happenings.forEach(this::happen);
      case Step.Turn(var by) -> pass(by);
      case Step.Restart(var away) -> pass(away);
    }
    var moment = history.moment(now);
    var changed = new HashSet<Membership>();
    for (var segment : new TreeSet<>(entered.keySet())) {
      var around = history.around(segment);
      var behind = history.behind(segment);
      history
          .world()
          .names()
          .forEach((id, number) -> {
            var who = new Membership(id, segment);
            var former = members(segment).get(number);
            if (live(who, number, moment)) {
              changed.add(who);
            }
            if (step instanceof Step.Happens) {
              if (!around.isEmpty()
                  && behind.stream().anyMatch(each -> changed.contains(new Membership(id, each)))) {
                open.put(who, new Possible(former, now));
              }
            } else if (around.contains("campaign") && late.contains(id)) {
              open.put(who, new Possible(former, compared.at()));
            }
          });
    }
    compared = moment;
  }

  private void pass(Duration by) {
    now = now.plus(by);
    var world = history.world();
    world.names().keySet().stream()
        .filter(id -> world.journeysDue(id).stream().anyMatch(due -> due.isBefore(now)))
        .forEach(late::add);
    history.stop(now);
  }

  /** Whether somebody entered or left a segment since it was compared last. */
  private boolean live(Membership who, int number, Moment moment) {
    var people = members(who.segment());
    var since = history.changes(who.segment(), number, compared, moment);
    if (!since.isEmpty()) {
      changes.merge(who, since.size(), Integer::sum);
      note(people, number, since.getLast());
    }
    if (people.containsKey(number) != history.in(who.segment(), number, moment)) {
      throw new IllegalStateException("the reference missed a boundary for " + who);
    }
    return !since.isEmpty();
  }

  private Map<Integer, Instant> members(int segment) {
    return Objects.requireNonNull(entered.get(segment));
  }

  /** Takes over what the product says, where it is possible. */
  private void follow(Map<Membership, Instant> found) {
    open.forEach((who, possible) -> {
      var since = found.get(who);
      var number = Objects.requireNonNull(history.world().names().get(who.person()));
      if (since != null && possible.is(since, now) && members(who.segment()).containsKey(number)) {
        members(who.segment()).put(number, since);
      }
    });
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
