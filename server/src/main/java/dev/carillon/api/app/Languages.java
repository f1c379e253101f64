package dev.carillon.api.app;

import dev.carillon.http.Request;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** The languages a caller wants texts in: {@code language}, else {@code Accept-Language}. */
final class Languages {
  private static final Pattern TAG = Pattern.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}");
  private static final int LONGEST_HEADER = 1_000;
  private static final int MOST = 20;

  private record Wanted(String tag, double quality) {}

  private Languages() {}

  /**
   * Tags, the best first; none when the caller does not say. What cannot be read in the header is
   * passed over, as servers do.
   *
   * @throws dev.carillon.http.ProblemException 400 for a {@code language} that is no tag
   */
  static List<String> wanted(Request request) {
    var language = Parameters.text(request, "language");
    if (language != null) {
      if (!TAG.matcher(language).matches()) {
        throw Parameters.wrong("language must be a language tag such as en or nl-BE");
      }
      return List.of(language);
    }
    var header = request.header("accept-language");
    if (header == null || header.length() > LONGEST_HEADER) {
      return List.of();
    }
    return Arrays.stream(header.split(",", MOST + 1))
        .limit(MOST)
        .map(Languages::read)
        .filter(each -> each.quality > 0 && TAG.matcher(each.tag).matches())
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
