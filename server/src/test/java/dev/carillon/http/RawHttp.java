package dev.carillon.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * One connection to a server on this machine that sends exactly the bytes it is given: HTTP client
 * libraries would tidy the paths and bodies these tests are about.
 */
public final class RawHttp implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  /**
   * An answer.
   *
   * @param headers by lower-case name
   */
  public record Answer(int status, Map<String, String> headers, String body) {
    /** The value of a header that is there. */
    public String header(String name) {
      return Objects.requireNonNull(headers.get(name), "no header " + name + " in " + headers);
    }
  }

  /** Connects to a port of this machine. */
  public RawHttp(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends one request on a connection of its own. */
  public static Answer once(int port, String method, String target, String headers, byte[] body)
      throws IOException {
    try (var connection = new RawHttp(port)) {
      return connection.request(method, target, headers, body);
    }
  }

  /**
   * Sends one request and reads its answer.
   *
   * @param headers further header lines, each ended by CR LF
   */
  public Answer request(String method, String target, String headers, byte[] body)
      throws IOException {
    var length = body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
    send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n");
    send(body);
    return answer(method.equals("HEAD"));
  }

  /** Sends text as it is. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes as they are. */
  public void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Reads the next answer; fails with {@link EOFException} when the server closes instead. */
  public Answer answer() throws IOException {
    return answer(false);
  }

  private Answer answer(boolean head) throws IOException {
    var statusLine = line();
    var headers = new LinkedHashMap<String, String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = head ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
    var body = in.readNBytes(length);
    return new Answer(
        Integer.parseInt(statusLine.substring(9, 12)),
        headers,
        new String(body, StandardCharsets.UTF_8));
  }

  /** Whether the server has closed the connection; waits for it. */
  public boolean isClosedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection after '" + line + "'");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
