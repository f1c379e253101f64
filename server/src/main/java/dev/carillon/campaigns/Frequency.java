package dev.carillon.campaigns;

import java.util.Optional;

/** How often one person may enter a campaign (journeys §3.3). */
public enum Frequency {
  /** Who has ever entered never enters again. */
  ONCE("once"),
  /** Each trigger starts a journey; a segment must be left and entered again in between. */
  EVERY_TIME("every_time");

  private final String wire;

  Frequency(String wire) {
    this.wire = wire;
  }

  /** The word in campaign JSON. */
  public String wire() {
    return wire;
  }

  /** The frequency with this word; empty for any other word. */
  public static Optional<Frequency> ofWire(String wire) {
    return Words.find(values(), Frequency::wire, wire);
  }

  /** What a campaign that says nothing gets: once for segments, every time for events. */
  public static Frequency defaultFor(TriggerRule trigger) {
    return switch (trigger) {
      case TriggerRule.EventTrigger _ -> EVERY_TIME;
      case TriggerRule.SegmentTrigger _ -> ONCE;
    };
  }
}
