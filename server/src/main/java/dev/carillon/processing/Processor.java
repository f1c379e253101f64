package dev.carillon.processing;

import dev.carillon.log.LaneBatch;
import dev.carillon.log.LaneReader;
import dev.carillon.log.LanesLost;
import dev.carillon.log.LogEntry;
import dev.carillon.people.IdentifierKey;
import dev.carillon.processing.Courtesy.Pace;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.store.Outage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the operations of its lanes: one thread, one connection, one transaction a batch that
 * holds everything an operation causes and the position in the log. So a crash loses a batch whole
 * or not at all, and the log brings it back.
 *
 * <p>The connection commits asynchronously: what a crash may take back lies behind the log, which
 * was flushed before the caller got its answer, and is applied again to exactly the state it saw.
 * After any broken connection all caches and positions are forgotten and read again.
 *
 * <p>A batch that fails is run again in parts, each behind a savepoint, until the failing
 * operations stand alone; those go to {@code dead_letter} with the reason, the others are applied.
 */
public final class Processor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Processor.class);
  private static final int ATTEMPTS = 50;
  private static final int PATIENT_ATTEMPTS = 30;
  private static final int NOTHING_LEFT = -1;
  private static final int WAITS = -2;
  private static final int FEW = 4;
  private static final int SOME = 16;
  private static final int MANY = 1_000;
  private static final int CROWD = 100;
  private static final long LONGEST_REST_NANOS = Duration.ofSeconds(20).toNanos();
  private static final long LANES_LOST_NANOS = Duration.ofMillis(100).toNanos();
  private static final int SLICE_BLOCKS = 8;
  private static final long SLICE_APART_NANOS = Duration.ofMillis(50).toNanos();
  private static final int SLICE_SHARE = 10;
  private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();
  private static final Duration SHORT_GATHER = Duration.ofMillis(5);
  private static final Duration LONG_GATHER = Duration.ofMillis(25);
  private static final Duration FLUSH_EVERY = Duration.ofSeconds(5);
  private static final long DRAIN_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LAST_RESORT_NANOS = Duration.ofSeconds(1).toNanos();

  private final Database database;
  private final LaneReader reader;
  private final Stores stores;
  private final RuleBooks ruleBooks;
  private final IdentifierCache cache;
  private final InstantSource clock;
  private final Signals signals;
  private final ProcessingStats stats;
  private final Courtesy courtesy;
  private final Runnable met;
  private final DeadLetters deadLetters = new DeadLetters();
  private final Thread thread;
  private volatile boolean signalled;
  private volatile boolean closing;
  private volatile Instant oldest = Instant.MAX;
  private Instant newest = Instant.MIN;
  private long flushedAt = System.nanoTime();

  /**
   * @param met called after a commit that readers of other lanes may have been waiting for
   */
  Processor(
      Database database,
      LaneReader reader,
      Stores stores,
      RuleBooks ruleBooks,
      IdentifierCache cache,
      InstantSource clock,
      Signals signals,
      ProcessingStats stats,
      Courtesy courtesy,
      Runnable met,
      String name) {
    this.database = database;
    this.reader = reader;
    this.stores = stores;
    this.ruleBooks = ruleBooks;
    this.cache = cache;
    this.clock = clock;
    this.signals = signals;
    this.stats = stats;
    this.courtesy = courtesy;
    this.met = met;
    this.thread = new Thread(this::run, name);
  }

  void start() {
    thread.start();
  }

  /** Something was written to these lanes: looks at once when any of them is read here. */
  void signal(long lanes) {
    if ((lanes & reader.mask()) != 0) {
      wake();
    }
  }

  /** Looks at once. */
  void wake() {
    signalled = true;
    LockSupport.unpark(thread);
  }

  /** When the oldest operation in hand was accepted; {@link Instant#MAX} when there is none. */
  Instant oldest() {
    return oldest;
  }

  private void run() {
    while (!closing) {
      try (var handle = database.dedicatedHandle("carillon processor")) {
        handle.execute("SET synchronous_commit = off");
        work(handle);
      } catch (RuntimeException failure) {
        cache.clear();
        reader.forget();
        if (!closing) {
          Failures.report(LOG, "processing", failure);
          LockSupport.parkNanos(this, 300_000_000);
        }
      }
    }
  }

  private void work(Handle handle) {
    while (!closing) {
      signalled = false;
      var begun = System.nanoTime();
      var applied = step(handle);
      if (applied == NOTHING_LEFT || applied == WAITS) {
        if (!signalled && !closing) {
          LockSupport.parkNanos(this, applied == WAITS ? LOOK_NANOS : LAST_RESORT_NANOS);
        }
      } else {
        gather(begun, applied);
      }
    }
    drain(handle);
    reader.flush(handle);
  }

  /** Works off what was accepted before the stop. */
  private void drain(Handle handle) {
    var deadline = System.nanoTime() + DRAIN_NANOS;
    for (var applied = step(handle);
        applied != NOTHING_LEFT && System.nanoTime() < deadline;
        applied = step(handle)) {
      if (applied == WAITS) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
    }
  }

  /**
   * A batch costs about a millisecond whatever its size. So while operations keep coming, batches
   * begin a little apart and grow; a single operation, or what follows after a pause, never waits.
   * While callers need the machine, processing rests or takes small slices.
   */
  private void gather(long begun, int applied) {
    var took = System.nanoTime() - begun;
    var apart = applied < FEW ? 0 : applied < SOME ? SHORT_GATHER.toNanos() : LONG_GATHER.toNanos();
    await(begun + apart, () -> applied < MANY);
    if (applied >= CROWD) {
      if (courtesy.pace(newest) == Pace.REST) {
        oldest = newest; // what has come meanwhile is hardly younger
        await(begun + LONGEST_REST_NANOS, () -> courtesy.pace(newest) == Pace.REST);
      }
      await(
          begun + Math.max(SLICE_APART_NANOS, SLICE_SHARE * took),
          () -> courtesy.pace(newest) == Pace.SLICES);
    }
  }

  private void await(long end, BooleanSupplier still) {
    for (var left = end - System.nanoTime();
        left > 0 && !closing && still.getAsBoolean();
        left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
    }
  }

  /**
   * Does one batch. Returns how many operations it applied, {@link #NOTHING_LEFT}, or {@link
   * #WAITS} when it is another processor's turn.
   */
  private int step(Handle handle) {
    reader.adopt(handle);
    if (reader.mask() == 0) {
      return NOTHING_LEFT;
    }
    if (reader.waits(handle)) {
      return WAITS;
    }
    if (System.nanoTime() - flushedAt > FLUSH_EVERY.toNanos()) {
      flushedAt = System.nanoTime();
      reader.flush(handle);
    }
    return newest.equals(Instant.MIN) || courtesy.pace(newest) == Pace.FULL
        ? step(handle, Integer.MAX_VALUE)
        : slice(handle);
  }

  private int slice(Handle handle) {
    courtesy.turn().lock();
    try {
      return step(handle, SLICE_BLOCKS);
    } finally {
      courtesy.turn().unlock();
    }
  }

  private int step(Handle handle, int blocks) {
    var batch = reader.read(handle, blocks);
    try {
      if (batch.entries().isEmpty()) {
        return stepOver(handle, batch);
      }
      oldest = batch.entries().getFirst().receivedAt();
      newest = batch.entries().getLast().receivedAt();
      process(handle, batch);
      oldest = left(batch, newest);
    } catch (LanesLost lost) {
      oldest = Instant.MAX;
      LOG.info("lanes were taken over while a batch ran: {}", lost.getMessage());
      reader.forget();
      LockSupport.parkNanos(this, LANES_LOST_NANOS); // who owns what is looked at once a second
      return 0;
    }
    var applied = batch.entries().size();
    if (batch.standing() != null && applied < CROWD) {
      return 0; // others wait for this one, or this one for others: no time to gather
    }
    return batch.more() ? MANY : applied;
  }

  /** When the oldest operation behind this batch was accepted. */
  private static Instant left(LaneBatch batch, Instant ifMore) {
    var standing = batch.standing();
    return standing != null ? standing : batch.more() ? ifMore : Instant.MAX;
  }

  /** Nothing to apply here; others may wait for how far we are. */
  private int stepOver(Handle handle, LaneBatch batch) {
    if (!batch.groups().isEmpty()) {
      handle.useTransaction(h -> reader.advance(h, batch));
    }
    confirmed(batch);
    oldest = left(batch, oldest);
    return batch.more() ? 0 : NOTHING_LEFT;
  }

  private void process(Handle handle, LaneBatch batch) {
    var operations = decode(batch.entries());
    var parts = Parts.NONE;
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        transact(handle, batch, operations, parts);
        return;
      } catch (RuntimeException failure) {
        if (failure instanceof LanesLost || Outage.caused(failure)) {
          throw failure;
        }
        if (Failures.passing(failure) && attempt < PATIENT_ATTEMPTS) {
          LOG.debug("a batch met another one and is done again: {}", failure.getMessage());
        } else if (parts == Parts.STUBBORN) {
          throw failure;
        } else {
          LOG.warn("a batch of {} failed and is done again in parts", operations.size(), failure);
          parts = parts == Parts.NONE && !Failures.passing(failure) ? Parts.YES : Parts.STUBBORN;
        }
      }
    }
    throw new IllegalStateException(
        "a batch of %d met others %d times in a row".formatted(operations.size(), ATTEMPTS));
  }

  /** How a batch is run again. */
  private enum Parts {
    /** As a whole. */
    NONE,
    /** In parts; what only met another batch is tried again. */
    YES,
    /** In parts; what met another batch too often is put aside as well. */
    STUBBORN
  }

  private void transact(Handle handle, LaneBatch batch, List<Decoded> operations, Parts parts) {
    var started = System.nanoTime();
    var done = new Done();
    Epoch epoch;
    handle.begin();
    try {
      epoch = Epoch.join(handle);
      cache.under(epoch.identity());
      if (parts != Parts.NONE) {
        inParts(handle, epoch, operations, done, parts);
      } else {
        whole(handle, epoch, operations, done);
      }
      if (done.identityMoved) {
        Epoch.newIdentity(handle);
      }
      reader.advance(handle, batch);
      handle.commit();
    } catch (RuntimeException failure) {
      if (!Outage.caused(failure)) {
        handle.rollback();
      }
      throw failure;
    }
    finish(batch, epoch, done);
    stats.batch(operations.size(), done.deadLetters, System.nanoTime() - started);
  }

  private void whole(Handle handle, Epoch epoch, List<Decoded> operations, Done done) {
    var accepted = new ArrayList<Accepted>(operations.size());
    for (var each : operations) {
      if (each.operation == null) {
        throw new IllegalStateException(
            "operation %d cannot be read: %s".formatted(each.entry.op(), each.fault));
      }
      accepted.add(new Accepted(each.entry.op(), each.entry.receivedAt(), each.operation));
    }
    // What an earlier part of this transaction renamed is not in the cache yet.
    var known = done.identityMoved ? new IdentifierCache() : cache;
    var waves =
        new Waves(handle, stores, ruleBooks.under(epoch.rules(), handle), epoch, known, clock);
    try {
      waves.run(accepted);
    } catch (StackOverflowError tooDeep) {
      throw new IllegalStateException("an operation or a rule is nested too deep", tooDeep);
    }
    done.add(waves);
  }

  private void inParts(
      Handle handle, Epoch epoch, List<Decoded> operations, Done done, Parts parts) {
    handle.savepoint("part");
    try {
      whole(handle, epoch, operations, done);
      handle.releaseSavepoint("part");
    } catch (RuntimeException failure) {
      if (Outage.caused(failure) || (Failures.passing(failure) && parts != Parts.STUBBORN)) {
        throw failure;
      }
      handle.rollbackToSavepoint("part");
      if (operations.size() == 1) {
        putAside(handle, operations.getFirst(), failure);
        done.deadLetters++;
      } else {
        var middle = operations.size() / 2;
        inParts(handle, epoch, operations.subList(0, middle), done, parts);
        inParts(handle, epoch, operations.subList(middle, operations.size()), done, parts);
      }
    }
  }

  private void putAside(Handle handle, Decoded operation, RuntimeException failure) {
    var workspace = operation.operation == null ? 0 : operation.operation.workspace().value();
    LOG.error(
        "operation {} of workspace {} cannot be applied and is put aside",
        operation.entry.op(),
        workspace,
        failure);
    deadLetters.put(
        handle, operation.entry, workspace, Failures.sentence(failure), clock.instant());
    if (operation.operation instanceof Operation.Event event) {
      FailedEvents.note(handle, stores, operation.entry, event);
    } else if (operation.operation instanceof Operation.Erase erase) {
      stores.erasures().fail(handle, erase.request(operation.entry.receivedAt()), clock.instant());
    }
  }

  /** What is committed may be what other readers wait for. */
  private void confirmed(LaneBatch batch) {
    reader.confirmed(batch);
    if (batch.met()) {
      met.run();
    }
  }

  private void finish(LaneBatch batch, Epoch epoch, Done done) {
    confirmed(batch);
    if (done.identityMoved) {
      cache.under(epoch.identity() + 1);
    } else {
      cache.add(epoch.identity(), done.resolved);
    }
    if (done.deliveries > 0) {
      signals.deliveriesQueued().run();
    }
    if (done.leavesWork) {
      signals.workLeft().run();
    }
  }

  private static List<Decoded> decode(List<LogEntry> entries) {
    var decoded = new ArrayList<Decoded>(entries.size());
    for (var entry : entries) {
      try {
        decoded.add(new Decoded(entry, OperationCodec.decode(entry.bytes()), ""));
      } catch (RuntimeException unreadable) {
        decoded.add(new Decoded(entry, null, String.valueOf(unreadable.getMessage())));
      }
    }
    return decoded;
  }

  private record Decoded(LogEntry entry, @Nullable Operation operation, String fault) {}

  /** What a transaction did that matters after its commit. */
  private static final class Done {
    private final Map<IdentifierKey, Long> resolved = new HashMap<>();
    private boolean identityMoved;
    private int deliveries;
    private boolean leavesWork;
    private int deadLetters;

    private void add(Waves waves) {
      resolved.putAll(waves.resolved());
      identityMoved |= waves.identityMoved();
      deliveries += waves.deliveries();
      leavesWork |= waves.leavesWork();
    }
  }

  /** Works off what is in the log, for at most ten seconds, and ends. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
