package dev.carillon.api.pipelines;

import dev.carillon.http.ErrorShape;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Problems in the envelope of the Pipelines API (pipelines §7): {@code meta.errors} for those who
 * follow the specification, {@code code} and {@code message} for the Python client, which repeats a
 * refused call ten times when it does not find them.
 */
final class PipelinesErrors implements ErrorShape {

  /** The form; it has no state. */
  PipelinesErrors() {}

  @Override
  public Reply reply(Problem problem) {
    return switch (problem) {
      case Problem.BadRequest _, Problem.Invalid _ ->
          reply(problem.status(), "invalid", List.of(problem.message()));
      case Problem.BadRequests(var messages) -> reply(400, "invalid", messages);
      // Apps on iOS keep sending what is answered with anything but 400, 429 and 5xx.
      case Problem.TooLarge _ -> reply(400, "too_large", List.of(problem.message()));
      case Problem.Unauthorised _ -> unauthorised(401);
      case Problem.Forbidden _ -> plain(problem, "forbidden");
      case Problem.NotFound _ -> plain(problem, "not_found");
      case Problem.MethodNotAllowed _ -> plain(problem, "method_not_allowed");
      case Problem.Conflict _ -> plain(problem, "conflict");
      case Problem.RateLimited _ -> plain(problem, "rate_limited");
      case Problem.Unavailable _ -> plain(problem, "unavailable");
      case Problem.Internal _ -> plain(problem, "internal");
      case Problem.Malformed _ -> plain(problem, "malformed");
    };
  }

  private static Reply plain(Problem problem, String code) {
    return reply(problem.status(), code, List.of(problem.message()));
  }

  /** Calls that break rules: 400 with what is wrong with each. */
  static Reply invalid(String code, List<String> sentences) {
    return reply(400, code, sentences);
  }

  /** A missing or unknown write key, with this status. */
  static Reply unauthorised(int status) {
    return reply(status, "unauthorized", List.of("write key is missing or unknown"));
  }

  private static Reply reply(int status, String code, List<String> sentences) {
    var meta = new LinkedHashMap<String, Object>();
    meta.put("errors", sentences);
    var envelope = new LinkedHashMap<String, Object>();
    envelope.put("meta", meta);
    envelope.put("code", code);
    envelope.put("message", sentences.getFirst());
    return Reply.json(status, envelope).with("cache-control", "no-store");
  }
}
