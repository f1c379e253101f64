package dev.carillon.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes the calls of reporting webhooks and keeps them; may leave them without an answer. */
final class WebhookReceiver implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch open = new CountDownLatch(0);

  /** A call as it came. */
  record Call(String timestamp, String signature, String body) {
    JsonNode json() {
      return JSON.readTree(body);
    }

    String eventId() {
      return json().get("event_id").stringValue();
    }
  }

  WebhookReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          calls.add(
              new Call(
                  headers.getFirst("X-CIO-Timestamp"), headers.getFirst("X-CIO-Signature"), body));
          try {
            open.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks";
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Leaves calls without an answer from now on. */
  void hold() {
    open = new CountDownLatch(1);
  }

  /** Answers again, also what waits. */
  void release() {
    open.countDown();
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.close();
  }
}
