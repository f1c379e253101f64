package dev.carillon.api.track;

import dev.carillon.http.ErrorShape;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Problems in the envelope of the Track API v1 (track §7): {@code meta.error} for all, and {@code
 * meta.errors} for invalid requests, because some clients read one and some the other.
 */
final class TrackErrors implements ErrorShape {
  static final String NO_CACHE = "no-cache, no-store, must-revalidate, max-age=0";

  /** The form; it has no state. */
  TrackErrors() {}

  @Override
  public Reply reply(Problem problem) {
    var meta = new LinkedHashMap<String, Object>();
    meta.put("error", problem.message());
    if (problem.status() == 400) {
      meta.put("errors", List.of(problem.message()));
    }
    meta.put("status", problem.status());
    var envelope = new LinkedHashMap<String, Object>();
    envelope.put("meta", meta);
    return Reply.json(problem.status(), envelope).with("cache-control", NO_CACHE);
  }
}
