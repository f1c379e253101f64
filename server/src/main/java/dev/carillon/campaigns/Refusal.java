package dev.carillon.campaigns;

import java.util.Optional;

/** Why a trigger did not start a journey. */
public enum Refusal {
  /** The campaign does not take people in (journeys §3.4). */
  NOT_RUNNING("not_running"),
  /** The event is older than 72 hours (C-7, P-41). */
  EVENT_TOO_OLD("event_too_old"),
  /** The person has been in and the frequency is once (journeys §3.3). */
  ALREADY_ENTERED("already_entered"),
  /** The person is in, and a state triggers one journey at a time (C-21). */
  ALREADY_ACTIVE("already_active"),
  /** The person has left the segment again (C-40). */
  LEFT_SEGMENT("left_segment"),
  /** The person does not match the filters (C-11). */
  FILTERS_NOT_MET("filters_not_met");

  private final String wire;

  Refusal(String wire) {
    this.wire = wire;
  }

  /** The word in {@code campaign_refusal.reason} and in explanations. */
  public String wire() {
    return wire;
  }

  /** The reason with this word; empty for any other word. */
  public static Optional<Refusal> ofWire(String wire) {
    return Words.find(values(), Refusal::wire, wire);
  }
}
