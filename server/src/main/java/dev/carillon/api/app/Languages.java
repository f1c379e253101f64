package dev.carillon.api.app;

import dev.carillon.api.wire.AcceptLanguage;
import dev.carillon.http.Request;
import java.util.List;

/** The languages a caller wants texts in: {@code language}, else {@code Accept-Language}. */
final class Languages {
  private Languages() {}

  /**
   * Tags, the best first; none when the caller does not say.
   *
   * @throws dev.carillon.http.ProblemException 400 for a {@code language} that is no tag
   */
  static List<String> wanted(Request request) {
    var language = Parameters.text(request, "language");
    if (language == null) {
      return AcceptLanguage.of(request);
    }
    if (!AcceptLanguage.isTag(language)) {
      throw Parameters.wrong("language must be a language tag such as en or nl-BE");
    }
    return List.of(language);
  }
}
