package dev.carillon.campaigns;

import java.util.Optional;

/** Whether a journey may end before its last step (journeys §3.5). */
public enum ExitRule {
  /**
   * Before each message the person must still match the filters and, in a campaign triggered by a
   * segment, still be in it (C-13, C-14, C-41).
   */
  STOP_MATCHING("stop_matching"),
  /** Nobody exits early. */
  NEVER("never");

  private final String wire;

  ExitRule(String wire) {
    this.wire = wire;
  }

  /** The word in campaign JSON. */
  public String wire() {
    return wire;
  }

  /** The rule with this word; empty for any other word. */
  public static Optional<ExitRule> ofWire(String wire) {
    return Words.find(values(), ExitRule::wire, wire);
  }
}
