package dev.carillon.log;

import dev.carillon.store.Database;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of the log with the database session it belongs to. Blocks are numbered from 1 without
 * holes. Its one statement runs thousands of times a second while callers wait, so it goes to the
 * driver directly, and to the slot's own table. Belongs to one thread.
 */
final class LogStream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);
  private static final String APPEND =
      """
      INSERT INTO log_block_%d (slot, stream_id, seq, lanes, operations, first_op, received_at, payload)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
      """;
  private static final String APPEND_AND_TELL =
      "WITH written AS (%s RETURNING 1) SELECT pg_notify('%s', '') FROM written"
          .formatted(APPEND, LogWriter.CHANNEL);

  /** A database that says nothing for so long is given up: callers wait for an answer. */
  private static final int SILENCE_MILLIS = 5_000;

  private final Handle handle;
  private final int streamId;
  private long lastSeq;
  private @Nullable PreparedStatement statement;
  private int preparedSlot;
  private boolean preparedToTell;

  private LogStream(Handle handle, int streamId) {
    this.handle = handle;
    this.streamId = streamId;
  }

  /**
   * Opens a stream on a session of its own, which holds the locks that say it lives.
   *
   * @param node a name for people who look into {@code log_stream}
   * @param incarnation the number of this life of the process; 0 when this stream begins it
   * @param worker whether this process also takes lanes to process
   */
  static LogStream open(Database database, String node, int incarnation, boolean worker) {
    var handle = database.dedicatedHandle("carillon log");
    try {
      handle.getConnection().setNetworkTimeout(Runnable::run, SILENCE_MILLIS);
      var streamId =
          handle.inTransaction(h -> {
            var id =
                h.createQuery("INSERT INTO log_stream (node) VALUES (:node) RETURNING stream_id")
                    .bind("node", node)
                    .mapTo(int.class)
                    .one();
            lock(h, LogWriter.STREAM_LOCK, id);
            lock(h, LogWriter.INCARNATION_LOCK, incarnation == 0 ? id : incarnation);
            if (worker) {
              lock(h, LogWriter.WORKER_LOCK, id);
            }
            return id;
          });
      return new LogStream(handle, streamId);
    } catch (SQLException failure) {
      handle.close();
      throw new IllegalStateException("the session of the operation log cannot be set up", failure);
    } catch (RuntimeException failure) {
      handle.close();
      throw failure;
    }
  }

  /** Shared: a new session of this process does not wait for one that has not ended yet. */
  private static void lock(Handle handle, int lockClass, int id) {
    handle
        .createQuery("SELECT pg_advisory_lock_shared(:class, :id)::text")
        .bind("class", lockClass)
        .bind("id", id)
        .mapTo(String.class)
        .one();
  }

  int streamId() {
    return streamId;
  }

  /**
   * Writes the next block and commits.
   *
   * @param tell whether other nodes listen
   * @param slot the part of the block table it goes to
   * @param lanes bit n: lane n occurs inside
   * @throws SQLException the block may or may not have been written: the stream must not be used
   *     any more
   */
  void append(
      boolean tell,
      int slot,
      long lanes,
      int operations,
      long firstOp,
      Instant receivedAt,
      byte[] payload)
      throws SQLException {
    var append = prepared(tell, slot);
    append.setInt(1, slot);
    append.setInt(2, streamId);
    append.setLong(3, lastSeq + 1);
    append.setLong(4, lanes);
    append.setInt(5, operations);
    append.setLong(6, firstOp);
    append.setObject(7, receivedAt.atOffset(ZoneOffset.UTC));
    append.setBytes(8, payload);
    append.execute();
    lastSeq++;
  }

  private PreparedStatement prepared(boolean tell, int slot) throws SQLException {
    var known = statement;
    if (known != null && preparedSlot == slot && preparedToTell == tell) {
      return known;
    }
    if (known != null) {
      known.close();
    }
    var prepared =
        handle.getConnection().prepareStatement((tell ? APPEND_AND_TELL : APPEND).formatted(slot));
    statement = prepared;
    preparedSlot = slot;
    preparedToTell = tell;
    return prepared;
  }

  /** Asks the database whether the session lives; throws when it does not. */
  void look() {
    handle.execute("SELECT 1");
  }

  /** Ends a session that may not answer any more: sends nothing and waits for nothing. */
  void abandon() {
    try {
      handle.getConnection().abort(Runnable::run);
    } catch (SQLException alreadyClosed) {
      LOG.debug("operation log: abandoning a connection: {}", alreadyClosed.getMessage());
    }
    handle.close();
  }

  /** Ends the session, and with it the stream. */
  @Override
  public void close() {
    handle.close();
  }
}
