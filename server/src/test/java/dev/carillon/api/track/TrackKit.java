package dev.carillon.api.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.Json;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Track API over an intake that remembers, with the answers of the contract as assertions. */
final class TrackKit implements AutoCloseable {
  static final WorkspaceId WORKSPACE = new WorkspaceId(1);

  /** The public id of the delivery with the key 42. */
  static final String DELIVERY =
      TrackServer.DELIVERY_IDS.text(42, Instant.parse("2026-11-01T00:00:00Z"));

  private final TestDatabase database = TestDatabase.create();
  private final RecordingIntake intake = new RecordingIntake();
  private final TrackServer server = new TrackServer(database, RateLimits.off(), intake);

  RawHttp.Answer send(String method, String target, String headers, byte[] body) {
    try {
      return server.send(method, target, headers, body);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  RawHttp.Answer send(String method, String target, String body) {
    return send(method, target, TrackServer.AUTHORIZATION, body.getBytes(UTF_8));
  }

  TestDatabase database() {
    return database;
  }

  RecordingIntake intake() {
    return intake;
  }

  int port() {
    return server.port();
  }

  /** Sends a call, expects the success of track §1, and returns what was handed to the intake. */
  List<Operation> stored(String method, String target, String body) {
    return stored(method, target, TrackServer.AUTHORIZATION, body.getBytes(UTF_8));
  }

  List<Operation> stored(String method, String target, String headers, byte[] body) {
    intake.taken();
    assertStored(send(method, target, headers, body));
    return intake.taken();
  }

  static void assertStored(RawHttp.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}\n");
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(answer.header("cache-control"))
        .isEqualTo("no-cache, no-store, must-revalidate, max-age=0");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  /** track §7: the envelope of v1, with both keys; nothing is handed in. */
  void refused(String method, String target, String body, String message) {
    intake.taken();
    var answer = send(method, target, body);
    var meta = new LinkedHashMap<String, Object>();
    meta.put("error", message);
    meta.put("errors", List.of(message));
    meta.put("status", 400);
    assertThat(answer.body()).as(target + " " + body).isEqualTo(line(Map.of("meta", meta)));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(intake.taken()).isEmpty();
  }

  /** track §7: the form of v2; nothing is handed in. */
  void refusedEntity(String target, String body, String reason, String field, String message) {
    intake.taken();
    var answer = send("POST", target, body);
    assertThat(answer.body())
        .as(body)
        .isEqualTo(line(Map.of("errors", List.of(error(reason, field, message)))));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(intake.taken()).isEmpty();
  }

  static Map<String, Object> error(String reason, String field, String message) {
    var error = new LinkedHashMap<String, Object>();
    error.put("reason", reason);
    error.put("field", field);
    error.put("message", message);
    return error;
  }

  static String line(Object value) {
    return new String(Json.line(value), UTF_8);
  }

  @Override
  public void close() {
    server.close();
    database.close();
  }
}
