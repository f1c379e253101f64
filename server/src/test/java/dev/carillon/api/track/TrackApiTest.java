package dev.carillon.api.track;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackApiTest {
  private static final WorkspaceId WORKSPACE = new WorkspaceId(1);
  private static final String CUSTOMER = "/api/v1/customers/ada";
  private static final String EVENTS = CUSTOMER + "/events";
  private static final RecordingIntake intake = new RecordingIntake();
  private static final TestDatabase database = TestDatabase.create();
  private static final TrackServer server = new TrackServer(database, RateLimits.off(), intake);

  @BeforeAll
  static void warmUp() throws IOException {
    assertThat(server.send("GET", "/api/v1/accounts/region", "").status()).isEqualTo(200);
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  @BeforeEach
  void forget() {
    intake.full(false);
    intake.taken();
  }

  private static Operation taken() {
    var taken = intake.taken();
    assertThat(taken).hasSize(1);
    return taken.getFirst();
  }

  private static Operation.Event takenEvent() {
    return (Operation.Event) taken();
  }

  private static Operation.Identify takenIdentify() {
    return (Operation.Identify) taken();
  }

  private static void assertStored(RawHttp.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}\n");
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(answer.header("cache-control"))
        .isEqualTo("no-cache, no-store, must-revalidate, max-age=0");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  /** track §7: both keys, for clients that read one or the other. */
  private static void assertRefused(RawHttp.Answer answer, String message) {
    var quoted = "\"" + message.replace("\"", "\\\"") + "\"";
    assertThat(answer.body())
        .isEqualTo(
            "{\"meta\":{\"error\":" + quoted + ",\"errors\":[" + quoted + "],\"status\":400}}\n");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(intake.taken()).isEmpty();
  }

  // ── authentication, routes, transport ────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("track §2, §7: missing or bad credentials, and Bearer, are 401")
  @ValueSource(
      strings = {
        "",
        "Authorization: Basic\r\n",
        "Authorization: Basic c2l0ZTp3cm9uZw==\r\n",
        "Authorization: Bearer app\r\n",
        "Authorization: Bearer sa_live_x\r\n"
      })
  void shouldAnswer401WithoutCredentials(String header) throws IOException {
    for (var target :
        List.of(
            "PUT " + CUSTOMER,
            "DELETE " + CUSTOMER,
            "POST " + EVENTS,
            "POST /api/v1/events",
            "GET /api/v1/accounts/region")) {
      var answer =
          server.send(target.split(" ")[0], target.split(" ")[1], header, "{}".getBytes(UTF_8));

      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.body())
          .isEqualTo("{\"meta\":{\"error\":\"Unauthorized\",\"status\":401}}\n");
    }
    assertThat(intake.taken()).isEmpty();
  }

  @Test
  @DisplayName("track §2: Go's URL-safe alphabet without padding opens the same workspace")
  void shouldAcceptTheUrlSafeAlphabet() throws IOException {
    var pair = Base64.getUrlEncoder().withoutPadding().encodeToString("site:key".getBytes(UTF_8));

    assertStored(
        server.send("PUT", CUSTOMER, "authorization: basic " + pair + "\r\n", new byte[0]));
  }

  @ParameterizedTest
  @DisplayName("track §1, §7: unknown routes and empty segments are 404")
  @ValueSource(
      strings = {
        "PUT /api/v1/customers/", "PUT /api/v1/customers", "POST /api/v1/customers//events",
        "POST /api/v1/customers/a/b/events", "GET /api/v1", "POST /api/v1/unknown"
      })
  void shouldAnswer404(String request) throws IOException {
    var answer = server.send(request.split(" ")[0], request.split(" ")[1], "{}");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"meta\":{\"error\":\"not found\",\"status\":404}}\n");
  }

  @Test
  @DisplayName("track §5: POST on a customer is not official and answers 405")
  void shouldAnswer405() throws IOException {
    var answer = server.send("POST", CUSTOMER, "{}");

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).isEqualTo("DELETE, PUT");
    assertThat(answer.body())
        .isEqualTo("{\"meta\":{\"error\":\"method not allowed\",\"status\":405}}\n");
  }

  @Test
  @DisplayName("track §1, §8: a body over 1 MiB is 413 without Retry-After")
  void shouldAnswer413() throws IOException {
    var answer = server.send("PUT", CUSTOMER, " ".repeat(1024 * 1024 + 1));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.headers()).doesNotContainKey("retry-after");
    assertThat(answer.body())
        .isEqualTo(
            "{\"meta\":{\"error\":\"request body cannot be longer than 1048576 bytes\",\"status\":413}}\n");
    assertStored(server.send("PUT", CUSTOMER, "{" + " ".repeat(1024 * 1024 - 2) + "}"));
  }

  @Test
  @DisplayName("track §1, §8: what is not stored durably is 503 with Retry-After")
  void shouldAnswer503WhenTheLogIsFull() throws IOException {
    intake.full(true);
    var answer = server.send("POST", EVENTS, "{\"name\":\"a\"}");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("retry-after")).isEqualTo("5");
    assertThat(answer.body())
        .isEqualTo("{\"meta\":{\"error\":\"service unavailable\",\"status\":503}}\n");
  }

  @Test
  @DisplayName("track §7, §8: 429 carries an integer Retry-After")
  void shouldAnswer429OverTheRate() throws IOException {
    try (var own = TestDatabase.create();
        var limited = new TrackServer(own, RateLimits.perSecond(1), intake)) {
      RawHttp.Answer answer;
      do {
        answer = limited.send("POST", EVENTS, "{\"name\":\"a\"}");
      } while (answer.status() == 200);

      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.header("retry-after")).isEqualTo("1");
      assertThat(answer.body())
          .isEqualTo("{\"meta\":{\"error\":\"rate limit exceeded\",\"status\":429}}\n");
    }
  }

  @Test
  @DisplayName("track §1: browsers may call from any origin")
  void shouldAnswerPreflight() throws IOException {
    var answer = server.send("OPTIONS", EVENTS, "", new byte[0]);

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("access-control-allow-methods")).isEqualTo("POST");
  }

  @Test
  @DisplayName("track §5: region")
  void shouldTellTheRegion() throws IOException {
    var answer = server.send("GET", "/api/v1/accounts/region", "");

    assertThat(answer.body())
        .isEqualTo(
            "{\"url\":\"https://track.example.test\",\"region\":\"eu\",\"environment_id\":1}\n");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  @Test
  @DisplayName("track §1: any Content-Type, gzip bodies, a trailing slash")
  void shouldAbsorbWhatClientsSend() throws IOException {
    var form = "Content-Type: application/x-www-form-urlencoded\r\nX-Retry-Count: 2\r\n";
    assertStored(
        server.send(
            "PUT", CUSTOMER, TrackServer.AUTHORIZATION + form, "{\"a\":1}".getBytes(UTF_8)));
    assertThat(takenIdentify().attributes()).isEqualTo(Map.of("a", 1L));

    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write("{\"name\":\"zipped\"}".getBytes(UTF_8));
    }
    assertStored(
        server.send(
            "POST",
            EVENTS + "/",
            TrackServer.AUTHORIZATION + "Content-Encoding: gzip\r\n",
            packed.toByteArray()));
    assertThat(takenEvent().name()).isEqualTo("zipped");
  }

  // ── identifiers in paths ─────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("track §3.1: the kind of a path identifier follows its shape; §1: decoded once")
  @CsvSource(
      delimiter = ' ',
      value = {
        "ada ID ada",
        "42 ID 42",
        "cio_a3000001 CIO_ID a3000001",
        "cio_a@b.test CIO_ID a@b.test",
        "Cio_a3000001 ID Cio_a3000001",
        "Ada@Example.test EMAIL Ada@Example.test",
        "ada%40example.test EMAIL ada@example.test",
        "ada+tag@example.co.uk EMAIL ada+tag@example.co.uk",
        "m%C3%BCller@b%C3%BCcher.test EMAIL müller@bücher.test",
        "ada@localhost ID ada@localhost",
        "ada@ ID ada@",
        "@example.test ID @example.test",
        "a%20b@example.test ID 'a b@example.test'",
        "a@b@example.test ID a@b@example.test",
        "ada@example..test ID ada@example..test",
        "%2B15551234 ID +15551234",
        "+15551234 ID +15551234",
        "a%2Fb%3Bc%25d%5Ce ID a/b;c%d\\e",
        "%2e%2e ID ..",
        "a;b ID a;b",
        "%F0%9F%98%80 ID 😀"
      })
  void shouldTellIdentifiersByShape(String raw, String kind, String value) throws IOException {
    assertStored(server.send("DELETE", "/api/v1/customers/" + raw, ""));

    var delete = (Operation.Delete) taken();
    assertThat(delete.person().kind().name()).isEqualTo(kind);
    assertThat(delete.person().value()).isEqualTo(value);
  }

  @Test
  @DisplayName("track §8: an id has at most 150 bytes")
  void shouldBoundIds() throws IOException {
    assertStored(server.send("DELETE", "/api/v1/customers/" + "%C3%A9".repeat(75), ""));
    intake.taken();
    assertRefused(
        server.send("DELETE", "/api/v1/customers/" + "%C3%A9".repeat(75) + "a", ""),
        "id cannot be longer than 150 bytes");
    assertRefused(
        server.send("PUT", CUSTOMER, "{\"id\":\"" + "x".repeat(151) + "\"}"),
        "id cannot be longer than 150 bytes");
  }

  @Test
  @DisplayName("track §1: a DELETE body is ignored, whatever it is")
  void shouldIgnoreTheBodyOfDelete() throws IOException {
    assertStored(server.send("DELETE", CUSTOMER, "{}"));
    assertStored(server.send("DELETE", CUSTOMER, "not json"));
    assertStored(server.send("DELETE", CUSTOMER, "x".repeat(2_000_000)));

    assertThat(intake.taken())
        .hasSize(3)
        .containsOnly(new Operation.Delete(WORKSPACE, Identifier.id("ada")));
  }

  // ── identify ─────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("track §3.4, §3.5: every key is an attribute; control keys are not")
  void shouldTakeAttributesAndControlKeys() throws IOException {
    assertStored(
        server.send(
            "PUT",
            CUSTOMER,
            """
            {"email":"ada@example.test","id":12,"plan":"pro","age":36,"score":1.5,"vip":true,"gone":null,"empty":"",
             "tags":["a",{"b":null}],"address":{"city":"London"},"created_at":1751000000,
             "cio_subscription_preferences.topics.topic_2":false,"unsubscribed":"True","anonymous_id":77,
             "_update":true,"_timestamp":1751000001,"cio_id":"a3000001","_created_in_customerio_at":1,
             "cio_relationships":null}
            """));

    var expected = new LinkedHashMap<String, @Nullable Object>();
    expected.put("email", "ada@example.test");
    expected.put("id", "12");
    expected.put("plan", "pro");
    expected.put("age", 36L);
    expected.put("score", 1.5);
    expected.put("vip", true);
    expected.put("gone", null);
    expected.put("empty", "");
    var inner = new LinkedHashMap<String, @Nullable Object>();
    inner.put("b", null);
    expected.put("tags", List.of("a", inner));
    expected.put("address", Map.of("city", "London"));
    expected.put("created_at", 1751000000L);
    expected.put("cio_subscription_preferences.topics.topic_2", false);
    expected.put("unsubscribed", "True");
    expected.put("anonymous_id", "77");
    assertThat(takenIdentify())
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE, Identifier.id("ada"), expected, 1751000001000L, true));
  }

  @ParameterizedTest
  @DisplayName(
      "track §1: an empty body and null are an empty object (Go marshals a nil map as null)")
  @ValueSource(strings = {"", " ", "null", "{}", "{\"_update\":null}"})
  void shouldTakeAnEmptyIdentify(String body) throws IOException {
    assertStored(server.send("PUT", CUSTOMER, body));

    assertThat(takenIdentify())
        .isEqualTo(new Operation.Identify(WORKSPACE, Identifier.id("ada"), Map.of(), 0, false));
  }

  @ParameterizedTest
  @DisplayName("track §7: exact messages for identify")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\":\"\"} | id attribute cannot be an empty string",
        "{\"id\":true} | id attribute must be a string value",
        "{\"id\":[1]} | id attribute must be a string value",
        "{\"id\":null} | id attribute must be a string value",
        "{\"id\":1.5} | id attribute must be a string value",
        "{\"email\":5} | email attribute must be a string value",
        "{\"anonymous_id\":[]} | anonymous_id must be a string",
        "{\"_relationship\":1} | _relationship is a reserved attribute name",
        "{\"_update\":\"yes\"} | _update must be true or false",
        "{\"\":1} | attribute name cannot be empty",
        "[] | request body must be a JSON object",
        "\"a\" | request body must be a JSON object",
        "7 | request body must be a JSON object"
      })
  void shouldRefuseAWrongIdentify(String body, String message) throws IOException {
    assertRefused(server.send("PUT", CUSTOMER, body), message);
  }

  @Test
  @DisplayName("track §3.5, §7, §8: sizes are counted in bytes")
  void shouldBoundAttributes() throws IOException {
    assertStored(server.send("PUT", CUSTOMER, attributes(300)));
    assertStored(server.send("PUT", CUSTOMER, "{\"" + "é".repeat(75) + "\":1}"));
    assertStored(server.send("PUT", CUSTOMER, "{\"a\":\"" + "é".repeat(500) + "\"}"));
    assertStored(server.send("PUT", CUSTOMER, "{\"a\":[ \"" + "x".repeat(996) + "\" ]}"));
    intake.taken();

    assertRefused(
        server.send("PUT", CUSTOMER, attributes(301)),
        "cannot identify more than 300 attributes in one request");
    assertRefused(
        server.send("PUT", CUSTOMER, "{\"" + "é".repeat(75) + "x\":1}"),
        "attribute name cannot be longer than 150 bytes");
    assertRefused(
        server.send("PUT", CUSTOMER, "{\"a\":\"" + "é".repeat(500) + "x\"}"),
        "value for attribute 'a' cannot be longer than 1000 bytes");
    assertRefused(
        server.send("PUT", CUSTOMER, "{\"b\":[\"" + "x".repeat(997) + "\"]}"),
        "value for attribute 'b' cannot be longer than 1000 bytes");
    assertRefused(
        server.send("PUT", CUSTOMER, "{\"c\":{\"d\":\"" + "x".repeat(995) + "\"}}"),
        "value for attribute 'c' cannot be longer than 1000 bytes");
  }

  private static String attributes(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"a" + i + "\":" + i)
        .collect(Collectors.joining(",", "{", "}"));
  }

  // ── events ───────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("P-40, track §4.1: an event with everything, its name without space at both ends")
  void shouldTakeAnEvent() throws IOException {
    assertStored(
        server.send(
            "POST",
            "/api/v1/customers/ada%40example.test/events",
            """
            {"name":" bought\\n","type":"event","data":{ "price": 23.450, "timestamp": 7 },"timestamp":1751000000,
             "id":"01JZ0000000000000000000000","anonymous_id":"ignored","extra":[]}
            """));

    var event = takenEvent();
    assertThat(event.person()).isEqualTo(Identifier.email("ada@example.test"));
    assertThat(event.anonymousId()).isNull();
    assertThat(event.kind()).isEqualTo(EventKind.EVENT);
    assertThat(event.name()).isEqualTo("bought");
    assertThat(event.eventId()).isEqualTo("01JZ0000000000000000000000");
    assertThat(event.occurredAtMillis()).isEqualTo(1751000000000L);
    assertThat(event.data()).asString(UTF_8).isEqualTo("{\"price\":23.450,\"timestamp\":7}");
    assertThat(event.workspace()).isEqualTo(WORKSPACE);
  }

  @ParameterizedTest
  @DisplayName("track §4.1: data absent or null is {}; type is event unless page or screen")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\":\"a\"} | EVENT",
        "{\"name\":\"a\",\"data\":null,\"type\":null,\"id\":null,\"timestamp\":null} | EVENT",
        "{\"name\":\"a\",\"data\":{},\"type\":\"page\"} | PAGE",
        "{\"name\":\"a\",\"data\": { } ,\"type\":\"screen\",\"id\":\"\"} | SCREEN",
        "{\"name\":\"a\",\"type\":\"click\"} | EVENT",
        "{\"name\":\"a\",\"type\":7} | EVENT"
      })
  void shouldFillInWhatAnEventLacks(String body, EventKind kind) throws IOException {
    assertStored(server.send("POST", EVENTS, body));

    var event = takenEvent();
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.data()).asString(UTF_8).isEqualTo("{}");
    assertThat(event.eventId()).isNull();
    assertThat(event.occurredAtMillis()).isZero();
  }

  @ParameterizedTest
  @DisplayName(
      "track §4.1: seconds, digit strings, decimals cut, milliseconds; else the receipt time")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1751000000 | 1751000000000",
        "1751000000.9 | 1751000000000",
        "\"1751000000\" | 1751000000000",
        "\"1751000000.9\" | 1751000000000",
        "1751000000123 | 1751000000123",
        "\"1751000000123\" | 1751000000123",
        "1.751e9 | 1751000000000",
        "100000000000 | 100000000000",
        "99999999999 | 99999999999000",
        "-5 | -5000",
        "\"\" | 0",
        "\"now\" | 0",
        "\"2025-07-01T12:00:00Z\" | 0",
        "\"1e9\" | 0",
        "\" 1751000000\" | 0",
        "true | 0",
        "[1751000000] | 0",
        "{} | 0",
        "1e300 | 0",
        "9223372036854775807 | 0",
        "-99999999999 | 0"
      })
  void shouldReadTimestamps(String timestamp, long millis) throws IOException {
    assertStored(server.send("POST", EVENTS, "{\"name\":\"a\",\"timestamp\":" + timestamp + "}"));
    assertThat(takenEvent().occurredAtMillis()).isEqualTo(millis);

    assertStored(server.send("PUT", CUSTOMER, "{\"_timestamp\":" + timestamp + "}"));
    assertThat(takenIdentify().writtenAtMillis()).isEqualTo(millis);
  }

  @ParameterizedTest
  @DisplayName("track §7: exact messages for events")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | event name must not be blank",
        "null | event name must not be blank",
        "`` | event name must not be blank",
        "{\"name\":\"\"} | event name must not be blank",
        "{\"name\":\" \\t\"} | event name must not be blank",
        "{\"name\":null} | event name must not be blank",
        "{\"name\":7} | event name must be a string",
        "{\"name\":\"a\",\"data\":[]} | event data must be a hash",
        "{\"name\":\"a\",\"data\":\"x\"} | event data must be a hash",
        "{\"name\":\"a\",\"data\":1} | event data must be a hash",
        "{\"name\":\"a\",\"data\":false} | event data must be a hash",
        "{\"name\":\"a\",\"id\":{}} | event id must be a string",
        "[] | request body must be a JSON object"
      })
  void shouldRefuseAWrongEvent(String body, String message) throws IOException {
    assertRefused(server.send("POST", EVENTS, body), message);
    assertRefused(server.send("POST", "/api/v1/events", body), message);
  }

  @Test
  @DisplayName("track §4.1, §7, §8: sizes of names, data and ids")
  void shouldBoundEvents() throws IOException {
    assertStored(server.send("POST", EVENTS, "{\"name\":\"" + "é".repeat(50) + "\"}"));
    assertStored(server.send("POST", EVENTS, page("é".repeat(499))));
    assertStored(server.send("POST", EVENTS, data(" ".repeat(50_000) + "x".repeat(100_000 - 8))));
    assertStored(
        server.send("POST", EVENTS, "{\"name\":\"a\",\"id\":\"" + "x".repeat(255) + "\"}"));
    intake.taken();

    assertRefused(
        server.send("POST", EVENTS, "{\"name\":\"" + "é".repeat(50) + "x\"}"),
        "event name cannot be longer than 100 bytes");
    assertRefused(
        server.send("POST", EVENTS, page("é".repeat(500))),
        "event name must be less than 500 characters");
    assertRefused(
        server.send("POST", EVENTS, data("x".repeat(100_001 - 8))),
        "event data cannot be longer than 100000 bytes");
    assertRefused(
        server.send("POST", EVENTS, "{\"name\":\"a\",\"id\":\"" + "x".repeat(256) + "\"}"),
        "event id cannot be longer than 255 bytes");
  }

  private static String page(String name) {
    return "{\"type\":\"page\",\"name\":\"" + name + "\"}";
  }

  private static String data(String text) {
    // White space between tokens does not count.
    return "{\"name\":\"a\",\"data\":{"
        + " ".repeat(text.length() - text.stripLeading().length())
        + "\"x\":\""
        + text.strip()
        + "\"}}";
  }

  @ParameterizedTest
  @DisplayName("track §4.3: anonymous events, with and without an anonymous_id")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "\"anonymous_id\":\"anon-1\" | anon-1",
        "\"anonymous_id\":42 | 42",
        "\"anonymous_id\":\"\" | -",
        "\"anonymous_id\":null | -",
        "\"data\":{\"recipient\":\"a@example.test\"} | -"
      })
  void shouldTakeAnonymousEvents(String member, @Nullable String anonymousId) throws IOException {
    assertStored(server.send("POST", "/api/v1/events", "{\"name\":\"seen\"," + member + "}"));

    var event = takenEvent();
    assertThat(event.person()).isNull();
    assertThat(event.anonymousId()).isEqualTo(anonymousId);
    assertThat(event.name()).isEqualTo("seen");
  }

  @Test
  void shouldRefuseAWrongAnonymousId() throws IOException {
    assertRefused(
        server.send("POST", "/api/v1/events", "{\"name\":\"a\",\"anonymous_id\":[]}"),
        "anonymous_id must be a string");
    assertRefused(
        server.send(
            "POST",
            "/api/v1/events",
            "{\"name\":\"a\",\"anonymous_id\":\"" + "x".repeat(151) + "\"}"),
        "anonymous_id cannot be longer than 150 bytes");
  }

  // ── bad input ────────────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName(
      "track §7: a 400 in the contract's envelope for every kind of bad JSON, nothing stored")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\":\"a\", | request body is not valid JSON near byte 12",
        "{name:\"a\"} | request body is not valid JSON near byte 1",
        "{\"name\":\"a\"} x | request body is not valid JSON near byte 13",
        "{\"name\":\"a\"}{} | request body continues after the JSON value",
        "{\"name\":\"a\",\"name\":\"b\"} | request body has the key 'name' twice in one object",
        "{\"name\":\"a\",\"data\":{\"x\":{\"y\":1,\"y\":1}}} | request body has the key 'y' twice in one object",
        "{\"name\":\"a\\u0000\"} | request body contains a NUL character",
        "{\"name\":\"a\",\"data\":{\"x\":\"\\u0000\"}} | request body contains a NUL character",
        "{\"name\":\"\\ud800\"} | request body contains half of a surrogate pair",
        "{\"name\":\"a\",\"data\":{\"\\udc00\":1}} | request body is not valid JSON near byte 27",
        "{\"name\":\"a\",\"data\":{\"x\":1e400}} | request body contains a number that is out of range",
        "{\"name\":\"a\",\"data\":{\"x\":NaN}} | request body is not valid JSON near byte 27"
      })
  void shouldRefuseBadJson(String body, String message) throws IOException {
    assertRefused(server.send("POST", EVENTS, body), message);
    var identify = server.send("PUT", CUSTOMER, body);
    assertRefused(identify, message);
  }

  @Test
  void shouldRefuseDeepNesting() throws IOException {
    var message = "JSON cannot be nested deeper than 100 levels";
    assertRefused(server.send("PUT", CUSTOMER, "{\"a\":" + "[".repeat(10_000)), message);
    assertRefused(
        server.send("POST", EVENTS, "[".repeat(10_000)), "request body must be a JSON object");
    assertRefused(
        server.send("POST", EVENTS, "{\"name\":\"a\",\"data\":" + "{\"a\":".repeat(10_000)),
        message);
  }

  @Test
  void shouldRefuseInvalidUtf8AndRawNul() throws IOException {
    for (var target : List.of("PUT " + CUSTOMER, "POST " + EVENTS)) {
      var method = target.split(" ")[0];
      var path = target.split(" ")[1];
      assertRefused(
          server.send(
              method,
              path,
              TrackServer.AUTHORIZATION,
              "{\"name\":\"\u00ff\"}".getBytes(ISO_8859_1)),
          "request body is not valid UTF-8");
      assertRefused(
          server.send(method, path, TrackServer.AUTHORIZATION, "{\"name\":\"\0\"}".getBytes(UTF_8)),
          "request body contains a NUL character");
    }
    assertRefused(
        server.send("DELETE", "/api/v1/customers/a%00", ""), "the URL contains a NUL character");
    assertRefused(server.send("DELETE", "/api/v1/customers/%ff", ""), "the URL is not valid UTF-8");
  }
}
