package dev.carillon.delivery;

import dev.carillon.delivery.Mailer.Handover.Accepted;
import dev.carillon.delivery.Mailer.Handover.Permanent;
import dev.carillon.delivery.Mailer.Handover.Temporary;
import dev.carillon.delivery.Outcome.Result.Delayed;
import dev.carillon.delivery.Outcome.Result.Finished;
import dev.carillon.delivery.Outcome.Result.Untouched;
import dev.carillon.delivery.Outcome.Result.Vanished;
import dev.carillon.messages.Email;
import dev.carillon.messages.EmailAddress;
import dev.carillon.messages.EmailRenderer;
import dev.carillon.messages.MessageScope;
import dev.carillon.messages.Rendering.Failed;
import dev.carillon.messages.Rendering.NoRecipient;
import dev.carillon.messages.Rendering.Rendered;
import dev.carillon.messages.Trigger;
import dev.carillon.people.Subscription;
import dev.carillon.store.Outage;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one claimed delivery through the gates of the send pipeline (journeys §5.1). Whatever
 * happens becomes an outcome; nothing is thrown.
 */
final class Sender {
  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  /** A mail is not started when the lease could end before the mailer does. */
  private static final Duration NEEDED = Mailer.MOST.plusSeconds(5);

  private final TemplateSource templates;
  private final EmailRenderer renderer;
  private final Mailer mailer;
  private final EspSuppressions suppressions;
  private final DeliveryIds ids;
  private final String messageIdDomain;
  private final Backoff backoff;
  private final InstantSource clock;

  Sender(
      TemplateSource templates,
      Mailer mailer,
      EspSuppressions suppressions,
      DeliveryIds ids,
      String messageIdDomain,
      Backoff backoff,
      InstantSource clock) {
    this.templates = templates;
    this.renderer = new EmailRenderer(clock);
    this.mailer = mailer;
    this.suppressions = suppressions;
    this.ids = ids;
    this.messageIdDomain = messageIdDomain;
    this.backoff = backoff;
    this.clock = clock;
  }

  Outcome send(Claimed claimed) {
    var now = clock.instant();
    if (now.isAfter(claimed.leasedUntil().minus(NEEDED))) {
      return untouched(claimed);
    }
    var content = claimed.content();
    if (content == null) {
      log.warn("delivery {} has no row any more; its work is dropped", claimed.deliveryId());
      return new Outcome(claimed, new Vanished(), now, false, null);
    }
    try {
      return send(claimed, content);
    } catch (RuntimeException | StackOverflowError failure) {
      if (Outage.caused(failure)) {
        // Not this mail's fault. The record of it waits for the database too, so this cannot spin.
        log.warn("delivery {} waits for the database", claimed.deliveryId());
        return untouched(claimed);
      }
      log.error("delivery {} could not be attempted", claimed.deliveryId(), failure);
      return delayed(claimed, content, "internal error; the server's log says more");
    }
  }

  /** Gives a delivery back that was not started. */
  Outcome untouched(Claimed claimed) {
    return new Outcome(claimed, new Untouched(), clock.instant(), false, null);
  }

  private Outcome send(Claimed claimed, Claimed.Content content) {
    if (content.cancelled()) {
      return finished(claimed, DeliveryState.CANCELLED, null);
    }
    var attributes = content.attributes();
    if (attributes == null) {
      return finished(claimed, DeliveryState.CANCELLED, "the person was deleted");
    }
    var step = step(content);
    if (step == null) {
      return finished(
          claimed, DeliveryState.CANCELLED, "the campaign or its step no longer exists");
    }
    var customer = MessageScope.customer(content.personId(), attributes);
    if (!content.draft() && Subscription.isUnsubscribed(customer)) {
      return finished(claimed, DeliveryState.UNDELIVERABLE, "the person is unsubscribed");
    }
    var scope = scope(claimed, content, step, customer);
    var email = step.email();
    var key = new EmailRenderer.Key(step.campaignId(), email.version(), step.actionId());
    return switch (renderer.render(key, email.template(), scope)) {
      case Failed(var reason) -> finished(claimed, DeliveryState.FAILED, reason);
      case NoRecipient(var rendered, var reason) ->
          content.draft()
              ? drafted(claimed, rendered)
              : finished(claimed, DeliveryState.UNDELIVERABLE, reason).with(rendered, false);
      case Rendered(var rendered) ->
          content.draft()
              ? drafted(claimed, rendered)
              : unlessSuppressed(claimed, content, scope.deliveryId(), rendered);
    };
  }

  /** What the step of a campaign says now. */
  private record Step(int campaignId, int actionId, CampaignEmail email) {}

  private @Nullable Step step(Claimed.Content content) {
    var campaignId = content.campaignId();
    var actionId = content.actionId();
    if (campaignId == null || actionId == null) {
      return null;
    }
    return templates
        .find(new WorkspaceId(content.workspaceId()), campaignId, actionId)
        .map(email -> new Step(campaignId, actionId, email))
        .orElse(null);
  }

  private MessageScope scope(
      Claimed claimed, Claimed.Content content, Step step, Map<String, @Nullable Object> customer) {
    var email = step.email();
    return new MessageScope(
        customer,
        Trigger.parse(content.trigger()),
        new MessageScope.Campaign(step.campaignId(), email.campaignName(), email.campaignType()),
        new MessageScope.Message(
            step.actionId(), email.stepName(), "email_action", content.journeyId()),
        ids.text(claimed.deliveryId(), claimed.createdAt()),
        new MessageScope.Workspace(content.workspaceId(), content.workspaceName()));
  }

  /** Gate 9 (journeys §5.1): an address on the suppression list gets nothing (M-104). */
  private Outcome unlessSuppressed(
      Claimed claimed, Claimed.Content content, String deliveryId, Email email) {
    var recipient = EspSuppressions.comparable(email.recipient()).orElse("");
    if (content.listing().mayHold(recipient)) {
      var domain =
          EmailAddress.parse(email.from())
              .map(from -> from.domain().toLowerCase(Locale.ROOT))
              .orElse("");
      var entry = suppressions.blocking(new WorkspaceId(content.workspaceId()), recipient, domain);
      if (entry.isPresent()) {
        var reason =
            "the address is on the suppression list (%s: %s)"
                .formatted(entry.get().kind().word(), entry.get().reason());
        return finished(claimed, DeliveryState.DROPPED, reason).with(email, false);
      }
    }
    return handOver(claimed, content, deliveryId, email);
  }

  private Outcome handOver(
      Claimed claimed, Claimed.Content content, String deliveryId, Email email) {
    var message = new Mailer.Message(deliveryId + "@" + messageIdDomain, clock.instant(), email);
    return switch (mailer.send(message)) {
      case Accepted() -> finished(claimed, DeliveryState.SENT, null).with(email, true);
      case Permanent(var reason) ->
          finished(claimed, DeliveryState.FAILED, reason).with(email, true);
      case Temporary(var reason) -> delayed(claimed, content, reason).with(email, true);
    };
  }

  private Outcome drafted(Claimed claimed, Email email) {
    return finished(claimed, DeliveryState.DRAFTED, null).with(email, false);
  }

  private Outcome finished(Claimed claimed, DeliveryState state, @Nullable String reason) {
    return new Outcome(claimed, new Finished(state, reason), clock.instant(), false, null);
  }

  private Outcome delayed(Claimed claimed, Claimed.Content content, String reason) {
    var now = clock.instant();
    return backoff
        .next(claimed.attempts(), content.firstRetried(), now)
        .map(due -> new Outcome(claimed, new Delayed(due, reason), now, false, null))
        .orElseGet(() -> finished(claimed, DeliveryState.FAILED, reason));
  }

  /** U-1: true, or one of the texts people write for it. */
}
