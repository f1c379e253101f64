package dev.carillon.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input on every Track route: the contract's error (track §7), nothing stored, and the lane
 * goes on with the next good call.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String CUSTOMER = "/api/v1/customers/victim";
  private static final String EVENTS = CUSTOMER + "/events";
  private static final String ANONYMOUS = "/api/v1/events";
  private static final int MEBIBYTE = 1024 * 1024;

  private final CarillonProcess server = new CarillonProcess(DataFolder.empty("bad-input"));
  private final HttpCalls calls = new HttpCalls(server);

  @BeforeAll
  void start() throws Exception {
    server.start();
  }

  @AfterAll
  void stop() throws Exception {
    calls.close();
    server.close();
  }

  private static Arguments bad(String what, int status, String method, String path, String body) {
    return bad(what, status, method, path, body.getBytes(UTF_8));
  }

  private static Arguments bad(String what, int status, String method, String path, byte[] body) {
    return Arguments.of(what, status, method, path, body);
  }

  static Stream<Arguments> badBodies() {
    return Stream.of(CUSTOMER, EVENTS, ANONYMOUS)
        .flatMap(path -> {
          var method = path.equals(CUSTOMER) ? "PUT" : "POST";
          return Stream.of(
              bad("cut off", 400, method, path, "{\"name\":\"bad\","),
              bad("no JSON", 400, method, path, "name=bad"),
              bad("a list", 400, method, path, "[{\"name\":\"bad\"}]"),
              bad("a text", 400, method, path, "\"bad\""),
              bad("more behind it", 400, method, path, "{\"name\":\"bad\"}{}"),
              bad("a key twice", 400, method, path, "{\"name\":\"bad\",\"name\":\"bad\"}"),
              bad(
                  "a key twice inside",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":{\"a\":{\"b\":1,\"b\":2}}}"),
              bad(
                  "NUL, escaped",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":{\"x\":\"\\u0000\"}}"),
              bad("NUL, raw", 400, method, path, "{\"name\":\"bad\0\"}"),
              bad(
                  "half a surrogate pair",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":{\"x\":\"\\ud800\"}}"),
              bad(
                  "half a surrogate pair in a name",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":{\"\\udc00\":1}}"),
              bad("1e400", 400, method, path, "{\"name\":\"bad\",\"data\":{\"x\":1e400}}"),
              bad("NaN", 400, method, path, "{\"name\":\"bad\",\"data\":{\"x\":NaN}}"),
              bad(
                  "10,000 brackets",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":" + "[".repeat(10_000)),
              bad(
                  "10,000 closed brackets",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":{\"x\":"
                      + "[".repeat(10_000)
                      + "]".repeat(10_000)
                      + "}}"),
              bad(
                  "10,000 braces",
                  400,
                  method,
                  path,
                  "{\"name\":\"bad\",\"data\":" + "{\"a\":".repeat(10_000)),
              bad("invalid UTF-8", 400, method, path, "{\"name\":\"\u00ff\"}".getBytes(ISO_8859_1)),
              bad(
                  "overlong UTF-8",
                  400,
                  method,
                  path,
                  new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'}),
              bad("too large", 413, method, path, "{\"name\":\"" + "x".repeat(MEBIBYTE) + "\"}"));
        });
  }

  static Stream<Arguments> badCalls() {
    return Stream.of(
        // identify
        bad("301 attributes", 400, "PUT", CUSTOMER, attributes(301)),
        bad("an empty attribute name", 400, "PUT", CUSTOMER, "{\"\":1}"),
        bad("a long attribute name", 400, "PUT", CUSTOMER, "{\"" + "x".repeat(151) + "\":1}"),
        bad("a long value", 400, "PUT", CUSTOMER, "{\"a\":\"" + "x".repeat(1_001) + "\"}"),
        bad("a long list", 400, "PUT", CUSTOMER, "{\"a\":[\"" + "x".repeat(1_001) + "\"]}"),
        bad("id is a list", 400, "PUT", CUSTOMER, "{\"id\":[1]}"),
        bad("id is empty", 400, "PUT", CUSTOMER, "{\"id\":\"\"}"),
        bad("e-mail is a number", 400, "PUT", CUSTOMER, "{\"email\":5}"),
        bad("_update is a text", 400, "PUT", CUSTOMER, "{\"_update\":\"yes\"}"),
        bad("a reserved name", 400, "PUT", CUSTOMER, "{\"_relationship\":1}"),
        // events
        bad("no name", 400, "POST", EVENTS, "{\"data\":{}}"),
        bad("an empty name", 400, "POST", EVENTS, "{\"name\":\" \\t \"}"),
        bad("name is a number", 400, "POST", EVENTS, "{\"name\":7}"),
        bad("a long name", 400, "POST", EVENTS, "{\"name\":\"" + "x".repeat(101) + "\"}"),
        bad("data is a list", 400, "POST", EVENTS, "{\"name\":\"bad\",\"data\":[]}"),
        bad(
            "data is too large",
            400,
            "POST",
            EVENTS,
            "{\"name\":\"bad\",\"data\":{\"x\":\"" + "x".repeat(100_000) + "\"}}"),
        bad("id is an object", 400, "POST", EVENTS, "{\"name\":\"bad\",\"id\":{}}"),
        bad("no name", 400, "POST", ANONYMOUS, "{}"),
        bad(
            "anonymous_id is a list",
            400,
            "POST",
            ANONYMOUS,
            "{\"name\":\"bad\",\"anonymous_id\":[]}"),
        bad(
            "a long anonymous_id",
            400,
            "POST",
            ANONYMOUS,
            "{\"name\":\"bad\",\"anonymous_id\":\"" + "x".repeat(151) + "\"}"),
        // paths
        bad("an empty identifier", 404, "PUT", "/api/v1/customers/", "{}"),
        bad("a long identifier", 400, "PUT", "/api/v1/customers/" + "x".repeat(151), "{}"),
        bad("NUL in the path", 400, "PUT", "/api/v1/customers/a%00", "{}"),
        bad("NUL in the path", 400, "DELETE", "/api/v1/customers/a%00", ""),
        bad(
            "invalid UTF-8 in the path",
            400,
            "POST",
            "/api/v1/customers/%ff/events",
            "{\"name\":\"bad\"}"),
        bad("an unknown route", 404, "POST", "/api/v1/customers/victim/nothing", "{}"),
        bad("another method", 405, "POST", CUSTOMER, "{}"),
        bad("another method", 405, "POST", "/api/v1/accounts/region", "{}"));
  }

  private static String attributes(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> "\"a%d\":%d".formatted(number, number))
        .collect(Collectors.joining(",", "{", "}"));
  }

  @ParameterizedTest(name = "{0}: {2} {3} is answered {1}")
  @MethodSource({"badBodies", "badCalls"})
  @DisplayName("track §7: the contract's error, nothing stored, and the next call is applied")
  void shouldRefuseAndGoOn(String what, int status, String method, String path, byte[] body)
      throws Exception {
    try (var database = server.data().connect()) {
      // given
      var before = stored(database);
      // when
      var answer = calls.track(method, path, body);
      // then
      assertThat(answer.status()).as(answer.body()).isEqualTo(status);
      var error = answer.json().get("meta");
      assertThat(error.get("status").intValue()).isEqualTo(status);
      assertThat(error.get("error").stringValue())
          .isNotBlank()
          .doesNotContainIgnoringCase("exception", "dev.carillon", "jackson");
      // and: the lane of the same identifier goes on
      var good = calls.event("victim", "good", Map.of());
      assertThat(good.status()).isEqualTo(200);
      awaitGood(database, before.get(1) + 1);
      Books.awaitRest(database, Books.LONG); // the bad call may be in another lane
      assertThat(stored(database).getFirst())
          .as("what the bad call stored")
          .isEqualTo(before.getFirst());
    }
  }

  /** Everything but good events and their person, and the number of good events. */
  private static List<Long> stored(Connection database) throws SQLException {
    return List.of(
        Books.number(
            database,
            """
            SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM event JOIN event_name USING (name_id) WHERE name = 'good')
                 + (SELECT count(*) FROM anonymous_event) + (SELECT count(*) FROM dead_letter)
                 + (SELECT count(*) FROM event_name WHERE name <> 'good')
                 + (SELECT count(*) FROM person_identifier WHERE value NOT IN ('victim', 'heir'))
                 + (SELECT count(*) FROM activity WHERE type IN ('attribute_change', 'failed_attribute_change'))
            """),
        Books.number(
            database,
            "SELECT count(*) FROM event JOIN event_name USING (name_id) WHERE name = 'good'"));
  }

  private static void awaitGood(Connection database, long count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(stored(database).get(1)).isEqualTo(count));
  }

  @Test
  @DisplayName("track §3.2, §5: unknown ids are no errors and create nothing")
  void shouldIgnoreUnknownIds() throws Exception {
    try (var database = server.data().connect()) {
      var before = stored(database);
      calls.event("cio_0a00000000ff", "bad", Map.of()).ok();
      calls.identify("cio_0a00000000ff", Map.of("a", 1)).ok();
      calls.track("DELETE", "/api/v1/customers/nobody", new byte[0]).ok();
      calls.event("victim", "good", Map.of()).ok();
      awaitGood(database, before.get(1) + 1);
      Books.awaitRest(database, Books.LONG);
      assertThat(
              Books.number(
                  database,
                  "SELECT count(*) FROM person_identifier WHERE value LIKE '%0a00000000ff%' OR value = 'nobody'"))
          .isZero();
    }
  }

  @Test
  @DisplayName("track §2: wrong keys open nothing")
  void shouldRefuseWrongKeys() throws Exception {
    for (var authorization :
        List.of(
            "Basic " + "!".repeat(20),
            HttpCalls.basic("site", "wrong"),
            "Bearer app-key",
            "Basic")) {
      var answer = calls.send("PUT", CUSTOMER, authorization, "{}".getBytes(UTF_8));
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.json().get("meta").get("error").stringValue()).isEqualTo("Unauthorized");
    }
  }

  @Test
  @DisplayName("a damaged operation goes to the dead letters with its reason and holds up nobody")
  void shouldPutADamagedOperationAside() throws Exception {
    try (var database = server.data().connect()) {
      // given: a block as an older or newer program might leave it, in all lanes
      var before = stored(database);
      var letters = Books.number(database, "SELECT count(*) FROM dead_letter");
      insertBlock(database, new byte[] {1, 99, 1, 0});
      insertBlock(database, new byte[] {});
      insertBlock(database, new byte[] {1, 2, 1});
      // when
      calls.event("victim", "good", Map.of()).ok();
      calls.event("heir", "good", Map.of()).ok();
      // then
      awaitGood(database, before.get(1) + 2);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() ->
              assertThat(
                      Books.number(database, "SELECT count(*) FROM dead_letter WHERE reason <> ''"))
                  .isEqualTo(letters + 3));
      delete(database, "DELETE FROM dead_letter");
    }
  }

  /** Writes into the log what no program of this version writes: a block of a stream of its own. */
  private static void insertBlock(Connection database, byte[] operation) throws SQLException {
    var payload = ByteBuffer.allocate(5 + operation.length);
    payload.put((byte) 7).putInt(operation.length).put(operation);
    try (var statement =
        database.prepareStatement(
            """
            WITH stream AS (INSERT INTO log_stream (node) VALUES ('damaged') RETURNING stream_id)
            INSERT INTO log_block (slot, stream_id, seq, lanes, operations, first_op, received_at, payload)
            SELECT 0, stream_id, 1, 1::bigint << 7, 1, nextval('id_range') * 100000, now(), ? FROM stream
            """)) {
      statement.setBytes(1, payload.array());
      statement.execute();
    }
  }

  private static void delete(Connection database, String sql) throws SQLException {
    try (var statement = database.createStatement()) {
      statement.execute(sql);
    }
  }
}
