package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The intent to send one message to one person, decided by a journey or asked for by an
 * application, and not yet rendered.
 *
 * @param deliveryId unique for ever and the same when the decision is replayed (C-70)
 * @param createdAt when it was decided; chooses the partition, so it must be the same on a replay
 * @param journeyId null outside journeys
 * @param campaignId null outside campaigns
 * @param actionId the step that sends; null outside campaigns
 * @param trigger {@link dev.carillon.messages.Trigger#json()} of what started the journey
 * @param triggerEventId the key of the event that started it; null for none
 * @param draft true renders and keeps it for a human; it is never sent by itself
 * @param asked what an application asked for; null for what a journey decided
 */
public record NewDelivery(
    long deliveryId,
    Instant createdAt,
    WorkspaceId workspace,
    long personId,
    @Nullable Long journeyId,
    @Nullable Integer campaignId,
    @Nullable Integer actionId,
    Channel channel,
    Lane lane,
    String trigger,
    @Nullable String triggerEventId,
    boolean draft,
    @Nullable Asked asked) {

  /** Decided by a journey. */
  public NewDelivery(
      long deliveryId,
      Instant createdAt,
      WorkspaceId workspace,
      long personId,
      @Nullable Long journeyId,
      @Nullable Integer campaignId,
      @Nullable Integer actionId,
      Channel channel,
      Lane lane,
      String trigger,
      @Nullable String triggerEventId,
      boolean draft) {
    this(
        deliveryId,
        createdAt,
        workspace,
        personId,
        journeyId,
        campaignId,
        actionId,
        channel,
        lane,
        trigger,
        triggerEventId,
        draft,
        null);
  }

  /**
   * What an application asked for (app-messaging §2).
   *
   * @param transactionalId number of the transactional message
   * @param sendAt not before this instant
   * @param forgotten whether what was sent is not kept
   * @param refused why it is not sent at all; null: it is
   * @param request {@link SendRequest} as JSON
   */
  public record Asked(
      int transactionalId,
      Instant sendAt,
      boolean forgotten,
      @Nullable String refused,
      String request) {}
}
