package dev.carillon.campaigns;

import dev.carillon.segments.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything an author decides about a campaign; each save of it is one version (C-62). Immutable.
 *
 * @param name 1 to 190 characters
 * @param description may be empty
 * @param filters who may enter beyond the trigger (journeys §3.2); null for everybody
 * @param steps the workflow from top to bottom; empty is a campaign that cannot be started (C-38)
 */
public record CampaignDefinition(
    String name,
    String description,
    TriggerRule trigger,
    @Nullable Condition filters,
    Frequency frequency,
    ExitRule exit,
    List<Step> steps) {

  /** Copies the steps. */
  public CampaignDefinition {
    steps = List.copyOf(steps);
  }
}
