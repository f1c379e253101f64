package dev.carillon.api.app;

import dev.carillon.delivery.Delivery;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryPage;
import dev.carillon.delivery.Metric;
import dev.carillon.messages.Email;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Deliveries as the App API shows them (app-messaging §1.3, app-data §2.7). */
final class MessageJson {
  private final DeliveryIds ids;
  private final PeopleQueries people;

  MessageJson(DeliveryIds ids, PeopleQueries people) {
    this.ids = ids;
    this.people = people;
  }

  /**
   * A page of a list.
   *
   * @param list the list it is a page of
   * @param tracked whether to show the responses that were tracked
   */
  Map<String, @Nullable Object> page(
      WorkspaceId workspace, DeliveryPage page, PageCursor.Asked list, boolean tracked) {
    var next = page.next();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("messages", messages(workspace, page.deliveries(), tracked));
    json.put(
        "next",
        next == null ? "" : list.text(PageCursor.micros(next.createdAt()), next.deliveryId()));
    return json;
  }

  /** Some deliveries. */
  List<Map<String, @Nullable Object>> messages(
      WorkspaceId workspace, List<Delivery> deliveries, boolean tracked) {
    var names =
        people.names(workspace, deliveries.stream().map(Delivery::personId).distinct().toList());
    var messages = new ArrayList<Map<String, @Nullable Object>>();
    for (var delivery : deliveries) {
      // Somebody deleted meanwhile is still named by what never changes.
      var who = names.getOrDefault(delivery.personId(), new Names(delivery.personId(), null, null));
      messages.add(message(delivery, who, tracked));
    }
    return messages;
  }

  private Map<String, @Nullable Object> message(Delivery delivery, Names who, boolean tracked) {
    var id = ids.text(delivery.id(), delivery.createdAt());
    var metrics = new LinkedHashMap<String, @Nullable Object>();
    long updated = delivery.createdAt().getEpochSecond();
    for (var metric : Metric.values()) {
      var at = delivery.metrics().get(metric);
      if (at != null) {
        metrics.put(metric.wire(), at.getEpochSecond());
        updated = Math.max(updated, at.getEpochSecond());
      }
    }
    delivery
        .byHuman()
        .forEach((metric, at) -> metrics.put("human_" + metric.wire(), at.getEpochSecond()));
    delivery
        .byMachine()
        .forEach((metric, at) -> metrics.put("prefetch_" + metric.wire(), at.getEpochSecond()));
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", id);
    json.put("deduplicate_id", id + ":" + updated);
    // Choice: a message step and its content are one thing here, so one number names both.
    json.put("msg_template_id", delivery.actionId());
    json.put("message_template_id", delivery.actionId());
    json.put("customer_id", who.id());
    json.put("customer_identifiers", CustomerJson.identifiers(who));
    json.put("identifiers", CustomerJson.identifiers(who));
    json.put("recipient", Objects.requireNonNullElse(delivery.recipient(), ""));
    json.put("subject", delivery.subject());
    json.put("type", delivery.channel());
    json.put("metrics", metrics);
    json.put("created", delivery.createdAt().getEpochSecond());
    json.put("failure_message", delivery.failureMessage());
    json.put("forgotten", delivery.forgotten());
    json.put("campaign_id", delivery.campaignId());
    json.put("broadcast_id", null);
    json.put("newsletter_id", null);
    json.put("action_id", delivery.actionId());
    json.put("content_id", null);
    json.put("parent_action_id", null);
    json.put("trigger_event_id", delivery.triggerEventId());
    json.put("transactional_message_id", delivery.transactionalId());
    if (tracked) {
      json.put("tracked_responses", Map.of());
    }
    return json;
  }

  /**
   * A message as it was rendered.
   *
   * @param email null when its content is no longer kept
   */
  static Map<String, @Nullable Object> archived(
      String id, Delivery delivery, @Nullable Email email) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", id);
    json.put("body", email == null ? "" : email.html().isEmpty() ? email.plain() : email.html());
    json.put("body_plain", email == null ? "" : email.plain());
    json.put("from", email == null ? "" : email.from());
    json.put("reply_to", email == null ? "" : email.replyTo());
    json.put(
        "recipient",
        email == null ? Objects.requireNonNullElse(delivery.recipient(), "") : email.recipient());
    json.put(
        "subject",
        email == null ? Objects.requireNonNullElse(delivery.subject(), "") : email.subject());
    json.put("bcc", email == null ? "" : email.copies().bcc());
    json.put("cc", email == null ? "" : email.copies().cc());
    json.put("fake_bcc", email != null && email.copies().fakeBcc());
    json.put("preheader_text", email == null ? "" : email.preheader());
    json.put("url", "");
    json.put("request_method", "");
    json.put("headers", email == null ? "[]" : TransactionalJson.headers(email.headers()));
    json.put("forgotten", email == null);
    return json;
  }
}
