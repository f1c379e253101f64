package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.CredentialKind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a good call: pipelines §4, §5. */
class MappingTest {
  private static final PipelinesServer server = new PipelinesServer();
  private static final Identifier ADA = Identifier.id("ada");
  private static final long FEBRUARY = 1_770_091_506_123L;
  private static final String AT = "\"timestamp\":\"2026-02-03T04:05:06.123Z\"";

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    server.intake.taken();
  }

  private static Map<String, @Nullable Object> object(@Nullable Object... pairs) {
    var object = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      object.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return object;
  }

  private static Operation.Event event(String target, String body) throws IOException {
    return (Operation.Event) server.operation(target, body);
  }

  private static Operation.Identify identify(String body) throws IOException {
    return (Operation.Identify) server.operation("/v1/identify", body);
  }

  private static Map<String, Object> data(Operation.Event event) {
    return AttributesJson.parse(new String(event.data(), UTF_8));
  }

  // ── §4 common fields ─────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("pipelines §4: userId by its shape, numbers as text")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"ada\" | ID | ada",
        "42 | ID | 42",
        "42.0 | ID | 42",
        "1e20 | ID | 100000000000000000000",
        "\"Ada@Example.test\" | EMAIL | Ada@Example.test",
        "\"cio_a3000001\" | CIO_ID | a3000001"
      })
  void shouldTellUsersByShape(String userId, String kind, String value) throws IOException {
    var event = event("/v1/track", "{\"userId\":" + userId + ",\"event\":\"seen\"}");

    assertThat(event.person()).isEqualTo(new Identifier(IdentifierKind.valueOf(kind), value));
  }

  @ParameterizedTest
  @DisplayName("pipelines §4: timestamp, then originalTimestamp, then receipt")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"timestamp\":\"2026-02-03T04:05:06.123Z\" | 1770091506123",
        "\"timestamp\":\"2026-02-03T09:35:06.123456+05:30\" | 1770091506123",
        "\"timestamp\":1770091506123 | 1770091506123",
        "\"timestamp\":\"1770091506123\" | 1770091506123",
        "\"timestamp\":null,\"originalTimestamp\":\"2026-02-03T04:05:06.123Z\" | 1770091506123",
        "\"originalTimestamp\":1770091506123 | 1770091506123",
        "\"timestamp\":\"soon\",\"originalTimestamp\":1770091506123 | 0",
        "\"sentAt\":\"2026-02-03T04:05:06.123Z\",\"receivedAt\":1770091506123 | 0",
        "\"timestamp\":\"2030-01-01T00:00:00Z\" | 1893456000000"
      })
  void shouldTakeTheEffectiveTime(String fields, long millis) throws IOException {
    var event = event("/v1/track", "{\"userId\":\"ada\",\"event\":\"seen\"," + fields + "}");

    assertThat(event.occurredAtMillis()).isEqualTo(millis);
  }

  @Test
  @DisplayName("pipelines §4: a clock that is ahead does not lock out later writes")
  void shouldNotWriteAttributesInTheFuture() throws IOException {
    assertThat(identify("{\"userId\":\"ada\"," + AT + "}").writtenAtMillis()).isEqualTo(FEBRUARY);
    assertThat(
            identify("{\"userId\":\"ada\",\"timestamp\":\"2026-03-01T12:00:01Z\"}")
                .writtenAtMillis())
        .isZero();
  }

  @Test
  @DisplayName("pipelines §4: messageId is the event's id; what is not data is not stored")
  void shouldKeepMessageIdAndDropEnvelope() throws IOException {
    var event =
        event(
            "/v1/track",
            """
            {"userId":"ada","event":"seen","messageId":"ajs-next-0123","properties":{"a":1},"type":"page","version":2,
             "_metadata":{"bundled":[]},"writeKey":"other","channel":"client","receivedAt":"2001-01-01","extra":true}
            """);

    assertThat(event.eventId()).isEqualTo("ajs-next-0123");
    // the path decides the type (pipelines §1)
    assertThat(event.kind()).isEqualTo(EventKind.EVENT);
    assertThat(data(event)).isEqualTo(Map.of("a", 1L));
  }

  @Test
  @DisplayName("pipelines §4: the context is stored with the event, unchanged, beside properties")
  void shouldStoreTheContext() throws IOException {
    var event =
        event(
            "/v1/track",
            """
            {"userId":"ada","event":"seen","properties":{"price":2},
             "context":{"locale":"en","timezone":"Asia/Kathmandu","page":{"path":"/"},"since":"2026-02-03"}}
            """);

    assertThat(data(event))
        .isEqualTo(
            Map.of(
                "price",
                2L,
                "_context",
                Map.of(
                    "locale",
                    "en",
                    "timezone",
                    "Asia/Kathmandu",
                    "page",
                    Map.of("path", "/"),
                    "since",
                    "2026-02-03")));
  }

  @Test
  void shouldNotWriteTheContextOverAProperty() throws IOException {
    var event =
        event(
            "/v1/track",
            "{\"userId\":\"ada\",\"event\":\"seen\",\"properties\":{\"_context\":1},\"context\":{\"locale\":\"en\"}}");

    assertThat(data(event)).isEqualTo(Map.of("_context", 1L));
  }

  @Test
  @DisplayName("pipelines §4: context.ip is that of the connection where a browser says none")
  void shouldFillTheAddressOfBrowsers() throws IOException {
    var body = "{\"writeKey\":\"wk_demo\",\"anonymousId\":\"a\",\"event\":\"seen\"%s}";
    server.send("POST", "/v1/t", "", body.formatted("").getBytes(UTF_8));
    server.send(
        "POST", "/v1/t", "", body.formatted(",\"context\":{\"ip\":\"10.1.2.3\"}").getBytes(UTF_8));
    server.post("/v1/t", body.formatted(""));

    var contexts =
        server.intake.taken().stream()
            .map(call -> data((Operation.Event) call.getFirst()).getOrDefault("_context", "none"))
            .toList();
    assertThat(contexts)
        .containsExactly(Map.of("ip", "127.0.0.1"), Map.of("ip", "10.1.2.3"), "none");
  }

  @ParameterizedTest
  @DisplayName(
      "pipelines §4: integrations may keep a call from people; it is accepted all the same")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"Actions Customerio\":false} | 0",
        "{\"All\":false} | 0",
        "{\"All\":false,\"Other\":true} | 0",
        "{\"All\":false,\"Actions Customerio\":true} | 1",
        "{\"All\":false,\"Actions Customerio\":{\"x\":1}} | 1",
        "{\"All\":true,\"Actions Customerio\":false} | 0",
        "{\"Actions Customerio\":true} | 1",
        "{\"Other\":false} | 1",
        "{} | 1",
        "null | 1"
      })
  void shouldHonourIntegrations(String integrations, int operations) throws IOException {
    assertThat(
            server.operations(
                "/v1/track",
                "{\"userId\":\"ada\",\"event\":\"seen\",\"integrations\":" + integrations + "}"))
        .hasSize(operations);
  }

  // ── §5.1 values ──────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §5.1: only createdAt changes its name; ISO 8601 becomes Unix seconds")
  void shouldConvertTraits() throws IOException {
    var identify =
        identify(
            """
            {"userId":"ada","traits":{"firstName":"Ada","createdAt":"2026-02-03","born":"1815-12-10","nested":{"at":"2026-02-03T04:05:06.9Z"},
             "list":["2026-02-03"],"email":"ada@example.test","gone":null,"empty":"","unsubscribed":true,
             "cio_subscription_preferences.topics.topic_2":false,"cio_id":"x","_created_in_customerio_at":1,"_timestamp":1,"_update":true}}
            """);

    assertThat(identify.attributes())
        .isEqualTo(
            object(
                "firstName",
                "Ada",
                "born",
                -4_861_728_000L,
                "nested",
                Map.of("at", 1_770_091_506L),
                "list",
                List.of("2026-02-03"),
                "email",
                "ada@example.test",
                "gone",
                null,
                "empty",
                "",
                "unsubscribed",
                true,
                "cio_subscription_preferences.topics.topic_2",
                false,
                "created_at",
                1_770_076_800L));
    assertThat(identify.updateOnly()).isFalse();
  }

  @Test
  @DisplayName("pipelines §5.1: created_at wins over createdAt, which is not stored")
  void shouldPreferCreatedAt() throws IOException {
    assertThat(
            identify(
                    "{\"userId\":\"ada\",\"traits\":{\"createdAt\":\"2026-02-03\",\"created_at\":7}}")
                .attributes())
        .isEqualTo(object("created_at", 7L));
  }

  @Test
  @DisplayName("pipelines §5.1: identifiers among traits stay texts")
  void shouldNotConvertIdentifiers() throws IOException {
    assertThat(
            identify("{\"userId\":\"ada\",\"traits\":{\"id\":\"2026-02-03\",\"anonymous_id\":7}}")
                .attributes())
        .isEqualTo(object("id", "2026-02-03", "anonymous_id", "7"));
    assertThat(identify("{\"userId\":\"ada\",\"traits\":{\"id\":null}}").attributes()).isEmpty();
  }

  @Test
  @DisplayName("pipelines §5.1: a source can turn the conversion off")
  void shouldConvertNothingForASourceThatTurnedItOff() throws IOException {
    server
        .database()
        .jdbi()
        .useHandle(handle ->
            handle.execute(
                """
                INSERT INTO credential (workspace_id, kind, secret_hash, created_at, convert_times)
                VALUES (1, ?, sha256('plain'), now(), false)
                """,
                CredentialKind.CDP.stored()));

    server.send(
        "POST",
        "/v1/identify",
        PipelinesServer.basic("plain:"),
        "{\"userId\":\"ada\",\"traits\":{\"at\":\"2026-02-03\",\"createdAt\":\"x\"}}"
            .getBytes(UTF_8));

    var identify = (Operation.Identify) server.intake.taken().getFirst().getFirst();
    assertThat(identify.attributes()).isEqualTo(object("at", "2026-02-03", "created_at", "x"));
  }

  // ── §5.2 calls ───────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §5.2: identify with userId; anonymousId becomes an attribute")
  void shouldIdentify() throws IOException {
    assertThat(
            identify(
                "{\"userId\":\"ada\",\"anonymousId\":\"anon-1\",\"traits\":{\"plan\":\"pro\"},"
                    + AT
                    + "}"))
        .isEqualTo(
            new Operation.Identify(
                PipelinesServer.WORKSPACE,
                ADA,
                object("plan", "pro", "anonymous_id", "anon-1"),
                FEBRUARY,
                false));
  }

  @Test
  @DisplayName("pipelines §4, §5.2: identify by traits.email alone")
  void shouldIdentifyByEmail() throws IOException {
    var identify = identify("{\"traits\":{\"email\":\"ada@example.test\"}}");

    assertThat(identify.person()).isEqualTo(Identifier.email("ada@example.test"));
    assertThat(identify.attributes()).isEqualTo(object("email", "ada@example.test"));
  }

  @Test
  @DisplayName("pipelines §5.2: identify without a person makes none")
  void shouldNotMakeAPersonOfAnAnonymousIdentify() throws IOException {
    assertThat(
            server.operations(
                "/v1/identify", "{\"anonymousId\":\"anon-1\",\"traits\":{\"plan\":\"pro\"}}"))
        .isEmpty();
  }

  @Test
  @DisplayName("pipelines §5.2: identify with traits.objectId relates as well")
  void shouldRelateOnIdentify() throws IOException {
    var operations =
        server.operations(
            "/v1/identify",
            """
            {"userId":"ada","traits":{"objectId":"acme","objectTypeId":"1","relationshipAttributes":{"role":"boss","since":"2026-02-03"},"a":1}}
            """);

    assertThat(operations)
        .containsExactly(
            new Operation.Identify(
                PipelinesServer.WORKSPACE, ADA, object("objectId", "acme", "a", 1L), 0, false),
            relate(ADA, null, object("role", "boss", "since", 1_770_076_800L)));
  }

  private static Operation.Relate relate(
      @Nullable Identifier person,
      @Nullable String anonymousId,
      Map<String, @Nullable Object> attributes) {
    return new Operation.Relate(
        PipelinesServer.WORKSPACE,
        person,
        anonymousId,
        new ObjectName.OfType(1, "acme"),
        true,
        true,
        attributes,
        0);
  }

  @Test
  @DisplayName("pipelines §5.2: track is an event; both ids: the person's, and the id linked")
  void shouldTrack() throws IOException {
    var event =
        event(
            "/v1/track",
            """
            {"userId":"ada","anonymousId":"anon-1","event":" bought\\n","properties":{"price":23.45,"on":"2026-02-03"},"messageId":"m-1",%s}
            """
                .formatted(AT));

    assertThat(event.person()).isEqualTo(ADA);
    assertThat(event.anonymousId()).isEqualTo("anon-1");
    assertThat(event.kind()).isEqualTo(EventKind.EVENT);
    assertThat(event.name()).isEqualTo("bought");
    assertThat(event.eventId()).isEqualTo("m-1");
    assertThat(event.occurredAtMillis()).isEqualTo(FEBRUARY);
    assertThat(event.data()).asString(UTF_8).isEqualTo("{\"price\":23.45,\"on\":1770076800}");
  }

  @Test
  @DisplayName("pipelines §5.2: without userId the event is anonymous; null from the browser")
  void shouldTrackAnonymously() throws IOException {
    var event =
        event("/v1/track", "{\"userId\":null,\"anonymousId\":\"anon-1\",\"event\":\"seen\"}");

    assertThat(event.person()).isNull();
    assertThat(event.anonymousId()).isEqualTo("anon-1");
    assertThat(event.data()).asString(UTF_8).isEqualTo("{}");
  }

  @ParameterizedTest
  @DisplayName("pipelines §5.2: page is named by properties.url, name, context.page.url")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"name\":\"Home\",\"properties\":{\"url\":\"https://a.test/\",\"path\":\"/\"} | https://a.test/",
        "\"name\":\"Home\",\"properties\":{\"path\":\"/\"},\"context\":{\"page\":{\"url\":\"https://b.test/\"}} | Home",
        "\"context\":{\"page\":{\"url\":\"https://b.test/\"}} | https://b.test/"
      })
  void shouldNamePages(String fields, String name) throws IOException {
    var event = event("/v1/page", "{\"userId\":\"ada\"," + fields + "}");

    assertThat(event.kind()).isEqualTo(EventKind.PAGE);
    assertThat(event.name()).isEqualTo(name);
  }

  @ParameterizedTest
  @DisplayName("pipelines §5.2: screen is named by name, properties.name")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"name\":\"Cart\",\"properties\":{\"name\":\"x\"} | Cart",
        "\"properties\":{\"name\":\"x\"} | x"
      })
  void shouldNameScreens(String fields, String name) throws IOException {
    var event = event("/v1/screen", "{\"anonymousId\":\"anon-1\"," + fields + "}");

    assertThat(event.kind()).isEqualTo(EventKind.SCREEN);
    assertThat(event.name()).isEqualTo(name);
  }

  @Test
  @DisplayName("pipelines §5.2: group is an object and a relationship to the person")
  void shouldGroup() throws IOException {
    var operations =
        server.operations(
            "/v1/group",
            """
            {"userId":"ada","groupId":"acme","traits":{"name":"Acme","createdAt":"2026-02-03","object_type_id":1,
             "relationshipAttributes":{"role":"boss"}}}
            """);

    assertThat(operations)
        .containsExactly(
            new Operation.ObjectIdentify(
                PipelinesServer.WORKSPACE,
                new ObjectName.OfType(1, "acme"),
                object("name", "Acme", "created_at", 1_770_076_800L),
                0),
            relate(ADA, null, object("role", "boss")));
  }

  @Test
  @DisplayName(
      "pipelines §5.2: objectAttributes are taken instead of traits; groupId may be a number")
  void shouldTakeObjectAttributes() throws IOException {
    var operations =
        server.operations(
            "/v1/group",
            "{\"userId\":\"ada\",\"groupId\":77,\"objectTypeId\":\"1\",\"traits\":{\"x\":1,\"objectAttributes\":{\"y\":2}}}");

    assertThat(operations.getFirst())
        .isEqualTo(
            new Operation.ObjectIdentify(
                PipelinesServer.WORKSPACE, new ObjectName.OfType(1, "77"), object("y", 2L), 0));
  }

  @Test
  @DisplayName("pipelines §5.2: group of nobody known is an anonymous relationship")
  void shouldGroupAnonymously() throws IOException {
    var operations =
        server.operations("/v1/group", "{\"anonymousId\":\"anon-1\",\"groupId\":\"acme\"}");

    assertThat(operations.get(1)).isEqualTo(relate(null, "anon-1", Map.of()));
  }

  @Test
  @DisplayName("pipelines §5.2: group with both ids links the anonymous id")
  void shouldLinkTheAnonymousIdOfAGroup() throws IOException {
    var operations =
        server.operations(
            "/v1/group", "{\"userId\":\"ada\",\"anonymousId\":\"anon-1\",\"groupId\":\"acme\"}");

    assertThat(operations)
        .hasSize(3)
        .contains(
            new Operation.Identify(
                PipelinesServer.WORKSPACE, ADA, object("anonymous_id", "anon-1"), 0, false),
            relate(ADA, null, Map.of()));
  }

  @Test
  @DisplayName("pipelines §5.2: alias merges, or claims an anonymous id")
  void shouldAlias() throws IOException {
    assertThat(
            server.operation(
                "/v1/alias", "{\"userId\":\"ada\",\"previousId\":\"ada@example.test\"}"))
        .isEqualTo(
            new Operation.Merge(
                PipelinesServer.WORKSPACE, ADA, Identifier.email("ada@example.test"), true));
  }

  // ── batches ──────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §1, §4: items in order, handed over together")
  void shouldHandOverABatchTogether() throws IOException {
    var operations =
        server.operations(
            "/v1/batch",
            """
            {"batch":[{"type":"identify","userId":"ada"},{"type":"track","userId":"ada","event":"e"},
             {"type":"page","userId":"ada","name":"p"},{"type":"screen","userId":"ada","name":"s"},
             {"type":"group","userId":"ada","groupId":"acme"},{"type":"alias","userId":"ada","previousId":"old"}],
             "sentAt":"2026-02-03T04:05:06Z","messageId":"b-1","timestamp":"2026-02-03T04:05:06Z"}
            """);

    assertThat(operations.stream().map(each -> each.getClass().getSimpleName()))
        .containsExactly(
            "Identify", "Event", "Event", "Event", "ObjectIdentify", "Relate", "Merge");
  }

  @Test
  @DisplayName("pipelines §4: context and integrations of the batch fill gaps; the item wins")
  void shouldFillGapsFromTheBatch() throws IOException {
    var operations =
        server.operations(
            "/v1/batch",
            """
            {"context":{"library":{"name":"go"},"locale":"en"},"integrations":{"Actions Customerio":false},
             "batch":[{"type":"track","userId":"ada","event":"a"},
              {"type":"track","userId":"ada","event":"b","integrations":{"Actions Customerio":true},"context":{"locale":"de","ip":"1.2.3.4"}}]}
            """);

    assertThat(operations).hasSize(1);
    assertThat(data((Operation.Event) operations.getFirst()).get("_context"))
        .isEqualTo(Map.of("library", Map.of("name", "go"), "locale", "de", "ip", "1.2.3.4"));
  }
}
