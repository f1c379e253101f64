package dev.carillon.delivery;

import dev.carillon.delivery.Mailer.Handover.Accepted;
import dev.carillon.delivery.Mailer.Handover.Permanent;
import dev.carillon.delivery.Mailer.Handover.Temporary;
import dev.carillon.delivery.Outcome.Result.Delayed;
import dev.carillon.delivery.Outcome.Result.Finished;
import dev.carillon.delivery.Outcome.Result.Untouched;
import dev.carillon.delivery.Outcome.Result.Vanished;
import dev.carillon.messages.Copies;
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
import dev.carillon.workspaces.SendMode;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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

  private final Contents contents;
  private final EmailRenderer renderer;
  private final Mailer mailer;
  private final EspSuppressions suppressions;
  private final DeliveryIds ids;
  private final MailLinks links;
  private final SendingSettings settings;
  private final String messageIdDomain;
  private final Backoff backoff;
  private final InstantSource clock;

  Sender(
      Contents contents,
      Mailer mailer,
      EspSuppressions suppressions,
      DeliveryIds ids,
      MailLinks links,
      SendingSettings settings,
      String messageIdDomain,
      Backoff backoff,
      InstantSource clock) {
    this.contents = contents;
    this.renderer = new EmailRenderer(clock);
    this.mailer = mailer;
    this.suppressions = suppressions;
    this.ids = ids;
    this.links = links;
    this.settings = settings;
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
    var customer = MessageScope.customer(content.personId(), attributes);
    var said = contents.find(claimed.deliveryId(), content, customer);
    if (said == null) {
      return finished(
          claimed,
          DeliveryState.CANCELLED,
          content.transactionalId() == null
              ? "the campaign or its step no longer exists"
              : "the transactional message no longer exists");
    }
    var decided = settings.of(new WorkspaceId(content.workspaceId()));
    if (!content.draft() && decided.sendMode() == SendMode.NEVER) {
      return finished(claimed, DeliveryState.UNDELIVERABLE, "the workspace is set to send nothing");
    }
    if (!content.draft() && !said.toUnsubscribed() && Subscription.isUnsubscribed(customer)) {
      return finished(claimed, DeliveryState.UNDELIVERABLE, "the person is unsubscribed");
    }
    var addresses = links.in(inMail(claimed, content, said));
    var scope = scope(claimed, content, said, customer, addresses);
    return switch (renderer.render(said.template(), scope, decided.linkParameters())) {
      case Failed(var reason) -> finished(claimed, DeliveryState.FAILED, reason);
      case NoRecipient(var rendered, var reason) ->
          content.draft()
              ? drafted(claimed, rendered)
              : finished(claimed, DeliveryState.UNDELIVERABLE, reason).with(rendered, false);
      case Rendered(var rendered, var names, var added) ->
          content.draft()
              ? drafted(claimed, rendered)
              : unlessSuppressed(
                  claimed,
                  content,
                  scope.deliveryId(),
                  diverted(rendered.with(said.attachments()), decided),
                  email -> addresses.ready(email, names, added, content.transactionalId() == null));
    };
  }

  /** In the mode for tests a mail goes to one address alone (journeys §5.1, gate 3). */
  private static Email diverted(Email email, WorkspaceSettings decided) {
    return decided.sendMode() == SendMode.TEST
        ? email.to(decided.testAddress(), Copies.NONE)
        : email;
  }

  private LinkTokens.InMail inMail(Claimed claimed, Claimed.Content content, Said said) {
    return new LinkTokens.InMail(
        new WorkspaceId(content.workspaceId()),
        DeliveryId.of(claimed.deliveryId(), claimed.createdAt()),
        content.personId(),
        clock.instant(),
        said.template().tracked());
  }

  private MessageScope scope(
      Claimed claimed,
      Claimed.Content content,
      Said said,
      Map<String, @Nullable Object> customer,
      LinksOfMail addresses) {
    return new MessageScope(
        customer,
        said.data() == null ? Trigger.parse(content.trigger()) : Trigger.NONE,
        said.data(),
        said.campaign(),
        said.message(),
        ids.text(claimed.deliveryId(), claimed.createdAt()),
        new MessageScope.Workspace(content.workspaceId(), content.workspaceName()),
        addresses);
  }

  /** Gate 9 (journeys §5.1): an address on the suppression list gets nothing (M-104). */
  private Outcome unlessSuppressed(
      Claimed claimed,
      Claimed.Content content,
      String deliveryId,
      Email email,
      UnaryOperator<Email> ready) {
    var wanted = new LinkedHashSet<String>();
    var copies = email.copies();
    for (var list : List.of(email.recipient(), copies.cc(), copies.bcc())) {
      addresses(list).forEach(each -> wanted.add(comparable(each)));
    }
    if (wanted.stream().noneMatch(content.listing()::mayHold)) {
      return handOver(claimed, content, deliveryId, email, ready);
    }
    var domain =
        EmailAddress.parse(email.from())
            .map(from -> from.domain().toLowerCase(Locale.ROOT))
            .orElse("");
    var blocking = suppressions.blocking(new WorkspaceId(content.workspaceId()), wanted, domain);
    var left = without(email.recipient(), blocking.keySet());
    if (left.isEmpty()) {
      var entry = blocking.get(comparable(addresses(email.recipient()).getFirst()));
      var reason =
          entry == null
              ? "the address is on the suppression list"
              : "the address is on the suppression list (%s: %s)"
                  .formatted(entry.kind().word(), entry.reason());
      return finished(claimed, DeliveryState.DROPPED, reason).with(email, false);
    }
    var others =
        new Copies(
            without(copies.cc(), blocking.keySet()),
            without(copies.bcc(), blocking.keySet()),
            copies.fakeBcc());
    return handOver(claimed, content, deliveryId, email.to(left, others), ready);
  }

  private static List<EmailAddress> addresses(String list) {
    return EmailAddress.list(list).orElse(List.of());
  }

  private static String comparable(EmailAddress address) {
    return EspSuppressions.comparable(address.address()).orElse("");
  }

  /** The list as it is, if nobody on it is blocked. */
  private static String without(String list, Set<String> blocked) {
    var all = addresses(list);
    return all.stream().map(Sender::comparable).noneMatch(blocked::contains)
        ? list
        : all.stream()
            .filter(each -> !blocked.contains(comparable(each)))
            .map(EmailAddress::text)
            .collect(Collectors.joining(", "));
  }

  /**
   * Gates 10 and 11. What is kept is the mail before its links were replaced: whoever looks at it
   * later, such as an administrator, must not count as its reader.
   */
  private Outcome handOver(
      Claimed claimed,
      Claimed.Content content,
      String deliveryId,
      Email email,
      UnaryOperator<Email> ready) {
    var workspace = new WorkspaceId(content.workspaceId());
    var message =
        new Mailer.Message(
            workspace, deliveryId + "@" + messageIdDomain, clock.instant(), ready.apply(email));
    return switch (mailer.send(message)) {
      case Accepted() -> {
        copy(workspace, deliveryId, email);
        yield finished(claimed, DeliveryState.SENT, null).with(email, true);
      }
      case Permanent(var reason) ->
          finished(claimed, DeliveryState.FAILED, reason).with(email, true);
      case Temporary(var reason) -> delayed(claimed, content, reason).with(email, true);
    };
  }

  /**
   * The copies of a fake bcc (journeys §5.4): mails of their own, sent once the real one is. One
   * that is not taken is not tried again: it is no delivery.
   */
  private void copy(WorkspaceId workspace, String deliveryId, Email email) {
    if (!email.copies().fakeBcc() || email.copies().bcc().isEmpty()) {
      return;
    }
    var copy =
        email
            .to(email.copies().bcc(), Copies.NONE)
            .withSubject("[To: %s] %s".formatted(email.recipient(), email.subject()));
    var message =
        new Mailer.Message(
            workspace, deliveryId + ".copy@" + messageIdDomain, clock.instant(), copy);
    if (!(mailer.send(message) instanceof Accepted)) {
      log.warn("the copy of delivery {} was not taken", deliveryId);
    }
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
}
