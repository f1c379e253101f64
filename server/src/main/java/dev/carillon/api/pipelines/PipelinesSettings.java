package dev.carillon.api.pipelines;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * How this installation serves the Pipelines API.
 *
 * @param publicUrl base URL under which clients reach this server, without a slash at the end;
 *     asked at each call because the port may be known only after the start
 * @param strict whether calls that do not ask are treated strictly (pipelines §7)
 * @param patience how long a call of a browser, which loses what is answered with 503, waits for
 *     storage to come back
 * @param pause between two tries within the patience
 */
public record PipelinesSettings(
    Supplier<String> publicUrl, boolean strict, Duration patience, Duration pause) {

  /** With the usual patience: 5 seconds, a try every quarter of a second. */
  public PipelinesSettings(Supplier<String> publicUrl, boolean strict) {
    this(publicUrl, strict, Duration.ofSeconds(5), Duration.ofMillis(250));
  }
}
