package dev.carillon.api.manage;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import dev.carillon.segments.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads request bodies of the management API, and says what is wrong with them. */
final class Bodies {
  private static final int LONGEST_BODY_BYTES = 4 * 1024 * 1024;
  private static final int MOST_FAULTS = 100;
  private static final JsonReader JSON = new JsonReader();

  private Bodies() {}

  /**
   * A JSON object; an empty body is an empty one.
   *
   * @throws dev.carillon.http.ProblemException 400 for anything else
   */
  static Map<String, @Nullable Object> object(Request request) {
    try {
      return JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw new Problem.BadRequest(bad.sentence()).thrown();
    }
  }

  /**
   * The resource in a body that wraps it: {@code {"segment": {…}}}.
   *
   * @param name the resource's
   * @throws dev.carillon.http.ProblemException 400 for a body that does not wrap one
   */
  static Map<String, @Nullable Object> resource(Request request, String name) {
    var body = object(request);
    if (body.size() == 1 && body.get(name) instanceof Map<?, ?> resource) {
      var members = new LinkedHashMap<String, @Nullable Object>();
      resource.forEach((key, value) -> members.put((String) key, value));
      return members;
    }
    throw new Problem.BadRequest(
            "the body must be an object that wraps the %s: {\"%s\": {…}}".formatted(name, name))
        .thrown();
  }

  /**
   * A 422 that names each fault with its place in the body; of very many the first {@value
   * #MOST_FAULTS}.
   *
   * @param resource the name the resource is wrapped in
   * @param faults at least one
   */
  static RuntimeException invalid(String resource, List<Fault> faults) {
    return new Problem.Invalid(
            faults.stream()
                .limit(MOST_FAULTS)
                .map(fault ->
                    new Problem.Invalid.Fault(
                        "/" + resource + pointer(fault.path()), fault.toString()))
                .toList())
        .thrown();
  }

  /** {@code steps[2].true[0].subject} as {@code /steps/2/true/0/subject}. */
  static String pointer(String path) {
    return path.isEmpty()
        ? ""
        : "/"
            + path.replace("~", "~0")
                .replace("/", "~1")
                .replaceAll("\\[(\\d+)]", ".$1")
                .replace('.', '/');
  }
}
