package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Filters that join, cut, replace and split text. */
final class TextFilters {
  private TextFilters() {}

  static void addTo(FilterTable table) {
    table.add("append", 1, 1, (input, args, r) -> joined(r.text(input), r.text(args.get(0)), r));
    table.add("prepend", 1, 1, (input, args, r) -> joined(r.text(args.get(0)), r.text(input), r));
    table.text("upcase", (text, _) -> text.toUpperCase(Locale.ROOT));
    table.text("downcase", (text, _) -> text.toLowerCase(Locale.ROOT));
    table.text("capitalize", (text, _) -> capitalize(text));
    table.text("strip", (text, _) -> Text.trimStart(Text.trimEnd(text)));
    table.text("lstrip", (text, _) -> Text.trimStart(text));
    table.text("rstrip", (text, _) -> Text.trimEnd(text));
    table.text("strip_newlines", (text, _) -> text.replace("\r\n", "").replace("\n", ""));
    table.add(
        "replace",
        1,
        2,
        (input, args, r) -> replaceAll(r.text(input), r.text(args.get(0)), r.text(args.get(1)), r));
    table.add("remove", 1, 1, (input, args, r) -> remove(r.text(input), r.text(args.get(0)), r));
    table.add(
        "replace_first",
        1,
        2,
        (input, args, r) ->
            replaceFirst(r.text(input), r.text(args.get(0)), r.text(args.get(1)), r));
    table.add(
        "remove_first",
        1,
        1,
        (input, args, r) -> replaceFirst(r.text(input), r.text(args.get(0)), "", r));
    table.add(
        "replace_last",
        2,
        2,
        (input, args, r) ->
            replaceLast(r.text(input), r.text(args.get(0)), r.text(args.get(1)), r));
    table.add(
        "remove_last",
        1,
        1,
        (input, args, r) -> replaceLast(r.text(input), r.text(args.get(0)), "", r));
    table.add("truncate", 0, 2, TextFilters::truncate);
    table.add("truncatewords", 0, 2, TextFilters::truncateWords);
    table.add("slice", 1, 2, TextFilters::slice);
    table.add("split", 1, 1, (input, args, r) -> split(r.text(input), r.text(args.get(0)), r));
  }

  private static String joined(String first, String second, Rendering rendering) {
    rendering.meter().length((long) first.length() + second.length());
    return first + second;
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String replaceAll(String text, String from, String to, Rendering rendering) {
    var out = new BoundedText(rendering);
    if (from.isEmpty()) {
      for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
        out.append(to).append(text, i, text.offsetByCodePoints(i, 1));
      }
      return out.append(to).toString();
    }
    var search = new Search(from, rendering.meter());
    int position = 0;
    int found = search.in(text, 0);
    if (found < 0) {
      return text;
    }
    while (found >= 0) {
      out.append(text, position, found).append(to);
      position = found + from.length();
      found = search.in(text, position);
    }
    return out.append(text, position, text.length()).toString();
  }

  private static String remove(String text, String part, Rendering rendering) {
    return part.isEmpty() ? text : replaceAll(text, part, "", rendering);
  }

  private static String replaceFirst(String text, String from, String to, Rendering rendering) {
    int at = from.isEmpty() ? 0 : new Search(from, rendering.meter()).in(text, 0);
    return replaceAt(text, at, from, to, rendering);
  }

  private static String replaceLast(String text, String from, String to, Rendering rendering) {
    int at = from.isEmpty() ? text.length() : new Search(from, rendering.meter()).lastIn(text);
    return replaceAt(text, at, from, to, rendering);
  }

  private static String replaceAt(
      String text, int at, String from, String to, Rendering rendering) {
    if (at < 0) {
      return text;
    }
    return new BoundedText(rendering)
        .append(text, 0, at)
        .append(to)
        .append(text, at + from.length(), text.length())
        .toString();
  }

  private static String truncate(@Nullable Object input, Arguments arguments, Rendering rendering) {
    String text = rendering.text(input);
    String ending = arguments.count() < 2 ? "..." : rendering.text(arguments.get(1));
    if (input == null) {
      return "";
    }
    long most =
        arguments.count() == 0 ? 50 : Integers.of(arguments.get(0), "the length of truncate");
    if (Text.length(text) <= most) {
      return text;
    }
    long kept = Math.max(0, most - Text.length(ending));
    return joined(Text.characters(text, 0, kept), ending, rendering);
  }

  private static String truncateWords(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    if (input == null) {
      return "";
    }
    String text = rendering.text(input);
    String ending = arguments.count() < 2 ? "..." : rendering.text(arguments.get(1));
    long most =
        arguments.count() == 0 ? 15 : Integers.of(arguments.get(0), "the words of truncatewords");
    most = Math.max(1, most);
    var out = new BoundedText(rendering);
    int position = skipSpaces(text, 0);
    for (long words = 0; position < text.length(); words++) {
      if (words == most) {
        return out.append(ending).toString();
      }
      int end = wordEnd(text, position);
      out.append(words == 0 ? "" : " ").append(text, position, end);
      position = skipSpaces(text, end);
    }
    return text;
  }

  private static int skipSpaces(String text, int from) {
    int at = from;
    while (at < text.length() && Text.isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int wordEnd(String text, int from) {
    int at = from;
    while (at < text.length() && !Text.isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static Object slice(@Nullable Object input, Arguments arguments, Rendering rendering) {
    long start = Integers.of(arguments.get(0), "the start of slice");
    long length =
        arguments.get(1) == null ? 1 : Integers.of(arguments.get(1), "the length of slice");
    if (input instanceof List<?> list) {
      long from = start < 0 ? start + list.size() : start;
      if (from < 0 || from > list.size() || length < 0) {
        return List.of();
      }
      return new ArrayList<@Nullable Object>(
          list.subList((int) from, (int) (from + Math.min(length, list.size() - from))));
    }
    String text = rendering.text(input);
    long size = Text.length(text);
    long from = start < 0 ? start + size : start;
    if (from < 0 || from > size || length < 0) {
      return "";
    }
    return Text.characters(text, from, Math.min(length, size - from));
  }

  private static List<Object> split(String text, String separator, Rendering rendering) {
    var parts = new ArrayList<Object>();
    switch (separator) {
      case " " -> {
        for (int at = skipSpaces(text, 0); at < text.length(); ) {
          int end = wordEnd(text, at);
          add(text.substring(at, end), parts, rendering);
          at = skipSpaces(text, end);
        }
      }
      case "" -> {
        for (int at = 0; at < text.length(); ) {
          int end = text.offsetByCodePoints(at, 1);
          add(text.substring(at, end), parts, rendering);
          at = end;
        }
      }
      default -> {
        var search = new Search(separator, rendering.meter());
        int from = 0;
        for (int at = search.in(text, 0); at >= 0; at = search.in(text, from)) {
          add(text.substring(from, at), parts, rendering);
          from = at + separator.length();
        }
        add(text.substring(from), parts, rendering);
        while (!parts.isEmpty() && "".equals(parts.getLast())) {
          parts.removeLast();
        }
      }
    }
    return parts;
  }

  private static void add(String part, List<Object> parts, Rendering rendering) {
    rendering.meter().array(1);
    parts.add(part);
  }
}
