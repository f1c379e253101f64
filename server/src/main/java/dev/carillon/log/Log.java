package dev.carillon.log;

import java.util.List;

/**
 * The durable operation log. What {@link #append} accepted is found by the readers of its lane,
 * after any crash, once and in order.
 */
public interface Log {

  /**
   * Appends operations, all or none, and returns when they are on durable storage. Blocks the
   * (virtual) thread for the length of a group commit.
   *
   * @param operations in order; at least one
   * @throws LogUnavailable when it could not be stored; the caller must not acknowledge. It may
   *     still turn up if the connection broke at the worst instant, as with any store.
   */
  void append(List<Entry> operations) throws LogUnavailable;

  /**
   * One operation for the log.
   *
   * @param lane 0 … 63, see {@link Lanes#of}: where it is applied
   * @param tied another lane in which it keeps its place, too: it is applied after what precedes it
   *     there, and what follows it there is applied after it; the same as {@code lane} when there
   *     is none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(int lane, int tied, byte[] operation) {

    /** An operation of one lane. */
    public Entry(int lane, byte[] operation) {
      this(lane, lane, operation);
    }

    boolean isTied() {
      return tied != lane;
    }

    /** Its lanes as a bit set. */
    long lanes() {
      return 1L << lane | 1L << tied;
    }
  }
}
