package dev.carillon.log;

/**
 * The durable operation log. What {@link #append} accepted is found by the readers of its lane,
 * after any crash, once and in order.
 */
public interface Log {

  /**
   * Appends one operation and returns when it is on durable storage. Blocks the (virtual) thread
   * for the length of a group commit.
   *
   * @param lane 0 … 63, see {@link Lanes#of}
   * @throws LogUnavailable when it could not be stored; the caller must not acknowledge. It may
   *     still turn up if the connection broke at the worst instant, as with any store.
   */
  void append(int lane, byte[] operation) throws LogUnavailable;
}
