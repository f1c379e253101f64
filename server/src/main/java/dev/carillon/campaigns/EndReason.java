package dev.carillon.campaigns;

import java.util.Optional;

/** Why a journey ended before its last step (C-43). */
public enum EndReason {
  /** The person stopped matching the filters. */
  FILTERS("filters"),
  /** The person left the segment that triggered the campaign. */
  TRIGGER("trigger"),
  /** The campaign was stopped at once, or deleted. */
  CAMPAIGN_STOPPED("campaign_stopped"),
  /** The person was deleted. */
  DELETED_PERSON("deleted_person"),
  /** The person was merged into one who has been in the campaign already (P-25). */
  MERGED_PERSON("merged_person"),
  /** The workflow says so. */
  EXIT_STEP("exit_step"),
  /** The journey could not go on, such as more than 1,000 steps without a wait (C-72). */
  ERROR("error");

  private final String wire;

  EndReason(String wire) {
    this.wire = wire;
  }

  /** The word in {@code journey.end_reason} and in explanations. */
  public String wire() {
    return wire;
  }

  /** The reason with this word; empty for any other word. */
  public static Optional<EndReason> ofWire(String wire) {
    return Words.find(values(), EndReason::wire, wire);
  }
}
