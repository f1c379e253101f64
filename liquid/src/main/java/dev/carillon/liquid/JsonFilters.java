package dev.carillon.liquid;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code to_json}, {@code json} and {@code parse_json}. */
final class JsonFilters {
  private JsonFilters() {}

  static void addTo(FilterTable table) {
    table.value("to_json", JsonFilters::toJson);
    table.value("json", JsonFilters::toJson);
    table.value(
        "parse_json",
        (value, r) -> value instanceof String text ? JsonReader.read(text, r) : value);
  }

  private static String toJson(@Nullable Object value, Rendering rendering) {
    var out = new BoundedText(rendering);
    write(value, out, rendering, 0);
    return out.toString();
  }

  private static void write(
      @Nullable Object value, BoundedText out, Rendering rendering, int depth) {
    rendering.meter().dataDepth(depth);
    switch (value) {
      case null -> out.append("null");
      case String text -> string(text, out);
      case Number number -> out.append(Numbers.text(number));
      case Boolean bool -> out.append(bool.toString());
      case List<?> list -> array(list, out, rendering, depth);
      case LiquidRange range -> array(Sequences.numbers(range, rendering), out, rendering, depth);
      case Map<?, ?> map -> object(map, out, rendering, depth);
      case LiquidObject object -> object(object.entries(), out, rendering, depth);
      case ZonedDateTime time -> string(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time), out);
      case Instant instant ->
          string(
              DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(instant.atZone(ZoneOffset.UTC)), out);
      default -> string(rendering.text(value), out);
    }
  }

  private static void array(List<?> list, BoundedText out, Rendering rendering, int depth) {
    rendering.meter().tick(list.size());
    out.append('[');
    String separator = "";
    for (Object element : list) {
      out.append(separator);
      write(element, out, rendering, depth + 1);
      separator = ",";
    }
    out.append(']');
  }

  private static void object(Map<?, ?> map, BoundedText out, Rendering rendering, int depth) {
    rendering.meter().tick(map.size());
    out.append('{');
    String separator = "";
    for (var entry : map.entrySet()) {
      out.append(separator);
      string(rendering.text(entry.getKey()), out);
      out.append(':');
      write(entry.getValue(), out, rendering, depth + 1);
      separator = ",";
    }
    out.append('}');
  }

  private static void string(String text, BoundedText out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || c == 0x2028 || c == 0x2029 || isLone(text, i)) {
            out.append("\\u").append(hex(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static String hex(char c) {
    String digits = Integer.toHexString(c);
    return "0000".substring(digits.length()) + digits;
  }

  /** Whether the character is half of a pair without its other half. */
  private static boolean isLone(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
