package dev.carillon.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Splits a path as it came over the wire and decodes what is between the slashes, exactly once
 * (track §1 "Path decoding"). {@code %2F}, {@code %3B}, {@code %25}, {@code %5C} and {@code %2e%2e}
 * are ordinary characters of a segment; {@code +} stays a plus.
 */
final class RawPath {
  private static final String[] ROOT = {};

  private RawPath() {}

  /**
   * The raw segments. One trailing slash is tolerated.
   *
   * @return null when a segment is empty, or the path does not start with a slash
   */
  static String @Nullable [] split(String raw) {
    if (raw.isEmpty() || raw.charAt(0) != '/') {
      return null;
    }
    int end = raw.length();
    if (end > 1 && raw.charAt(end - 1) == '/') {
      end--;
    }
    if (end == 1) {
      return raw.length() == 1 ? ROOT : null;
    }
    int count = 1;
    for (int i = 1; i < end; i++) {
      if (raw.charAt(i) == '/') {
        count++;
      }
    }
    var segments = new String[count];
    int start = 1;
    for (int n = 0; n < count; n++) {
      int slash = raw.indexOf('/', start);
      int stop = slash < 0 || slash > end ? end : slash;
      if (stop == start) {
        return null;
      }
      segments[n] = raw.substring(start, stop);
      start = stop + 1;
    }
    return segments;
  }

  /**
   * One segment, percent-decoded.
   *
   * @throws ProblemException 400 for a broken escape, bytes that are not UTF-8, a NUL character or
   *     a character that should have been escaped
   */
  static String decode(String segment) {
    return decode(segment, false);
  }

  /** As {@link #decode(String)}, with {@code +} as space when {@code form} is true. */
  static String decode(String text, boolean form) {
    int length = text.length();
    int i = 0;
    while (i < length && isPlain(text.charAt(i), form)) {
      i++;
    }
    return i == length ? text : decodeFrom(text, i, form);
  }

  private static boolean isPlain(char c, boolean form) {
    return c != '%' && c > 0 && c < 128 && !(form && c == '+');
  }

  private static String decodeFrom(String text, int first, boolean form) {
    int length = text.length();
    var bytes = new byte[length];
    for (int i = 0; i < first; i++) {
      bytes[i] = (byte) text.charAt(i);
    }
    int size = first;
    for (int i = first; i < length; i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int value = i + 3 <= length ? hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2)) : -1;
        if (value < 0) {
          throw new Problem.BadRequest(
                  "a percent sign in the URL is not followed by two hex digits")
              .thrown();
        }
        if (value == 0) {
          throw new Problem.BadRequest("the URL contains a NUL character").thrown();
        }
        bytes[size++] = (byte) value;
        i += 2;
      } else if (form && c == '+') {
        bytes[size++] = ' ';
      } else if (c > 0 && c < 128) {
        bytes[size++] = (byte) c;
      } else {
        throw new Problem.BadRequest("the URL contains a character that is not percent-encoded")
            .thrown();
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, size)).toString();
    } catch (CharacterCodingException notUtf8) {
      throw new Problem.BadRequest("the URL is not valid UTF-8").thrown();
    }
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
