package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.processing.TwoAnswers.Difference;
import dev.carillon.reference.Focus;
import dev.carillon.reference.Kind;
import dev.carillon.reference.RandomScenario;
import dev.carillon.reference.Scenario;
import dev.carillon.reference.Shrinker;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Two independent answers agree: random people live under random segments, once in the product,
 * with its log, its database, two processors and restarts, and once in the reference, which keeps
 * everything and looks through all of it. After every step it is compared who is in which segment,
 * and since when. A case is one person's life under one segment's conditions.
 *
 * <p>A failure tells the seed, a scenario made as short as it could be, and both answers. To see
 * the same again, put the seed into {@link #SEED}.
 */
class TwoAnswersTest {
  private static final long SEED = System.nanoTime();

  private static final Set<Kind> KINDS = EnumSet.allOf(Kind.class);

  private static final int SCENARIOS = 6;
  private static final int PEOPLE = 20;
  private static final int SEGMENTS = 18;
  private static final int ROUNDS = 18;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  @DisplayName("S-20 … S-53, P-1 … P-28: membership and time of entry, whatever happens")
  void shouldAnswerAsTheReferenceDoes() {
    var changing = 0;
    for (var i = 0; i < SCENARIOS; i++) {
      // given
      var seed = SEED + i;
      var start = ScenarioProduct.start();
      var scenario = RandomScenario.of(seed, KINDS, start, PEOPLE, SEGMENTS, ROUNDS);
      // when
      var outcome = TwoAnswers.of(scenario);
      // then
      var difference = outcome.difference();
      if (difference != null) {
        throw new AssertionError(report(seed, scenario, difference));
      }
      changing += outcome.changes().size();
    }
    var cases = SCENARIOS * PEOPLE * SEGMENTS;
    System.out.printf("%,d cases agree, %,d of them changed; seed %d%n", cases, changing, SEED);
    assertThat(changing)
        .as("cases of %d with a change, seed %d", cases, SEED)
        .isGreaterThan(cases / 2);
  }

  private static String report(long seed, Scenario scenario, Difference difference) {
    var who = difference.who();
    var focused = Focus.on(scenario, who.person(), who.segment(), difference.step());
    var telling = differs(focused) ? focused : scenario;
    var shorter = Shrinker.shrink(telling, TwoAnswersTest::differs, PATIENCE);
    var again = TwoAnswers.of(shorter).difference();
    return again == null
        ? "(not when it was lived again) " + new DifferenceReport(seed, focused, difference).text()
        : new DifferenceReport(seed, shorter, again).text();
  }

  /** A scenario from which too much was left out fails in its own ways, which shows nothing. */
  private static boolean differs(Scenario scenario) {
    try {
      return TwoAnswers.of(scenario).difference() != null;
    } catch (RuntimeException | AssertionError nonsense) {
      return false;
    }
  }
}
