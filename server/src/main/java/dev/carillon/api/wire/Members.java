package dev.carillon.api.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at members of JSON objects as {@link dev.carillon.http.JsonReader} returns them. */
public final class Members {
  private Members() {}

  /**
   * The object that stands in this field; null when it is absent or JSON null.
   *
   * @throws Refused when it is something else
   */
  public static @Nullable Map<String, @Nullable Object> object(
      String field, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Map<?, ?> object -> stringKeys(object);
      default -> throw Refused.invalid(field, field + " must be an object");
    };
  }

  /**
   * Refuses what is neither an object nor absent nor JSON null.
   *
   * @throws Refused naming the field
   */
  public static void checkObject(String field, @Nullable Object value) {
    if (value != null && !(value instanceof Map)) {
      throw Refused.invalid(field, field + " must be an object");
    }
  }

  /**
   * The object that stands in this field.
   *
   * @throws Refused when there is none
   */
  public static Map<String, @Nullable Object> requiredObject(String field, @Nullable Object value) {
    var object = object(field, value);
    if (object == null) {
      throw Refused.required(field);
    }
    return object;
  }

  /**
   * The list that stands in this field; null when it is absent or JSON null.
   *
   * @throws Refused when it is something else
   */
  public static @Nullable List<?> list(String field, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case List<?> list -> list;
      default -> throw Refused.invalid(field, field + " must be an array");
    };
  }

  /**
   * A text, or an integer as text (ids are numbers in many shops).
   *
   * @throws Refused when it is absent, empty, of another type, or longer
   */
  public static String requiredText(String field, @Nullable Object value, int longestBytes) {
    var text = text(field, value, longestBytes);
    if (text == null) {
      throw Refused.required(field);
    }
    return text;
  }

  /**
   * A text, or an integer as text; null when absent or empty.
   *
   * @throws Refused when it is of another type or longer
   */
  public static @Nullable String text(String field, @Nullable Object value, int longestBytes) {
    return text(field, field, value, longestBytes);
  }

  /**
   * As {@link #text(String, Object, int)}, where messages call the field something else.
   *
   * @param what the words for it
   */
  public static @Nullable String text(
      String field, String what, @Nullable Object value, int longestBytes) {
    var text =
        switch (value) {
          case null -> "";
          case String string -> string;
          case Long number -> number.toString();
          default -> throw Refused.invalid(field, what + " must be a string");
        };
    if (Sizes.utf8(text) > longestBytes) {
      throw Refused.tooLarge(field, what + " cannot be longer than " + longestBytes + " bytes");
    }
    return text.isEmpty() ? null : text;
  }

  /** JSON has no other keys, and the reader makes no others. */
  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> stringKeys(Map<?, ?> object) {
    return (Map<String, @Nullable Object>) object;
  }
}
