package dev.carillon.bench;

import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Events that come without end while something else is measured, from a thread of their own: as
 * fast as the server works them off, so that little of it waits in the log.
 */
final class LiveTraffic implements AutoCloseable {
  private static final int AT_ONCE = 2_000;
  private static final int WAITING = 4_000;
  private static final Duration LOOK = Duration.ofMillis(2);

  private final RunningServer server;
  private final RequestTemplate template;
  private final LongUnaryOperator person;
  private final long first;
  private final int connections;
  private final Thread thread;
  private volatile boolean stop;
  private volatile long sent;
  private volatile @Nullable RuntimeException failure;

  private LiveTraffic(
      RunningServer server,
      RequestTemplate template,
      long first,
      LongUnaryOperator person,
      int connections) {
    this.server = server;
    this.template = template;
    this.first = first;
    this.person = person;
    this.connections = connections;
    this.thread = new Thread(this::run, "live-traffic");
  }

  /**
   * Begins.
   *
   * @param first number of the first event; the others follow
   * @param person whom a number is about
   */
  static LiveTraffic start(
      RunningServer server,
      RequestTemplate template,
      long first,
      LongUnaryOperator person,
      int connections) {
    var traffic = new LiveTraffic(server, template, first, person, connections);
    traffic.thread.start();
    return traffic;
  }

  private void run() {
    try (var client = LoadClient.connect(server.port(), connections);
        var metrics = server.connect()) {
      long before = RunningServer.processed(metrics);
      while (!stop) {
        client.send(Sources.counted(template, first + sent, AT_ONCE, person));
        sent += AT_ONCE;
        while (!stop && before + sent - RunningServer.processed(metrics) > WAITING) {
          Pause.of(LOOK);
        }
      }
      Work.awaitProcessed(metrics, before, before + sent);
    } catch (RuntimeException broken) {
      failure = broken;
    }
  }

  /**
   * Refuses to go on when it broke off.
   *
   * @throws BenchFailure with the reason
   */
  void check() {
    var broken = failure;
    if (broken != null) {
      throw new BenchFailure("The live traffic broke off: " + broken.getMessage(), broken);
    }
  }

  /**
   * Ends when everything that was sent is processed.
   *
   * @return how many events that were
   */
  long stop() {
    close();
    check();
    return sent;
  }

  @Override
  public void close() {
    stop = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
