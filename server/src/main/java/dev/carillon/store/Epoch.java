package dev.carillon.store;

import org.jdbi.v3.core.Handle;

/**
 * Two numbers that tell running batches what has changed under them. A batch joins first: it takes
 * a lock in shared mode and reads the numbers. Whoever saves rules takes the lock alone, so that
 * every batch before the save is committed and visible, and every batch after it knows the new
 * rules; that is what lets a build start without missing or doubling anything.
 *
 * @param rules moves when a segment or campaign is saved
 * @param identity moves when an identifier stops naming its person, or is suppressed
 */
public record Epoch(long rules, long identity) {
  private static final int LOCK = 7004;

  /** Joins the present epoch until the end of the transaction. */
  public static Epoch join(Handle handle) {
    hold(handle);
    return handle
        .createQuery("SELECT rules, identity FROM epoch")
        .map((row, context) -> new Epoch(row.getLong(1), row.getLong(2)))
        .one();
  }

  /**
   * The same for who looks for rules in the statements that follow and needs no numbers. To be
   * called first, as with {@link #join}: who waits here must hold nothing that others wait for.
   */
  public static void hold(Handle handle) {
    handle
        .createQuery("SELECT pg_advisory_xact_lock_shared(:lock)::text")
        .bind("lock", LOCK)
        .mapTo(String.class)
        .one();
  }

  /**
   * Waits for running batches and starts a new epoch of rules with this transaction's commit. Call
   * it before reading what is to be changed.
   */
  public static void newRules(Handle handle) {
    handle
        .createQuery("SELECT pg_advisory_xact_lock(:lock)::text")
        .bind("lock", LOCK)
        .mapTo(String.class)
        .one();
    handle.createUpdate("UPDATE epoch SET rules = rules + 1").execute();
  }

  /** The present number of identities, as whatever was committed up to now has moved it. */
  public static long identity(Handle handle) {
    return handle.createQuery("SELECT identity FROM epoch").mapTo(Long.class).one();
  }

  /**
   * Tells all nodes, with this transaction's commit, that some identifier no longer names its
   * person, or that one is suppressed.
   */
  public static void newIdentity(Handle handle) {
    handle.createUpdate("UPDATE epoch SET identity = identity + 1").execute();
  }
}
