package dev.carillon.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Problems in the envelope of the App API and of management (app-data §1.2): {@code meta} and
 * {@code errors} at once, because each kind of client reads only one of them. Several faults stand
 * as {@code meta.errors}, one problem as {@code meta.error}. Nothing of it may be cached.
 */
public final class ErrorEnvelope implements ErrorShape {

  /** The envelope. One is enough for the whole server. */
  public ErrorEnvelope() {}

  @Override
  public Reply reply(Problem problem) {
    var status = Integer.toString(problem.status());
    var meta = new LinkedHashMap<String, Object>();
    List<Object> errors;
    if (problem instanceof Problem.Invalid(var faults)) {
      if (faults.size() == 1) {
        meta.put("error", problem.message());
      } else {
        meta.put("errors", faults.stream().map(Problem.Invalid.Fault::detail).toList());
      }
      errors = faults.stream().<Object>map(fault -> error(fault, status)).toList();
    } else if (problem instanceof Problem.BadRequests(var messages)) {
      meta.put("errors", messages);
      errors = messages.stream().<Object>map(message -> error(message, status)).toList();
    } else {
      // In small letters here (app-messaging §0.3), where the Track API has a capital.
      var message =
          problem instanceof Problem.Unauthorised(var words) && words == null
              ? "unauthorized"
              : problem.message();
      meta.put("error", message);
      errors = List.of(error(message, status));
    }
    meta.put("status", problem.status());
    var envelope = new LinkedHashMap<String, Object>();
    envelope.put("meta", meta);
    envelope.put("errors", errors);
    return uncached(Reply.json(problem.status(), envelope));
  }

  private static Map<String, Object> error(Problem.Invalid.Fault fault, String status) {
    var error = error(fault.detail(), status);
    error.put("source", Map.of("pointer", fault.pointer()));
    return error;
  }

  private static Map<String, Object> error(String detail, String status) {
    var error = new LinkedHashMap<String, Object>();
    error.put("detail", detail);
    error.put("status", status);
    return error;
  }

  /** The reply with the headers every answer of these surfaces carries (app-data §1). */
  public static Reply uncached(Reply reply) {
    return reply
        .with("cache-control", "must-revalidate,no-cache,no-store")
        .with("pragma", "no-cache")
        .with("expires", "0");
  }
}
