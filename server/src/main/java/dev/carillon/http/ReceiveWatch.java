package dev.carillon.http;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes connections whose request takes too long to arrive. Helidon bounds the silence before a
 * request line, but neither slow headers nor slow bodies; a client that sends one byte a minute
 * would hold its connection for ever.
 */
final class ReceiveWatch implements Http1ConnectionListener, AutoCloseable {
  private final Map<Thread, Arriving> arriving = new ConcurrentHashMap<>();
  private final long timeoutNanos;
  private final Thread watcher;

  private record Arriving(ConnectionContext connection, long since) {}

  ReceiveWatch(Duration timeout) {
    timeoutNanos = timeout.toNanos();
    watcher = Thread.ofVirtual().name("http-receive-watch").start(this::watch);
  }

  @Override
  public void prologue(ConnectionContext connection, HttpPrologue prologue) {
    arriving.put(Thread.currentThread(), new Arriving(connection, System.nanoTime()));
  }

  /** The request of the calling thread is complete. */
  void received() {
    arriving.remove(Thread.currentThread());
  }

  private void watch() {
    var pause = Duration.ofNanos(Math.max(timeoutNanos / 10, 1_000_000));
    try {
      while (true) {
        Thread.sleep(pause);
        long now = System.nanoTime();
        arriving.forEach((thread, request) -> {
          if (now - request.since() > timeoutNanos && arriving.remove(thread, request)) {
            request.connection().serverSocket().close();
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
}
