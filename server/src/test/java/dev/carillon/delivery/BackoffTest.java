package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  @DisplayName("M-50: 1 m, 5 m, 15 m, 1 h, 3 h, 6 h, 12 h, each ±20 %, then never")
  void shouldWaitLongerEachTime() {
    var minutes = List.of(1, 5, 15, 60, 180, 360, 720);
    var backoff = new Backoff(new Random(1));
    for (var attempt = 1; attempt <= minutes.size(); attempt++) {
      var delay = Duration.ofMinutes(minutes.get(attempt - 1));
      for (var sample = 0; sample < 100; sample++) {
        // when
        var next = backoff.next(attempt, null, START).orElseThrow();

        // then
        assertThat(Duration.between(START, next))
            .isBetween(delay.multipliedBy(8).dividedBy(10), delay.multipliedBy(12).dividedBy(10));
      }
    }
    assertThat(backoff.next(8, null, START)).isEmpty();
  }

  @Test
  @DisplayName("M-50: 24 hours in total")
  void shouldEndAfterADay() {
    var backoff = new Backoff(new Random(1));
    var first = START.minus(Duration.ofHours(23));
    assertThat(backoff.next(7, first, START)).contains(START.plus(Duration.ofHours(1)));
    assertThat(backoff.next(2, START.minus(Duration.ofHours(24)), START)).isEmpty();
  }
}
