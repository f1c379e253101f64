package dev.carillon.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves all surfaces on one port: every request, whatever its path, comes to one handler, which
 * finds the route by the raw path and turns problems into the wire form of the route's surface.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final String[] NO_SEGMENTS = {};

  private final HttpSettings settings;
  private final Router router;
  private final ReceiveWatch watch;
  private final SendWatch sending;
  private final WebServer server;

  private HttpServer(HttpSettings settings, ErrorShape fallback, List<RouteTable> tables) {
    this.settings = settings;
    this.router = new Router(tables, fallback);
    this.watch = new ReceiveWatch(settings.receiveTimeout());
    this.sending = new SendWatch(settings.idleTimeout());
    this.server =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .backlog(1024)
            .maxTcpConnections(settings.maxConnections())
            .maxPayloadSize(settings.maxBodyBytes())
            .idleConnectionTimeout(settings.idleTimeout())
            .idleConnectionPeriod(settings.idleTimeout().dividedBy(5))
            .shutdownGracePeriod(settings.stopTimeout())
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            // One small write per answer: a queue with a second thread would only add a hand-over.
            .writeQueueLength(0)
            .connectionOptions(options -> options.tcpNoDelay(true).socketKeepAlive(true))
            .addProtocol(
                Http1Config.builder()
                    .maxPrologueLength(settings.maxRequestLineBytes())
                    .maxHeadersSize(settings.maxHeaderBytes())
                    // Identifiers in paths hold anything; RawPath does the checking.
                    .validatePath(false)
                    .validatePrologue(false)
                    // It would refuse Content-Encoding, which Request undoes itself.
                    .validateRequestHeaders(false)
                    .validateRequestHostHeader(false)
                    .validateResponseHeaders(false)
                    .receiveLog(false)
                    .sendLog(false)
                    .addReceiveListener(watch)
                    .build())
            .directHandlers(directHandlers())
            // A filter runs before Helidon matches paths, which would normalise them.
            .routing(
                HttpRouting.builder().addFilter((_, request, response) -> serve(request, response)))
            .build();
  }

  /**
   * Starts listening.
   *
   * @param fallback the form of problems outside all prefixes of the tables
   * @throws IllegalStateException when the address cannot be bound, with the reason
   */
  public static HttpServer start(
      HttpSettings settings, ErrorShape fallback, List<RouteTable> tables) {
    var server = new HttpServer(settings, fallback, tables);
    server.server.start();
    if (!server.server.isRunning()) {
      server.watch.close();
      server.sending.close();
      throw new IllegalStateException(
          "cannot listen on "
              + settings.host()
              + ":"
              + settings.port()
              + ": "
              + reasonNotToBind(settings));
    }
    return server;
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /**
   * Stops accepting, waits up to {@link HttpSettings#stopTimeout()} for requests in flight to be
   * answered, then closes all connections.
   */
  @Override
  public void close() {
    server.stop();
    watch.close();
    sending.close();
  }

  private void serve(ServerRequest inner, RoutingResponse response) {
    var method = inner.prologue().method().text();
    var target = router.find(method, inner.prologue().uriPath().rawPath());
    var request =
        switch (target) {
          case Router.Found(var route, var segments) ->
              new Request(inner, route.pattern(), segments, watch::received);
          case Router.Missed _ -> new Request(inner, NO_SEGMENTS, NO_SEGMENTS, watch::received);
        };
    if (!inner.content().hasEntity()) {
      request.finish();
    }
    var reply = answer(target, method, request);
    boolean keepAlive = request.finish();
    var writer = method.equals("HEAD") ? null : reply.writer();
    if (writer == null) {
      send(response, reply, target, keepAlive, method.equals("HEAD"));
    } else {
      stream(response, reply, writer, target, keepAlive);
    }
  }

  private Reply answer(Router.Target target, String method, Request request) {
    return switch (target) {
      case Router.Found(var route, _) -> call(route, request);
      case Router.Missed(Problem.MethodNotAllowed(var allowed), _, var crossOrigin)
          when crossOrigin != null && method.equals("OPTIONS") ->
          crossOrigin.preflight(allowed);
      case Router.Missed(var problem, var shape, _) -> problemReply(shape, problem);
    };
  }

  private static Reply call(RouteTable.Route route, Request request) {
    var shape = route.table().shape();
    try {
      return route.handler().handle(request);
    } catch (ProblemException expected) {
      return problemReply(shape, expected.problem());
    } catch (CloseConnectionException | RequestException connection) {
      throw connection;
    } catch (Exception fault) {
      return problemReply(shape, new Problem.Internal(report(route, fault)));
    }
  }

  /** Logs a fault; the answer is the reference that names the line. */
  private static String report(RouteTable.Route route, Exception fault) {
    if (fault instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    var reference = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    LOG.error(
        "request failed: reference={} method={} route=/{}",
        reference,
        route.method(),
        String.join("/", route.pattern()),
        fault);
    return reference;
  }

  private static Reply problemReply(ErrorShape shape, Problem problem) {
    var reply = shape.reply(problem);
    return switch (problem) {
      case Problem.RateLimited(var seconds) -> reply.with("retry-after", Integer.toString(seconds));
      case Problem.Unavailable(_, var seconds) ->
          reply.with("retry-after", Integer.toString(seconds));
      case Problem.MethodNotAllowed(var allowed) -> reply.with("allow", String.join(", ", allowed));
      case Problem.BadRequest _,
          Problem.BadRequests _,
          Problem.Unauthorised _,
          Problem.Forbidden _,
          Problem.NotFound _,
          Problem.Conflict _,
          Problem.Invalid _,
          Problem.TooLarge _,
          Problem.Internal _,
          Problem.Malformed _ ->
          reply;
    };
  }

  /**
   * Sends a body while it is written. What goes wrong before its first byte is answered as ever;
   * after it, closing the connection is the only way to tell the client that something is missing.
   */
  private void stream(
      RoutingResponse response,
      Reply reply,
      Reply.Writer writer,
      Router.Target target,
      boolean keepAlive) {
    var out =
        new SendWatch.Output(() -> {
          head(response, reply, target, keepAlive);
          return response.outputStream();
        });
    try (var _ = sending.watch(out)) {
      writer.write(out);
      out.finish();
      response.commit();
    } catch (CloseConnectionException connection) {
      throw connection;
    } catch (Exception failure) {
      if (out.begun()) {
        if (!(failure instanceof IOException || failure instanceof UncheckedIOException)
            && target instanceof Router.Found(var route, _)) {
          report(route, failure); // not the client's doing
        }
        throw new CloseConnectionException("an answer could not be sent to its end", failure);
      }
      send(response, instead(target, failure), target, keepAlive, false);
    }
  }

  private static Reply instead(Router.Target target, Exception failure) {
    var problem =
        switch (failure) {
          case ProblemException expected -> expected.problem();
          default ->
              new Problem.Internal(
                  target instanceof Router.Found(var route, _) ? report(route, failure) : "");
        };
    return problemReply(target.shape(), problem);
  }

  private static void head(
      ServerResponse response, Reply reply, Router.Target target, boolean keepAlive) {
    response.status(reply.helidonStatus());
    for (var header : reply.headers()) {
      response.header(header);
    }
    if (target.crossOrigin() != null) {
      response.header(Reply.ANY_ORIGIN);
    }
    if (!keepAlive) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
  }

  private static void send(
      ServerResponse response, Reply reply, Router.Target target, boolean keepAlive, boolean head) {
    head(response, reply, target, keepAlive);
    if (head && reply.writer() != null) {
      response.send(); // how long it would be is not known
    } else if (head) {
      response.headers().contentLength(reply.rawBody().length);
      response.send();
    } else {
      response.send(reply.rawBody());
    }
  }

  /**
   * What Helidon answers by itself: malformed request lines, headers, framing; bodies above all
   * limits.
   */
  private DirectHandlers directHandlers() {
    var builder = DirectHandlers.builder();
    for (var type : EventType.values()) {
      builder.addHandler(type, this::malformed);
    }
    return builder.build();
  }

  private DirectHandler.TransportResponse malformed(
      DirectHandler.TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    var path = request.path();
    int query = path.indexOf('?');
    var target = router.find(request.method(), query < 0 ? path : path.substring(0, query));
    var problem =
        status.code() == 413
            ? Problem.TooLarge.body(settings.maxBodyBytes())
            : new Problem.Malformed(status.code(), sentence(status));
    var reply = target.shape().reply(problem);
    var response =
        DirectHandler.TransportResponse.builder().status(reply.helidonStatus()).keepAlive(false);
    for (var header : reply.headers()) {
      response.header(header);
    }
    if (target.crossOrigin() != null) {
      response.header(Reply.ANY_ORIGIN);
    }
    return response.entity(reply.rawBody()).build();
  }

  private static String sentence(Status status) {
    return switch (status.code()) {
      case 414 -> "the URL is too long";
      case 500 -> "internal error";
      case 505 -> "only HTTP/1.1 is supported";
      default -> "the request is not well-formed HTTP";
    };
  }

  /** Helidon logs why it could not bind and keeps it to itself; trying once more tells us. */
  private static String reasonNotToBind(HttpSettings settings) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(settings.host(), settings.port()));
      return "it did not start";
    } catch (IOException | UncheckedIOException reason) {
      return String.valueOf(reason.getMessage());
    }
  }
}
