package dev.carillon.http;

import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** One request. Belongs to the thread that handles it. */
public final class Request {
  private static final byte[] NOTHING = {};

  private final ServerRequest inner;
  private final String[] pattern;
  private final String[] segments;
  private final Runnable bodyReceived;
  private boolean read;
  private boolean received;

  /**
   * @param bodyReceived called once, when the last byte of the body is here
   */
  Request(ServerRequest inner, String[] pattern, String[] segments, Runnable bodyReceived) {
    this.inner = inner;
    this.pattern = pattern;
    this.segments = segments;
    this.bodyReceived = bodyReceived;
  }

  /** The method, upper case. */
  public String method() {
    return inner.prologue().method().text();
  }

  /** The path as it came over the wire, undecoded, without the query. */
  public String rawPath() {
    return inner.prologue().uriPath().rawPath();
  }

  /**
   * The segment at {@code {name}} of the route's pattern, percent-decoded exactly once; never
   * empty.
   *
   * @throws IllegalArgumentException when the pattern has no such name
   */
  public String segment(String name) {
    for (int i = 0; i < pattern.length; i++) {
      var each = pattern[i];
      if (each.length() == name.length() + 2 && each.charAt(0) == '{' && each.startsWith(name, 1)) {
        return segments[i];
      }
    }
    throw new IllegalArgumentException("the route has no segment named " + name);
  }

  /** The first value of a header, or null when it is absent. Names are compared without case. */
  public @Nullable String header(String name) {
    var headerName = HeaderNames.create(name);
    var headers = inner.headers();
    return headers.contains(headerName) ? headers.get(headerName).get() : null;
  }

  /**
   * The first value of a query parameter, form-decoded ({@code +} is a space); empty when absent.
   *
   * @throws ProblemException 400 for a broken escape
   */
  public Optional<String> query(String name) {
    return queryAll(name).stream().findFirst();
  }

  /**
   * All values of a query parameter in order, form-decoded.
   *
   * @throws ProblemException 400 for a broken escape
   */
  public List<String> queryAll(String name) {
    var raw = inner.prologue().query().rawValue();
    if (raw.isEmpty()) {
      return List.of();
    }
    var values = new ArrayList<String>();
    int start = 0;
    while (start <= raw.length()) {
      int end = raw.indexOf('&', start);
      end = end < 0 ? raw.length() : end;
      int equals = raw.indexOf('=', start);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      if (RawPath.decode(raw.substring(start, nameEnd), true).equals(name)) {
        values.add(nameEnd == end ? "" : RawPath.decode(raw.substring(nameEnd + 1, end), true));
      }
      start = end + 1;
    }
    return values;
  }

  /** The address of the peer of this connection, in numeric form. */
  public String remoteAddress() {
    return inner.remotePeer().address() instanceof InetSocketAddress peer
            && peer.getAddress() != null
        ? peer.getAddress().getHostAddress()
        : "";
  }

  /**
   * Reads the whole body. {@code Content-Encoding: gzip} is undone. May be called once.
   *
   * @param maxBytes the longest body to take, after decompression
   * @return empty when there is none
   * @throws ProblemException 413 for a longer one, 415 for another encoding, 400 for broken gzip
   */
  public byte[] body(int maxBytes) {
    if (read) {
      throw new IllegalStateException("the body has been read already");
    }
    read = true;
    var content = inner.content();
    if (!content.hasEntity()) {
      return NOTHING;
    }
    var encoding = header("content-encoding");
    boolean gzip = encoding != null && isGzip(encoding);
    var raw = receive(content.inputStream(), maxBytes);
    return gzip ? gunzip(raw, maxBytes) : raw;
  }

  private static boolean isGzip(String encoding) {
    if (encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
      return false;
    }
    if (encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip")) {
      return true;
    }
    throw new Problem.Malformed(415, "only gzip is supported as content-encoding").thrown();
  }

  private byte[] receive(InputStream in, int maxBytes) {
    try {
      long announced = inner.headers().contentLength().orElse(-1);
      var bytes =
          announced >= 0 && announced <= maxBytes
              ? in.readNBytes((int) announced)
              : in.readNBytes(maxBytes + 1);
      if (bytes.length < announced && announced <= maxBytes) {
        throw new CloseConnectionException("the client closed the connection within the body");
      }
      // Also when it is too long: a client that is still writing would not see the answer
      // otherwise.
      discard(in);
      received();
      if (bytes.length > maxBytes) {
        throw Problem.TooLarge.body(maxBytes).thrown();
      }
      return bytes;
    } catch (IOException | UncheckedIOException | InsufficientDataAvailableException broken) {
      throw new CloseConnectionException("the connection broke within the body", broken);
    }
  }

  /** Reads to the end. Nearly always there is nothing left, so no buffer is made for it first. */
  private static void discard(InputStream in) throws IOException {
    if (in.read() >= 0) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static byte[] gunzip(byte[] raw, int maxBytes) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(raw))) {
      var bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw Problem.TooLarge.body(maxBytes).thrown();
      }
      return bytes;
    } catch (ZipException | EOFException broken) {
      throw new Problem.BadRequest("request body is not valid gzip").thrown();
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory failed", impossible);
    }
  }

  /**
   * Takes in what the handler left unread, so that the next request on this connection starts where
   * it should.
   *
   * @return false when the body cannot be taken in and the connection has to be closed
   */
  boolean finish() {
    if (received) {
      return true;
    }
    var content = inner.content();
    if (content.hasEntity()) {
      if (inner.headers().contains(HeaderNames.EXPECT) && !inner.continueSent()) {
        return false;
      }
      try {
        discard(content.inputStream());
      } catch (IOException | UncheckedIOException | InsufficientDataAvailableException broken) {
        throw new CloseConnectionException("the connection broke within the body", broken);
      } catch (RequestException tooLong) {
        return false;
      }
    }
    received();
    return true;
  }

  private void received() {
    received = true;
    bodyReceived.run();
  }
}
