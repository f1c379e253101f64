package dev.carillon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000); // it may overflow

  private RateLimits limits(int calls, Duration period) {
    return RateLimits.of(calls, period, now::get);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static void refused(RateLimits limits, int retryAfter) {
    assertThatThrownBy(() -> limits.take(1))
        .asInstanceOf(InstanceOfAssertFactories.type(ProblemException.class))
        .satisfies(refused ->
            assertThat(refused.problem()).isEqualTo(new Problem.RateLimited(retryAfter)));
  }

  @Test
  @DisplayName("track §8, app-data §1: so many calls of each workspace in any second")
  void shouldLimitEachWorkspaceByItself() {
    var limits = limits(3, Duration.ofSeconds(1));
    for (int i = 0; i < 3; i++) {
      limits.take(1);
    }

    refused(limits, 1);
    assertThatCode(() -> limits.take(2)).doesNotThrowAnyException();
  }

  @Test
  @DisplayName("app-data §1: the window slides; half a second after a burst there is no second one")
  void shouldSlide() {
    // given three calls late in a second
    var limits = limits(3, Duration.ofSeconds(1));
    limits.take(1);
    pass(Duration.ofMillis(900));
    limits.take(1);
    limits.take(1);
    // when the first of them is a second old
    pass(Duration.ofMillis(99));
    refused(limits, 1);
    pass(Duration.ofMillis(1));
    // then one more is allowed, and no other before the next is a second old
    limits.take(1);
    refused(limits, 1);
    pass(Duration.ofMillis(899));
    refused(limits, 1);
    pass(Duration.ofMillis(1));
    limits.take(1);
    limits.take(1);
    refused(limits, 1);
  }

  @Test
  @DisplayName("track §8: Retry-After is in whole seconds, rounded up")
  void shouldTellWhenToTryAgain() {
    var limits = limits(1, Duration.ofSeconds(60));
    limits.take(1);
    refused(limits, 60);
    pass(Duration.ofMillis(500));
    refused(limits, 60);
    pass(Duration.ofSeconds(58));
    refused(limits, 2);
  }

  @Test
  void shouldNeverAllowMoreInAnyPeriod() {
    var random = new Random(3);
    var limits = limits(25, Duration.ofSeconds(3));
    var allowed = new ArrayDeque<Long>();
    for (var i = 0; i < 5_000; i++) {
      pass(Duration.ofMillis(random.nextInt(150)));
      var time = now.get();
      while (!allowed.isEmpty() && time - allowed.peek() >= Duration.ofSeconds(3).toNanos()) {
        allowed.poll();
      }
      if (allowed.size() < 25) {
        limits.take(1);
        allowed.add(time);
      } else {
        assertThatThrownBy(() -> limits.take(1)).isInstanceOf(ProblemException.class);
      }
    }
  }

  @Test
  void shouldLetEverythingPassWhenOff() {
    var limits = RateLimits.off();

    for (int i = 0; i < 10_000; i++) {
      limits.take(1);
    }
  }
}
