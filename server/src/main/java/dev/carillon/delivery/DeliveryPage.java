package dev.carillon.delivery;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list of deliveries, newest first.
 *
 * @param next where the list goes on; null at its end
 */
public record DeliveryPage(List<Delivery> deliveries, @Nullable Cursor next) {

  /** Copies the list. */
  public DeliveryPage {
    deliveries = List.copyOf(deliveries);
  }
}
