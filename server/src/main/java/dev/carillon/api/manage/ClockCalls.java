package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.TurnableClock;
import dev.carillon.workspaces.Access;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code …/clock}: shows and turns the test clock. Unknown when the program runs on real time. */
final class ClockCalls {
  private static final long MOST_SECONDS = Duration.ofDays(3_660).toSeconds();

  private final Optional<TurnableClock> clock;

  ClockCalls(Optional<TurnableClock> clock) {
    this.clock = clock;
  }

  Reply show(Access access, Request request) {
    return now(clock());
  }

  Reply advance(Access access, Request request) {
    var clock = clock();
    var body = Bodies.object(request);
    if (!(body.get("advance_seconds") instanceof Long seconds)
        || seconds < 0
        || seconds > MOST_SECONDS) {
      throw new Problem.Invalid(
              List.of(
                  new Problem.Invalid.Fault(
                      "/advance_seconds",
                      "advance_seconds must be a whole number from 0 to " + MOST_SECONDS)))
          .thrown();
    }
    clock.advance(Duration.ofSeconds(seconds));
    return now(clock);
  }

  private TurnableClock clock() {
    return clock.orElseThrow(() ->
        new Problem.NotFound("the server runs on real time, which cannot be turned").thrown());
  }

  private static Reply now(TurnableClock clock) {
    return Reply.json(200, Map.of("now", clock.instant().getEpochSecond()));
  }
}
