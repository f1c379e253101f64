package dev.carillon.log;

import dev.carillon.store.Database;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the space of consumed blocks: truncates a slot when every block in it lies behind the
 * positions of all lane groups, and forgets streams that are over and have no blocks left.
 * Positions are read in the truncating transaction, so they are at least as durable as the
 * truncation.
 */
public final class LogTrimmer {
  private static final Logger LOG = LoggerFactory.getLogger(LogTrimmer.class);

  private final Database database;
  private final InstantSource clock;

  /** Does nothing until {@link #trim}. */
  public LogTrimmer(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Truncates what can go; called now and then by every node. A slot that is in use at the moment
   * is left for the next time.
   */
  public void trim() {
    var current = LogWriter.slotOf(clock.instant());
    for (var slot = 0; slot < LogWriter.SLOTS; slot++) {
      if (slot != current) {
        trim(slot);
      }
    }
    retireStreams();
  }

  private void trim(int slot) {
    var table = "log_block_" + slot;
    try {
      database.inTransaction(handle -> {
        if (!exists(handle, "SELECT EXISTS (SELECT 1 FROM " + table + ")")) {
          return false;
        }
        handle.execute("SET LOCAL lock_timeout = '200ms'");
        handle.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        if (exists(handle, "SELECT EXISTS (" + UNCONSUMED.formatted(table) + ")")) {
          return false;
        }
        handle.execute("TRUNCATE " + table);
        LOG.debug("operation log: slot {} truncated", slot);
        return true;
      });
    } catch (JdbiException busy) {
      LOG.debug("operation log: slot {} is in use, trimming it later: {}", slot, busy.getMessage());
    }
  }

  /** Streams with blocks in a slot that some lane group has not passed. */
  private static final String UNCONSUMED =
      """
      SELECT 1 FROM (SELECT stream_id, max(seq) AS seq FROM %s GROUP BY stream_id) b
       WHERE b.seq > (SELECT min(coalesce(g.seqs[array_position(g.stream_ids, b.stream_id)], 0)) FROM lane_group g)
      """;

  private static boolean exists(Handle handle, String sql) {
    return handle.createQuery(sql).mapTo(boolean.class).one();
  }

  /**
   * Two statements: a stream that is dead in the first one has no block left to come, so the second
   * one misses none.
   */
  private void retireStreams() {
    database.inTransaction(handle -> {
      var dead =
          handle
              .createQuery(
                  """
                  SELECT s.stream_id FROM log_stream s
                   WHERE NOT EXISTS (SELECT 1 FROM pg_locks l
                                      WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
                                        AND l.classid::bigint = :class AND l.objid::bigint = s.stream_id
                                        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                  """)
              .bind("class", LogWriter.STREAM_LOCK)
              .mapTo(Integer.class)
              .list();
      return handle
          .createUpdate(
              """
              DELETE FROM log_stream s
               WHERE s.stream_id = ANY(:dead)
                 AND NOT EXISTS (SELECT 1 FROM log_block b WHERE b.stream_id = s.stream_id)
              """)
          .bind("dead", dead.stream().mapToInt(Integer::intValue).toArray())
          .execute();
    });
  }
}
