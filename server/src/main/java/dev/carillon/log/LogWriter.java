package dev.carillon.log;

import dev.carillon.store.Database;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of this process. Callers queue their operations; a thread takes whatever has
 * arrived, writes it as one row and commits, and only then wakes the callers. While a commit is on
 * its way the next group gathers, so that load makes groups larger instead of waits longer.
 *
 * <p>A stream belongs to one database session, which holds an advisory lock on its number. When the
 * session ends, for whatever reason, the lock goes and the stream is complete for good: a writer
 * that reconnects opens a new stream. So nobody can ever append behind a reader that has finished
 * with a stream, and readers need no time-out to know that a writer is dead.
 */
public final class LogWriter implements Log, AutoCloseable {
  /** First key of the advisory lock a stream's session holds; the second is the stream's number. */
  static final int STREAM_LOCK = 7001;

  /** As {@link #STREAM_LOCK}, held by the sessions of processes that take lanes to process. */
  static final int WORKER_LOCK = 7002;

  /**
   * As {@link #STREAM_LOCK}, on the incarnation of a process instead of the number of a stream:
   * held for as long as the process lives.
   */
  static final int INCARNATION_LOCK = 7005;

  /** Channel other nodes listen on when they share the lanes. */
  static final String CHANNEL = "carillon_log";

  /** Slots of the block table, used in turn for this long each. */
  static final int SLOTS = 8;

  static final Duration SLOT_LENGTH = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
  private static final Duration LOOK_AFTER = Duration.ofSeconds(1);
  private static final int BUSY_GROUP = 6;
  private static final Duration BUSY_FOR = Duration.ofMillis(20);
  private static final int GROUP_OPERATIONS = 1_000;
  private static final int GROUP_BYTES = 256 * 1024;
  private static final long QUEUE_BYTES = 32L * 1024 * 1024;

  private final Database database;
  private final InstantSource clock;
  private final IdRanges ids;
  private final String node;
  private final boolean worker;
  private final LongConsumer committed;
  private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Thread thread;
  private volatile boolean idle;
  private volatile long usedAt = System.nanoTime();
  private volatile double groupSize;
  private volatile boolean closing;
  private volatile boolean stopped;
  private volatile boolean shared;
  private volatile @Nullable LogStream session;
  private volatile int incarnation;

  private LogWriter(
      Database database,
      InstantSource clock,
      IdRanges ids,
      String node,
      boolean worker,
      LongConsumer committed) {
    this.database = database;
    this.clock = clock;
    this.ids = ids;
    this.node = node;
    this.worker = worker;
    this.committed = committed;
    this.thread = new Thread(this::run, "log-writer");
  }

  /**
   * Opens a stream and starts writing.
   *
   * @param node a name for people who look into {@code log_stream}
   * @param worker whether this process also takes lanes to process
   * @param committed told the lanes of each group right after its commit; must be quick
   */
  public static LogWriter start(
      Database database,
      InstantSource clock,
      IdRanges ids,
      String node,
      boolean worker,
      LongConsumer committed) {
    var writer = new LogWriter(database, clock, ids, node, worker, committed);
    var first = writer.open();
    writer.incarnation = first.streamId();
    writer.session = first;
    writer.thread.start();
    return writer;
  }

  /**
   * The stream of the present session; 0 while there is none. It is also this node's name in lane
   * ownership.
   */
  int streamId() {
    var current = session;
    return current == null ? 0 : current.streamId();
  }

  /** The number of this life of this process: that of its first stream. */
  public int incarnation() {
    return incarnation;
  }

  /**
   * Whether callers come so fast right now that they fill groups: then whoever works off the log
   * had better leave the machine to them for a while.
   */
  public boolean busy() {
    return groupSize >= BUSY_GROUP && System.nanoTime() - usedAt < BUSY_FOR.toNanos();
  }

  /** Whether other nodes share the lanes and want to be told of each commit. */
  void shared(boolean othersListen) {
    shared = othersListen;
  }

  @Override
  public void append(List<Entry> operations) throws LogUnavailable {
    if (closing) {
      throw new LogUnavailable("the program is stopping");
    }
    if (session == null) {
      throw new LogUnavailable("the database of the operation log is not reachable");
    }
    var pending = new Pending(operations);
    var size = pending.bytes;
    if (queuedBytes.addAndGet(size) > QUEUE_BYTES) {
      queuedBytes.addAndGet(-size);
      throw new LogUnavailable("more operations are waiting for the disk than the queue may hold");
    }
    queue.add(pending);
    if (idle) {
      LockSupport.unpark(thread);
    }
    if (stopped) {
      refuseQueued();
    }
    pending.await();
  }

  private void run() {
    var group = new ArrayList<Pending>();
    while (true) {
      var bytes = gather(group);
      if (group.isEmpty()) {
        if (closing) {
          break;
        }
        rest();
      } else {
        write(group, bytes);
        group.clear();
      }
    }
    stopped = true;
    refuseQueued();
  }

  private int gather(List<Pending> group) {
    var bytes = 0;
    var count = 0;
    for (var next = queue.peek(); next != null; next = queue.peek()) {
      if (!group.isEmpty()
          && (bytes + next.bytes > GROUP_BYTES
              || count + next.operations.size() > GROUP_OPERATIONS)) {
        break;
      }
      queue.poll();
      group.add(next);
      count += next.operations.size();
      bytes += next.bytes;
    }
    return bytes;
  }

  private void rest() {
    idle = true;
    if (queue.isEmpty() && !closing) {
      LockSupport.parkNanos(this, 100_000_000);
    }
    idle = false;
    if (session != null && System.nanoTime() - usedAt > LOOK_AFTER.toNanos()) {
      look();
    }
    if (session == null) {
      reconnect();
    }
  }

  /**
   * A connection that broke while nothing was written has lost its locks: it is found out before
   * the next caller comes.
   */
  private void look() {
    var current = session;
    usedAt = System.nanoTime();
    if (current != null) {
      try {
        current.look();
      } catch (RuntimeException broken) {
        LOG.warn("operation log: its connection broke, opening a new stream");
        abandon();
      }
    }
  }

  private void write(List<Pending> group, int bytes) {
    var payload = ByteBuffer.allocate(bytes);
    var lanes = 0L;
    var count = 0;
    for (var each : group) {
      for (var entry : each.operations) {
        Block.put(payload, entry);
        lanes |= entry.lanes();
      }
      count += each.operations.size();
    }
    var failure = store(payload.array(), lanes, count, group.size());
    queuedBytes.addAndGet(-bytes);
    if (failure == null) {
      committed.accept(lanes);
    }
    for (var each : group) {
      each.finish(failure);
    }
  }

  private @Nullable String store(byte[] payload, long lanes, int operations, int callers) {
    var current = session;
    if (current == null) {
      return "the database of the operation log is not reachable";
    }
    try {
      var now = clock.instant();
      usedAt = System.nanoTime();
      groupSize = groupSize * 0.9 + callers * 0.1;
      current.append(shared, slotOf(now), lanes, operations, ids.next(operations), now, payload);
      return null;
    } catch (SQLException | RuntimeException brokenConnection) {
      LOG.error(
          "operation log: a group of {} could not be written, opening a new stream",
          operations,
          brokenConnection);
      abandon();
      reconnect();
      return "the operation log could not be written";
    }
  }

  /** The slot blocks of this instant go to. */
  static int slotOf(Instant now) {
    return (int) Math.floorMod(now.getEpochSecond() / SLOT_LENGTH.toSeconds(), (long) SLOTS);
  }

  private LogStream open() {
    return LogStream.open(database, node, incarnation, worker);
  }

  private void reconnect() {
    try {
      var opened = open();
      session = opened;
      LOG.info("operation log: writing stream {}", opened.streamId());
    } catch (RuntimeException stillAway) {
      LOG.warn("operation log: the database is not reachable yet: {}", stillAway.getMessage());
      refuseQueued();
      LockSupport.parkNanos(this, 200_000_000);
    }
  }

  private void refuseQueued() {
    for (var each = queue.poll(); each != null; each = queue.poll()) {
      queuedBytes.addAndGet(-each.bytes);
      each.finish(
          stopped
              ? "the program is stopping"
              : "the database of the operation log is not reachable");
    }
  }

  private void abandon() {
    var current = session;
    session = null;
    if (current != null) {
      try {
        current.abandon();
      } catch (RuntimeException alreadyBroken) {
        LOG.debug("operation log: closing a broken connection: {}", alreadyBroken.getMessage());
      }
    }
  }

  /**
   * Takes nothing more: writes what is queued and answers every caller. The session, and with it
   * the ownership of lanes, lives on.
   */
  public void drain() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the stream, after {@link #drain}. */
  @Override
  public void close() {
    drain();
    var current = session;
    session = null;
    if (current != null) {
      current.close();
    }
  }

  private static final class Pending {
    private static final String WAITING = "waiting";

    private final List<Entry> operations;
    private final int bytes;
    private final Thread caller = Thread.currentThread();
    private volatile @Nullable String outcome = WAITING;

    private Pending(List<Entry> operations) {
      this.operations = operations;
      this.bytes = operations.stream().mapToInt(Block::sizeOf).sum();
    }

    private void finish(@Nullable String failure) {
      outcome = failure;
      LockSupport.unpark(caller);
    }

    @SuppressWarnings("ReferenceEquality") // WAITING is a mark, not a text
    private void await() throws LogUnavailable {
      while (outcome == WAITING) {
        LockSupport.park(this);
      }
      var failure = outcome;
      if (failure != null) {
        throw new LogUnavailable(failure);
      }
    }
  }
}
