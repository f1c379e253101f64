package dev.carillon.bench;

/**
 * Tells whoever waits how a long piece of work goes: how much is done, how fast, and how long it
 * will still take; a line every few seconds. Used by one thread.
 */
final class Countdown {
  private static final double SECONDS_APART = 5;

  private final Progress progress;
  private final String what;
  private final long total;
  private final long begun = System.nanoTime();
  private double saidAt;

  /**
   * @param what follows the numbers: {@code people}, say
   * @param total how much there is to do
   */
  Countdown(Progress progress, String what, long total) {
    this.progress = progress;
    this.what = what;
    this.total = total;
  }

  /** Notes that so much is done. */
  void at(long done) {
    double seconds = (System.nanoTime() - begun) / 1e9;
    if (done > 0 && (seconds - saidAt >= SECONDS_APART || done >= total)) {
      saidAt = seconds;
      double rate = done / seconds;
      progress.say(
          "segments: %,d of %,d %s, %,.0f/s%s",
          done,
          total,
          what,
          rate,
          done < total ? ", about %,.0f s remain".formatted((total - done) / rate) : "");
    }
  }
}
