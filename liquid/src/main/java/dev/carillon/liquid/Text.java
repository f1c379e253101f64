package dev.carillon.liquid;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values print, and the arithmetic of characters (Unicode code points) in text. */
final class Text {
  private Text() {}

  /** The text {@code value} prints as. */
  static String of(@Nullable Object value, Rendering rendering) {
    return switch (value) {
      case null -> "";
      case String text -> text;
      case Number number -> Numbers.text(number);
      case Boolean bool -> bool.toString();
      case LiquidText text -> rendering.capture(text);
      default -> {
        var out = new StringBuilder();
        append(value, out, rendering, 0);
        rendering.meter().text(out.length());
        yield out.toString();
      }
    };
  }

  private static void append(
      @Nullable Object value, StringBuilder out, Rendering rendering, int depth) {
    rendering.meter().dataDepth(depth);
    rendering.meter().length(out.length());
    switch (value) {
      case null -> {}
      case List<?> list -> {
        rendering.meter().tick(list.size());
        for (Object element : list) {
          append(element, out, rendering, depth + 1);
        }
      }
      case Map<?, ?> map -> inspect(map, out, rendering, depth);
      case LiquidObject object -> inspect(object, out, rendering, depth);
      case Special _ -> {}
      case ZonedDateTime time -> out.append(DateFormat.format(time, "%Y-%m-%d %H:%M:%S %z"));
      case Instant instant ->
          out.append(DateFormat.format(instant.atZone(ZoneOffset.UTC), "%Y-%m-%d %H:%M:%S %z"));
      case String _, Number _, Boolean _, LiquidText _ -> out.append(of(value, rendering));
      default -> out.append(value);
    }
  }

  private static void inspect(Object value, StringBuilder out, Rendering rendering, int depth) {
    rendering.meter().dataDepth(depth);
    rendering.meter().length(out.length());
    switch (value) {
      case LiquidObject object -> {
        Map<String, ?> entries = object.entries();
        if (!entries.isEmpty()) {
          inspect(entries, out, rendering, depth);
        }
      }
      case Map<?, ?> map -> {
        rendering.meter().tick(map.size());
        out.append('{');
        String separator = "";
        for (var entry : map.entrySet()) {
          out.append(separator);
          element(entry.getKey(), out, rendering, depth + 1);
          out.append("=>");
          element(entry.getValue(), out, rendering, depth + 1);
          separator = ", ";
        }
        out.append('}');
      }
      case List<?> list -> {
        rendering.meter().tick(list.size());
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          element(element, out, rendering, depth + 1);
          separator = ", ";
        }
        out.append(']');
      }
      default -> append(value, out, rendering, depth);
    }
  }

  private static void element(
      @Nullable Object value, StringBuilder out, Rendering rendering, int depth) {
    switch (value) {
      case null -> out.append("nil");
      case String text ->
          out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
      default -> inspect(value, out, rendering, depth);
    }
  }

  static long length(String text) {
    return text.codePointCount(0, text.length());
  }

  static String firstCharacter(String text) {
    return text.substring(0, text.offsetByCodePoints(0, 1));
  }

  static String lastCharacter(String text) {
    return text.substring(text.offsetByCodePoints(text.length(), -1));
  }

  /** {@code count} characters from the one at {@code start}; both within the text's length. */
  static String characters(String text, long start, long count) {
    int from = text.offsetByCodePoints(0, (int) start);
    return text.substring(from, text.offsetByCodePoints(from, (int) count));
  }

  /** White space as Liquid trims it. */
  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0;
  }

  static String trimStart(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  static String trimEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static boolean isBlank(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
