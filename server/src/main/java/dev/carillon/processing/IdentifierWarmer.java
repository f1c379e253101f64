package dev.carillon.processing;

import dev.carillon.people.IdentifierKey;
import dev.carillon.people.PeopleRepository;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the cache of identifiers in the background while it misses people whom the database knows:
 * after a start, or after a deletion emptied it. A look-up at random in a large base costs several
 * times what reading it in order costs. Takes a third of one core at most, puts nobody out of the
 * cache, and leaves a base alone that is far too large for it.
 */
final class IdentifierWarmer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IdentifierWarmer.class);
  private static final int CHUNK = 5_000;
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();
  private static final long PASSES_APART_NANOS = Duration.ofMinutes(1).toNanos();

  /** Fewer misses in one look are not worth it. */
  private static final int MANY_MISSED = 500;

  /** A cache of a tenth of the base would hardly be hit by who is filled in. */
  private static final long LARGEST_BASE = 4_000_000;

  private final Database database;
  private final PeopleRepository people;
  private final IdentifierCache cache;
  private final Thread thread;
  private volatile boolean closing;

  IdentifierWarmer(Database database, PeopleRepository people, IdentifierCache cache) {
    this.database = database;
    this.people = people;
    this.cache = cache;
    this.thread = new Thread(this::run, "identifier-warmer");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!closing) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      if (closing || cache.takeMissed() < MANY_MISSED) {
        continue;
      }
      try {
        pass();
      } catch (RuntimeException failure) {
        if (!closing) {
          Failures.report(LOG, "filling the cache of identifiers", failure);
        }
      }
      await(PASSES_APART_NANOS);
    }
  }

  /** Reads all identifiers in order, as far as there is room. */
  void pass() {
    if (database.<Long, RuntimeException>read(people::roughlyIdentifiers) > LARGEST_BASE) {
      return;
    }
    @Nullable IdentifierKey last = null;
    do {
      var begun = System.nanoTime();
      var after = last;
      var life = cache.life();
      last =
          database.<@Nullable IdentifierKey, RuntimeException>snapshot(
              LONGEST,
              handle -> {
                var epoch = Epoch.identity(handle);
                var page = people.identifiers(handle, after, CHUNK);
                return cache.fill(life, epoch, page) && page.size() == CHUNK
                    ? page.lastEntry().getKey()
                    : null;
              });
      await(2 * (System.nanoTime() - begun));
    } while (last != null && !closing);
  }

  private void await(long nanos) {
    var end = System.nanoTime() + nanos;
    for (var left = nanos; left > 0 && !closing; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }

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
