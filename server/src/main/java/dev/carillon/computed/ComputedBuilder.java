package dev.carillon.computed;

import dev.carillon.computed.ComputedAttribute.State;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
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
 */
public final class ComputedBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(ComputedBuilder.class);
  private static final long EVERYBODY = Long.MAX_VALUE;

  private final Database database;
  private final ComputedAttributes attributes;
  private final TallyRepository tallies = new TallyRepository();
  private final InstantSource clock;
  private final int range;

  /** Works in ranges of a thousand people. */
  public ComputedBuilder(Database database, ComputedAttributes attributes, InstantSource clock) {
    this(database, attributes, clock, 1_000);
  }

  /** With another number of people in each transaction. */
  ComputedBuilder(
      Database database, ComputedAttributes attributes, InstantSource clock, int range) {
    this.database = database;
    this.attributes = attributes;
    this.clock = clock;
    this.range = range;
  }

  /** A row under way. */
  private record Work(
      int id, WorkspaceId workspace, State state, int epoch, long doneTo, @Nullable Long people) {}

  /**
   * Does the next piece of work, one transaction of some tens of milliseconds.
   *
   * @return false when there is nothing to do, or other nodes are doing it all
   */
  public boolean step() {
    var work = database.<Optional<Work>, RuntimeException>inTransaction(this::range).orElse(null);
    if (work == null) {
      return false;
    }
    if (work.people == null) {
      begin(work);
    } else if (work.doneTo == EVERYBODY) {
      return database.<Boolean, RuntimeException>inTransaction(handle -> finish(handle, work));
    }
    return true;
  }

  private Optional<Work> range(Handle handle) {
    Epoch.join(handle);
    var claimed = claim(handle);
    claimed
        .filter(work -> work.people != null && work.doneTo < EVERYBODY)
        .ifPresent(work -> advance(handle, work));
    return claimed;
  }

  private static Optional<Work> claim(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT computed_id, workspace_id, state, epoch, done_to, people FROM computed_attribute
             WHERE state <> 'ready' ORDER BY updated_at, computed_id LIMIT 1 FOR UPDATE SKIP LOCKED
            """)
        .map((row, _) ->
            new Work(
                row.getInt(1),
                new WorkspaceId(row.getInt(2)),
                State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getInt(4),
                row.getLong(5),
                row.getObject(6, Long.class)))
        .findOne();
  }

  /** Counting takes long in a large workspace, so it is done without any lock. */
  private void begin(Work work) {
    var people =
        database.<Long, RuntimeException>read(handle ->
            handle
                .createQuery("SELECT count(*) FROM person WHERE workspace_id = :workspace")
                .bind("workspace", work.workspace.value())
                .mapTo(Long.class)
                .one());
    database.<Integer, RuntimeException>inTransaction(handle ->
        handle
            .createUpdate(
                """
                UPDATE computed_attribute SET people = :people
                 WHERE computed_id = :id AND state = :state AND people IS NULL
                """)
            .bind("people", people)
            .bind("id", work.id)
            .bind("state", word(work.state))
            .execute());
    LOG.info(
        "{} of computed attribute {} begins, workspace={} people={}",
        word(work.state),
        work.id,
        work.workspace.value(),
        people);
  }

  private void advance(Handle handle, Work work) {
    var people =
        switch (work.state) {
          case FILLING -> fill(handle, work);
          case PUBLISHING, WITHDRAWING -> wake(handle, work);
          case READY -> throw new IllegalStateException("nothing is left to do");
        };
    handle
        .createUpdate(
            """
            UPDATE computed_attribute SET done_to = :doneTo, people_done = people_done + :people WHERE computed_id = :id
            """)
        .bind("doneTo", people.size() < range ? EVERYBODY : people.last())
        .bind("people", people.size())
        .bind("id", work.id)
        .execute();
  }

  private TreeSet<Long> fill(Handle handle, Work work) {
    var people = new TreeSet<Long>();
    people.addAll(
        handle
            .createQuery(
                """
                SELECT person_id FROM person
                 WHERE workspace_id = :workspace AND person_id > :after AND born < :epoch
                 ORDER BY person_id LIMIT :limit FOR NO KEY UPDATE
                """)
            .bind("workspace", work.workspace.value())
            .bind("after", work.doneTo)
            .bind("epoch", work.epoch)
            .bind("limit", range)
            .mapTo(Long.class)
            .list());
    var attribute = attributes.find(handle, work.workspace, work.id).orElse(null);
    if (attribute == null || people.isEmpty()) {
      return people;
    }
    var ids = people.stream().mapToLong(Long::longValue).toArray();
    var filled = ComputedFilling.of(handle, ids, List.of(attribute));
    var stored = tallies.load(handle, ids);
    var rows = new ArrayList<TallyRepository.Row>();
    for (var person : people) {
      var before = stored.getOrDefault(person, new HashMap<>());
      var after = new TreeMap<>(before);
      var tally = filled.get(new TallyRepository.Key(person, work.id));
      if (tally == null) {
        after.remove(work.id);
      } else {
        after.put(work.id, tally);
      }
      if (!after.equals(before)) {
        rows.add(new TallyRepository.Row(person, work.workspace, after));
      }
    }
    tallies.store(handle, rows);
    return people;
  }

  /**
   * Lets timers of the next people who have any tally fall due. Under no lock of theirs: a batch
   * that arms the same timer a moment later has computed the value itself.
   */
  private TreeSet<Long> wake(Handle handle, Work work) {
    var people = new TreeSet<Long>();
    people.addAll(
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
            .bind("workspace", work.workspace.value())
            .bind("after", work.doneTo)
            .bind("limit", range)
            .bind("id", work.id)
            .bind("now", clock.instant())
            .mapTo(Long.class)
            .list());
    return people;
  }

  /** Goes on to the next state. False: due work has still to take values out of profiles. */
  private boolean finish(Handle handle, Work work) {
    return switch (work.state) {
      case FILLING -> become(handle, work, State.PUBLISHING);
      case PUBLISHING -> become(handle, work, State.READY);
      case WITHDRAWING -> {
        var left =
            handle
                .createQuery("SELECT EXISTS (SELECT 1 FROM computed_timer WHERE computed_id = :id)")
                .bind("id", work.id)
                .mapTo(Boolean.class)
                .one();
        if (left) {
          yield false;
        }
        Epoch.newRules(handle);
        handle
            .createUpdate(
                "DELETE FROM computed_attribute WHERE computed_id = :id AND state = 'withdrawing'")
            .bind("id", work.id)
            .execute();
        yield true;
      }
      case READY -> throw new IllegalStateException("nothing is left to do");
    };
  }

  /** Processing must learn of it before the next range is worked on. */
  private static boolean become(Handle handle, Work work, State next) {
    Epoch.newRules(handle);
    handle
        .createUpdate(
            """
            UPDATE computed_attribute SET state = :next, done_to = 0, people_done = 0, people = NULL
             WHERE computed_id = :id AND state = :state AND done_to = :everybody
            """)
        .bind("next", word(next))
        .bind("id", work.id)
        .bind("state", word(work.state))
        .bind("everybody", EVERYBODY)
        .execute();
    LOG.info("computed attribute {} is {}", work.id, word(next));
    return true;
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
