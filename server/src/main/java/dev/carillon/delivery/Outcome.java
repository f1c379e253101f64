package dev.carillon.delivery;

import dev.carillon.messages.Email;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of one claimed delivery, ready to be recorded.
 *
 * @param at when it happened
 * @param handedOver whether a provider was asked
 */
record Outcome(
    Claimed claimed, Result result, Instant at, boolean handedOver, @Nullable Email email) {

  /** What is next for it. */
  sealed interface Result {

    /** It is over. */
    record Finished(DeliveryState state, @Nullable String reason) implements Result {}

    /** It will be tried again. */
    record Delayed(Instant until, String reason) implements Result {}

    /** It was not started; whoever claims next may have it at once. */
    record Untouched() implements Result {}

    /** Its row is gone, so that only the work is left to remove. */
    record Vanished() implements Result {}
  }

  /** The same with the mail that goes into the archive. */
  Outcome with(Email rendered, boolean wasHandedOver) {
    return new Outcome(claimed, result, at, wasHandedOver, rendered);
  }
}
