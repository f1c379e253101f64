package dev.carillon.api.manage;

import dev.carillon.delivery.DeliveryStats;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.processing.ProcessingStats;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * For those who run the server: {@code GET /health} and {@code GET /metrics}. Neither asks for a
 * key, and neither shows anything about people or workspaces.
 */
public final class OperationsApi {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Sources sources;
  private final Probe database;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  /**
   * What is shown. Asked at every request and by many threads.
   *
   * @param database returns when the database has answered, throws when it does not; what takes
   *     longer than two seconds counts as no answer
   * @param processing what processing has done since the start
   * @param delivery what sending has done since the start
   * @param droppedCalls calls of the Pipelines API that were answered with success and dropped
   *     since the start, by reason
   * @param logLag age of the oldest accepted operation that is not applied yet; zero for none
   */
  public record Sources(
      Runnable database,
      Supplier<ProcessingStats> processing,
      Supplier<DeliveryStats> delivery,
      Supplier<Map<String, Long>> droppedCalls,
      Supplier<Duration> logLag) {}

  /** Shows these. */
  public OperationsApi(Sources sources) {
    this.sources = sources;
    this.database = new Probe(sources.database, PATIENCE);
    registerProcessing();
    registerDelivery();
    registerDroppedCalls();
    registerProcess();
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    return new RouteTable(new ErrorEnvelope())
        .add("GET", "/health", this::health)
        .add("GET", "/metrics", this::metrics);
  }

  private Reply health(Request request) {
    var body = new LinkedHashMap<String, Object>();
    if (database.answers()) {
      body.put("status", "ok");
      body.put("database", "ok");
      return uncached(Reply.json(200, body));
    }
    body.put("status", "unavailable");
    body.put("database", "the database does not answer");
    return uncached(Reply.json(503, body)).with("retry-after", "1");
  }

  private Reply metrics(Request request) {
    var text = new ByteArrayOutputStream(16 * 1024);
    try {
      writer.write(text, registry.scrape());
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory failed", impossible);
    }
    return uncached(Reply.bytes(200, writer.getContentType(), text.toByteArray()));
  }

  private static Reply uncached(Reply reply) {
    return reply.with("cache-control", "no-store");
  }

  private void registerProcessing() {
    counter(
        "carillon_operations_processed",
        "Accepted operations that were applied or put aside.",
        () -> sources.processing.get().operations());
    counter(
        "carillon_batches",
        "Committed batches of operations.",
        () -> sources.processing.get().batches());
    counter(
        "carillon_batch_seconds",
        "Time spent in batches, of all processors together.",
        () -> sources.processing.get().seconds());
    counter(
        "carillon_dead_letters",
        "Operations that could not be applied and were put aside.",
        () -> sources.processing.get().deadLetters());
    gauge(
        "carillon_log_lag_seconds",
        "Age of the oldest accepted operation that is not applied yet.",
        () -> sources.logLag.get().toNanos() / 1e9);
  }

  private void registerDelivery() {
    CounterWithCallback.builder()
        .name("carillon_deliveries")
        .help("Deliveries that came to an end, by how they ended.")
        .labelNames("outcome")
        .callback(callback -> {
          var stats = sources.delivery.get();
          callback.call(stats.sent(), "sent");
          callback.call(stats.failed(), "failed");
          callback.call(stats.undeliverable(), "undeliverable");
          callback.call(stats.dropped(), "dropped");
          callback.call(stats.drafted(), "drafted");
          callback.call(stats.cancelled(), "cancelled");
        })
        .register(registry);
    counter(
        "carillon_delivery_retries",
        "Attempts to send that failed and will be repeated.",
        () -> sources.delivery.get().retries());
    counter(
        "carillon_delivery_lost_leases",
        "Outcomes thrown away because another worker had taken over.",
        () -> sources.delivery.get().lostLeases());
    gauge(
        "carillon_deliveries_in_flight",
        "Deliveries claimed and not yet recorded.",
        () -> sources.delivery.get().inFlight());
  }

  private void registerDroppedCalls() {
    CounterWithCallback.builder()
        .name("carillon_pipelines_dropped_calls")
        .help("Calls of the Pipelines API that were answered with success and dropped.")
        .labelNames("reason")
        .callback(callback ->
            sources.droppedCalls.get().forEach((reason, calls) -> callback.call(calls, reason)))
        .register(registry);
  }

  private void registerProcess() {
    var memory = ManagementFactory.getMemoryMXBean();
    var threads = ManagementFactory.getThreadMXBean();
    var runtime = ManagementFactory.getRuntimeMXBean();
    gauge(
        "jvm_memory_heap_used_bytes",
        "Used heap of the Java process.",
        () -> memory.getHeapMemoryUsage().getUsed());
    gauge(
        "jvm_memory_heap_committed_bytes",
        "Heap the Java process has reserved.",
        () -> memory.getHeapMemoryUsage().getCommitted());
    gauge(
        "jvm_memory_nonheap_used_bytes",
        "Memory of the Java process outside the heap.",
        () -> memory.getNonHeapMemoryUsage().getUsed());
    gauge(
        "jvm_threads_current",
        "Platform threads of the Java process; virtual ones are not counted.",
        threads::getThreadCount);
    counter(
        "jvm_gc_collection_seconds",
        "Time spent in garbage collection.",
        OperationsApi::collectionSeconds);
    gauge(
        "process_start_time_seconds",
        "When the Java process was started, in Unix seconds.",
        () -> runtime.getStartTime() / 1e3);
  }

  private static double collectionSeconds() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(each -> Math.max(0, each.getCollectionTime()))
            .sum()
        / 1e3;
  }

  /** The format adds {@code _total} to the name. */
  private void counter(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }
}
