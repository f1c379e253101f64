package dev.carillon.api.track;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** The form a mail client posts to unsubscribe with one click (RFC 8058, section 3.2). */
final class OneClickForm {
  private static final String NAME = "List-Unsubscribe";
  private static final String VALUE = "One-Click";
  private static final String URL_ENCODED = "application/x-www-form-urlencoded";
  private static final String MULTIPART = "multipart/form-data";

  /** One part: its headers, an empty line, its value up to the next boundary. */
  private static final Pattern PART =
      Pattern.compile(
          "name=\"?" + NAME + "\"?[^\\n]*\\n(?:[^\\r\\n]+\\r?\\n)*\\r?\\n" + VALUE + "\\r?\\n--");

  private OneClickForm() {}

  /** Whether a form was posted. JSON under the type of a form is JSON: curl sends it so. */
  static boolean isForm(String contentType, byte[] body) {
    var type = contentType.toLowerCase(Locale.ROOT);
    return (type.startsWith(URL_ENCODED) || type.startsWith(MULTIPART))
        && !(body.length > 0 && body[0] == '{');
  }

  /** Whether the form says what RFC 8058 wants it to say. */
  static boolean isOneClick(String contentType, byte[] body) {
    var text = new String(body, StandardCharsets.UTF_8);
    if (contentType.toLowerCase(Locale.ROOT).startsWith(MULTIPART)) {
      return PART.matcher(text).find();
    }
    for (var pair : text.strip().split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0
          && decoded(pair.substring(0, equals)).equals(NAME)
          && decoded(pair.substring(equals + 1)).equals(VALUE)) {
        return true;
      }
    }
    return false;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException brokenEscape) {
      return text;
    }
  }
}
