package dev.carillon.http;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;

/**
 * Writes plain values as compact JSON: Map (in its own order), List, String, Integer, Long, Double,
 * Boolean, null, and {@link Raw} for text that is JSON already.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /**
   * JSON that is copied into the output as it is.
   *
   * @param text valid JSON
   */
  public record Raw(String text) {}

  /**
   * The value as compact UTF-8 JSON.
   *
   * @throws IllegalArgumentException for a value of another type, or a number JSON cannot hold
   */
  public static byte[] bytes(@Nullable Object value) {
    return write(value, false);
  }

  /** As {@link #bytes(Object)}, with a newline at the end. */
  public static byte[] line(@Nullable Object value) {
    return write(value, true);
  }

  /**
   * How many bytes {@link #bytes(Object)} would return, without making them.
   *
   * @throws IllegalArgumentException as there
   */
  public static int length(@Nullable Object value) {
    return switch (value) {
      case null -> 4;
      case String text -> textLength(text);
      case Boolean bool -> bool ? 4 : 5;
      case Map<?, ?> map -> {
        int length = 2 + Math.max(0, map.size() - 1);
        for (var entry : map.entrySet()) {
          length += textLength((String) entry.getKey()) + 1 + length(entry.getValue());
        }
        yield length;
      }
      case List<?> list -> {
        int length = 2 + Math.max(0, list.size() - 1);
        for (var each : list) {
          length += length(each);
        }
        yield length;
      }
      default -> bytes(value).length;
    };
  }

  /** With its quotes. */
  private static int textLength(String text) {
    int bytes = 2;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ') {
        bytes += "\b\t\n\f\r".indexOf(c) >= 0 ? 2 : 6;
      } else if (c < 0x80) {
        bytes += c == '"' || c == '\\' ? 2 : 1;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (Character.isHighSurrogate(c)) {
        bytes += 4;
        i++;
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }

  private static byte[] write(@Nullable Object value, boolean newline) {
    try (var out = new ByteArrayBuilder()) {
      try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
        write(generator, value);
      }
      if (newline) {
        out.write('\n');
      }
      return out.toByteArray();
    }
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    switch (value) {
      case null -> generator.writeNull();
      case String text -> generator.writeString(text);
      case Integer number -> generator.writeNumber(number.intValue());
      case Long number -> generator.writeNumber(number.longValue());
      case Double number -> {
        if (!Double.isFinite(number)) {
          throw new IllegalArgumentException("JSON has no number " + number);
        }
        generator.writeNumber(number.doubleValue());
      }
      case Boolean bool -> generator.writeBoolean(bool);
      case Raw raw -> generator.writeRawValue(raw.text());
      case Map<?, ?> map -> {
        generator.writeStartObject();
        for (var entry : map.entrySet()) {
          generator.writeName((String) entry.getKey());
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case List<?> list -> {
        generator.writeStartArray();
        for (var each : list) {
          write(generator, each);
        }
        generator.writeEndArray();
      }
      default ->
          throw new IllegalArgumentException(
              "no JSON form is defined for " + value.getClass().getName());
    }
  }
}
