package dev.carillon.people;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The stored form of attributes and event data: compact JSON objects, read into plain values —
 * String, Long, Double, Boolean, List, Map. Integers are exact to 64 bits, all other numbers are
 * doubles (track §3.5).
 */
public final class AttributesJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(200)
                  .maxStringLength(2_000_000)
                  .build())
          .build();

  private static final double PLAIN_UP_TO = 1e21;

  private AttributesJson() {}

  /**
   * Reads an object; the map keeps the order and may be changed.
   *
   * @throws IllegalArgumentException when the text is JSON, but not one object
   * @throws tools.jackson.core.JacksonException when it is not JSON, or nested more than 200 deep
   */
  public static Map<String, Object> parse(String json) {
    if (json.equals("{}")) {
      return new LinkedHashMap<>();
    }
    try (var parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("expected a JSON object");
      }
      var object = object(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("expected a JSON object and nothing after it");
      }
      return object;
    }
  }

  private static Map<String, Object> object(JsonParser parser) {
    var object = new LinkedHashMap<String, Object>();
    for (var name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      var value = value(parser);
      if (value != null) {
        object.put(name, value);
      }
    }
    return object;
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? (Object) parser.getDoubleValue()
              : parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case null, default -> null;
    };
  }

  private static List<@Nullable Object> array(JsonParser parser) {
    var array = new ArrayList<@Nullable Object>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser));
    }
    return array;
  }

  /**
   * Writes an object in compact form; null members are written as null.
   *
   * @throws IllegalArgumentException for a value JSON has no form for, such as a number that is not
   *     finite: it could be stored but never read again
   */
  public static String print(Map<String, ?> object) {
    var text = new StringBuilder(16 + object.size() * 24);
    write(object, text);
    return text.toString();
  }

  /**
   * Writes any value in compact form.
   *
   * @throws IllegalArgumentException as {@link #print}
   */
  public static String printValue(@Nullable Object value) {
    var text = new StringBuilder(32);
    write(value, text);
    return text.toString();
  }

  /**
   * A value as those see it who know only text (app-data §2.1): numbers without an exponent where
   * that is readable, lists and objects as JSON.
   */
  public static String plainText(Object value) {
    return switch (value) {
      case String text -> text;
      case Double number when Math.abs(number) < PLAIN_UP_TO ->
          new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
      default -> printValue(value);
    };
  }

  private static void write(@Nullable Object value, StringBuilder text) {
    switch (value) {
      case null -> text.append("null");
      case String string -> quote(string, text);
      case Boolean bool -> text.append(bool.booleanValue());
      case Double real when !Double.isFinite(real) ->
          throw new IllegalArgumentException("no JSON for " + real);
      case Number number -> text.append(number);
      case Map<?, ?> map -> {
        text.append('{');
        var first = true;
        for (var entry : map.entrySet()) {
          if (!first) {
            text.append(',');
          }
          first = false;
          quote((String) entry.getKey(), text);
          text.append(':');
          write(entry.getValue(), text);
        }
        text.append('}');
      }
      case Iterable<?> list -> {
        text.append('[');
        var first = true;
        for (var each : list) {
          if (!first) {
            text.append(',');
          }
          first = false;
          write(each, text);
        }
        text.append(']');
      }
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void quote(String string, StringBuilder text) {
    text.append('"');
    var plain = 0;
    for (var i = 0; i < string.length(); i++) {
      var each = string.charAt(i);
      if (each >= ' ' && each != '"' && each != '\\') {
        continue;
      }
      text.append(string, plain, i);
      plain = i + 1;
      switch (each) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> text.append("\\u").append(String.format("%04x", (int) each));
      }
    }
    text.append(string, plain, string.length()).append('"');
  }
}
