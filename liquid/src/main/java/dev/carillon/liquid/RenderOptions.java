package dev.carillon.liquid;

import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
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
 * @param host what the rendering may ask of the program around it
 * @param locale the language of words that tags print themselves
 * @param forgiving top-level names whose missing members print nothing, although output is strict;
 *     {@code customer} in campaigns that begin with a webhook (journeys §7.2)
 */
public record RenderOptions(
    Strictness strictness,
    Budget budget,
    InstantSource clock,
    long seed,
    LongSupplier nanoClock,
    Host host,
    Locale locale,
    Set<String> forgiving) {
  private static final RenderOptions STANDARD =
      new RenderOptions(
          Strictness.STRICT_OUTPUT,
          Budget.STANDARD,
          InstantSource.system(),
          0,
          System::nanoTime,
          Host.none(),
          Locale.ENGLISH,
          Set.of());

  /** Keeps the names unchangeable. */
  public RenderOptions {
    forgiving = Set.copyOf(forgiving);
  }

  /** Strict output, the standard budget, the system's clock, seed 0, no host, English. */
  public static RenderOptions standard() {
    return STANDARD;
  }

  /** The same options with another strictness. */
  public RenderOptions withStrictness(Strictness other) {
    return new RenderOptions(other, budget, clock, seed, nanoClock, host, locale, forgiving);
  }

  /** The same options with another budget. */
  public RenderOptions withBudget(Budget other) {
    return new RenderOptions(strictness, other, clock, seed, nanoClock, host, locale, forgiving);
  }

  /** The same options with another source of the current time. */
  public RenderOptions withClock(InstantSource other) {
    return new RenderOptions(strictness, budget, other, seed, nanoClock, host, locale, forgiving);
  }

  /** The same options with another seed. */
  public RenderOptions withSeed(long other) {
    return new RenderOptions(strictness, budget, clock, other, nanoClock, host, locale, forgiving);
  }

  /** The same options with another measure of elapsed nanoseconds. */
  public RenderOptions withNanoClock(LongSupplier other) {
    return new RenderOptions(strictness, budget, clock, seed, other, host, locale, forgiving);
  }

  /** The same options with something else around the rendering. */
  public RenderOptions withHost(Host other) {
    return new RenderOptions(strictness, budget, clock, seed, nanoClock, other, locale, forgiving);
  }

  /** The same options with another language for the words of tags. */
  public RenderOptions withLocale(Locale other) {
    return new RenderOptions(strictness, budget, clock, seed, nanoClock, host, other, forgiving);
  }

  /** The same options with other names whose missing members print nothing. */
  public RenderOptions withForgiving(Set<String> names) {
    return new RenderOptions(strictness, budget, clock, seed, nanoClock, host, locale, names);
  }
}
