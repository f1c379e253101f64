package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.JsonReader;
import dev.carillon.http.RawHttp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A table of broken bodies for every route, in both modes: 400 in the envelope of pipelines §7 when
 * asked to be strict, 200 otherwise, never 500, and nothing handed over.
 */
class BadInputTest {
  private static final PipelinesServer server = new PipelinesServer();

  /** A good call of each type; the table breaks one field of it at a time. */
  private static final Map<String, String> GOOD =
      Map.of(
          "identify", "{\"userId\":\"ada\",\"anonymousId\":\"a\",\"traits\":{\"x\":1}}",
          "track", "{\"userId\":\"ada\",\"anonymousId\":\"a\",\"event\":\"e\",\"properties\":{}}",
          "page", "{\"userId\":\"ada\",\"anonymousId\":\"a\",\"name\":\"p\",\"properties\":{}}",
          "screen", "{\"userId\":\"ada\",\"anonymousId\":\"a\",\"name\":\"s\",\"properties\":{}}",
          "group", "{\"userId\":\"ada\",\"anonymousId\":\"a\",\"groupId\":\"g\",\"traits\":{}}",
          "alias", "{\"userId\":\"ada\",\"anonymousId\":\"a\",\"previousId\":\"b\"}");

  /** The fields of each type that only take certain values. */
  private static final Map<String, List<String>> PARTICULAR =
      Map.of(
          "identify", List.of("traits"),
          "track", List.of("event", "properties"),
          "page", List.of("properties"),
          "screen", List.of("properties"),
          "group", List.of("groupId", "traits"),
          "alias", List.of("previousId"));

  private static final List<String> IDS = List.of("userId", "anonymousId", "messageId");
  private static final List<String> OBJECTS = List.of("context", "integrations");

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<String> types() {
    return Stream.of(CallType.values()).map(CallType::wire);
  }

  /** Bodies that are wrong whatever the route. */
  private static List<byte[]> unreadable() {
    var bodies = new ArrayList<byte[]>();
    for (var text :
        List.of(
            "",
            " ",
            "null",
            "true",
            "7",
            "\"text\"",
            "[]",
            "[{}]",
            "{",
            "}",
            "{\"userId\":",
            "{\"userId\":\"ada\",}",
            "{userId:1}",
            "{\"a\":1}{\"b\":2}",
            "{\"a\":NaN}",
            "{\"a\":1e999}",
            "{\"a\":\"\\u0000\"}",
            "{\"userId\":\"a\",\"userId\":\"b\"}",
            "{\"\\ud800\":1}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}",
            "<xml/>",
            "a=b&c=d",
            "{\"a\":" + "9".repeat(500) + "}")) {
      bodies.add(text.getBytes(UTF_8));
    }
    bodies.add("{\"userId\":\"\u00ff\"}".getBytes(ISO_8859_1));
    bodies.add(new byte[] {0, 1, 2, 3});
    bodies.add(new byte[] {(byte) 0xfe, (byte) 0xff, 0, '{', 0, '}'});
    return bodies;
  }

  private static void assertRefusedBothWays(String target, byte[] body) throws IOException {
    var shown = target + " " + new String(body, UTF_8);
    var strict = server.send("POST", target, PipelinesServer.KEY + PipelinesServer.STRICT, body);
    assertThat(strict.status()).as(shown).isEqualTo(400);
    assertEnvelope(shown, strict);
    var permissive = server.send("POST", target, PipelinesServer.KEY, body);
    assertThat(permissive.status()).as(shown).isEqualTo(200);
    assertThat(permissive.body()).as(shown).isEqualTo("{}");
    assertThat(server.intake.taken()).as(shown).isEmpty();
  }

  private static void assertEnvelope(String shown, RawHttp.Answer answer) {
    var body = new JsonReader().object(answer.body().getBytes(UTF_8));
    assertThat(body.get("code")).as(shown).isIn("invalid", "too_large");
    assertThat(((Map<?, ?>) Objects.requireNonNull(body.get("meta"))).get("errors"))
        .as(shown)
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .first()
        .isEqualTo(body.get("message"));
  }

  @ParameterizedTest
  @DisplayName("pipelines §3, §7: bodies that cannot be read")
  @ValueSource(
      strings = {
        "/v1/identify",
        "/v1/track",
        "/v1/page",
        "/v1/screen",
        "/v1/group",
        "/v1/alias",
        "/v1/batch",
        "/v1/i",
        "/v1/t",
        "/v1/p",
        "/v1/s",
        "/v1/g",
        "/v1/a",
        "/v1/b"
      })
  void shouldRefuseUnreadableBodies(String target) throws IOException {
    for (var body : unreadable()) {
      assertRefusedBothWays(target, body);
    }
    for (var encoding : List.of("gzip", "deflate", "br", "nonsense")) {
      var answer =
          server.send(
              "POST",
              target,
              PipelinesServer.KEY
                  + PipelinesServer.STRICT
                  + "Content-Encoding: "
                  + encoding
                  + "\r\n",
              "{}".getBytes(UTF_8));
      assertThat(answer.status()).as(encoding).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @DisplayName("pipelines §7: every field of every call with every wrong type")
  @MethodSource("types")
  void shouldRefuseWrongTypes(String type) throws IOException {
    for (var field : fields(type).entrySet()) {
      for (var value : field.getValue()) {
        var body = with(GOOD.getOrDefault(type, ""), field.getKey(), value);
        assertRefusedBothWays("/v1/" + type, body.getBytes(UTF_8));
        var item = with(body, "type", "\"" + type + "\"");
        assertRefusedBothWays("/v1/batch", ("{\"batch\":[" + item + "]}").getBytes(UTF_8));
      }
    }
  }

  private static Map<String, List<String>> fields(String type) {
    var fields = new LinkedHashMap<String, List<String>>();
    var tooLong = "\"" + "x".repeat(256) + "\"";
    IDS.forEach(field -> fields.put(field, List.of("true", "[]", "{}", "[\"ada\"]", tooLong)));
    OBJECTS.forEach(field -> fields.put(field, List.of("true", "7", "\"x\"", "[]", "[{}]")));
    for (var field : PARTICULAR.getOrDefault(type, List.of())) {
      boolean isObject = field.equals("traits") || field.equals("properties");
      fields.put(
          field,
          isObject
              ? List.of("true", "7", "\"x\"", "[]", "[{}]")
              : List.of("null", "\"\"", "true", "{}", "[]", tooLong));
    }
    return fields;
  }

  /** The object with one member more, or another value in its place. */
  private static String with(String object, String field, String value) {
    var without = object.replaceFirst("\"" + field + "\":(\"[^\"]*\"|\\{[^}]*\\}),?", "");
    return "{\""
        + field
        + "\":"
        + value
        + ","
        + without.substring(1).replaceFirst("^\\}", "\"zz\":1}").replace(",}", "}");
  }

  @ParameterizedTest
  @DisplayName("pipelines §7: whatever random values the fields of a call hold, it is 200 or 400")
  @MethodSource("types")
  void shouldNeverFailOnRandomValues(String type) throws IOException {
    var random = new Random(type.hashCode());
    var names =
        List.of(
            "userId",
            "anonymousId",
            "messageId",
            "timestamp",
            "originalTimestamp",
            "context",
            "integrations",
            "event",
            "name",
            "properties",
            "traits",
            "groupId",
            "previousId",
            "objectTypeId",
            "type",
            "sentAt",
            "category");
    try (var connection = new RawHttp(server.port())) {
      for (int i = 0; i < 150; i++) {
        var members = new ArrayList<String>();
        for (var name : names) {
          if (random.nextInt(3) > 0) {
            members.add("\"" + name + "\":" + value(random, 0));
          }
        }
        var body = "{" + String.join(",", members) + "}";
        boolean strict = random.nextBoolean();
        var headers = PipelinesServer.KEY + (strict ? PipelinesServer.STRICT : "");
        var answer = connection.request("POST", "/v1/" + type, headers, body.getBytes(UTF_8));

        assertThat(answer.status()).as(body).isIn(strict ? List.of(200, 400) : List.of(200));
      }
    }
    server.intake.taken();
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth < 3 ? 16 : 12)) {
      case 0 -> "null";
      case 1 -> "true";
      case 2 -> "0";
      case 3 -> String.valueOf(random.nextLong());
      case 4 -> String.valueOf(random.nextGaussian() * 1e300);
      case 5 -> "\"\"";
      case 6 -> "\"ada@example.test\"";
      case 7 -> "\"cio_\"";
      case 8 -> "\"2026-02-03T04:05:06Z\"";
      case 9 -> "\"Device Created or Updated\"";
      case 10 -> "\"" + "é".repeat(random.nextInt(120)) + "\"";
      case 11 -> "\"\\ud83d\\ude00 \\\"'\\\\\"";
      case 12 -> "[" + value(random, depth + 1) + "," + value(random, depth + 1) + "]";
      default ->
          "{\"device\":"
              + value(random, depth + 1)
              + ",\"objectId\":"
              + value(random, depth + 1)
              + ",\"email\":"
              + value(random, depth + 1)
              + ",\"page\":"
              + value(random, depth + 1)
              + "}";
    };
  }
}
