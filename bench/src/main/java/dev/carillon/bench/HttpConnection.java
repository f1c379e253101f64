package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A kept-alive connection for calls one after the other, opened again before the server could have
 * closed it for being silent. Used by one thread.
 */
final class HttpConnection implements AutoCloseable {
  private static final int LARGEST_ANSWER = 4 * 1024 * 1024;
  private static final long SILENCE_NANOS = Duration.ofSeconds(20).toNanos();

  /** An answer. */
  record Answer(int status, String body) {}

  private final int port;
  private final ResponseReader reader = new ResponseReader();
  private ByteBuffer received = ByteBuffer.allocate(16 * 1024);
  private SocketChannel channel;
  private long usedNanos = System.nanoTime();

  private HttpConnection(int port, SocketChannel channel) {
    this.port = port;
    this.channel = channel;
  }

  /**
   * Connects to a port of this machine.
   *
   * @throws IOException when nobody listens there
   */
  static HttpConnection to(int port) throws IOException {
    return new HttpConnection(port, open(port));
  }

  private static SocketChannel open(int port) throws IOException {
    var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return channel;
  }

  /**
   * Makes a call.
   *
   * @param authorization the whole header value, or empty for none
   * @param body JSON, or empty for none
   * @throws UncheckedIOException when the connection breaks
   */
  Answer call(String method, String path, String authorization, String body) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    var head =
        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%sContent-Length: %d\r\n\r\n"
            .formatted(
                method,
                path,
                authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n",
                body.isEmpty() ? "" : "Content-Type: application/json\r\n",
                bytes.length)
            .getBytes(StandardCharsets.US_ASCII);
    return call(ByteBuffer.allocate(head.length + bytes.length).put(head).put(bytes).flip());
  }

  /** Sends a request that is complete and waits for the answer. */
  Answer call(ByteBuffer request) {
    try {
      if (System.nanoTime() - usedNanos > SILENCE_NANOS) {
        channel.close();
        channel = open(port);
      }
      while (request.hasRemaining()) {
        channel.write(request);
      }
      received.clear();
      while (!reader.isComplete(received)) {
        if (!received.hasRemaining()) {
          grow();
        }
        if (channel.read(received) < 0) {
          throw new IOException("the server closed the connection");
        }
      }
      usedNanos = System.nanoTime();
    } catch (IOException failure) {
      throw new UncheckedIOException("A call was not answered.", failure);
    }
    var body =
        new String(
            received.array(),
            reader.bodyStart(),
            reader.end() - reader.bodyStart(),
            StandardCharsets.UTF_8);
    return new Answer(reader.status(), body);
  }

  private void grow() throws IOException {
    if (received.capacity() >= LARGEST_ANSWER) {
      throw new IOException("the answer is larger than " + LARGEST_ANSWER + " bytes");
    }
    received = ByteBuffer.allocate(received.capacity() * 4).put(received.flip());
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException("A connection cannot be closed.", failure);
    }
  }
}
