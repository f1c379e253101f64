package dev.carillon.delivery;

import dev.carillon.messages.Email;
import java.time.Instant;

/**
 * A mail as it was rendered (App API > Messages > archived message).
 *
 * @param createdAt of its delivery
 */
public record ArchivedMessage(long deliveryId, Instant createdAt, Email email) {}
