package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.delivery.DeliveryStats;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.processing.ProcessingStats;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OperationsApiTest {

  private static HttpServer start(Runnable database) {
    var stats = new ProcessingStats();
    var api =
        new OperationsApi(
            new OperationsApi.Sources(
                database,
                () -> stats,
                () -> new DeliveryStats(5, 4, 3, 9, 2, 1, 7, 6, 8),
                () -> Map.of("invalid", 9L),
                () -> Duration.ofMillis(1_500)));
    return HttpServer.start(
        HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), List.of(api.routes()));
  }

  @Test
  void shouldTellWhetherTheDatabaseAnswers() {
    var test = TestDatabase.create();
    Runnable ping = () -> test.jdbi().useHandle(handle -> handle.execute("SELECT 1"));
    try (var server = start(ping)) {
      var client = new JsonClient(server.port(), "");
      client.get("/health").expect(200, "{\"status\":\"ok\",\"database\":\"ok\"}");

      test.close();

      var answer = client.get("/health");
      answer.expect(
          503, "{\"status\":\"unavailable\",\"database\":\"the database does not answer\"}");
      assertThat(answer.http().header("retry-after")).isEqualTo("1");
    }
  }

  @Test
  void shouldNotWaitLongForTheDatabase() {
    var never = new CountDownLatch(1);
    Runnable hanging =
        () -> {
          try {
            never.await();
          } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
          }
        };
    try (var server = start(hanging)) {
      var client = new JsonClient(server.port(), "");
      var began = System.nanoTime();

      client.get("/health").expect(503);

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    } finally {
      never.countDown();
    }
  }

  @Test
  void shouldShowWhatWasDone() {
    try (var server = start(() -> {})) {
      var answer = new JsonClient(server.port(), "").get("/metrics").expect(200).http();

      assertThat(answer.header("content-type")).startsWith("text/plain; version=0.0.4");
      assertThat(answer.body())
          .contains(
              "carillon_operations_processed_total 0.0",
              "carillon_batches_total 0.0",
              "carillon_dead_letters_total 0.0",
              "carillon_log_lag_seconds 1.5",
              "carillon_deliveries_total{outcome=\"sent\"} 5.0",
              "carillon_deliveries_total{outcome=\"failed\"} 4.0",
              "carillon_delivery_retries_total 7.0",
              "carillon_deliveries_in_flight 8.0",
              "carillon_pipelines_dropped_calls_total{reason=\"invalid\"} 9.0",
              "# TYPE jvm_memory_heap_used_bytes gauge",
              "jvm_threads_current");
    }
  }
}
