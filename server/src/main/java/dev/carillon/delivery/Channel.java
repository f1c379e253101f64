package dev.carillon.delivery;

/** How a message reaches a person. */
public enum Channel {
  EMAIL("email");

  private final String wire;

  Channel(String wire) {
    this.wire = wire;
  }

  /** The word in requests, answers and {@code delivery.channel}. */
  public String wire() {
    return wire;
  }
}
