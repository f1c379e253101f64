package dev.carillon.privacy;

import dev.carillon.privacy.Census.Count;
import dev.carillon.privacy.ErasureRepository.Removed;
import dev.carillon.privacy.Work.Cursor;
import dev.carillon.privacy.Work.Stage;
import dev.carillon.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases what people who are gone left behind, step by step: events, deliveries, journeys,
 * activity.
 *
 * <p><b>When.</b> A while after the removal, because a batch that ran at that moment may still
 * store a plain event, by an identifier it had looked up before. For a deletion that while is all.
 * Of somebody whose erasure was asked for, a proof is owed: what is left is removed once more when
 * no transaction from before the removal is left and the log has given back every block from before
 * it; only then tables are read from end to end for what names the person, and everything is
 * counted. If anything is found it starts again.
 *
 * <p><b>Crashes and other nodes.</b> A step is one transaction that claims people, does a bounded
 * part of the work, adds to the counts of the proof and notes how far it came. So what was not
 * committed did not happen, and nobody is worked on twice at a time. Nothing new is ever written
 * under the key of somebody who is gone, and what is anonymised has another key, so a step that
 * finds nothing is done.
 */
public final class Erasures {
  private static final Logger LOG = LoggerFactory.getLogger(Erasures.class);
  private static final int PEOPLE = 20;
  private static final int ROWS = 2_000;
  private static final int ENTRIES = 10_000;

  private static final Set<PersonTable> ANONYMOUS =
      EnumSet.of(PersonTable.ANONYMOUS_EVENT, PersonTable.ANONYMOUS_RELATIONSHIP);

  /** How long until somebody who cannot be finished yet is looked at again. */
  private static final Duration PAUSE = Duration.ofSeconds(20);

  private final Database database;
  private final InstantSource clock;
  private final WorkQueue queue = new WorkQueue();
  private final Remains remains;
  private final Sweeps sweeps;
  private final ErasureProofs proofs = new ErasureProofs();

  /** Does nothing until {@link #run}. */
  public Erasures(Database database, InstantSource clock, StoredOperations operations) {
    this(database, clock, operations, ROWS, ENTRIES);
  }

  /**
   * Does less or more in a step.
   *
   * @param rows of each table and person, 1 or more
   * @param entries of the activity log read at once, 1 or more
   */
  public Erasures(
      Database database, InstantSource clock, StoredOperations operations, int rows, int entries) {
    this.database = database;
    this.clock = clock;
    this.remains = new Remains(rows);
    this.sweeps = new Sweeps(operations, entries);
  }

  /** Erases all that is due; several nodes share the work. */
  public void run() {
    while (!Thread.currentThread().isInterrupted() && step()) {
      LOG.debug("more of people who are gone is to be erased");
    }
  }

  /** Does one step in one transaction; true when there may be more to do right now. */
  public boolean step() {
    return database.inTransaction(handle -> step(handle, clock.instant()));
  }

  private boolean step(Handle handle, Instant now) {
    var claimed = queue.claim(handle, now, PEOPLE);
    if (claimed.isEmpty()) {
      return false;
    }
    // What a later stage would find could be written behind it as long as somebody is not settled.
    var settled = queue.settled(handle, claimed);
    tables(handle, of(claimed, Stage.TABLES), settled, now);
    letters(handle, of(claimed, Stage.LETTERS), now);
    nobody(handle, of(claimed, Stage.NOBODY), now);
    check(handle, of(claimed, Stage.CHECK), now);
    return true;
  }

  private static List<Work> of(Collection<Work> work, Stage stage) {
    return work.stream().filter(each -> each.stage() == stage).toList();
  }

  private void tables(Handle handle, List<Work> work, Set<Long> settled, Instant now) {
    if (work.isEmpty()) {
      return;
    }
    var step = remains.erase(handle, work, settled, now);
    add(handle, work, step.done());
    var more = new ArrayList<Work>();
    var waiting = new ArrayList<Work>();
    var finished = new ArrayList<Work>();
    var onward = new ArrayList<Work>();
    for (var each : work) {
      if (step.held().contains(each.personId())) {
        waiting.add(each);
      } else if (step.unfinished().containsKey(each.personId())) {
        more.add(each);
      } else if (each.requestId() == null) {
        finished.add(each);
      } else if (settled.contains(each.personId())) {
        onward.add(each);
      } else {
        waiting.add(each);
      }
    }
    queue.remove(handle, finished);
    queue.resume(handle, more, step.unfinished(), now); // behind all others that are due
    queue.postpone(handle, waiting, now.plus(PAUSE));
    move(handle, onward, Stage.LETTERS, now);
  }

  private void letters(Handle handle, List<Work> work, Instant now) {
    if (work.isEmpty()) {
      return;
    }
    var together = together(work);
    var slice = sweeps.letters(handle, together, together.getFirst().cursor());
    swept(handle, together, slice, Stage.LETTERS, Stage.NOBODY, now);
  }

  private void nobody(Handle handle, List<Work> work, Instant now) {
    if (work.isEmpty()) {
      return;
    }
    var together = together(work);
    var slice = sweeps.activities(handle, together, together.getFirst().cursor());
    swept(handle, together, slice, Stage.NOBODY, Stage.CHECK, now);
  }

  /** Those who are as far as the first one; the others have their turn later. */
  private static List<Work> together(List<Work> work) {
    var cursor = work.getFirst().cursor();
    return work.stream().filter(each -> each.cursor().equals(cursor)).toList();
  }

  private void swept(
      Handle handle, List<Work> work, Sweeps.Slice slice, Stage stage, Stage then, Instant now) {
    add(handle, work, slice.removed().stream().map(Remains.Done::new).toList());
    var found = work.stream().map(each -> each.found() + slice.of(each.personId())).toList();
    var next = slice.next();
    queue.move(
        handle, work, next == null ? then : stage, next == null ? Cursor.START : next, found, now);
  }

  /**
   * Somebody of whom the tables that were read from end to end held something is read for again.
   */
  private void check(Handle handle, List<Work> work, Instant now) {
    var again = work.stream().filter(each -> each.found() > 0).toList();
    move(handle, again, Stage.LETTERS, now);
    var checked = work.stream().filter(each -> each.found() == 0).toList();
    if (checked.isEmpty()) {
      return;
    }
    var tables =
        Census.tables(
            Set.of(PersonTable.Goes.AT_ONCE, PersonTable.Goes.LATER, PersonTable.Goes.SWEPT));
    var left = Census.of(handle, tables, checked.stream().map(Work::person).toList());
    var unfinished = new HashSet<Long>();
    for (var each : left) {
      unfinished.add(each.personId());
      LOG.warn(
          "the last check of an erasure found rows that are to go: table={} rows={}",
          each.table().table(),
          each.rows());
    }
    forgetAnonymous(handle, checked, left);
    var parts =
        checked.stream()
            .collect(Collectors.partitioningBy(each -> unfinished.contains(each.personId())));
    move(handle, parts.getOrDefault(true, List.of()), Stage.TABLES, now.plus(PAUSE));
    proofs.complete(handle, parts.getOrDefault(false, List.of()), queue, now);
  }

  /** What was in the log under an anonymous id, and came into its table after the removal. */
  private static void forgetAnonymous(Handle handle, List<Work> work, List<Count> left) {
    var late = left.stream().filter(each -> ANONYMOUS.contains(each.table())).toList();
    var people = late.stream().map(Count::personId).collect(Collectors.toSet());
    ErasureRepository.forgetAnonymous(
        handle,
        work.stream().map(Work::person).filter(each -> people.contains(each.personId())).toList());
    add(handle, work, late.stream().map(Remains.Done::new).toList());
  }

  private void move(Handle handle, List<Work> work, Stage stage, Instant dueAt) {
    queue.move(handle, work, stage, Cursor.START, work.stream().map(_ -> 0L).toList(), dueAt);
  }

  private static void add(Handle handle, List<Work> work, List<Remains.Done> done) {
    var removed = new ArrayList<Removed>();
    for (var each : done) {
      var request =
          work.stream()
              .filter(one -> one.personId() == each.count().personId())
              .findFirst()
              .map(Work::requestId)
              .orElse(null);
      removed.add(new Removed(request, each.count(), each.anonymised()));
    }
    ErasureRepository.add(handle, removed);
  }
}
