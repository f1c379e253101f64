package dev.carillon.delivery;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a link leads, in a form that can stand in a header. */
final class LinkTarget {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private LinkTarget() {}

  /**
   * The address as browsers read it: without line breaks, what is not ASCII escaped.
   *
   * @return null for anything but http and https (M-70), and for one too long to be signed
   */
  static @Nullable String of(String href) {
    var text = href.strip();
    var scheme = text.substring(0, Math.min(8, text.length())).toLowerCase(Locale.ROOT);
    if (!scheme.startsWith("http://") && !scheme.startsWith("https://")) {
      return null;
    }
    var clean = new StringBuilder(text.length());
    for (var each : text.getBytes(StandardCharsets.UTF_8)) {
      if (each > ' ' && each < 0x7f && each != '"' && each != '<' && each != '>') {
        clean.append((char) each);
      } else if (each != '\n' && each != '\r' && each != '\t') {
        clean.append('%').append(HEX.toHexDigits(each));
      }
    }
    return clean.length() > LinkTokens.LONGEST_TEXT ? null : clean.toString();
  }
}
