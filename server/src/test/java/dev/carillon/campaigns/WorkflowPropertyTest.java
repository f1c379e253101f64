package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.PERSON;
import static dev.carillon.campaigns.Example.branch;
import static dev.carillon.campaigns.Example.definition;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static dev.carillon.campaigns.Example.event;
import static dev.carillon.campaigns.Example.exit;
import static dev.carillon.campaigns.Example.is;
import static dev.carillon.campaigns.Example.running;
import static dev.carillon.campaigns.Example.signedUp;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The flat form of a workflow visits what the tree it was made from says. */
class WorkflowPropertyTest {

  /** Reads the tree as its author drew it. */
  private static final class NaiveInterpreter {
    private final Map<String, Object> attributes;
    private final List<Integer> visited = new ArrayList<>();
    private boolean over;

    NaiveInterpreter(Map<String, Object> attributes) {
      this.attributes = attributes;
    }

    void run(List<Step> steps) {
      for (var step : steps) {
        if (over) {
          return;
        }
        visited.add(step.id());
        switch (step) {
          case Step.Branch(var id, _, _, var then, var otherwise) ->
              run(Boolean.TRUE.equals(attributes.get("a" + id)) ? then : otherwise);
          case Step.Exit _ -> over = true;
          case Step.Email _, Step.Delay _ -> {}
        }
      }
    }
  }

  /** Writes workflows and people; the same seed writes the same. */
  private static final class Author {
    private final Random random;
    private final Map<String, Object> attributes = new java.util.HashMap<>();
    private int ids;

    Author(long seed) {
      random = new Random(seed);
    }

    List<Step> steps(int depth) {
      var steps = new ArrayList<Step>();
      for (var left = random.nextInt(5); left > 0; left--) {
        steps.add(step(depth));
      }
      return steps;
    }

    private Step step(int depth) {
      var id = ++ids;
      return switch (random.nextInt(depth < 5 ? 8 : 4)) {
        case 0, 1 -> email(id);
        case 2 -> delay(id, Duration.ofHours(1 + random.nextInt(48)));
        case 3 -> random.nextInt(3) == 0 ? exit(id) : email(id);
        default -> {
          attributes.put("a" + id, random.nextBoolean());
          yield branch(id, is("a" + id, true), steps(depth + 1), steps(depth + 1));
        }
      };
    }
  }

  @Test
  void shouldVisitWhatANaiveInterpreterVisits() {
    var longest = 0;
    for (var seed = 0; seed < 5_000; seed++) {
      // given
      var author = new Author(seed);
      var steps = author.steps(0);
      var naive = new NaiveInterpreter(author.attributes);
      naive.run(steps);

      // when
      var visited = visits(steps, author.attributes);

      // then
      assertThat(visited).as("seed %d", seed).isEqualTo(naive.visited);
      longest = Math.max(longest, visited.size());
    }
    assertThat(longest).isGreaterThan(15);
  }

  /** Wakes the journey whenever it wants to be, until it ends. */
  private static List<Integer> visits(List<Step> steps, Map<String, Object> attributes) {
    var campaign = running(definition(signedUp(), steps.toArray(Step[]::new)));
    var journey = JourneyEngine.start(campaign, 1, PERSON, event("signed_up", NOW), NOW);
    for (Instant now = NOW; now != null; now = journey.wakeAt()) {
      var facts = new KnownFacts(now, attributes, Set.of());
      journey = JourneyEngine.advance(campaign, journey, facts, now).journey();
    }
    assertThat(journey.state())
        .isEqualTo(journey.endReason() == null ? Journey.State.FINISHED : Journey.State.EXITED);
    return journey.path().entries().stream().map(JourneyPath.Entry::step).toList();
  }
}
