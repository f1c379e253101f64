package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.processing.Courtesy.Pace;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** Accepting comes first (decision 0005, point 10). */
class CourtesyTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void restsWhileCallersNeedTheMachine() {
    var courtesy = new Courtesy(() -> true, () -> 1, InstantSource.fixed(NOW));
    assertThat(courtesy.pace(NOW)).isEqualTo(Pace.REST);
    assertThat(courtesy.pace(NOW.minusMillis(9_999))).isEqualTo(Pace.REST);
  }

  @Test
  void goesOnInSlicesAndThenFullyTheFurtherBehindItIs() {
    var courtesy = new Courtesy(() -> true, () -> 1, InstantSource.fixed(NOW));
    assertThat(courtesy.pace(NOW.minusSeconds(10))).isEqualTo(Pace.SLICES);
    assertThat(courtesy.pace(NOW.minusSeconds(59))).isEqualTo(Pace.SLICES);
    assertThat(courtesy.pace(NOW.minusSeconds(60))).isEqualTo(Pace.FULL);
  }

  @Test
  void doesNotRestWhenCallersArePatientOrProcessorsIdle() {
    assertThat(new Courtesy(() -> false, () -> 1, InstantSource.fixed(NOW)).pace(NOW))
        .isEqualTo(Pace.FULL);
    assertThat(new Courtesy(() -> true, () -> 0.1, InstantSource.fixed(NOW)).pace(NOW))
        .isEqualTo(Pace.FULL);
  }

  @Test
  void anUnknownLoadCountsAsBusy() {
    assertThat(new Courtesy(() -> true, () -> -1, InstantSource.fixed(NOW)).pace(NOW))
        .isEqualTo(Pace.REST);
  }
}
