package dev.carillon.api.manage;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks something whether it is there and does not wait for it for long. One check is under way at a
 * time, however many ask: who comes meanwhile waits for its result.
 */
final class Probe {
  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final Runnable check;
  private final Duration patience;
  private final AtomicReference<@Nullable FutureTask<Boolean>> present = new AtomicReference<>();

  /**
   * @param check returns when it is there, throws when it is not
   */
  Probe(Runnable check, Duration patience) {
    this.check = check;
    this.patience = patience;
  }

  /** Whether it has answered in time. */
  boolean answers() {
    var mine = new FutureTask<>(check, true);
    var task = present.get();
    if (task == null || task.isDone()) {
      task = present.compareAndSet(task, mine) ? mine : present.get();
    }
    if (task == mine) {
      Thread.ofVirtual().name("health-check").start(mine);
    }
    return task != null && result(task);
  }

  private boolean result(FutureTask<Boolean> task) {
    try {
      return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      LOG.warn("a health check failed", failure);
      return false;
    } catch (TimeoutException late) {
      LOG.warn("a health check was not answered within {} ms", patience.toMillis());
      return false;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
