package dev.carillon.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** When an attempt that failed is repeated (M-50). */
final class Backoff {
  private static final List<Duration> DELAYS =
      List.of(
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofHours(6),
          Duration.ofHours(12));
  private static final Duration TOTAL = Duration.ofHours(24);
  private static final double JITTER = 0.2;

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The time of the next attempt, or empty when there has been enough.
   *
   * @param attempts how many there were, 1 or more
   * @param firstFailed when the first of them failed; null when it is the one that failed now
   */
  Optional<Instant> next(int attempts, @Nullable Instant firstFailed, Instant now) {
    var end = (firstFailed == null ? now : firstFailed).plus(TOTAL);
    if (attempts > DELAYS.size() || !now.isBefore(end)) {
      return Optional.empty();
    }
    var factor = 1 + JITTER * (2 * random.nextDouble() - 1);
    var delay = DELAYS.get(Math.max(0, attempts - 1)).toMillis() * factor;
    var due = now.plusMillis(Math.round(delay));
    return Optional.of(due.isBefore(end) ? due : end);
  }
}
