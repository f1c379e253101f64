package dev.carillon.campaigns;

import java.util.Locale;

/** Where a campaign stands (journeys §3.4). */
public enum CampaignState {
  /** Never started. */
  DRAFT,
  /** Takes people in and moves them. */
  RUNNING,
  /** Takes nobody in; the ones inside go on until the last has finished. */
  STOPPING,
  /** Nobody moves. */
  STOPPED,
  /** Stopped and put away. */
  ARCHIVED;

  /** The word in {@code campaign.state} and in campaign JSON. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether journeys move (journeys §3.4). */
  public boolean moves() {
    return this == RUNNING || this == STOPPING;
  }

  static CampaignState ofWire(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
