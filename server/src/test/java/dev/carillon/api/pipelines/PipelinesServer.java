package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.delivery.DeliveryIds;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.http.Reply;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import dev.carillon.workspaces.WorkspaceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The Pipelines API on a free port, with credentials and object types in a real database. */
final class PipelinesServer implements AutoCloseable {
  static final WorkspaceId WORKSPACE = new WorkspaceId(1);
  static final String WRITE_KEY = "wk_demo";
  static final String KEY = basic(WRITE_KEY + ":");
  static final String STRICT = "X-Strict-Mode: 1\r\n";
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final DeliveryIds DELIVERIES = new DeliveryIds("0123456789abcdef".getBytes(UTF_8));

  final RecordingIntake intake = new RecordingIntake();
  private final TestDatabase database = TestDatabase.create();
  private final PipelinesApi api;
  private final HttpServer server;

  PipelinesServer() {
    this(RateLimits.off(), false);
  }

  PipelinesServer(RateLimits limits, boolean strict) {
    var clock = InstantSource.fixed(NOW);
    FirstStart.ensure(
        database.database(), clock, new GivenKeys("site", "trackkey", "app", WRITE_KEY));
    api =
        new PipelinesApi(
            new PipelinesSettings(
                () -> "https://cio.example.test",
                strict,
                Duration.ofMillis(400),
                Duration.ofMillis(10)),
            new Credentials(new CredentialRepository(database.database())),
            limits,
            intake,
            new PipelinesApi.Sources(
                new ObjectTypes(database.database(), clock)::exists, DELIVERIES, clock));
    server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0),
            problem -> Reply.text(problem.status(), "app: " + problem.message()),
            List.of(api.routes()));
  }

  static String basic(String pair) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8))
        + "\r\n";
  }

  TestDatabase database() {
    return database;
  }

  int port() {
    return server.port();
  }

  Map<String, Long> dropped() {
    return api.dropped();
  }

  RawHttp.Answer send(String method, String target, String headers, byte[] body)
      throws IOException {
    return RawHttp.once(server.port(), method, target, headers, body);
  }

  /** Posts with the write key in a header. */
  RawHttp.Answer post(String target, String body) throws IOException {
    return send("POST", target, KEY, body.getBytes(UTF_8));
  }

  /** Posts in strict mode with the write key in a header. */
  RawHttp.Answer strictly(String target, String body) throws IOException {
    return send("POST", target, KEY + STRICT, body.getBytes(UTF_8));
  }

  /** What one good call hands over, sent in strict mode so that a refusal shows. */
  List<Operation> operations(String target, String body) throws IOException {
    assertDone(strictly(target, body));
    var taken = intake.taken();
    assertThat(taken).hasSizeLessThanOrEqualTo(1);
    return taken.isEmpty() ? List.of() : taken.getFirst();
  }

  /** The only operation of one good call. */
  Operation operation(String target, String body) throws IOException {
    var operations = operations(target, body);
    assertThat(operations).hasSize(1);
    return operations.getFirst();
  }

  /** pipelines §3: 200 with an empty object, readable by pages of every origin. */
  static void assertDone(RawHttp.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  /** pipelines §7: the envelope for those who follow the specification and for Python. */
  static void assertRefused(RawHttp.Answer answer, int status, String code, String message) {
    var quoted = "\"" + message.replace("\"", "\\\"") + "\"";
    assertThat(answer.body())
        .isEqualTo(
            "{\"meta\":{\"errors\":["
                + quoted
                + "]},\"code\":\""
                + code
                + "\",\"message\":"
                + quoted
                + "}\n");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  void assertNothingTaken() {
    assertThat(intake.taken()).isEmpty();
  }

  @Override
  public void close() {
    server.close();
    database.close();
  }
}
