package dev.carillon.liquid;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Counts what one rendering has used of its {@link Budget}. Every node, loop turn and filter passes
 * here, so the checks are a few integer operations; the clock is read once in about 256 of them.
 */
final class Meter {
  private static final int TICKS_PER_CLOCK_READING = 256;

  /** Intermediate text and arrays of one rendering may together take this many outputs. */
  private static final int WORK_PER_OUTPUT = 4;

  /** What one look at the clock may add to the time used, in nanoseconds. */
  private static final long LONGEST_STRETCH = 50_000_000;

  /** What one element of an intermediate array costs, in characters. */
  private static final int ELEMENT = 8;

  private final Budget budget;
  private final LongSupplier nanoClock;
  private long looked;
  private long usedNanos;
  private final long allowedNanos;
  private int stepsLeft;
  private long workLeft;
  private long ticksLeft = TICKS_PER_CLOCK_READING;
  private int depth;

  Meter(RenderOptions options) {
    this.budget = options.budget();
    this.nanoClock = options.nanoClock();
    this.looked = nanoClock.getAsLong();
    this.allowedNanos = budget.time().toNanos();
    this.stepsLeft = budget.steps();
    this.workLeft = (long) WORK_PER_OUTPUT * budget.outputChars();
  }

  /** One turn of a loop. */
  void step() {
    steps(1);
  }

  /** {@code count} turns at once, refused before any of them is taken. */
  void steps(long count) {
    if (count > stepsLeft) {
      throw new LiquidRenderException(
          Reason.STEP_LIMIT,
          "the template takes more than " + grouped(budget.steps()) + " loop steps");
    }
    stepsLeft -= (int) count;
    tick(count);
  }

  /** Something small happened. */
  void tick(long count) {
    ticksLeft -= count;
    if (ticksLeft < 0) {
      ticksLeft = TICKS_PER_CLOCK_READING;
      long now = nanoClock.getAsLong();
      usedNanos += Math.min(now - looked, LONGEST_STRETCH);
      looked = now;
      if (usedNanos > allowedNanos) {
        throw new LiquidRenderException(
            Reason.TIME_LIMIT,
            "the template takes longer than " + grouped(budget.time().toMillis()) + " ms");
      }
    }
  }

  /** A text or list of {@code length} was read through. */
  void scanned(long length) {
    tick(length >> 8);
  }

  /** A text of {@code chars} is about to exist, or has just been built. */
  void text(long chars) {
    length(chars);
    work(chars);
  }

  /** An array of {@code elements} is about to exist. */
  void array(long elements) {
    work(elements * ELEMENT);
  }

  /** Refuses a single text longer than the whole output may be. */
  void length(long chars) {
    if (chars > budget.outputChars()) {
      throw new LiquidRenderException(
          Reason.OUTPUT_LIMIT,
          "the template builds more than " + grouped(budget.outputChars()) + " characters of text");
    }
  }

  private void work(long units) {
    workLeft -= units;
    if (workLeft < 0) {
      throw new LiquidRenderException(
          Reason.OUTPUT_LIMIT,
          "the template builds more than "
              + grouped((long) WORK_PER_OUTPUT * budget.outputChars())
              + " characters of intermediate text and lists");
    }
    tick(1 + (units >> 8));
  }

  /** Goes one level deeper; {@link #leave} comes back. */
  void enter() {
    if (++depth > budget.nesting() + 1) {
      throw tooDeep("the template");
    }
  }

  void leave() {
    depth--;
  }

  /** Refuses data nested deeper than templates may be. */
  void dataDepth(int levels) {
    if (levels > budget.nesting()) {
      throw tooDeep("a value");
    }
  }

  private LiquidRenderException tooDeep(String what) {
    return new LiquidRenderException(
        Reason.NESTING_LIMIT, what + " is nested more than " + budget.nesting() + " levels deep");
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
