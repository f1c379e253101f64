package dev.carillon.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.reference.Happening.Defined;
import dev.carillon.reference.Happening.Did;
import dev.carillon.reference.Step.Happens;
import dev.carillon.reference.Step.Restart;
import dev.carillon.reference.Step.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random scenarios can be made again, hold what they should, and can be made shorter. */
class RandomScenarioTest {
  private static final Instant START = Instant.parse("2026-03-02T18:00:00Z");

  private static Scenario scenario(long seed) {
    return RandomScenario.of(seed, EnumSet.allOf(Kind.class), START, 10, 20, 40);
  }

  private static Stream<Happening> happenings(Scenario scenario) {
    return scenario.steps().stream()
        .flatMap(step -> step instanceof Happens(var all) ? all.stream() : Stream.of());
  }

  @Test
  void shouldMakeTheSameAgain() {
    assertThat(scenario(1)).isEqualTo(scenario(1)).isNotEqualTo(scenario(2));
  }

  @Test
  void shouldUseEveryKindOfConditionAndStep() {
    var scenarios =
        Stream.iterate(1L, seed -> seed <= 10, seed -> seed + 1)
            .map(RandomScenarioTest::scenario)
            .toList();
    var conditions =
        scenarios.stream()
            .flatMap(RandomScenarioTest::happenings)
            .map(each -> each instanceof Defined(_, var condition) ? condition : null)
            .filter(Objects::nonNull)
            .map(Json::write)
            .toList();
    assertThat(conditions.toString())
        .contains(
            "\"and\"",
            "\"or\"",
            "\"not\"",
            "\"attribute\"",
            "\"event\"",
            "\"message\"",
            "\"segment\"",
            "\"subscription\"",
            "\"device\"",
            "\"object\"",
            "\"campaign\"",
            "\"sample\"",
            "any_item",
            "anniversary",
            "ts_before",
            "ts_after",
            "is_timestamp",
            "within_past",
            "not_within_past",
            "between",
            "starts_with",
            "not_in");
    assertThat(
            scenarios.stream()
                .flatMap(each -> each.steps().stream())
                .map(Object::getClass)
                .distinct())
        .contains(Happens.class, Turn.class, Restart.class);
  }

  @Test
  void shouldLeaveOutWhatDoesNotMatter() {
    // given
    var scenario = scenario(3);
    var event =
        happenings(scenario).filter(Did.class::isInstance).skip(9).findFirst().orElseThrow();
    // when
    var shorter =
        Shrinker.shrink(
            scenario,
            each ->
                happenings(each).anyMatch(event::equals)
                    && happenings(each)
                        .anyMatch(h -> h instanceof Defined(var segment, _) && segment == 5),
            Duration.ofSeconds(20));
    // then: the instants are as they were
    assertThat(happenings(shorter)).hasSize(2);
    assertThat(at(shorter, event)).isEqualTo(at(scenario, event));
  }

  private static Instant at(Scenario scenario, Happening happening) {
    var now = scenario.start();
    for (var step : scenario.steps()) {
      switch (step) {
        case Turn(var by) -> now = now.plus(by);
        case Restart(var away) -> now = now.plus(away);
        case Happens(List<Happening> all) -> {
          if (all.contains(happening)) {
            return now;
          }
        }
      }
    }
    throw new AssertionError("it does not happen");
  }
}
