package dev.carillon.delivery;

import dev.carillon.messages.MessageScope;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what a delivery says: the step of a campaign, or what an application asked for. */
final class Contents {
  /** Choice: the attribute that says in which language somebody reads (M-120). */
  private static final String LANGUAGE = "language";

  private final Database database;
  private final TemplateSource steps;
  private final TransactionalSource messages;

  Contents(Database database, TemplateSource steps, TransactionalSource messages) {
    this.database = database;
    this.steps = steps;
    this.messages = messages;
  }

  /** What it says; null when that no longer exists. */
  @Nullable Said find(
      long deliveryId, Claimed.Content content, Map<String, @Nullable Object> customer) {
    var transactionalId = content.transactionalId();
    return transactionalId == null
        ? ofStep(content)
        : asked(deliveryId, content, transactionalId, customer);
  }

  private @Nullable Said ofStep(Claimed.Content content) {
    var campaignId = content.campaignId();
    var actionId = content.actionId();
    if (campaignId == null || actionId == null) {
      return null;
    }
    return steps
        .find(new WorkspaceId(content.workspaceId()), campaignId, actionId)
        .map(email ->
            new Said(
                email.template(),
                null,
                new MessageScope.Campaign(campaignId, email.campaignName(), email.campaignType()),
                new MessageScope.Message(
                    actionId, email.stepName(), "email_action", content.journeyId()),
                false,
                List.of()))
        .orElse(null);
  }

  private @Nullable Said asked(
      long deliveryId, Claimed.Content content, int id, Map<String, @Nullable Object> customer) {
    var request = request(deliveryId);
    var workspace = new WorkspaceId(content.workspaceId());
    var message = messages.find(workspace, id).orElse(null);
    if (request == null || message == null) {
      return null;
    }
    var wanted = request.language();
    var template = message.contents().in(wanted != null ? wanted : customer.get(LANGUAGE));
    var toUnsubscribed = request.toUnsubscribed();
    return new Said(
        request.over(template),
        request.data(),
        null,
        new MessageScope.Message(id, message.name(), "email_action", null),
        toUnsubscribed != null ? toUnsubscribed : message.toUnsubscribed(),
        request.files());
  }

  /** Read when its turn comes: it may be large, and only a few are sent at once. */
  private @Nullable SendRequest request(long deliveryId) {
    return database.read(handle ->
        handle
            .createQuery("SELECT request FROM send_request WHERE delivery_id = :delivery")
            .bind("delivery", deliveryId)
            .mapTo(String.class)
            .findOne()
            .map(SendRequest::parse)
            .orElse(null));
  }
}
