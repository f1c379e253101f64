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
