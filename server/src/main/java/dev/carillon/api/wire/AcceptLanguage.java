package dev.carillon.api.wire;

import dev.carillon.http.Request;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** The languages a browser asks for. */
public final class AcceptLanguage {
  private static final Pattern TAG = Pattern.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}");
  private static final int LONGEST_HEADER = 1_000;
  private static final int MOST = 20;

  private record Wanted(String tag, double quality) {}

  private AcceptLanguage() {}

  /** Whether this is the tag of a language, such as {@code nl-BE}. */
  public static boolean isTag(String text) {
    return TAG.matcher(text).matches();
  }

  /**
   * Tags, the best first; none when the caller does not say. What cannot be read is passed over, as
   * servers do.
   */
  public static List<String> of(Request request) {
    var header = request.header("accept-language");
    if (header == null || header.length() > LONGEST_HEADER) {
      return List.of();
    }
    return Arrays.stream(header.split(",", MOST + 1))
        .limit(MOST)
        .map(AcceptLanguage::read)
        .filter(each -> each.quality > 0 && isTag(each.tag))
        .sorted(Comparator.comparingDouble(Wanted::quality).reversed())
        .map(Wanted::tag)
        .toList();
  }

  private static Wanted read(String part) {
    var semicolon = part.indexOf(';');
    if (semicolon < 0) {
      return new Wanted(part.strip(), 1);
    }
    var weight = part.substring(semicolon + 1).replace(" ", "");
    return new Wanted(part.substring(0, semicolon).strip(), quality(weight));
  }

  private static double quality(String weight) {
    try {
      return weight.startsWith("q=") ? Double.parseDouble(weight.substring(2)) : 0;
    } catch (NumberFormatException malformed) {
      return 0;
    }
  }
}
