package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.Json;
import dev.carillon.http.JsonReader;
import dev.carillon.http.RawHttp;
import dev.carillon.processing.OperationCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every call with every member of it replaced, removed or doubled: in strict mode a success that
 * can be stored, or a refusal in the envelope of pipelines §7 with nothing handed over; otherwise
 * always 200, and whatever was taken can be applied. Never a fault.
 */
class CallFuzzTest {
  @AutoClose private static final PipelinesServer SERVER = new PipelinesServer();
  @AutoClose private static final PipelinesNodes NODES = new PipelinesNodes(1);
  private static final JsonReader READER = new JsonReader();
  private static final int BATCH_BYTES = 400 * 1024;

  /** Calls of every type and every reserved event, each with one that is taken. */
  private enum Good {
    IDENTIFY(
        "identify",
        "\"userId\":\"ada\",\"anonymousId\":\"a\",\"messageId\":\"m\",\"timestamp\":\"2026-02-03T04:05:06Z\",\"originalTimestamp\":1,\"sentAt\":\"x\",\"integrations\":{\"All\":true,\"Actions Customerio\":{}},\"context\":{\"active\":true,\"ip\":\"::1\"},\"traits\":{\"id\":\"ada\",\"email\":\"a@x.test\",\"createdAt\":\"2026-01-02\",\"anonymous_id\":\"a\",\"unsubscribed\":true,\"cio_subscription_preferences\":{\"topics\":{\"topic_1\":true}},\"cio_subscription_preferences.topics.topic_2\":false,\"objectId\":\"acme\",\"object_type_id\":\"1\",\"objectTypeId\":1,\"relationshipAttributes\":{\"role\":\"x\"},\"_timestamp\":1,\"_update\":true,\"cio_id\":\"a\"}"),
    BY_EMAIL("identify", "\"traits\":{\"email\":\"a@x.test\"}"),
    TRACK(
        "track",
        "\"userId\":7,\"event\":\"seen\",\"properties\":{\"recipient\":\"a@x.test\",\"_context\":1,\"on\":\"2026-01-02\",\"list\":[{\"a\":null}]}"),
    PAGE(
        "page",
        "\"anonymousId\":\"a\",\"name\":\"p\",\"category\":\"c\",\"context\":{\"page\":{\"url\":\"u\"}},\"properties\":{\"url\":\"https://x.test\"}"),
    SCREEN("screen", "\"userId\":\"a@x.test\",\"name\":\"s\",\"properties\":{\"name\":\"s\"}"),
    GROUP(
        "group",
        "\"userId\":\"ada\",\"anonymousId\":\"a\",\"groupId\":\"acme\",\"objectTypeId\":1,\"traits\":{\"object_type_id\":1,\"objectTypeId\":\"1\",\"relationshipAttributes\":{\"r\":1},\"objectAttributes\":{\"n\":1}}"),
    ALIAS("alias", "\"userId\":\"ada\",\"previousId\":\"b\""),
    DEVICE(
        "track",
        "\"userId\":\"ada\",\"event\":\"Device Created or Updated\",\"context\":{\"device\":{\"token\":\"t\",\"type\":\"ios\"}},\"properties\":{\"device\":{\"token\":\"t\",\"type\":\"ios\"},\"app_version\":\"1\",\"_last_status\":\"x\"}"),
    NO_DEVICE(
        "track",
        "\"userId\":\"ada\",\"event\":\"Device Deleted\",\"context\":{\"device\":{\"token\":\"t\"}}"),
    OPENED(
        "track",
        "\"userId\":\"ada\",\"event\":\"Application Opened\",\"context\":{\"device\":{\"token\":\"t\",\"type\":\"android\"}},\"properties\":{\"a\":1}"),
    UNINSTALLED(
        "track",
        "\"userId\":\"ada\",\"event\":\"Application Uninstalled\",\"context\":{\"device\":{\"token\":\"t\"}}"),
    DELETED("track", "\"userId\":\"gone\",\"event\":\"User Deleted\""),
    SUPPRESSED("track", "\"userId\":\"eve\",\"event\":\"User Suppressed\""),
    UNSUPPRESSED("track", "\"userId\":\"eve\",\"event\":\"User Unsuppressed\""),
    UNRELATED(
        "track",
        "\"userId\":\"ada\",\"event\":\"Relationship Deleted\",\"context\":{\"groupId\":\"acme\"},\"properties\":{\"objectId\":\"acme\",\"objectTypeId\":1,\"object_type_id\":1}"),
    NO_OBJECT(
        "track",
        "\"anonymousId\":\"a\",\"event\":\"Object Deleted\",\"groupId\":\"acme\",\"properties\":{\"objectId\":\"acme\",\"objectTypeId\":\"1\"}"),
    REPORT(
        "track",
        "\"event\":\"Report Delivery Event\",\"properties\":{\"deliveryId\":\"%s\",\"metric\":\"clicked\",\"recipient\":\"r\",\"reason\":\"r\",\"href\":\"h\",\"actionName\":\"n\",\"actionValue\":\"v\"}"
            .formatted(PipelinesServer.DELIVERIES.text(42, PipelinesServer.NOW))),
    CONTENT(
        "track",
        "\"anonymousId\":\"a\",\"event\":\"Report Content Event\",\"properties\":{\"actionType\":\"viewed_content\",\"contentId\":1,\"templateId\":2,\"contentType\":\"c\",\"actionName\":\"n\",\"actionValue\":\"v\"}"),
    LOCATION(
        "track",
        "\"userId\":\"ada\",\"event\":\"CIO Location Update\",\"properties\":{\"latitude\":1.5,\"longitude\":2}");

    private final String type;
    private final String body;

    Good(String type, String members) {
      this.type = type;
      this.body = "{\"type\":\"" + type + "\"," + members + "}";
    }
  }

  /** What a member may be instead. */
  private static List<@Nullable Object> values() {
    var values = new ArrayList<@Nullable Object>();
    Collections.addAll(
        values,
        null,
        true,
        0L,
        -1L,
        Long.MAX_VALUE,
        1.5,
        1e300,
        "",
        " ",
        "0",
        "é😀",
        "a@b.test",
        "cio_",
        "cio_zzz",
        "\u007f\u0001",
        "2026-02-30",
        "99999999999999999999",
        "x".repeat(101),
        "x".repeat(1001),
        "x".repeat(40_000),
        List.of(),
        List.of("a", List.of()),
        Map.of(),
        Map.of("", ""),
        Map.of("id", List.of(), "email", 1L, "token", Map.of(), "url", 1L),
        Map.of("x".repeat(200), 1L),
        nested(60),
        nested(120));
    return values;
  }

  private static Object nested(int depth) {
    Object value = List.of();
    for (int i = 1; i < depth; i++) {
      value = List.of(value);
    }
    return value;
  }

  /** The value with one of its parts, at any depth, replaced, removed or doubled. */
  private static List<String> mutations(@Nullable Object value, boolean root) {
    var mutations = new ArrayList<String>();
    if (!root) {
      values().forEach(other -> mutations.add(text(other)));
    }
    if (value instanceof Map<?, ?> map) {
      for (var key : map.keySet()) {
        var without = new LinkedHashMap<Object, @Nullable Object>(map);
        var part = without.remove(key);
        var whole = text(map);
        mutations.add(text(without));
        mutations.add(
            whole.substring(0, whole.length() - 1) + "," + text(key) + ":" + text(part) + "}");
        for (var changed : mutations(part, false)) {
          var with = new LinkedHashMap<Object, @Nullable Object>(map);
          with.put(key, new Json.Raw(changed));
          mutations.add(text(with));
        }
      }
    }
    return mutations;
  }

  private static List<String> mutations(Good good) {
    return mutations(READER.value(good.body.getBytes(UTF_8)), true);
  }

  private static String text(@Nullable Object value) {
    return new String(Json.bytes(value), UTF_8);
  }

  private static void assertEnvelope(RawHttp.Answer answer, String what) {
    var body = READER.object(answer.body().getBytes(UTF_8));
    assertThat(body.get("code")).as(what).isIn("invalid", "too_large", "malformed");
    assertThat((String) body.get("message")).as(what).isNotBlank().hasSizeLessThan(400);
    var meta = (Map<?, ?>) Objects.requireNonNull(body.get("meta"));
    assertThat((List<?>) meta.get("errors")).as(what).first().isEqualTo(body.get("message"));
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  @ParameterizedTest
  @EnumSource(Good.class)
  @DisplayName("pipelines §7: types, sizes, missing and doubled members, in strict mode")
  void shouldTakeOrRefuseEveryChange(Good good) throws IOException {
    var headers = PipelinesServer.KEY + PipelinesServer.STRICT;
    var refused = 0;
    try (var connection = new RawHttp(SERVER.port())) {
      PipelinesServer.assertDone(
          connection.request("POST", "/v1/" + good.type, headers, good.body.getBytes(UTF_8)));
      assertThat(SERVER.intake.taken()).hasSize(1);
      for (var mutation : mutations(good)) {
        var answer =
            connection.request("POST", "/v1/" + good.type, headers, mutation.getBytes(UTF_8));
        var taken = SERVER.intake.taken();
        var what =
            good + " " + mutation.substring(0, Math.min(500, mutation.length())) + " → " + answer;
        assertThat(answer.status()).as(what).isIn(200, 400);
        if (answer.status() == 400) {
          refused++;
          assertThat(taken).as(what).isEmpty();
          assertEnvelope(answer, what);
        }
        for (var operations : taken) {
          for (var operation : operations) {
            // arrays have no equality: what is written again is compared
            var encoded = OperationCodec.encode(operation);
            assertThat(OperationCodec.encode(OperationCodec.decode(encoded)))
                .as(what)
                .isEqualTo(encoded);
          }
        }
      }
    }
    assertThat(refused).as("a doubled key is wrong wherever it stands").isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Good.class)
  @DisplayName("pipelines §7: the same in batches, not strict, through the log to the database")
  void shouldApplyWhateverItTakes(Good good) throws IOException {
    var shop = NODES.shop();
    var key = PipelinesServer.basic(shop.writeKey() + ":");
    try (var connection = new RawHttp(NODES.port(0))) {
      var items = new ArrayList<String>();
      var bytes = 0;
      var all = mutations(good);
      all.add(good.body);
      for (var item : all) {
        items.add(item);
        bytes += item.getBytes(UTF_8).length;
        if (bytes > BATCH_BYTES || item == good.body) {
          var batch = "{\"batch\":[" + String.join(",", items) + "]}";
          PipelinesServer.assertDone(
              connection.request("POST", "/v1/batch", key, batch.getBytes(UTF_8)));
          items.clear();
          bytes = 0;
        }
      }
    }
    NODES.settle();

    assertThat(NODES.deadLetters()).isZero();
    shop.call("/v1/identify", "{\"userId\":\"still here\"}");
    assertThat(shop.exists("still%20here")).isTrue();
  }

  @ParameterizedTest
  @DisplayName("pipelines §3: what unpacks to far more than is allowed is cut off and refused")
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
  void shouldCutOffBombs(String target) throws IOException {
    // short enough to be unpacked at all: 30 MB from 30 KB
    var bomb = packed(30);
    assertThat(bomb.length).isLessThan(CallBatch.LONGEST_CALL_BYTES);
    var gzip = PipelinesServer.KEY + "Content-Encoding: gzip\r\n";
    var strict = SERVER.send("POST", target, gzip + PipelinesServer.STRICT, bomb);
    assertThat(strict.status()).isEqualTo(400);
    assertThat(strict.body()).contains("\"code\":\"too_large\"");
    PipelinesServer.assertDone(SERVER.send("POST", target, gzip, bomb));
    // cut off in the middle, and with something else behind it
    var good = packed(0);
    for (var broken :
        List.of(
            Arrays.copyOf(bomb, 100),
            Arrays.copyOf(good, good.length - 4),
            new byte[] {0x1f, (byte) 0x8b})) {
      var answer = SERVER.send("POST", target, gzip + PipelinesServer.STRICT, broken);
      assertThat(answer.status()).isEqualTo(400);
      assertEnvelope(answer, target);
    }
    SERVER.assertNothingTaken();
  }

  @Test
  @DisplayName("pipelines §3: a gigabyte in a batch of one megabyte, and 400 MB in one of 400 KB")
  void shouldCutOffGigabytes() throws IOException {
    var gzip = PipelinesServer.KEY + PipelinesServer.STRICT + "Content-Encoding: gzip\r\n";
    for (var megabytes : List.of(1024, 400)) {
      var answer = SERVER.send("POST", "/v1/batch", gzip, packed(megabytes));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("batch cannot be longer than 512000 bytes");
    }
  }

  /** A call with so many megabytes of white space before its end, by gzip. */
  private static byte[] packed(int megabytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write("{\"userId\":\"ada\",\"event\":\"e\"".getBytes(UTF_8));
      var blank = " ".repeat(1024 * 1024).getBytes(UTF_8);
      for (int i = 0; i < megabytes; i++) {
        gzip.write(blank);
      }
      gzip.write('}');
    }
    return packed.toByteArray();
  }

  @Test
  @DisplayName("pipelines §2, §7: keys that are none, in headers, bodies and addresses")
  void shouldTakeNoStrangeKeys() throws IOException {
    var call = "{\"userId\":\"ada\",\"event\":\"e\",\"writeKey\":\"wk_demo\"}";
    for (var header :
        List.of(
            "",
            "Basic",
            "Basic ",
            "Basic ====",
            "Basic d2tfZGVtbw",
            "Bearer wk_demo",
            "Basic " + Base64.getEncoder().encodeToString("\0:".getBytes(UTF_8)),
            "Basic " + Base64.getEncoder().encodeToString("wk_demo\0:".getBytes(UTF_8)),
            "Basic " + Base64.getEncoder().encodeToString("é:".getBytes(ISO_8859_1)),
            "Basic " + Base64.getEncoder().encodeToString("x:\0".getBytes(UTF_8)),
            "Basic " + "A".repeat(4_000))) {
      var line = "Authorization: " + header + "\r\n";
      PipelinesServer.assertDone(SERVER.send("POST", "/v1/track", line, call.getBytes(UTF_8)));
      var strict =
          SERVER.send("POST", "/v1/track", line + PipelinesServer.STRICT, call.getBytes(UTF_8));
      assertThat(strict.status()).as(header).isEqualTo(401);
      assertThat(SERVER.send("POST", "/v1/geofences/nearest", line, "{}".getBytes(UTF_8)).status())
          .as(header)
          .isEqualTo(401);
    }
    for (var key :
        List.of(
            "7",
            "null",
            "true",
            "{}",
            "[]",
            "\"\"",
            "\" \"",
            "\"\\u0001\"",
            text("x".repeat(2000)))) {
      for (var target : List.of("/v1/t", "/v1/b")) {
        var body =
            target.equals("/v1/t")
                ? call.replace("\"wk_demo\"", key)
                : "{\"writeKey\":%s,\"batch\":[{\"writeKey\":%s}]}".formatted(key, key);
        var answer = SERVER.send("POST", target, PipelinesServer.STRICT, body.getBytes(UTF_8));
        assertThat(answer.status()).as(body).isEqualTo(401);
      }
    }
    for (var key :
        List.of("%00", "%ff", "%", "%2F", "+", "%ed%a0%80", "x".repeat(3_000), "é", "..")) {
      for (var target :
          List.of(
              "/v1/projects/%s/settings",
              "/v1/analytics-js/snippet/%s/analytics.min.js", "/v1/analytics-js/%s")) {
        var answer = SERVER.send("GET", target.formatted(key), "", new byte[0]);
        assertThat(answer.status()).as(target.formatted(key)).isIn(400, 404);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
      }
    }
    SERVER.assertNothingTaken();
  }

  @Test
  @DisplayName("pipelines §1: telemetry and geofences take any body, whole or not")
  void shouldNotReadWhatItDiscards() throws IOException {
    for (var body :
        List.of("", "[", "{\"a\":1e999}", "\0", "[".repeat(5_000), "x".repeat(1_000_000))) {
      var bytes = body.getBytes(UTF_8);
      for (var more : List.of("", "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n")) {
        try (var connection = new RawHttp(SERVER.port())) {
          PipelinesServer.assertDone(connection.request("POST", "/v1/m", more, bytes));
          var geofences =
              connection.request(
                  "POST", "/v1/geofences/nearest", PipelinesServer.KEY + more, bytes);
          assertThat(geofences.status()).isEqualTo(200);
          assertThat(geofences.body()).isEqualTo("{\"geofences\":[]}");
        }
      }
    }
  }
}
