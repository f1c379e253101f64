package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.util.Optional;

/**
 * Where the worker finds what a campaign's step says. Asked once per delivery, so answers come from
 * memory; any number of threads ask.
 */
@FunctionalInterface
public interface TemplateSource {

  /**
   * The current content of a step (journeys §3.8: what is not yet rendered gets the new content).
   *
   * @return empty when the campaign or the step no longer exists
   */
  Optional<CampaignEmail> find(WorkspaceId workspace, int campaignId, int actionId);
}
