package dev.carillon.subscriptions;

import dev.carillon.http.BadJson;
import dev.carillon.http.Json;
import dev.carillon.http.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Texts by language tag, such as {@code nl-BE}; tags compare without regard to case (M-121). */
final class Translations {
  private static final JsonReader JSON = new JsonReader();

  private Translations() {}

  static <T> Map<String, T> copy(Map<String, T> translations) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(translations));
  }

  /**
   * The text in the first of these languages there is; a language stands for its region too, when
   * there is no text for that.
   */
  static <T> Optional<T> find(Map<String, T> translations, List<String> languages) {
    for (var language : languages) {
      for (var tag = language; !tag.isEmpty(); tag = shorter(tag)) {
        for (var each : translations.entrySet()) {
          if (each.getKey().equalsIgnoreCase(tag)) {
            return Optional.of(each.getValue());
          }
        }
      }
    }
    return Optional.empty();
  }

  private static String shorter(String tag) {
    return tag.substring(0, Math.max(0, tag.lastIndexOf('-')));
  }

  static <T> String print(Map<String, T> translations, Function<T, Map<String, Object>> text) {
    var json = new LinkedHashMap<String, Object>();
    translations.forEach((tag, each) -> json.put(tag, text.apply(each)));
    return new String(Json.bytes(json), StandardCharsets.UTF_8);
  }

  static <T> Map<String, T> parse(String json, Function<Map<?, ?>, T> text) {
    try {
      var translations = new LinkedHashMap<String, T>();
      JSON.object(json.getBytes(StandardCharsets.UTF_8))
          .forEach((tag, each) -> {
            if (each instanceof Map<?, ?> members) {
              translations.put(tag, text.apply(members));
            }
          });
      return translations;
    } catch (BadJson damaged) {
      throw new IllegalStateException("stored translations are no JSON object", damaged);
    }
  }

  static String text(Map<?, ?> members, String name) {
    return members.get(name) instanceof String text ? text : "";
  }
}
