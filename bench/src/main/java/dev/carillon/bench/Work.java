package dev.carillon.bench;

import dev.carillon.bench.LoadClient.Load;
import dev.carillon.bench.LoadClient.Source;
import java.time.Duration;

/**
 * Operations that were sent and processed.
 *
 * <p>When processing is done is asked of the server's own counter of operations, which moves after
 * the commit of each batch, because counting rows again and again would slow down what is measured.
 * Callers then count the rows once and refuse every figure whose rows are not all there.
 *
 * @param operations how many
 * @param took from the start of what is measured to the last commit, as seen from outside
 */
record Work(long operations, Duration took) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SHORTEST_PAUSE_MILLIS = 3;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  double perSecond() {
    return operations / (took.toNanos() / 1e9);
  }

  /** Sends everything while the server processes it; the time counts from the first request. */
  static Work process(RunningServer server, LoadClient client, Source source) {
    return process(server, client, source, 1);
  }

  /**
   * The same for requests that hold several operations each.
   *
   * @param each operations in a request
   */
  static Work process(RunningServer server, LoadClient client, Source source, int each) {
    long before = server.processed();
    long start = System.nanoTime();
    Load load = client.send(source);
    long operations = load.answered() * each;
    long end = await(server.connection(), before, before + operations, start);
    return new Work(operations, Duration.ofNanos(end - start));
  }

  /** Sends everything while processing is held back; the time counts from when it is let go. */
  static Work processHeldBack(RunningServer server, LoadClient client, Source source) {
    long before = server.processed();
    long answered;
    long start;
    try (var _ = server.database().holdProcessing()) {
      answered = client.send(source).answered();
      if (server.processed() != before) {
        throw new BenchFailure("Processing went on although it was held back.");
      }
      start = System.nanoTime();
    }
    long end = await(server.connection(), before, before + answered, start);
    return new Work(answered, Duration.ofNanos(end - start));
  }

  /** Waits until the counter has come from one value to another. */
  static void awaitProcessed(RunningServer server, long before, long target) {
    awaitProcessed(server.connection(), before, target);
  }

  /** The same over another connection. */
  static void awaitProcessed(HttpConnection connection, long before, long target) {
    await(connection, before, target, System.nanoTime());
  }

  /**
   * Waits until the counter has reached the target, looking more often the nearer it comes.
   *
   * @return when that was seen
   */
  private static long await(HttpConnection connection, long before, long target, long start) {
    long last = before;
    long progressed = System.nanoTime();
    while (true) {
      long count = RunningServer.processed(connection);
      long now = System.nanoTime();
      if (count >= target) {
        return now;
      }
      if (count > last) {
        last = count;
        progressed = now;
      } else if (now - progressed > PATIENCE.toNanos()) {
        throw new BenchFailure(
            "Processing stands still: %,d of %,d operations after %d s without progress."
                .formatted(count - before, target - before, PATIENCE.toSeconds()));
      }
      double perMilli = Math.max(1, count - before) / ((now - start) / 1e6);
      long half = (long) ((target - count) / perMilli / 2);
      Pause.ofMillis(Math.clamp(half, SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
    }
  }
}
