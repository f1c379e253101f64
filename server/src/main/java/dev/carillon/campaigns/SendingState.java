package dev.carillon.campaigns;

import java.util.Optional;

/** What a message step does with its message (W-3). */
public enum SendingState {
  /** Sends it. */
  AUTOMATIC("automatic"),
  /** Renders it for a human to send; the person moves on meanwhile (W-4). */
  DRAFT("draft"),
  /** Does nothing; the person moves on. */
  OFF("off");

  private final String wire;

  SendingState(String wire) {
    this.wire = wire;
  }

  /** The word in campaign JSON. */
  public String wire() {
    return wire;
  }

  /** The state with this word; empty for any other word. */
  public static Optional<SendingState> ofWire(String wire) {
    return Words.find(values(), SendingState::wire, wire);
  }
}
