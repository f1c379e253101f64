package dev.carillon.delivery;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * A delivery as a client names it, already checked by {@link DeliveryIds}.
 *
 * @param value key of the delivery
 * @param day the UTC day it was created on; chooses the partition
 */
public record DeliveryId(long value, LocalDate day) {
  /** The delivery with this key that was created at this instant. */
  public static DeliveryId of(long value, Instant createdAt) {
    return new DeliveryId(value, createdAt.atOffset(ZoneOffset.UTC).toLocalDate());
  }
}
