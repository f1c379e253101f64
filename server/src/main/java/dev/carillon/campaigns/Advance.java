package dev.carillon.campaigns;

import java.util.List;

/**
 * How far a journey got in one go. The row and the intents belong into one transaction (journeys
 * §3.9).
 *
 * @param journey the row to store
 * @param sends messages to send, in order
 */
public record Advance(Journey journey, List<SendIntent> sends) {
  /** Copies the intents. */
  public Advance {
    sends = List.copyOf(sends);
  }

  /**
   * Whether what the journey has queued and not sent is to be cancelled (C-42). An exit step
   * cancels nothing: the messages above it are meant.
   */
  public boolean cancelsQueued() {
    return switch (journey.endReason()) {
      case null -> false;
      case EXIT_STEP, ERROR -> false;
      case FILTERS, TRIGGER, CAMPAIGN_STOPPED, DELETED_PERSON, MERGED_PERSON -> true;
    };
  }
}
