package dev.carillon.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.CallResult;
import dev.carillon.http.CallResult.Answered;
import dev.carillon.http.CallResult.Cause;
import dev.carillon.http.CallResult.Failed;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
  private final RetrySchedule schedule = new RetrySchedule(new Random(7));

  @Test
  @DisplayName("events-out A.5: most failures are tried again after seconds, doubling up to hours")
  void shouldDouble() {
    for (var failure :
        List.<CallResult>of(
            new Answered(408),
            new Answered(503),
            new Answered(504),
            new Answered(302),
            new Answered(418),
            new Failed(Cause.TIMEOUT, ""),
            new Failed(Cause.OTHER, ""))) {
      assertThat(schedule.pause(failure, 1)).isBetween(seconds(8), seconds(12));
      assertThat(schedule.pause(failure, 2)).isBetween(seconds(16), seconds(24));
      assertThat(schedule.pause(failure, 3)).isBetween(seconds(32), seconds(48));
      assertThat(schedule.pause(failure, 500)).isBetween(seconds(17_280), seconds(25_920));
    }
  }

  @Test
  @DisplayName("events-out A.5: what does not pass soon is tried again after an hour")
  void shouldWaitAnHour() {
    for (var status : List.of(400, 401, 402, 403, 404, 405, 410, 429, 500, 502, 521)) {
      expectHours(new Answered(status));
    }
    for (var cause :
        List.of(Cause.CONNECTION, Cause.CERTIFICATE, Cause.UNKNOWN_HOST, Cause.FORBIDDEN)) {
      expectHours(new Failed(cause, ""));
    }
  }

  private void expectHours(CallResult failure) {
    assertThat(schedule.pause(failure, 1)).isEqualTo(Duration.ofHours(1));
    assertThat(schedule.pause(failure, 2)).isEqualTo(Duration.ofHours(2));
    assertThat(schedule.pause(failure, 3)).isEqualTo(Duration.ofHours(4));
    assertThat(schedule.pause(failure, 4)).isEqualTo(Duration.ofHours(6));
  }

  @Test
  @DisplayName("events-out A.5: any 2xx is success, a redirect is not")
  void shouldTakeAnyOfTwoHundred() {
    assertThat(RetrySchedule.isTaken(new Answered(200))).isTrue();
    assertThat(RetrySchedule.isTaken(new Answered(299))).isTrue();
    assertThat(RetrySchedule.isTaken(new Answered(301))).isFalse();
    assertThat(RetrySchedule.isTaken(new Failed(Cause.TIMEOUT, ""))).isFalse();
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
