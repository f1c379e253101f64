package dev.carillon.messages;

import dev.carillon.liquid.Links;
import dev.carillon.people.CioId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the Liquid of one delivery can name (journeys §7.3).
 *
 * @param customer all attributes and identifiers with {@code cio_id}; see {@link #customer(long,
 *     String)}
 * @param trigger {@code event}, {@code event_name}, {@code event_id}, {@code event_timestamp}; its
 *     data may override sender and recipient (P-43)
 * @param call what an application gave with its call, as {@code trigger} and {@code message_data}
 *     (M-131); null for what no call asked for
 * @param campaign null for a message outside campaigns
 * @param deliveryId the public id
 * @param links the addresses that tags print
 */
public record MessageScope(
    Map<String, @Nullable Object> customer,
    Trigger trigger,
    @Nullable Map<String, @Nullable Object> call,
    @Nullable Campaign campaign,
    Message message,
    String deliveryId,
    Workspace workspace,
    Links links) {

  /**
   * The campaign a message belongs to.
   *
   * @param type as templates know it: {@code behavioral} when a segment starts it, {@code
   *     transactional} when an event does
   */
  public record Campaign(int id, String name, String type) {}

  /**
   * The step that sends.
   *
   * @param type as templates know it, {@code email_action}
   * @param journeyId null outside journeys
   */
  public record Message(int id, String name, String type, @Nullable Long journeyId) {}

  /** The workspace that sends. */
  public record Workspace(int id, String name) {}

  /**
   * The {@code customer} of a template.
   *
   * @param attributes the person's stored JSON object, identifiers included
   * @throws tools.jackson.core.JacksonException when the text is not a JSON object
   */
  public static Map<String, @Nullable Object> customer(long personId, String attributes) {
    var customer = JsonObjects.parse(attributes);
    customer.put("cio_id", CioId.of(personId));
    return Collections.unmodifiableMap(customer);
  }

  /** The names and values as Liquid sees them; names without a value are absent. */
  Map<String, @Nullable Object> variables() {
    var variables = new LinkedHashMap<String, @Nullable Object>();
    variables.put("customer", customer);
    if (trigger.name() != null) {
      variables.put("event", trigger.data());
      variables.put("event_name", trigger.name());
      if (trigger.id() != null) {
        variables.put("event_id", trigger.id());
      }
      if (trigger.timestamp() != null) {
        variables.put("event_timestamp", trigger.timestamp());
      }
    }
    if (call != null) {
      variables.put("trigger", call);
      variables.put("message_data", call);
    }
    if (campaign != null) {
      variables.put(
          "campaign",
          Map.of("id", campaign.id(), "name", campaign.name(), "type", campaign.type()));
    }
    variables.put("message", messageVariables(null));
    variables.put("delivery_id", deliveryId);
    variables.put("workspace", Map.of("id", workspace.id(), "name", workspace.name()));
    return variables;
  }

  /** {@code message} itself; its subject is known once it has been rendered. */
  Map<String, @Nullable Object> messageVariables(@Nullable String subject) {
    var variables = new LinkedHashMap<String, @Nullable Object>();
    variables.put("id", message.id());
    variables.put("name", message.name());
    variables.put("type", message.type());
    if (subject != null) {
      variables.put("subject", subject);
    }
    if (message.journeyId() != null) {
      variables.put("journey_id", message.journeyId());
    }
    return variables;
  }
}
