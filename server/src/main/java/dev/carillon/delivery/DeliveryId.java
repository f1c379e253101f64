package dev.carillon.delivery;

import java.time.LocalDate;

/**
 * A delivery as a client names it, already checked by {@link DeliveryIds}.
 *
 * @param value key of the delivery
 * @param day the UTC day it was created on; chooses the partition
 */
public record DeliveryId(long value, LocalDate day) {}
