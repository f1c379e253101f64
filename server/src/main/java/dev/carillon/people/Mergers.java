package dev.carillon.people;

import dev.carillon.people.MergerRepository.Merger;
import dev.carillon.store.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what merged people left in tables that are partitioned by time — events, deliveries,
 * activity — to who survived them.
 *
 * <p>The newest rows move in the transaction of the merge, the rest here. A batch that was running
 * at the moment of the merge may still store a plain event of the secondary, by an identifier it
 * had looked up before; so a row of table {@code merger} stays until no such batch can be left, and
 * what has come until then moves too. As long as it stays, whoever counts the events of the primary
 * counts those of the secondary as well. Each event is then seen exactly once, because the row goes
 * with the transaction that found nothing left.
 *
 * <p>A primary that is merged in turn hands its secondaries on; one that is deleted hands them to
 * the erasure. Several nodes share the work.
 */
public final class Mergers {
  private static final Logger LOG = LoggerFactory.getLogger(Mergers.class);
  private static final int PEOPLE = 20;

  private final Database database;
  private final InstantSource clock;
  private final MergerRepository mergers;

  /** Does nothing until {@link #run}. */
  public Mergers(Database database, InstantSource clock, MergerRepository mergers) {
    this.database = database;
    this.clock = clock;
    this.mergers = mergers;
  }

  /** Moves all that is due, a bounded number of rows a transaction. */
  public void run() {
    while (!Thread.currentThread().isInterrupted()
        && database.inTransaction(handle -> step(handle, clock.instant()))) {
      LOG.debug("more of merged people is to be moved");
    }
  }

  /** True when there may be more to do right now. */
  private boolean step(Handle handle, Instant now) {
    var claimed = mergers.claim(handle, now, PEOPLE);
    if (claimed.isEmpty()) {
      return false;
    }
    var heirs = claimed.stream().map(Merger::heir).toList();
    mergers.move(handle, heirs);
    var unfinished = mergers.unfinished(handle, heirs);
    var done = new ArrayList<Long>();
    var early = new ArrayList<Long>();
    for (var each : claimed) {
      var secondary = each.heir().secondaryId();
      if (!unfinished.contains(secondary)) {
        var last = each.mergedAt().plus(MergerRepository.LATEST_BATCH);
        (last.isAfter(now) ? early : done).add(secondary);
      }
    }
    mergers.remove(handle, ids(done));
    mergers.postpone(handle, ids(early), MergerRepository.LATEST_BATCH);
    mergers.requeue(handle, ids(unfinished), now);
    return claimed.size() == PEOPLE || !unfinished.isEmpty();
  }

  private static long[] ids(Collection<Long> people) {
    return people.stream().mapToLong(Long::longValue).toArray();
  }
}
