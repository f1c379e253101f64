package dev.carillon.delivery;

/**
 * Kinds of mail that never wait for each other (promise I8): each has its own claims, senders and
 * connections.
 */
public enum Lane {
  TRANSACTIONAL(1),
  CAMPAIGN(2),
  BROADCAST(3),
  IMPORT(4);

  private final short code;

  Lane(int code) {
    this.code = (short) code;
  }

  /** The number stored in {@code outbox.lane}. */
  public short code() {
    return code;
  }
}
