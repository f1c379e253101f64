package dev.carillon.segments;

import dev.carillon.store.Database;
import org.jdbi.v3.core.Handle;

/**
 * How many people are in each segment, without counting them. Every statement that writes
 * memberships leaves a row for each segment with what it changed (triggers of table {@code
 * segment_member}); {@link #fold} adds these up in the background. The count is the sum of both in
 * one snapshot, so it is exact at any moment, and no two writers touch the same row.
 */
public final class SegmentCounts {
  private static final int AT_ONCE = 10_000;

  private final Database database;

  /** Does nothing until {@link #fold}. */
  public SegmentCounts(Database database) {
    this.database = database;
  }

  /** How many people are in a segment now. */
  static long of(Handle handle, int segmentId) {
    return handle
        .createQuery(
            """
            SELECT coalesce((SELECT members FROM segment_count WHERE segment_id = :segment), 0)
                 + coalesce((SELECT sum(change) FROM segment_delta WHERE segment_id = :segment), 0)::bigint
            """)
        .bind("segment", segmentId)
        .mapTo(Long.class)
        .one();
  }

  /** Removes the count of a segment that is gone and has no members left. */
  static void forget(Handle handle, int segmentId) {
    handle.execute("DELETE FROM segment_delta WHERE segment_id = ?", segmentId);
    handle.execute("DELETE FROM segment_count WHERE segment_id = ?", segmentId);
  }

  /** Adds up what was noted meanwhile, a bounded number of rows a transaction; any node may. */
  public void fold() {
    int added;
    do {
      added = step();
    } while (added == AT_ONCE && !Thread.currentThread().isInterrupted());
  }

  /** Rows that another node adds up at this moment are passed over. */
  private int step() {
    return database.<Integer, RuntimeException>inTransaction(handle -> {
      // What a crash takes back is still there to be added up.
      handle.execute("SET LOCAL synchronous_commit = off");
      return handle
          .createQuery(
              """
              WITH taken AS MATERIALIZED (
                  DELETE FROM segment_delta WHERE ctid = ANY(ARRAY(
                      SELECT ctid FROM segment_delta LIMIT :limit FOR UPDATE SKIP LOCKED))
                  RETURNING segment_id, change),
              summed AS MATERIALIZED (
                  SELECT segment_id, sum(change)::bigint AS change FROM taken GROUP BY segment_id ORDER BY segment_id),
              added AS (
                  INSERT INTO segment_count AS c (segment_id, members) SELECT segment_id, change FROM summed
                  ON CONFLICT (segment_id) DO UPDATE SET members = c.members + excluded.members)
              SELECT count(*) FROM taken
              """)
          .bind("limit", AT_ONCE)
          .mapTo(Integer.class)
          .one();
    });
  }
}
