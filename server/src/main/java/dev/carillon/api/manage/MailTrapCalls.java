package dev.carillon.api.manage;

import dev.carillon.delivery.Delivery;
import dev.carillon.delivery.DeliveryFilter;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.MailSource;
import dev.carillon.delivery.MailSource.MailPart;
import dev.carillon.delivery.Metric;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.messages.Email;
import dev.carillon.workspaces.Access;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/mail_trap}: the mails that were handed over, as their readers see them; with no mail
 * server configured that is all of them, and none has left the machine.
 */
final class MailTrapCalls {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
  private static final int MOST = 1_000;
  private static final int MOST_LINKS = 1_000;

  /** Nothing of a mail may run or load in the origin of the API. */
  private static final String NO_ORIGIN = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

  private final DeliveryRepository deliveries;
  private final DeliveryIds ids;
  private final String domain;

  /**
   * Reads what was sent.
   *
   * @param domain of message ids
   */
  MailTrapCalls(DeliveryRepository deliveries, DeliveryIds ids, String domain) {
    this.deliveries = deliveries;
    this.ids = ids;
    this.domain = domain;
  }

  /** A mail that was handed over and is kept. */
  private record Kept(String id, Delivery delivery, Instant sentAt, Email email) {}

  /** The newest mails; a list of at most a thousand. */
  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    if (pages.reach() > MOST + 1) {
      throw new Problem.BadRequest(
              "the mail trap lists the newest %d mails; GET /v1/messages goes further"
                  .formatted(MOST))
          .thrown();
    }
    var filter =
        new DeliveryFilter(
            "email",
            Metric.SENT,
            false,
            null,
            null,
            null,
            null,
            null,
            Math.min(MOST, pages.reach()));
    var found = deliveries.ofWorkspace(access.workspace(), filter).deliveries();
    return Reply.json(200, pages.answer("mails", found, this::summary));
  }

  Reply one(Access access, Request request) {
    var kept = kept(access, request);
    var email = kept.email();
    var json = summary(kept.delivery());
    json.put("from", email.from());
    json.put("reply_to", email.replyTo());
    json.put("cc", email.copies().cc());
    json.put("bcc", email.copies().bcc());
    json.put("preheader_text", email.preheader());
    json.put("headers", email.headers());
    json.put("body", email.html());
    json.put("body_plain", email.plain());
    json.put("parts", source(access, kept).parts().stream().map(MailTrapCalls::described).toList());
    json.put("links", links(email));
    return Reply.json(200, Map.of("mail", json));
  }

  /** The mail as it travels. */
  Reply source(Access access, Request request) {
    var source = source(access, kept(access, request));
    return Reply.bytes(200, "message/rfc822", source.bytes())
        .with("content-disposition", "attachment; filename=\"mail.eml\"");
  }

  /** One part, decoded. */
  Reply part(Access access, Request request) {
    var number = request.segment("part");
    if (!NUMBER.matcher(number).matches()) {
      throw new Problem.BadRequest("the number of a part is a whole number").thrown();
    }
    var parts = source(access, kept(access, request)).parts();
    var index = Integer.parseInt(number);
    if (index >= parts.size()) {
      throw new Problem.NotFound("part not found").thrown();
    }
    var part = parts.get(index);
    return Reply.bytes(200, part.contentType().replaceAll("\\s+", " "), part.content())
        .with("content-security-policy", NO_ORIGIN)
        .with("x-content-type-options", "nosniff");
  }

  private MailSource source(Access access, Kept kept) {
    return MailSource.of(access.workspace(), kept.id() + "@" + domain, kept.sentAt(), kept.email());
  }

  private Kept kept(Access access, Request request) {
    var text = request.segment("delivery_id");
    var id = ids.parse(text).orElseThrow(MailTrapCalls::unknown);
    var delivery = deliveries.find(access.workspace(), id).orElseThrow(MailTrapCalls::unknown);
    var sentAt = delivery.metrics().get(Metric.SENT);
    var email =
        deliveries
            .archivedMessage(access.workspace(), id)
            .orElseThrow(() ->
                new Problem.NotFound(
                        delivery.forgotten()
                            ? "what was sent is not kept"
                            : "the mail is no longer kept, or has not been rendered")
                    .thrown())
            .email();
    if (sentAt == null) {
      throw new Problem.NotFound("the mail has not been handed over").thrown();
    }
    return new Kept(text, delivery, sentAt, email);
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("mail not found").thrown();
  }

  private Map<String, @Nullable Object> summary(Delivery delivery) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", ids.text(delivery.id(), delivery.createdAt()));
    json.put("recipient", delivery.recipient());
    json.put("subject", delivery.subject());
    json.put("campaign_id", delivery.campaignId());
    json.put("transactional_message_id", delivery.transactionalId());
    json.put("forgotten", delivery.forgotten());
    json.put("created_at", delivery.createdAt().getEpochSecond());
    var sent = delivery.metrics().get(Metric.SENT);
    json.put("sent_at", sent == null ? null : sent.getEpochSecond());
    return json;
  }

  private static Map<String, Object> described(MailPart part) {
    var json = new LinkedHashMap<String, Object>();
    json.put("index", part.index());
    json.put("content_type", part.contentType().replaceAll("\\s+", " "));
    json.put("bytes", part.content().length);
    return json;
  }

  /** Where the HTML leads, in order; of very many the first {@value #MOST_LINKS}. */
  private static List<Map<String, String>> links(Email email) {
    var links = new ArrayList<Map<String, String>>();
    for (var link : Jsoup.parse(email.html()).select("a[href], area[href]")) {
      if (links.size() == MOST_LINKS) {
        break;
      }
      var json = new LinkedHashMap<String, String>();
      json.put("url", link.attr("href"));
      json.put("text", link.text());
      links.add(json);
    }
    return links;
  }
}
