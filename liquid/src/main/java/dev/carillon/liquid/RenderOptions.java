package dev.carillon.liquid;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * How one rendering behaves. Safe to share.
 *
 * @param strictness what printing a missing variable does
 * @param budget what the rendering may use
 * @param clock the time {@code 'now'} and {@code 'today'} stand for, read once per rendering
 * @param seed start of the random numbers of {@code sample}, {@code shuffle} and {@code random};
 *     the same seed gives the same text
 * @param nanoClock measures the time budget in nanoseconds; only differences are used
 */
public record RenderOptions(
    Strictness strictness, Budget budget, InstantSource clock, long seed, LongSupplier nanoClock) {

  /** Strict output, the standard budget, the system's clock, seed 0. */
  public static RenderOptions standard() {
    return new RenderOptions(
        Strictness.STRICT_OUTPUT, Budget.STANDARD, InstantSource.system(), 0, System::nanoTime);
  }

  /** The same options with another strictness. */
  public RenderOptions withStrictness(Strictness other) {
    return new RenderOptions(other, budget, clock, seed, nanoClock);
  }

  /** The same options with another budget. */
  public RenderOptions withBudget(Budget other) {
    return new RenderOptions(strictness, other, clock, seed, nanoClock);
  }

  /** The same options with another source of the current time. */
  public RenderOptions withClock(InstantSource other) {
    return new RenderOptions(strictness, budget, other, seed, nanoClock);
  }

  /** The same options with another seed. */
  public RenderOptions withSeed(long other) {
    return new RenderOptions(strictness, budget, clock, other, nanoClock);
  }

  /** The same options with another measure of elapsed nanoseconds. */
  public RenderOptions withNanoClock(LongSupplier other) {
    return new RenderOptions(strictness, budget, clock, seed, other);
  }
}
