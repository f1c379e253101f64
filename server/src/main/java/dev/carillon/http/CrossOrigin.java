package dev.carillon.http;

import java.time.Duration;
import java.util.List;

/**
 * What a browser is told that asks whether a page of another origin may call.
 *
 * @param methods upper case; empty for those that the path knows
 * @param headers request headers a page may send beside the harmless ones
 * @param maxAge how long the browser may remember the answer, in whole seconds
 */
public record CrossOrigin(List<String> methods, List<String> headers, Duration maxAge) {

  /** The methods of the path, the headers our clients send, a day. */
  public static final CrossOrigin STANDARD =
      new CrossOrigin(
          List.of(),
          List.of("authorization", "content-type", "content-encoding", "x-retry-count"),
          Duration.ofDays(1));

  /** Keeps copies. */
  public CrossOrigin {
    methods = List.copyOf(methods);
    headers = List.copyOf(headers);
  }

  /**
   * The answer to {@code OPTIONS}.
   *
   * @param known the methods of the path
   */
  Reply preflight(List<String> known) {
    return Reply.empty(204)
        .with(
            "access-control-allow-methods", String.join(", ", methods.isEmpty() ? known : methods))
        .with("access-control-allow-headers", String.join(", ", headers))
        .with("access-control-max-age", Long.toString(maxAge.toSeconds()));
  }
}
