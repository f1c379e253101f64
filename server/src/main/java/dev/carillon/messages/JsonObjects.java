package dev.carillon.messages;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Stored JSON objects as the plain maps, lists and values that Liquid reads. */
final class JsonObjects {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private JsonObjects() {}

  /**
   * Parses a JSON object.
   *
   * @throws tools.jackson.core.JacksonException when the text is not one
   */
  static Map<String, @Nullable Object> parse(String json) {
    return JSON.readValue(json, OBJECT);
  }

  /** The object below this key, or an empty one when there is none. */
  static Map<String, @Nullable Object> child(Map<String, @Nullable Object> parent, String key) {
    var children = new LinkedHashMap<String, @Nullable Object>();
    if (parent.get(key) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> children.put(String.valueOf(name), value));
    }
    return children;
  }
}
