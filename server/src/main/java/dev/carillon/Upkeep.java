package dev.carillon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the chores of a node, each again and again on one background thread of its own kind; a chore
 * that fails is reported and tried again at its next turn.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  private final List<ScheduledExecutorService> threads = new ArrayList<>();

  /** Runs a chore, a pause after each run. */
  void every(Duration pause, String name, Runnable chore) {
    var thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon().factory());
    thread.scheduleWithFixedDelay(
        () -> {
          try {
            chore.run();
          } catch (Error failure) {
            var self = Thread.currentThread();
            self.getUncaughtExceptionHandler().uncaughtException(self, failure);
            throw failure;
          } catch (RuntimeException failure) {
            LOG.warn("{} failed and is tried again later", name, failure);
          }
        },
        0,
        pause.toMillis(),
        TimeUnit.MILLISECONDS);
    threads.add(thread);
  }

  /** Starts no chore any more and waits for those under way, at most five seconds. */
  @Override
  public void close() {
    threads.forEach(ScheduledExecutorService::shutdown);
    try {
      for (var thread : threads) {
        if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
          thread.shutdownNow();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
