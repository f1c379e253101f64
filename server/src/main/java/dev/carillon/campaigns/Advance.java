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
}
