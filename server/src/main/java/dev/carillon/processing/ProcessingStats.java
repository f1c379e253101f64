package dev.carillon.processing;

import java.util.concurrent.atomic.LongAdder;

/** Counts what processing has done since the start. Thread-safe. */
public final class ProcessingStats {
  private final LongAdder operations = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder deadLetters = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  void batch(int count, int putAside, long took) {
    operations.add(count);
    batches.increment();
    deadLetters.add(putAside);
    nanos.add(took);
  }

  /** Operations applied, those put aside included. */
  public long operations() {
    return operations.sum();
  }

  /** Committed batches. */
  public long batches() {
    return batches.sum();
  }

  /** Operations put aside. */
  public long deadLetters() {
    return deadLetters.sum();
  }

  /** Time spent in batches, in seconds, of all processors together. */
  public double seconds() {
    return nanos.sum() / 1e9;
  }
}
