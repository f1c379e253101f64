package dev.carillon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RateLimitsTest {

  @Test
  @DisplayName("track §8: a token bucket per workspace with the burst of one second")
  void shouldLimitEachWorkspaceByItself() {
    var limits = RateLimits.perSecond(3);
    for (int i = 0; i < 3; i++) {
      limits.take(1);
    }

    assertThatThrownBy(() -> limits.take(1))
        .asInstanceOf(InstanceOfAssertFactories.type(ProblemException.class))
        .satisfies(refused -> assertThat(refused.problem()).isEqualTo(new Problem.RateLimited(1)));
    assertThatCode(() -> limits.take(2)).doesNotThrowAnyException();
  }

  @Test
  void shouldLetEverythingPassWhenOff() {
    var limits = RateLimits.off();

    for (int i = 0; i < 10_000; i++) {
      limits.take(1);
    }
  }
}
