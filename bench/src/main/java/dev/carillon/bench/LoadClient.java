package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Sends requests over kept-alive connections, one at a time on each, from one thread: the next
 * request of a connection leaves as soon as its answer has come. Used by one thread.
 */
final class LoadClient implements AutoCloseable {
  private static final int REQUEST_BYTES = 16 * 1024;
  private static final int ANSWER_BYTES = 16 * 1024;
  private static final long PATIENCE_MILLIS = 15_000;

  /** What to send. */
  interface Source {
    /** Appends the next request; false, appending nothing, when there is none. */
    boolean next(ByteBuffer target);
  }

  /**
   * What became of it.
   *
   * @param answered requests answered as expected; no other answer is accepted
   * @param took from the first byte sent to the last byte received
   * @param latency of each request, in microseconds
   */
  record Load(long answered, Duration took, Histogram latency) {
    double perSecond() {
      return answered / (took.toNanos() / 1e9);
    }

    double millisAt(double percentile) {
      return latency.getValueAtPercentile(percentile) / 1e3;
    }
  }

  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();

  private LoadClient(Selector selector) {
    this.selector = selector;
  }

  /** Opens connections to a port of this machine. */
  static LoadClient connect(int port, int connections) {
    try {
      var client = new LoadClient(Selector.open());
      for (int i = 0; i < connections; i++) {
        client.connections.add(new Connection(port, client.selector));
      }
      return client;
    } catch (IOException failure) {
      throw new UncheckedIOException("The server cannot be reached.", failure);
    }
  }

  /**
   * Sends until the source has nothing more and everything is answered.
   *
   * @throws BenchFailure when an answer is not 200, does not come, or a connection breaks
   */
  Load send(Source source) {
    return send(source, 200);
  }

  /** The same where every answer is to have this status. */
  Load send(Source source, int status) {
    connections.forEach(connection -> connection.expected = status);
    var run = new Run(source, System.nanoTime());
    try {
      for (var connection : connections) {
        run.sendNext(connection);
      }
      while (run.waiting > 0) {
        if (selector.select(run::received, PATIENCE_MILLIS) == 0) {
          throw new BenchFailure(
              "%d requests were not answered within %d s."
                  .formatted(run.waiting, PATIENCE_MILLIS / 1000));
        }
      }
    } catch (IOException failure) {
      throw new BenchFailure("A connection broke under load: " + failure.getMessage(), failure);
    }
    return new Load(run.answered, Duration.ofNanos(run.lastNanos - run.startNanos), run.latency);
  }

  private static final class Run {
    private final Source source;
    private final long startNanos;
    private final Histogram latency = new Histogram(TimeUnit.MINUTES.toMicros(1), 3);
    private long lastNanos;
    private long answered;
    private int waiting;

    private Run(Source source, long startNanos) {
      this.source = source;
      this.startNanos = startNanos;
      this.lastNanos = startNanos;
    }

    private void sendNext(Connection connection) throws IOException {
      if (connection.send(source)) {
        waiting++;
      }
    }

    private void received(SelectionKey key) {
      var connection = (Connection) key.attachment();
      try {
        if (!connection.receive()) {
          return;
        }
        lastNanos = System.nanoTime();
        waiting--;
        answered++;
        latency.recordValue(TimeUnit.NANOSECONDS.toMicros(lastNanos - connection.sentNanos));
        sendNext(connection);
      } catch (IOException failure) {
        throw new BenchFailure("A connection broke under load: " + failure.getMessage(), failure);
      }
    }
  }

  private static final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
    private final ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_BYTES);
    private final ResponseReader reader = new ResponseReader();
    private long sentNanos;
    private int expected = 200;

    private Connection(int port, Selector selector) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** One small request always fits the empty buffer of a socket whose last one was answered. */
    private boolean send(Source source) throws IOException {
      request.clear();
      if (!source.next(request)) {
        return false;
      }
      request.flip();
      sentNanos = System.nanoTime();
      channel.write(request);
      if (request.hasRemaining()) {
        throw new IOException("the socket takes no whole request");
      }
      return true;
    }

    private boolean receive() throws IOException {
      if (channel.read(answer) < 0) {
        throw new IOException("the server closed it");
      }
      if (!reader.isComplete(answer)) {
        return false;
      }
      if (reader.status() != expected) {
        var body = new byte[Math.min(300, reader.end() - reader.bodyStart())];
        answer.get(reader.bodyStart(), body);
        throw new BenchFailure(
            "A request was answered %d: %s"
                .formatted(
                    reader.status(),
                    new String(body, java.nio.charset.StandardCharsets.UTF_8).strip()));
      }
      answer.clear();
      return true;
    }
  }

  @Override
  public void close() {
    try {
      for (var connection : connections) {
        connection.channel.close();
      }
      selector.close();
    } catch (IOException failure) {
      throw new UncheckedIOException("Connections cannot be closed.", failure);
    }
  }
}
