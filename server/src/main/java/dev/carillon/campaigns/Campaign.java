package dev.carillon.campaigns;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A campaign in its current version.
 *
 * @param removed where journeys that still wait in a deleted delay go on: its step id → the id of
 *     the step to run, 0 for the end of the workflow (journeys §3.8)
 * @param endedVersion journeys that moved last under this version or an earlier one have ended,
 *     because the campaign was stopped at once or deleted (C-31, C-36); 0 for none
 * @param firstStarted when it was started for the first time (C-36); null for never
 */
public record Campaign(
    int id,
    WorkspaceId workspace,
    CampaignState state,
    int version,
    CampaignDefinition definition,
    Map<Integer, Integer> removed,
    int endedVersion,
    List<String> tags,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant firstStarted) {

  /** Copies its collections. */
  public Campaign {
    removed = Map.copyOf(removed);
    tags = List.copyOf(tags);
  }

  /** The author's name for it. */
  public String name() {
    return definition.name();
  }

  /** As templates know it: {@code transactional} for events, {@code behavioral} for segments. */
  public String type() {
    return switch (definition.trigger()) {
      case TriggerRule.EventTrigger _ -> "transactional";
      case TriggerRule.SegmentTrigger _ -> "behavioral";
    };
  }

  /** The e-mail step with this id, wherever it is in the workflow. */
  public Optional<Step.Email> email(int stepId) {
    return Workflow.steps(definition.steps())
        .filter(step -> step.id() == stepId && step instanceof Step.Email)
        .map(Step.Email.class::cast)
        .findFirst();
  }
}
