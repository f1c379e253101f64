package dev.carillon.webhooks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What deliveries say of themselves, as events tell it (events-out A.2, A.3). */
record DeliveryFacts(
    long deliveryId,
    Instant createdAt,
    Who who,
    String channel,
    @Nullable Long journeyId,
    @Nullable Integer campaignId,
    @Nullable Integer actionId,
    @Nullable Integer newsletterId,
    @Nullable Integer transactionalId,
    @Nullable String triggerEventId,
    String recipient,
    @Nullable String subject,
    @Nullable String failure) {
  private static final Set<String> FAILURES =
      Set.of("attempted", "failed", "undeliverable", "bounced", "dropped", "deferred");

  /** Metrics that tell no recipient where the channel is not mail. */
  private static final Set<String> WITHOUT_RECIPIENT =
      Set.of("drafted", "attempted", "failed", "undeliverable");

  /** The deliveries of these news, by key, with whom they went to. */
  static Map<Long, DeliveryFacts> read(Handle handle, Collection<News.OfDelivery> news) {
    var found = new HashMap<Long, DeliveryFacts>();
    if (news.isEmpty()) {
      return found;
    }
    handle
        .createQuery(
            """
            SELECT d.*, coalesce(d.recipient, p.email, '') AS address, p.id AS person_name, p.email AS person_email,
                   coalesce(jsonb_exists(w.settings::jsonb -> 'identifiers', 'email'), true) AS by_email
              FROM (SELECT DISTINCT * FROM unnest(:ids, :createdAt) AS u(delivery_id, created_at)) n
              JOIN delivery d ON d.delivery_id = n.delivery_id AND d.created_at = n.created_at
              LEFT JOIN workspace w ON w.workspace_id = d.workspace_id
              LEFT JOIN LATERAL (
                  SELECT p.attributes::json ->> 'id' AS id, p.attributes::json ->> 'email' AS email
                    FROM person p WHERE p.person_id = d.person_id AND p.workspace_id = d.workspace_id) p ON true
            """)
        .bind("ids", news.stream().mapToLong(News.OfDelivery::deliveryId).toArray())
        .bind("createdAt", news.stream().map(News.OfDelivery::createdAt).toArray(Instant[]::new))
        .map((row, _) -> of(row))
        .forEach(each -> found.put(each.deliveryId, each));
    return found;
  }

  private static DeliveryFacts of(ResultSet row) throws SQLException {
    return new DeliveryFacts(
        row.getLong("delivery_id"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        new Who(
            row.getLong("person_id"),
            row.getString("person_name"),
            row.getString("person_email"),
            row.getBoolean("by_email")),
        row.getString("channel"),
        row.getObject("journey_id", Long.class),
        row.getObject("campaign_id", Integer.class),
        row.getObject("action_id", Integer.class),
        row.getObject("newsletter_id", Integer.class),
        row.getObject("transactional_id", Integer.class),
        row.getString("trigger_event_id"),
        row.getString("address"),
        row.getString("subject"),
        row.getString("failure_message"));
  }

  /** {@code data} of an event, with what only the news knows. */
  Map<String, @Nullable Object> data(News.OfDelivery news, String publicId) {
    var data = new LinkedHashMap<String, @Nullable Object>();
    data.put("identifiers", who.identifiers());
    data.put("customer_id", who.customerId());
    data.put("delivery_id", publicId);
    origin(data);
    var mail = channel.equals("email");
    var metric = news.metric();
    if (mail ? !metric.equals("attempted") : hasRecipient(metric)) {
      data.put("recipient", recipient);
    }
    if (mail && subject != null && !metric.equals("attempted")) {
      data.put("subject", subject);
    }
    if (FAILURES.contains(metric)) {
      data.put("failure_message", Objects.requireNonNullElse(failure, ""));
    }
    data.putAll(news.details());
    return data;
  }

  private boolean hasRecipient(String metric) {
    return !WITHOUT_RECIPIENT.contains(metric)
        && !(channel.equals("in_app") && metric.equals("opened"));
  }

  /** What sent the message: exactly one of these. */
  private void origin(Map<String, @Nullable Object> data) {
    if (campaignId != null) {
      data.put("campaign_id", campaignId);
      data.put("action_id", actionId);
      if (journeyId != null) {
        data.put("journey_id", Ulids.ofNumber(journeyId));
      }
      data.put("trigger_event_id", triggerEventId);
    } else if (newsletterId != null) {
      data.put("newsletter_id", newsletterId);
    } else if (transactionalId != null) {
      data.put("transactional_message_id", transactionalId);
    }
  }
}
