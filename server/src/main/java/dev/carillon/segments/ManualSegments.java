package dev.carillon.segments;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Tells an edge whether people may be put into a segment by hand, without a statement a call.
 * Segments that exist are remembered for {@link #MEMORY}, so one that is deleted counts that much
 * longer; what does not exist is looked up each time, so one just made is known at once, on every
 * node. Safe for many threads.
 */
public final class ManualSegments {
  /** How long an answer is remembered; the kind of a segment never changes (S-1). */
  public static final Duration MEMORY = Duration.ofSeconds(1);

  private static final int MOST_REMEMBERED = 10_000;
  private static final int LOOKUPS_AT_ONCE = 4;

  private final Database database;
  private final Cache<Key, Boolean> known;
  // Guessed numbers are looked up too: they must not take all connections of the pool.
  private final Semaphore lookups = new Semaphore(LOOKUPS_AT_ONCE);

  private record Key(WorkspaceId workspace, int segmentId) {}

  /** Looks segments up in this database. */
  public ManualSegments(Database database) {
    this(database, Ticker.systemTicker());
  }

  /**
   * @param ticker tells how long ago an answer was given
   */
  ManualSegments(Database database, Ticker ticker) {
    this.database = database;
    this.known =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(MEMORY)
            .ticker(ticker)
            .build();
  }

  /**
   * Whether the workspace has this segment and it is manual; false for a dynamic one and for none.
   *
   * @throws SegmentsUnavailable when the database does not answer
   */
  public boolean isManual(WorkspaceId workspace, int segmentId) {
    return Boolean.TRUE.equals(known.get(new Key(workspace, segmentId), this::lookUp));
  }

  /** Null, which is not remembered, when there is no such segment. */
  private @Nullable Boolean lookUp(Key key) {
    lookups.acquireUninterruptibly();
    try {
      return database.read(handle ->
          handle
              .createQuery(
                  """
                  SELECT type = 'manual' FROM segment
                   WHERE workspace_id = :workspace AND segment_id = :segment
                  """)
              .bind("workspace", key.workspace().value())
              .bind("segment", key.segmentId())
              .mapTo(Boolean.class)
              .findOne()
              .orElse(null));
    } catch (JdbiException failure) {
      throw new SegmentsUnavailable(failure);
    } finally {
      lookups.release();
    }
  }
}
