package dev.carillon.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A receiver of webhooks on a free port of this machine that keeps what it is told. */
public final class Receiver implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile IntUnaryOperator answers = _ -> 200;
  private volatile boolean hangs;

  /** A call, as it came. */
  public record Call(String timestamp, String signature, String type, String body) {
    /** The event it tells. */
    public JsonNode json() {
      return JSON.readTree(body);
    }

    /** Object type and metric in one word. */
    public String name() {
      return json().get("object_type").asString() + "_" + json().get("metric").asString();
    }
  }

  /** Answers 200 to everything. */
  public Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          var headers = exchange.getRequestHeaders();
          int number;
          synchronized (calls) {
            number = calls.size();
            calls.add(
                new Call(
                    String.valueOf(headers.getFirst("X-CIO-Timestamp")),
                    String.valueOf(headers.getFirst("X-CIO-Signature")),
                    String.valueOf(headers.getFirst("Content-Type")),
                    body));
          }
          if (hangs) {
            try {
              hanging.await();
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
          }
          var status = answers.applyAsInt(number);
          if (status == 204) {
            exchange.sendResponseHeaders(status, -1);
          } else {
            var answer = "{\"ok\":true}".getBytes(UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
  }

  /** The status of each answer from now on, by number of the call. */
  public void answers(IntUnaryOperator statuses) {
    answers = statuses;
  }

  /** From now on nothing is answered. */
  public void hang() {
    hangs = true;
  }

  /** Where it is. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks?from=us";
  }

  /** What it was told, in order, repeats as well. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  @Override
  public void close() {
    hanging.countDown();
    server.stop(0);
    threads.close();
  }
}
