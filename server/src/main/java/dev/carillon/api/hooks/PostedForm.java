package dev.carillon.api.hooks;

import dev.carillon.http.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The fields of a form that was posted, URL-encoded. Anything else, such as the one-click form of a
 * mail client in parts, has none: who posts to an address has said what it is for already.
 */
final class PostedForm {
  private static final int LONGEST = 64 * 1_024;

  private final Map<String, List<String>> fields = new HashMap<>();

  private PostedForm() {}

  /**
   * Reads the body.
   *
   * @throws dev.carillon.http.ProblemException 413 for more than 64 KiB
   */
  static PostedForm of(Request request) {
    var form = new PostedForm();
    var body = request.body(LONGEST);
    var type = request.header("content-type");
    if (type == null
        || !type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
      return form;
    }
    for (var pair : new String(body, StandardCharsets.UTF_8).strip().split("&")) {
      var equals = pair.indexOf('=');
      if (equals > 0) {
        form.fields
            .computeIfAbsent(decoded(pair.substring(0, equals)), _ -> new ArrayList<>())
            .add(decoded(pair.substring(equals + 1)));
      }
    }
    return form;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException brokenEscape) {
      return text;
    }
  }

  /** Whether the field has this value, among others maybe. */
  boolean has(String name, String value) {
    return fields.getOrDefault(name, List.of()).contains(value);
  }
}
