package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.DELIVERY;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.Json;
import dev.carillon.http.JsonReader;
import dev.carillon.http.RawHttp;
import dev.carillon.processing.Operation;
import dev.carillon.processing.OperationCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every route with every member of a good body replaced, removed or doubled, and with bodies that
 * are no JSON at all: a success that can be stored, or a clear refusal in the route's dialect with
 * nothing handed in; never a fault.
 */
class TrackFuzzTest {
  @AutoClose private static final TrackKit kit = new TrackKit();
  private static final JsonReader READER = new JsonReader();

  /** How a route tells problems. */
  private enum Dialect {
    V1,
    V2
  }

  /** Routes that read a body, each with one it takes. */
  private enum Route {
    IDENTIFY(
        "PUT",
        "/api/v1/customers/ada",
        "{\"id\":\"ada\",\"email\":\"a@x.test\",\"plan\":\"pro\",\"created_at\":1751000000,\"unsubscribed\":true,\"anonymous_id\":\"anon\",\"tags\":[\"a\",{\"b\":1}],\"cio_subscription_preferences\":{\"topics\":{\"topic_1\":true}},\"_update\":false,\"_timestamp\":1751000000,\"cio_relationships\":{\"action\":\"add_relationships\",\"relationships\":[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"acme\"},\"relationship_attributes\":{\"role\":\"x\"}}]}}"),
    DEVICE(
        "PUT",
        "/api/v1/customers/ada/devices",
        "{\"device\":{\"id\":\"tok\",\"platform\":\"ios\",\"last_used\":1751000000,\"attributes\":{\"app_version\":\"2.1\"},\"flat\":1}}"),
    EVENT(
        "POST",
        "/api/v1/customers/ada/events",
        "{\"name\":\"bought\",\"type\":\"event\",\"data\":{\"a\":[1,{}]},\"timestamp\":1751000000,\"id\":\"01JZ\"}"),
    ANONYMOUS_EVENT(
        "POST",
        "/api/v1/events",
        "{\"name\":\"seen\",\"anonymous_id\":\"anon\",\"type\":\"page\",\"data\":{\"recipient\":\"a@x.test\"}}"),
    MERGE(
        "POST",
        "/api/v1/merge_customers",
        "{\"primary\":{\"id\":\"a\"},\"secondary\":{\"email\":\"b@x.test\"}}"),
    SEGMENT_ADD(
        "POST", "/api/v1/segments/7/add_customers?id_type=email", "{\"ids\":[\"a@x.test\",\"b\"]}"),
    SEGMENT_REMOVE("POST", "/api/v1/segments/7/remove_customers", "{\"ids\":[\"a\",2]}"),
    FORM(
        "POST",
        "/api/v1/forms/fuzz/submit",
        "{\"data\":{\"email\":\"a@x.test\",\"first_name\":\"Ada\",\"form_url\":\"https://x.test\"}}"),
    METRIC(
        "POST",
        "/api/v1/metrics",
        "{\"delivery_id\":\"%s\",\"metric\":\"clicked\",\"timestamp\":1751000000,\"recipient\":\"r\",\"reason\":\"r\",\"href\":\"h\",\"metadata\":{\"action_name\":\"n\",\"action_value\":\"v\"}}"
            .formatted(DELIVERY)),
    PUSH(
        "POST",
        "/api/v1/push/events",
        "{\"delivery_id\":\"%s\",\"event\":\"opened\",\"device_id\":\"tok\",\"timestamp\":1751000000}"
            .formatted(DELIVERY)),
    PUSH_ALIAS(
        "POST",
        "/push/events",
        "{\"delivery_id\":\"%s\",\"event\":\"opened\",\"device_id\":\"tok\",\"timestamp\":1751000000}"
            .formatted(DELIVERY)),
    IN_APP(
        "POST",
        "/api/v1/cio_deliveries/events",
        "{\"type\":\"in_app\",\"payload\":{\"delivery_id\":\"%s\",\"event\":\"opened\",\"timestamp\":1751000000,\"metadata\":{\"action_name\":\"n\"}}}"
            .formatted(DELIVERY)),
    UNSUBSCRIBE("POST", "/unsubscribe/" + DELIVERY, "{\"unsubscribe\":true}"),
    ENTITY_PERSON(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"email\":\"a@x.test\"},\"attributes\":{\"plan\":\"pro\",\"id\":\"a\"},\"timestamp\":1751000000,\"cio_relationships\":[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"acme\"},\"relationship_attributes\":{\"role\":\"x\"}}]}"),
    ENTITY_EVENT(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"anonymous_id\":\"anon\"},\"name\":\"seen\",\"attributes\":{\"a\":{\"b\":[]}},\"id\":\"01JZ\",\"timestamp\":\"1751000000\"}"),
    ENTITY_DEVICE(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"person\",\"action\":\"add_device\",\"identifiers\":{\"id\":\"a\"},\"device\":{\"token\":\"t\",\"platform\":\"android\",\"attributes\":{\"a\":1}}}"),
    ENTITY_MERGE(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"person\",\"action\":\"merge\",\"primary\":{\"id\":\"a\"},\"secondary\":{\"cio_id\":\"a3000001\"}}"),
    ENTITY_CONTENT(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"person\",\"action\":\"clicked_content\",\"identifiers\":{\"anonymous_id\":\"a\"},\"name\":\"x\",\"attributes\":{\"contentId\":1,\"actionName\":\"n\"}}"),
    ENTITY_OBJECT(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"object\",\"action\":\"identify_anonymous\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"acme\"},\"anonymous_id\":\"anon\",\"attributes\":{\"n\":1},\"created_at\":1,\"cio_relationships\":[{\"identifiers\":{\"anonymous_id\":\"anon\"}}]}"),
    ENTITY_DELIVERY(
        "POST",
        "/api/v2/entity",
        "{\"type\":\"delivery\",\"action\":\"event\",\"identifiers\":{\"id\":\"%s\"},\"name\":\"opened\",\"attributes\":{\"device_token\":\"t\"}}"
            .formatted(DELIVERY)),
    BATCH(
        "POST",
        "/api/v2/batch",
        "{\"batch\":[{\"type\":\"person\",\"action\":\"page\",\"identifiers\":{\"id\":\"a\"},\"name\":\"https://x.test\",\"attributes\":{\"a\":1}}]}");

    private final String method;
    private final String target;
    private final String body;

    Route(String method, String target, String body) {
      this.method = method;
      this.target = target;
      this.body = body;
    }

    private Dialect dialect() {
      return target.startsWith("/api/v2") ? Dialect.V2 : Dialect.V1;
    }
  }

  /** What a member may be instead. */
  private static List<@Nullable Object> values() {
    var values = new ArrayList<@Nullable Object>();
    Collections.addAll(
        values,
        null,
        true,
        false,
        0L,
        -1L,
        Long.MAX_VALUE,
        1.5,
        1e300,
        "",
        " ",
        "0",
        "a",
        "é😀",
        "a@b.test",
        "cio_",
        "\u007f\u0001",
        "x".repeat(101),
        "x".repeat(1001),
        "x".repeat(40_000),
        List.of(),
        List.of(1L),
        List.of("a", List.of()),
        Map.of(),
        Map.of("", ""),
        Map.of("id", List.of()),
        Map.of("x".repeat(200), 1L),
        nested(60),
        nested(98),
        nested(120),
        Collections.nCopies(1001, "a"));
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
      for (var other : values()) {
        mutations.add(text(other));
      }
    }
    switch (value) {
      case Map<?, ?> map ->
          map.keySet()
              .forEach(key -> {
                var without = new LinkedHashMap<Object, @Nullable Object>(map);
                var part = without.remove(key);
                mutations.add(text(without));
                var whole = text(map);
                mutations.add(
                    whole.substring(0, whole.length() - 1)
                        + ","
                        + text(key)
                        + ":"
                        + text(part)
                        + "}");
                for (var changed : mutations(part, false)) {
                  var with = new LinkedHashMap<Object, @Nullable Object>(map);
                  with.put(key, new Json.Raw(changed));
                  mutations.add(text(with));
                }
              });
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          for (var changed : mutations(list.get(i), false)) {
            var with = new ArrayList<@Nullable Object>(list);
            with.set(i, new Json.Raw(changed));
            mutations.add(text(with));
          }
        }
      }
      case null, default -> {}
    }
    return mutations;
  }

  private static String text(@Nullable Object value) {
    return new String(Json.bytes(value), UTF_8);
  }

  /** Sends the body, and checks that the answer is a success or a refusal as it should look. */
  private static RawHttp.Answer call(Route route, byte[] body) {
    kit.intake().taken();
    var answer = kit.send(route.method, route.target, TrackServer.AUTHORIZATION, body);
    var taken = kit.intake().taken();
    var shown = new String(body, UTF_8);
    var what = route + " " + shown.substring(0, Math.min(300, shown.length())) + " → " + answer;
    switch (answer.status()) {
      case 200 -> assertThat(answer.body()).as(what).isEqualTo("{}\n");
      case 204 -> assertThat(answer.body()).as(what).isEmpty();
      case 207 -> assertRefusal(answer.body(), Dialect.V2, what);
      case 400 -> {
        assertThat(taken).as(what).isEmpty();
        assertRefusal(answer.body(), route.dialect(), what);
      }
      default -> throw new AssertionError(what);
    }
    for (var operation : taken) {
      // arrays have no equality: what is written again is compared
      var encoded = OperationCodec.encode(operation);
      Operation decoded = OperationCodec.decode(encoded);
      assertThat(OperationCodec.encode(decoded)).as(what).isEqualTo(encoded);
    }
    return answer;
  }

  private static void assertRefusal(String body, Dialect dialect, String what) {
    var json = object(READER.value(body.getBytes(UTF_8)));
    switch (dialect) {
      case V1 -> {
        var meta = object(json.get("meta"));
        assertThat(List.<Object>copyOf(meta.keySet()))
            .as(what)
            .containsExactly("error", "errors", "status");
        assertThat((String) meta.get("error")).as(what).isNotBlank().hasSizeLessThan(400);
      }
      case V2 -> {
        var errors = (List<?>) Objects.requireNonNull(json.get("errors"));
        assertThat(errors).as(what).isNotEmpty();
        for (var each : errors) {
          var error = object(each);
          assertThat(List.<Object>copyOf(error.keySet()))
              .as(what)
              .contains("reason", "field", "message");
          assertThat(error.get("reason"))
              .as(what)
              .isIn("required", "invalid", "too_large", "limit", "unknown");
          assertThat((String) error.get("message")).as(what).isNotBlank().hasSizeLessThan(400);
        }
      }
    }
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }

  @ParameterizedTest
  @EnumSource(Route.class)
  @DisplayName("track §7: types, sizes, missing and doubled members")
  void shouldTakeOrRefuseEveryChange(Route route) {
    assertThat(call(route, route.body.getBytes(UTF_8)).status()).isIn(200, 204);

    var refused = 0;
    var mutations = mutations(READER.value(route.body.getBytes(UTF_8)), true);
    for (var mutation : mutations) {
      refused += call(route, mutation.getBytes(UTF_8)).status() >= 207 ? 1 : 0;
    }
    // some are wrong wherever they stand: a doubled key, and what is nested too deep
    assertThat(refused).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Route.class)
  @DisplayName("track §7: what is no JSON, or no text")
  void shouldRefuseWhatIsNoJson(Route route) {
    var body = route.body;
    for (var wrong :
        List.of(
            body.substring(0, body.length() - 1),
            body + body,
            body + ",",
            body.replace("\":", "\":\0"),
            body.replaceFirst(":", ":\"\\\\u0000\",\"a\":"),
            body.replaceFirst(":", ":\"\\\\ud800\",\"a\":"),
            body.replaceFirst(":", ":NaN,\"a\":"),
            body.replaceFirst(":", ":1e999,\"a\":"),
            body.replace('"', '\''),
            "[".repeat(5000),
            "{\"a\":".repeat(5000))) {
      assertThat(call(route, wrong.getBytes(UTF_8)).status()).as(wrong).isEqualTo(400);
    }
    var latin = body.replaceFirst("\"([a-z_]+)\":", "\"é\":1,\"$1\":").getBytes(ISO_8859_1);
    assertThat(call(route, latin).status()).isEqualTo(400);
    var zipped = TrackServer.AUTHORIZATION + "Content-Encoding: gzip\r\n";
    var answer = kit.send(route.method, route.target, zipped, body.getBytes(UTF_8));
    assertThat(answer.status()).isEqualTo(400);
    assertRefusal(answer.body(), route.dialect(), "gzip");
    var unknown = TrackServer.AUTHORIZATION + "Content-Encoding: br\r\n";
    assertThat(kit.send(route.method, route.target, unknown, body.getBytes(UTF_8)).status())
        .isEqualTo(415);
    var long413 = kit.send(route.method, route.target, " ".repeat(1024 * 1024 + 1));
    assertThat(long413.status()).isEqualTo(413);
    assertThat(kit.intake().taken()).isEmpty();
  }

  /** Routes with something in the path. */
  private enum Path {
    IDENTIFY("PUT", "/api/v1/customers/{}"),
    DELETE("DELETE", "/api/v1/customers/{}"),
    SUPPRESS("POST", "/api/v1/customers/{}/suppress"),
    UNSUPPRESS("POST", "/api/v1/customers/{}/unsuppress"),
    EVENTS("POST", "/api/v1/customers/{}/events"),
    DEVICES("PUT", "/api/v1/customers/{}/devices"),
    DEVICE("DELETE", "/api/v1/customers/ada/devices/{}"),
    SEGMENT_ADD("POST", "/api/v1/segments/{}/add_customers"),
    SEGMENT_REMOVE("POST", "/api/v1/segments/{}/remove_customers"),
    SEGMENT_KIND("POST", "/api/v1/segments/7/add_customers?id_type={}"),
    FORM("POST", "/api/v1/forms/{}/submit"),
    UNSUBSCRIBE("POST", "/unsubscribe/{}");

    private final String method;
    private final String pattern;

    Path(String method, String pattern) {
      this.method = method;
      this.pattern = pattern;
    }
  }

  @ParameterizedTest
  @EnumSource(Path.class)
  @DisplayName("track §1, §3.1: whatever stands in the path")
  void shouldTakeOrRefuseEveryPath(Path path) {
    var body =
        "{\"name\":\"a\",\"device\":{\"id\":\"t\",\"platform\":\"ios\"},\"ids\":[\"a\"],\"data\":{\"id\":\"a\"},\"unsubscribe\":true}";
    for (var segment :
        List.of(
            "%",
            "%2",
            "%zz",
            "%00",
            "%ff",
            "%c3%28",
            "%ed%a0%80",
            "%2f",
            "%252f",
            "..",
            "%2e%2e",
            "a;b=c",
            "a+b",
            "%7f",
            "%0d%0a",
            "cio_",
            "cio_%20",
            "@",
            "a@b.c",
            "'%22%5c",
            "0",
            "-1",
            "2147483648",
            "9".repeat(30),
            "x".repeat(151),
            "x".repeat(3000),
            "%F0%9F%98%80".repeat(50),
            ":")) {
      kit.intake().taken();
      var answer = kit.send(path.method, path.pattern.replace("{}", segment), body);
      var taken = kit.intake().taken();

      assertThat(answer.status()).as(path + " " + segment).isIn(200, 204, 400);
      if (answer.status() == 400) {
        assertThat(taken).as(path + " " + segment).isEmpty();
        assertRefusal(answer.body(), Dialect.V1, path + " " + segment);
      }
      for (var operation : taken) {
        var encoded = OperationCodec.encode(operation);
        assertThat(OperationCodec.encode(OperationCodec.decode(encoded))).isEqualTo(encoded);
      }
    }
  }
}
