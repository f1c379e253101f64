package dev.carillon.campaigns;

import java.util.Optional;

/** What happens to people inside when a campaign is stopped (C-31). */
public enum StopMode {
  /** Their journeys end, and what is queued and not sent is cancelled. */
  EXIT("exit"),
  /** They go on to the end; nobody new enters. */
  FINISH("finish");

  private final String wire;

  StopMode(String wire) {
    this.wire = wire;
  }

  /** The word in requests. */
  public String wire() {
    return wire;
  }

  /** The mode with this word; empty for any other word. */
  public static Optional<StopMode> ofWire(String wire) {
    return Words.find(values(), StopMode::wire, wire);
  }
}
