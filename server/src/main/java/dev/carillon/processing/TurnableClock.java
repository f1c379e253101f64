package dev.carillon.processing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The test clock: starts at a given instant, runs at normal speed, and can be turned forward. Every
 * process that shares a database needs the same turns, so it is for a single process. Thread-safe.
 */
public final class TurnableClock implements InstantSource {
  private final InstantSource running;
  private final AtomicReference<Duration> ahead;
  private final List<Runnable> turned = new CopyOnWriteArrayList<>();

  /** Shows {@code start} now. */
  public TurnableClock(Instant start) {
    this(start, InstantSource.system());
  }

  /**
   * Shows {@code start} now.
   *
   * @param running what moves it between turns; one that stands makes a clock that stands
   */
  TurnableClock(Instant start, InstantSource running) {
    this.running = running;
    ahead = new AtomicReference<>(Duration.between(running.instant(), start));
  }

  @Override
  public Instant instant() {
    return running.instant().plus(ahead.get());
  }

  /** Tells somebody each time the clock was turned. */
  public void onTurn(Runnable listener) {
    turned.add(listener);
  }

  /**
   * Turns the clock forward.
   *
   * @throws IllegalArgumentException for a negative duration: time never goes back
   */
  public void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("the clock cannot be turned back");
    }
    ahead.updateAndGet(present -> present.plus(by));
    turned.forEach(Runnable::run);
  }
}
