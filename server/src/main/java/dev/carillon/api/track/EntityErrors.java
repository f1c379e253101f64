package dev.carillon.api.track;

import dev.carillon.api.wire.Refused;
import dev.carillon.http.ErrorShape;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Problems in the form of the Track API v2 (track §7): {@code errors} with reason, field and
 * message for bad requests and the rate limit, the envelope of v1 for everything else.
 */
final class EntityErrors implements ErrorShape {
  private final TrackErrors others = new TrackErrors();

  /** The form; it has no state. */
  EntityErrors() {}

  @Override
  public Reply reply(Problem problem) {
    return switch (problem) {
      case Problem.BadRequest(var message) ->
          reply(400, List.of(error(Refused.Reason.INVALID.wire(), "", message)));
      case Problem.BadRequests(var messages) ->
          reply(
              400,
              messages.stream()
                  .map(message -> error(Refused.Reason.INVALID.wire(), "", message))
                  .toList());
      case Problem.RateLimited limited ->
          reply(429, List.of(error("rate_limited", "", limited.message())));
      case Problem.Unauthorised _,
          Problem.Forbidden _,
          Problem.NotFound _,
          Problem.MethodNotAllowed _,
          Problem.Conflict _,
          Problem.Invalid _,
          Problem.TooLarge _,
          Problem.Unavailable _,
          Problem.Internal _,
          Problem.Malformed _ ->
          others.reply(problem);
    };
  }

  /** The answer that names what is wrong with a call, or with items of a batch. */
  static Reply reply(int status, List<Map<String, Object>> errors) {
    var body = new LinkedHashMap<String, Object>();
    body.put("errors", errors);
    return Reply.json(status, body).with("cache-control", TrackErrors.NO_CACHE);
  }

  /** What is wrong with a call. */
  static Map<String, Object> error(Refused refused) {
    return error(refused.reason().wire(), refused.field(), refused.sentence());
  }

  /** What is wrong with the item at this index of a batch, from 0. */
  static Map<String, Object> error(int index, Refused refused) {
    var error = new LinkedHashMap<String, Object>();
    error.put("batch_index", index);
    error.putAll(error(refused));
    return error;
  }

  private static Map<String, Object> error(String reason, String field, String message) {
    var error = new LinkedHashMap<String, Object>();
    error.put("reason", reason);
    error.put("field", field);
    error.put("message", message);
    return error;
  }
}
