package dev.carillon.messages;

import org.jspecify.annotations.Nullable;

/**
 * What the Liquid of one delivery can name (journeys §7.3). The JSON texts are parsed when a
 * template first asks for them.
 *
 * @param personId gives {@code customer.cio_id}
 * @param attributes JSON object of all attributes and identifiers: {@code customer}
 * @param trigger JSON object as {@link Trigger} reads it: {@code event}, {@code event_name}, {@code
 *     event_id}, {@code event_timestamp}
 * @param campaign null for a message outside campaigns: {@code campaign}
 * @param message {@code message}
 * @param deliveryId the public id: {@code delivery_id}
 * @param workspace {@code workspace}
 */
public record MessageScope(
    long personId,
    String attributes,
    String trigger,
    @Nullable Campaign campaign,
    Message message,
    String deliveryId,
    Workspace workspace) {

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
}
