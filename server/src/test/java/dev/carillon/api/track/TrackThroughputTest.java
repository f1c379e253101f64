package dev.carillon.api.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.processing.OperationCodec;
import dev.carillon.store.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Prints what the edge takes without the log behind it; the figure is for reading, not for passing.
 */
class TrackThroughputTest {
  private static final int CONNECTIONS = 64;
  private static final int REQUESTS = 20_000;
  private static final int BATCH = 20;
  private static final String EVENT =
      "\"name\":\"order_placed\",\"id\":\"01JZ0000000000000000000000\",\"timestamp\":1751000000";
  private static final String DATA =
      "{\"price\":23.45,\"items\":[{\"sku\":\"a-1\",\"count\":2}],\"currency\":\"EUR\"}";

  @AutoClose private final TestDatabase database = TestDatabase.create();

  @Test
  void shouldAnswerEveryRequestOfManyConnections() throws Exception {
    var bytes = new LongAdder();
    try (var server =
        new TrackServer(
            database,
            RateLimits.perSecond(1_000_000),
            operations ->
                operations.forEach(each -> bytes.add(OperationCodec.encode(each).length)))) {
      measure(server.port(), REQUESTS, 1, number -> event("person-" + number));
      measure(server.port(), REQUESTS / 4, BATCH, TrackThroughputTest::batch);
      assertThat(bytes.sum()).isPositive();
    }
  }

  private static void measure(int port, int requests, int operations, IntFunction<byte[]> request)
      throws Exception {
    run(port, requests / 4, request);
    long started = System.nanoTime();
    int answered = run(port, requests, request);
    double seconds = (System.nanoTime() - started) / 1e9;

    assertThat(answered).isEqualTo(requests / CONNECTIONS * CONNECTIONS);
    System.out.printf(
        "Track edge, no log: %,.0f operations/s over %d connections, %d a request%n",
        answered * operations / seconds, CONNECTIONS, operations);
  }

  private static int run(int port, int requests, IntFunction<byte[]> request) throws Exception {
    var tasks = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < CONNECTIONS; i++) {
      var bytes = request.apply(i);
      tasks.add(() -> post(port, bytes, requests / CONNECTIONS));
    }
    int answered = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var each : threads.invokeAll(tasks)) {
        answered += each.get();
      }
    }
    return answered;
  }

  private static byte[] event(String person) {
    return request(
        "/api/v1/customers/" + person + "/events", "{" + EVENT + ",\"data\":" + DATA + "}");
  }

  private static byte[] batch(int number) {
    return request(
        "/api/v2/batch",
        IntStream.range(0, BATCH)
            .mapToObj(i ->
                "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"person-%d-%d\"},%s,\"attributes\":%s}"
                    .formatted(number, i, EVENT, DATA))
            .collect(Collectors.joining(",", "{\"batch\":[", "]}")));
  }

  private static byte[] request(String target, String body) {
    return "POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(target, TrackServer.AUTHORIZATION, body.length(), body)
        .getBytes(UTF_8);
  }

  private static int post(int port, byte[] request, int requests) throws IOException {
    int answered = 0;
    try (var connection = new RawHttp(port)) {
      for (int i = 0; i < requests; i++) {
        connection.send(request);
        answered += connection.answer().status() == 200 ? 1 : 0;
      }
    }
    return answered;
  }
}
