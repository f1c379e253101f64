package dev.carillon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carillon.http.CallResult.Answered;
import dev.carillon.http.CallResult.Cause;
import dev.carillon.http.CallResult.Failed;
import dev.carillon.http.TargetGuard.Resolved;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that {@link Caller} has opened. Used by one thread at a time. */
final class OutgoingConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutgoingConnection.class);

  private final URI target;
  private final Socket socket;
  private final ScheduledExecutorService watch;
  private final InputStream in;
  private final OutputStream out;
  private boolean reusable = true;
  private volatile boolean late;

  private OutgoingConnection(URI target, Socket socket, ScheduledExecutorService watch)
      throws IOException {
    this.target = target;
    this.socket = socket;
    this.watch = watch;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /** What became of an attempt to connect. */
  sealed interface Opened {
    /** It is connected. */
    record Ready(OutgoingConnection connection) implements Opened {}

    /** It is not. */
    record Refused(Failed failed) implements Opened {}
  }

  /**
   * Resolves the name once and connects to what the guard lets through, in turn.
   *
   * @param end by {@link System#nanoTime}
   */
  static Opened open(URI target, TargetGuard guard, ScheduledExecutorService watch, long end) {
    var found = guard.resolve(target.getHost(), left(end));
    return switch (found) {
      case Resolved.Forbidden() ->
          refused(Cause.FORBIDDEN, "the address leads into a network that may not be called");
      case Resolved.Unknown() -> refused(Cause.UNKNOWN_HOST, "the name is unknown");
      case Resolved.TooSlow() -> refused(Cause.TIMEOUT, "the name was not resolved in time");
      case Resolved.Allowed(var addresses) -> {
        Opened last = refused(Cause.TIMEOUT, "there was no time to connect");
        for (var address : addresses) {
          last = connect(target, address, watch, end);
          if (last instanceof Opened.Ready || left(end).isZero()) {
            break;
          }
        }
        yield last;
      }
    };
  }

  private static Opened connect(
      URI target, InetAddress address, ScheduledExecutorService watch, long end) {
    var millis = (int) left(end).toMillis();
    if (millis <= 0) {
      return refused(Cause.TIMEOUT, "there was no time to connect");
    }
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(address, port(target)), millis);
      var ready = isSecure(target) ? secure(socket, target, watch, end) : socket;
      return new Opened.Ready(new OutgoingConnection(target, ready, watch));
    } catch (IOException failure) {
      hangUp(socket);
      return new Opened.Refused(failed(failure, left(end).isZero()));
    }
  }

  private static Socket secure(Socket plain, URI target, ScheduledExecutorService watch, long end)
      throws IOException {
    var host = bare(target.getHost());
    var socket =
        (SSLSocket)
            ((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(plain, host, port(target), true);
    var parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    var alarm = watch.schedule(() -> hangUp(plain), left(end).toNanos(), TimeUnit.NANOSECONDS);
    try {
      socket.startHandshake();
    } finally {
      alarm.cancel(false);
    }
    return socket;
  }

  private static Opened refused(Cause cause, String message) {
    return new Opened.Refused(new Failed(cause, message));
  }

  private static Failed failed(IOException failure, boolean late) {
    if (late || failure instanceof SocketTimeoutException) {
      return new Failed(Cause.TIMEOUT, "there was no answer in time");
    }
    var cause =
        switch (failure) {
          case SSLException secure ->
              secure.getCause() instanceof CertificateException ? Cause.CERTIFICATE : Cause.OTHER;
          case AnswerReader.Malformed _, NoRouteToHostException _ -> Cause.OTHER;
          default -> Cause.CONNECTION;
        };
    return new Failed(cause, String.valueOf(failure.getMessage()));
  }

  /** Posts and reads the status; whatever happens is told by the result. */
  CallResult post(Map<String, String> headers, byte[] body, long end) {
    var alarm =
        watch.schedule(
            () -> {
              late = true;
              hangUp(socket);
            },
            Math.max(0, left(end).toNanos()),
            TimeUnit.NANOSECONDS);
    try {
      out.write(head(headers, body.length));
      out.write(body);
      out.flush();
      var answer = new AnswerReader(in);
      var status = answer.status();
      reusable = answer.drained();
      return new Answered(status);
    } catch (IOException failure) {
      reusable = false;
      return failed(failure, late);
    } finally {
      alarm.cancel(false);
    }
  }

  private byte[] head(Map<String, String> headers, int length) {
    var path = target.getRawPath();
    var query = target.getRawQuery();
    var head = new StringBuilder("POST ");
    head.append(path == null || path.isEmpty() ? "/" : path);
    if (query != null) {
      head.append('?').append(query);
    }
    head.append(" HTTP/1.1\r\nHost: ").append(target.getHost());
    if (target.getPort() >= 0) {
      head.append(':').append(target.getPort());
    }
    head.append("\r\nUser-Agent: Carillon\r\nContent-Length: ").append(length).append("\r\n");
    var user = target.getUserInfo();
    if (user != null) {
      var told = Base64.getEncoder().encodeToString(user.getBytes(UTF_8));
      head.append("Authorization: Basic ").append(told).append("\r\n");
    }
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(ISO_8859_1);
  }

  /** Whether another call may go over it. */
  boolean isReusable() {
    return reusable && !late;
  }

  @Override
  public void close() {
    hangUp(socket);
  }

  private static void hangUp(Socket socket) {
    try {
      socket.close();
    } catch (IOException failure) {
      LOG.trace("a connection was gone before it was closed", failure);
    }
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  private static boolean isSecure(URI target) {
    return "https".equalsIgnoreCase(target.getScheme());
  }

  private static int port(URI target) {
    return target.getPort() >= 0 ? target.getPort() : isSecure(target) ? 443 : 80;
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
