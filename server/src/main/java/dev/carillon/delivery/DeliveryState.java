package dev.carillon.delivery;

import java.util.Locale;

/** Where a delivery stands (journeys §5.2). */
public enum DeliveryState {
  /** To be rendered and sent. */
  QUEUED,
  /** Rendered for a human to look at; never sent by itself. */
  DRAFTED,
  /** Tried without success; will be tried again. */
  ATTEMPTED,
  /** The provider has accepted it, or the mail trap keeps it. */
  SENT,
  /** Sent, and the provider has said that it could not deliver it yet. */
  DEFERRED,
  /** Sent, and reported to have arrived. */
  DELIVERED,
  /** Not sent, or sent in vain: the recipient is known as one that takes nothing. */
  DROPPED,
  /** Sent, but it came back. */
  BOUNCED,
  /** Could not be rendered or handed over. */
  FAILED,
  /** Refused by us: unsubscribed, or nobody to send it to. */
  UNDELIVERABLE,
  /** Its journey ended or its person was deleted before it was sent. */
  CANCELLED;

  /** The word in {@code delivery.state}. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  static DeliveryState ofWire(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }
}
