package dev.carillon.reference;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as plain values: text, Long, Double, Boolean, List, Map. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

  private Json() {}

  /** Reads an object. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> read(String text) {
    return MAPPER.readValue(text, Map.class);
  }

  /** Writes a value. */
  public static String write(@Nullable Object value) {
    return MAPPER.writeValueAsString(value);
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }

  /** A list of objects; absent: none. */
  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> objects(@Nullable Object value) {
    return value == null ? List.of() : (List<Map<String, Object>>) value;
  }

  /** A text that must be there. */
  static String text(@Nullable Object value) {
    return (String) Objects.requireNonNull(value);
  }

  static int integer(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).intValue();
  }
}
