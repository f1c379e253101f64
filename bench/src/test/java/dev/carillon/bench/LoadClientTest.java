package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LoadClientTest {
  private static final RequestTemplate EVENT = Calls.event("bought");

  private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
  private final Queue<String> paths = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private volatile int status = 200;

  @SuppressWarnings("NullAway.Init")
  LoadClientTest() {}

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    paths.add(exchange.getRequestURI().getPath());
    var body = status == 200 ? "{}\n" : "{\"meta\":{\"error\":\"no\"}}";
    exchange.sendResponseHeaders(status, body.length());
    exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
    exchange.close();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  @Test
  void shouldSendEachRequestOnceOverItsConnections() {
    // given
    try (var client = LoadClient.connect(server.getAddress().getPort(), 4)) {

      // when
      var load = client.send(Sources.counted(EVENT, 100, 50, n -> n % 10));

      // then
      assertThat(load.answered()).isEqualTo(50);
      assertThat(load.latency().getTotalCount()).isEqualTo(50);
      assertThat(load.took()).isPositive();
      assertThat(bodies).hasSize(50).doesNotHaveDuplicates();
      assertThat(bodies).anyMatch(body -> body.contains("\"SKU-00000149\""));
      assertThat(paths).contains("/api/v1/customers/bench-0000009/events");
    }
  }

  @Test
  void shouldGoOnUntilTheTimeIsUp() {
    // given
    try (var client = LoadClient.connect(server.getAddress().getPort(), 2)) {

      // when
      var load = client.send(Sources.lasting(EVENT, 0, Duration.ofMillis(100), n -> 0));

      // then
      assertThat(load.answered()).isGreaterThanOrEqualTo(2).isEqualTo(bodies.size());
      assertThat(load.took()).isGreaterThanOrEqualTo(Duration.ofMillis(90));
    }
  }

  @Test
  void shouldRefuseAnythingButTwoHundred() {
    // given
    status = 400;
    try (var client = LoadClient.connect(server.getAddress().getPort(), 1)) {

      // when, then
      assertThatThrownBy(() -> client.send(Sources.counted(EVENT, 0, 1, n -> 0)))
          .isInstanceOf(BenchFailure.class)
          .hasMessageContaining("400")
          .hasMessageContaining("\"error\":\"no\"");
    }
  }

  @Test
  void shouldReadAnswersOfSingleCalls() throws IOException {
    // given
    try (var connection = HttpConnection.to(server.getAddress().getPort())) {

      // when
      var first = connection.call("POST", "/one", "Bearer key", "{\"a\":1}");
      var second = connection.call("GET", "/two", "", "");

      // then
      assertThat(first).isEqualTo(new HttpConnection.Answer(200, "{}\n"));
      assertThat(second.status()).isEqualTo(200);
      assertThat(bodies).containsExactly("{\"a\":1}", "");
    }
  }
}
