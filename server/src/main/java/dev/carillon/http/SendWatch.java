package dev.carillon.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends answers that are written while they are sent and whose client takes nothing any more: a
 * write would wait for ever, with all that the writer holds. The thread is interrupted, which
 * closes the connection it writes to.
 */
final class SendWatch implements AutoCloseable {
  private final Map<Thread, Output> outputs = new ConcurrentHashMap<>();
  private final long timeoutNanos;
  private final Thread watcher;

  /**
   * @param timeout how long a single write may take
   */
  SendWatch(Duration timeout) {
    timeoutNanos = timeout.toNanos();
    watcher = Thread.ofVirtual().name("http-send-watch").start(this::watch);
  }

  /** Watches what the calling thread writes until the answer is closed. */
  Watched watch(Output output) {
    outputs.put(Thread.currentThread(), output);
    return () -> outputs.remove(Thread.currentThread());
  }

  /** Ends the watch. */
  @FunctionalInterface
  interface Watched extends AutoCloseable {
    @Override
    void close();
  }

  private void watch() {
    var pause = Duration.ofNanos(Math.max(timeoutNanos / 10, 1_000_000));
    try {
      while (true) {
        Thread.sleep(pause);
        outputs.forEach((thread, output) -> {
          if (output.waits(timeoutNanos) && outputs.remove(thread, output)) {
            thread.interrupt();
          }
        });
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    watcher.interrupt();
  }

  /** Begins to answer with the first byte that is written. Closing it does nothing. */
  static final class Output extends OutputStream {
    private static final long IDLE = 0;

    private final Supplier<OutputStream> begin;
    private @Nullable OutputStream inner;
    private volatile long writingSince = IDLE;

    Output(Supplier<OutputStream> begin) {
      this.begin = begin;
    }

    /** Whether something was written. */
    boolean begun() {
      return inner != null;
    }

    private boolean waits(long nanos) {
      var since = writingSince;
      return since != IDLE && System.nanoTime() - since > nanos;
    }

    private OutputStream out() {
      var present = inner;
      if (present == null) {
        present = begin.get();
        inner = present;
      }
      return present;
    }

    @Override
    public void write(int each) throws IOException {
      write(new byte[] {(byte) each}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      writingSince = System.nanoTime() | 1; // never the mark of an idle one
      try {
        out().write(bytes, from, length);
      } finally {
        writingSince = IDLE;
      }
    }

    /** Ends the answer: all of it is written. */
    void finish() throws IOException {
      out().close();
    }
  }
}
