package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message to one person, as the App API shows it (App API > Messages).
 *
 * @param id the key; {@link DeliveryIds#text} with {@code createdAt} gives the public form
 * @param journeyId null outside journeys
 * @param campaignId null outside campaigns
 * @param actionId the step that sends; null outside campaigns
 * @param transactionalId number of the transactional message; null for what a journey decided
 * @param forgotten whether what was sent is not kept
 * @param triggerEventId the key of the event that started the journey; null for none
 * @param recipient null until it is rendered
 * @param subject null until it is rendered
 * @param failureMessage why it was not sent, or not yet; null otherwise
 * @param attempts how often it was handed to a provider
 * @param metrics what has happened and when; what has not is absent
 * @param byHuman when a human opened and clicked, as far as one did
 * @param byMachine the same for machines
 */
public record Delivery(
    long id,
    Instant createdAt,
    WorkspaceId workspace,
    long personId,
    @Nullable Long journeyId,
    @Nullable Integer campaignId,
    @Nullable Integer actionId,
    @Nullable Integer transactionalId,
    boolean forgotten,
    String channel,
    @Nullable String triggerEventId,
    DeliveryState state,
    @Nullable String recipient,
    @Nullable String subject,
    @Nullable String failureMessage,
    int attempts,
    Map<Metric, Instant> metrics,
    Map<Metric, Instant> byHuman,
    Map<Metric, Instant> byMachine) {

  /** Copies the maps. */
  public Delivery {
    metrics = Map.copyOf(metrics);
    byHuman = Map.copyOf(byHuman);
    byMachine = Map.copyOf(byMachine);
  }
}
