package dev.carillon.bench;

import java.time.Duration;

/** A rest between two looks at something that another program changes. */
final class Pause {
  private Pause() {}

  /** Rests for this long; an interrupted thread breaks the measurement off. */
  static void of(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("The benchmark was interrupted.", interrupted);
    }
  }

  /** Rests for this many milliseconds. */
  static void ofMillis(long millis) {
    of(Duration.ofMillis(millis));
  }
}
