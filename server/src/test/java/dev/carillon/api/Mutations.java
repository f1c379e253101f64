package dev.carillon.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carillon.http.Json;
import dev.carillon.http.JsonReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bodies that are nearly like a good one, and texts that may stand in a URL. */
public final class Mutations {
  private static final JsonReader READER = new JsonReader();

  private Mutations() {}

  /** A good body with one of its parts, at any depth, replaced, removed or doubled. */
  public static List<String> of(String body) {
    return of(READER.value(body.getBytes(UTF_8)), true);
  }

  /** A good body damaged so that it is no JSON, or none that can be stored. */
  public static List<String> broken(String body) {
    return List.of(
        body.substring(0, body.length() - 1),
        body + body,
        body + ",",
        body.replace("\":", "\":\0"),
        body.replaceFirst(":", ":\"\\\\u0000\",\"a\":"),
        body.replaceFirst(":", ":\"\\\\ud800\",\"a\":"),
        body.replaceFirst(":", ":NaN,\"a\":"),
        body.replaceFirst(":", ":1e999,\"a\":"),
        body.replace('"', '\''),
        "[]",
        "\"\"",
        "[".repeat(5000),
        "{\"a\":".repeat(5000));
  }

  /** Percent-encoded, for one segment of a path or a value of a query. */
  public static List<String> inUrl() {
    return List.of(
        "0",
        "-1",
        "1.5",
        "1e3",
        "+1",
        "%2B1",
        "01",
        "2147483648",
        "9223372036854775808",
        "9".repeat(400),
        "%D9%A1",
        "a",
        "%20",
        "%2F",
        "..",
        "%2e%2e",
        "'",
        "%22%3B--",
        "%00",
        "%",
        "%zz",
        "%ff",
        "%ed%a0%80",
        "%F0%9F%98%80",
        "null",
        "ob0000000000zz",
        "obffffffffffffffff",
        "cio_ob000000000001",
        "x".repeat(3000));
  }

  private static List<@Nullable Object> values() {
    var values = new ArrayList<@Nullable Object>();
    Collections.addAll(
        values,
        null,
        true,
        false,
        0L,
        -1L,
        2L,
        Long.MAX_VALUE,
        1.5,
        1e300,
        "",
        " ",
        "0",
        "a",
        "é😀",
        "\u007f\u0001",
        "x".repeat(101),
        "x".repeat(40_000),
        List.of(),
        List.of(1L),
        List.of("a", List.of()),
        Map.of(),
        Map.of("", ""),
        Map.of("x".repeat(200), 1L),
        nested(60),
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

  private static List<String> of(@Nullable Object value, boolean root) {
    var mutations = new ArrayList<String>();
    if (!root) {
      values().forEach(other -> mutations.add(text(other)));
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
                for (var changed : of(part, false)) {
                  var with = new LinkedHashMap<Object, @Nullable Object>(map);
                  with.put(key, new Json.Raw(changed));
                  mutations.add(text(with));
                }
              });
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          for (var changed : of(list.get(i), false)) {
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
}
