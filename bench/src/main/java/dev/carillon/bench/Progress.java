package dev.carillon.bench;

import java.io.PrintStream;
import java.util.Locale;

/** Tells whoever waits what is going on, one line a step. Thread-safe. */
final class Progress {
  private final PrintStream out;
  private final long begun = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  /** One line, with the seconds since the start before it. */
  void say(String sentence) {
    out.printf(Locale.ROOT, "[%4.0f s] %s%n", (System.nanoTime() - begun) / 1e9, sentence);
  }

  /** One line, filled in as {@link String#format} does. */
  void say(String format, Object... values) {
    say(String.format(Locale.ROOT, format, values));
  }
}
