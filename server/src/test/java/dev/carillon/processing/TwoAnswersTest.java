package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.reference.Kind;
import dev.carillon.processing.TwoAnswers.Difference;
import dev.carillon.reference.RandomScenario;
import dev.carillon.reference.Scenario;
import dev.carillon.reference.Shrinker;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TwoAnswersTest {
  private static final Set<Kind> KINDS = Stream.of(System.getProperty("reference.kinds", "ATTRIBUTE,EVENT,SEGMENT").split(",")).map(Kind::valueOf).collect(Collectors.toSet());

  private static String report(long seed, Scenario scenario, Difference difference) {
    var shorter = Shrinker.shrink(scenario, TwoAnswersTest::differs, Duration.ofSeconds(90));
    var found = TwoAnswers.of(shorter).difference();
    return found == null ? new DifferenceReport(seed, scenario, difference).text() : new DifferenceReport(seed, shorter, found).text();
  }

  private static boolean differs(Scenario scenario) {
    try {
      return TwoAnswers.of(scenario).difference() != null;
    } catch (RuntimeException | AssertionError nonsense) {
      return false;
    }
  }

  @Test
  void shouldAnswerAsTheReferenceDoes() {
    var seed = Long.getLong("reference.seed", System.nanoTime());
    var cases = 0;
    var lively = 0;
    var changes = 0;
    for (var i = 0; i < Integer.getInteger("reference.rounds", 20); i++) {
      var begun = System.nanoTime();
      var scenario = RandomScenario.of(seed + i, KINDS, ScenarioProduct.start(), 10, 10, 30);
      var written = System.nanoTime();
      var outcome = TwoAnswers.of(scenario);
      System.out.printf("%d: %d steps, written in %d ms, lived in %d ms%n", seed + i, scenario.steps().size(), (written - begun) / 1_000_000, (System.nanoTime() - written) / 1_000_000);
      var difference = outcome.difference();
      if (difference != null) {
        throw new AssertionError(report(seed + i, scenario, difference));
      }
      cases += 100;
      lively += outcome.changes().size();
      changes += outcome.changes().values().stream().mapToInt(each -> each).sum();
    }
    System.out.printf("%d cases, %d lively, %d changes%n", cases, lively, changes);
    assertThat(lively).isGreaterThan(cases / 2);
  }
}
