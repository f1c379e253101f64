package dev.carillon.api.wire;

import dev.carillon.http.Json;
import org.jspecify.annotations.Nullable;

/** Lengths in bytes, as the limits of track §8 count them. */
public final class Sizes {
  private Sizes() {}

  /** Bytes of the text in UTF-8, without making them. */
  public static int utf8(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes += 1;
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

  /**
   * Bytes of an attribute value: of a text itself, of everything else its compact JSON (track
   * §3.5).
   */
  public static int value(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case String text -> utf8(text);
      case Boolean _, Long _, Double _ -> 0;
      default -> Json.length(value);
    };
  }
}
