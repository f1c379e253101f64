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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Prints what the edge takes without the log behind it; the figure is for reading, not for passing.
 */
class TrackThroughputTest {
  private static final int CONNECTIONS = 64;
  private static final int REQUESTS = 20_000;

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
      run(server.port(), REQUESTS / 4);
      long started = System.nanoTime();
      int answered = run(server.port(), REQUESTS);
      double seconds = (System.nanoTime() - started) / 1e9;

      assertThat(answered).isEqualTo(REQUESTS / CONNECTIONS * CONNECTIONS);
      assertThat(bytes.sum()).isPositive();
      System.out.printf(
          "Track edge, no log: %,.0f events/s over %d connections%n",
          answered / seconds, CONNECTIONS);
    }
  }

  private static int run(int port, int requests) throws Exception {
    var tasks = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < CONNECTIONS; i++) {
      int number = i;
      tasks.add(() -> post(port, number, requests / CONNECTIONS));
    }
    int answered = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var each : threads.invokeAll(tasks)) {
        answered += each.get();
      }
    }
    return answered;
  }

  private static int post(int port, int number, int requests) throws IOException {
    var body =
        "{\"name\":\"order_placed\",\"id\":\"01JZ0000000000000000000000\",\"timestamp\":1751000000,\"data\":{\"price\":23.45,\"items\":[{\"sku\":\"a-1\",\"count\":2}],\"currency\":\"EUR\"}}";
    var request =
        ("POST /api/v1/customers/person-%d/events HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(number, TrackServer.AUTHORIZATION, body.length(), body))
            .getBytes(UTF_8);
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
