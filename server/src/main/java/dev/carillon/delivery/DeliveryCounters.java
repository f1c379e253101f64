package dev.carillon.delivery;

import dev.carillon.delivery.Outcome.Result.Delayed;
import dev.carillon.delivery.Outcome.Result.Finished;
import dev.carillon.delivery.Outcome.Result.Untouched;
import dev.carillon.delivery.Outcome.Result.Vanished;
import java.util.concurrent.atomic.LongAdder;

/** What has been recorded since the start. */
final class DeliveryCounters {
  private final LongAdder sent = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder undeliverable = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder drafted = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder lostLeases = new LongAdder();

  void recorded(Outcome outcome) {
    switch (outcome.result()) {
      case Finished(var state, _) -> {
        switch (state) {
          case SENT -> sent.increment();
          case FAILED -> failed.increment();
          case UNDELIVERABLE -> undeliverable.increment();
          case DROPPED -> dropped.increment();
          case DRAFTED -> drafted.increment();
          case CANCELLED -> cancelled.increment();
          case QUEUED, ATTEMPTED, DEFERRED, DELIVERED, BOUNCED ->
              throw new IllegalStateException(state + " is not an end");
        }
      }
      case Delayed _ -> retries.increment();
      case Untouched _ -> {}
      case Vanished _ -> cancelled.increment();
    }
  }

  void lost() {
    lostLeases.increment();
  }

  DeliveryStats snapshot(int inFlight) {
    return new DeliveryStats(
        sent.sum(),
        failed.sum(),
        undeliverable.sum(),
        dropped.sum(),
        drafted.sum(),
        cancelled.sum(),
        retries.sum(),
        lostLeases.sum(),
        inFlight);
  }
}
