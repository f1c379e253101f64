package dev.carillon.webhooks;

import dev.carillon.http.CallResult;
import dev.carillon.http.CallResult.Answered;
import dev.carillon.http.CallResult.Failed;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;

/** When a call that failed is made again (events-out A.5). */
final class RetrySchedule {
  /** From the first attempt on; then the event is given up. */
  static final Duration SPAN = Duration.ofDays(7);

  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration FIRST_SLOW = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofHours(6);
  private static final int MOST_DOUBLINGS = 20;
  private static final double SPREAD = 0.2;

  /** What does not get better within minutes. */
  private static final Set<Integer> SLOW_STATUSES =
      Set.of(400, 401, 402, 403, 404, 405, 410, 429, 500, 502, 521);

  private final RandomGenerator random;

  RetrySchedule(RandomGenerator random) {
    this.random = random;
  }

  /** Whether the receiver has taken the event. */
  static boolean isTaken(CallResult result) {
    return result instanceof Answered(var status) && status >= 200 && status < 300;
  }

  /**
   * The pause before the next attempt.
   *
   * @param failures how many calls for this event have failed, at least one
   */
  Duration pause(CallResult result, int failures) {
    var slow = isSlow(result);
    var doublings = Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1));
    var pause = (slow ? FIRST_SLOW : FIRST).multipliedBy(1L << doublings);
    var bounded = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    if (slow) {
      return bounded; // an hour is the least there is
    }
    var factor = 1 - SPREAD + 2 * SPREAD * random.nextDouble();
    return Duration.ofMillis((long) (bounded.toMillis() * factor));
  }

  private static boolean isSlow(CallResult result) {
    return switch (result) {
      case Answered(var status) -> SLOW_STATUSES.contains(status);
      case Failed(var cause, _) ->
          switch (cause) {
            // Choice: Java cannot tell a name server in trouble from an unknown name.
            case CONNECTION, CERTIFICATE, UNKNOWN_HOST, FORBIDDEN -> true;
            case TIMEOUT, OTHER -> false;
          };
    };
  }
}
