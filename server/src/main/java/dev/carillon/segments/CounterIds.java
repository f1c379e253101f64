package dev.carillon.segments;

/** Finds the counter that serves a condition. */
@FunctionalInterface
public interface CounterIds {
  /** The id of a counter that counts the same events and keeps at least as many times. */
  int counterOf(CounterSpec spec);
}
