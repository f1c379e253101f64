package dev.carillon.computed;

import dev.carillon.computed.ComputedAttribute.State;
import dev.carillon.computed.WorkRepository.Work;
import dev.carillon.segments.PeopleRange;
import dev.carillon.segments.RangeSize;
import dev.carillon.segments.Way;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings computed attributes to the people who were there before, and takes deleted ones away, in
 * ranges of people while processing goes on.
 *
 * <p>A new attribute is first <i>filled</i>: each person's stored events are added up under the
 * lock of the person, replacing what live processing has added up meanwhile (the argument why
 * nobody is missed or doubled is that of segment builds: epochs, the person's lock, the epoch of
 * birth). Until everybody is filled no profile shows it. Then it is <i>published</i>: a timer of
 * each person who has a tally falls due, and due work writes the value as it does whenever a window
 * moves, so segments and campaigns see an attribute that appears. A deleted attribute is
 * <i>withdrawn</i> the same way.
 *
 * <p>The cursor moves in the transaction of what it stands for, so a crash costs one range. Several
 * nodes may call {@link #step}: each claims a row for the length of a transaction.
 *
 * <p>As with segments, nobody's lock is waited for, ranges are as short as the locks may be held,
 * and workspaces take turns. An attribute that fails waits, longer each time; one whose timers are
 * still to be worked off is passed over.
 */
public final class ComputedBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(ComputedBuilder.class);

  /** People who are published to or withdrawn from at once; no lock of theirs is held. */
  private static final int WOKEN = 1_000;

  private final Database database;
  private final ComputedAttributes attributes;
  private final WorkRepository rows = new WorkRepository();
  private final TallyRepository tallies = new TallyRepository();
  private final InstantSource clock;
  private final RangeSize size;
  private final AtomicInteger turn = new AtomicInteger();

  /** Learns how many people it can take at once. */
  public ComputedBuilder(Database database, ComputedAttributes attributes, InstantSource clock) {
    this.database = database;
    this.attributes = attributes;
    this.clock = clock;
    this.size = RangeSize.learning();
  }

  /**
   * Does the next piece of work, one transaction of some tens of milliseconds. The work is not lost
   * when this throws: it is tried again, after other work.
   *
   * @return false when there is nothing to do now, or other nodes are doing it all
   */
  public boolean step() {
    var tried = new AtomicReference<@Nullable Work>();
    try {
      var work =
          database.<@Nullable Work, RuntimeException>inTransaction(handle -> goOn(handle, tried));
      if (work == null) {
        return false;
      }
      if (work.people() == null) {
        begin(work);
      } else if (work.isComplete()) {
        database.<Boolean, RuntimeException>inTransaction(handle -> finish(handle, work));
      }
      return true;
    } catch (RuntimeException failure) {
      var work = tried.get();
      if (work != null) {
        try {
          database.<Boolean, RuntimeException>inTransaction(handle -> failed(handle, work));
        } catch (RuntimeException unnoted) {
          failure.addSuppressed(unnoted);
        }
      }
      throw failure;
    }
  }

  /** Works on one range of the next row, and returns the row as it was before; null: none. */
  private @Nullable Work goOn(Handle handle, AtomicReference<@Nullable Work> tried) {
    Epoch.hold(handle);
    var work = rows.claim(handle, turn.get(), clock.instant()).orElse(null);
    if (work != null) {
      tried.set(work);
      turn.set(work.workspace().value());
      if (work.people() != null && !work.isComplete()) {
        advance(handle, work);
      }
    }
    return work;
  }

  private boolean failed(Handle handle, Work work) {
    rows.failed(handle, work, clock.instant());
    return true;
  }

  /** Counting takes long in a large workspace, so it is done without any lock. */
  private void begin(Work work) {
    var people =
        database.<Long, RuntimeException>read(handle ->
            handle
                .createQuery("SELECT count(*) FROM person WHERE workspace_id = :workspace")
                .bind("workspace", work.workspace().value())
                .mapTo(Long.class)
                .one());
    database.<Boolean, RuntimeException>inTransaction(handle -> {
      rows.begin(handle, work, people);
      return true;
    });
    LOG.info(
        "{} of computed attribute {} begins, workspace={} people={}",
        WorkRepository.word(work.state()),
        work.id(),
        work.workspace().value(),
        people);
  }

  private void advance(Handle handle, Work work) {
    switch (work.state()) {
      case FILLING -> fill(handle, work);
      case PUBLISHING, WITHDRAWING -> wake(handle, work);
      case READY -> throw new IllegalStateException("nothing is left to do");
    }
  }

  private void fill(Handle handle, Work work) {
    var range = PeopleRange.of(handle, work, work.epoch(), size.next(1));
    var locked = System.nanoTime();
    var people = range.people().navigableKeySet();
    var attribute = attributes.find(handle, work.workspace(), work.id()).orElse(null);
    if (attribute != null && !people.isEmpty()) {
      fill(handle, attribute, people);
    }
    rows.advance(handle, work, range.doneTo(), List.copyOf(range.skipped()), people.size());
    size.held(people.size(), System.nanoTime() - locked);
  }

  private void fill(Handle handle, ComputedAttribute attribute, SortedSet<Long> people) {
    var ids = people.stream().mapToLong(Long::longValue).toArray();
    var filled = ComputedFilling.of(handle, ids, List.of(attribute));
    var stored = tallies.load(handle, ids);
    var changed = new ArrayList<TallyRepository.Row>();
    for (var person : people) {
      var before = stored.getOrDefault(person, TallyRepository.Stored.NOTHING);
      var after = new TreeMap<>(before.tallies());
      var tally = filled.get(new TallyRepository.Key(person, attribute.id()));
      if (tally == null) {
        after.remove(attribute.id());
      } else {
        after.put(attribute.id(), tally);
      }
      if (!after.equals(before.tallies())) {
        var now = new TallyRepository.Stored(after, before.refused());
        changed.add(new TallyRepository.Row(person, attribute.workspace(), now));
      }
    }
    tallies.store(handle, changed);
  }

  /**
   * Lets timers of the next people who have any tally fall due. Under no lock of theirs: a batch
   * that arms the same timer a moment later has computed the value itself.
   */
  private void wake(Handle handle, Work work) {
    var people =
        handle
            .createQuery(
                """
                WITH woken AS (
                  SELECT person_id FROM person_computed
                   WHERE workspace_id = :workspace AND person_id > :after ORDER BY person_id LIMIT :limit),
                armed AS (
                  INSERT INTO computed_timer (person_id, computed_id, due_at)
                  SELECT person_id, :id, :now FROM woken ORDER BY person_id
                  ON CONFLICT (person_id, computed_id) DO UPDATE SET due_at = least(computed_timer.due_at, excluded.due_at))
                SELECT person_id FROM woken
                """)
            .bind("workspace", work.workspace().value())
            .bind("after", work.doneTo())
            .bind("limit", WOKEN)
            .bind("id", work.id())
            .bind("now", clock.instant())
            .mapTo(Long.class)
            .list();
    var doneTo = people.size() < WOKEN ? Way.EVERYBODY : Collections.max(people);
    rows.advance(handle, work, doneTo, List.of(), people.size());
  }

  /** Goes on to the next state; processing must learn of it before the next range. */
  private boolean finish(Handle handle, Work work) {
    Epoch.newRules(handle);
    switch (work.state()) {
      case FILLING -> rows.become(handle, work, State.PUBLISHING);
      case PUBLISHING -> rows.become(handle, work, State.READY);
      case WITHDRAWING -> rows.remove(handle, work);
      case READY -> throw new IllegalStateException("nothing is left to do");
    }
    LOG.info("{} of computed attribute {} is over", WorkRepository.word(work.state()), work.id());
    return true;
  }
}
