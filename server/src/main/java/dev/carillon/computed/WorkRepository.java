package dev.carillon.computed;

import dev.carillon.computed.ComputedAttribute.State;
import dev.carillon.segments.Way;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Computed attributes that have a way to go through the people of their workspace. */
final class WorkRepository {
  /** Timers of one attribute that wait for due work; with as many no more are armed. */
  static final int AHEAD = 2_000;

  private static final Duration LONGEST_DELAY = Duration.ofHours(1);

  /**
   * A row under way.
   *
   * @param people how many there are, for progress; null: it has not begun
   * @param failures how often in a row it went wrong
   */
  record Work(
      int id,
      WorkspaceId workspace,
      State state,
      int epoch,
      long doneTo,
      SortedSet<Long> skipped,
      @Nullable Long people,
      int failures)
      implements Way {}

  private static Work read(ResultSet row) throws SQLException {
    var skipped = new TreeSet<Long>();
    for (var personId : (Long[]) row.getArray(6).getArray()) {
      skipped.add(personId);
    }
    return new Work(
        row.getInt(1),
        new WorkspaceId(row.getInt(2)),
        State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
        row.getInt(4),
        row.getLong(5),
        skipped,
        row.getObject(7, Long.class),
        row.getInt(8));
  }

  /**
   * Claims a row that nobody else works on, until the end of the transaction: workspaces take
   * turns, of each the oldest. Passed over are those that failed lately, and those that only wait
   * for due work to work off their timers.
   *
   * @param after the workspace whose turn was last; 0: none
   */
  Optional<Work> claim(Handle handle, int after, Instant now) {
    return handle
        .createQuery(
            """
            SELECT a.computed_id, a.workspace_id, a.state, a.epoch, a.done_to, a.skipped, a.people, a.failures
              FROM computed_attribute a
             WHERE a.state <> 'ready' AND (a.retry_at IS NULL OR a.retry_at <= :now)
               AND NOT (a.state IN ('publishing', 'withdrawing') AND a.done_to < :everybody
                        AND EXISTS (SELECT FROM computed_timer t
                                     WHERE t.computed_id = a.computed_id AND t.due_at <= :now OFFSET :ahead))
               AND NOT (a.state = 'withdrawing' AND a.done_to = :everybody
                        AND EXISTS (SELECT FROM computed_timer t WHERE t.computed_id = a.computed_id))
             ORDER BY a.workspace_id <= :after, a.workspace_id, a.updated_at, a.computed_id
             LIMIT 1 FOR UPDATE OF a SKIP LOCKED
            """)
        .bind("now", now)
        .bind("everybody", Way.EVERYBODY)
        .bind("ahead", AHEAD - 1)
        .bind("after", after)
        .map((row, _) -> read(row))
        .findOne();
  }

  /** Begins a way through so many people. */
  void begin(Handle handle, Work work, long people) {
    handle
        .createUpdate(
            """
            UPDATE computed_attribute SET people = :people
             WHERE computed_id = :id AND state = :state AND people IS NULL
            """)
        .bind("people", people)
        .bind("id", work.id)
        .bind("state", word(work.state))
        .execute();
  }

  /**
   * Moves a claimed row on.
   *
   * @param skipped people up to the cursor who are still to be done
   * @param done how many people were done
   */
  void advance(Handle handle, Work work, long doneTo, SequencedCollection<Long> skipped, int done) {
    handle
        .createUpdate(
            """
            UPDATE computed_attribute
               SET done_to = :doneTo, skipped = :skipped, people_done = people_done + :done, failures = 0, retry_at = NULL
             WHERE computed_id = :id
            """)
        .bind("doneTo", doneTo)
        .bind("skipped", skipped.stream().mapToLong(Long::longValue).toArray())
        .bind("done", done)
        .bind("id", work.id)
        .execute();
  }

  /** Notes that it went wrong once more: it waits, twice as long each time, up to an hour. */
  void failed(Handle handle, Work work, Instant now) {
    var delay = Duration.ofSeconds(1L << Math.min(work.failures, 12));
    handle
        .createUpdate(
            """
            UPDATE computed_attribute SET failures = failures + 1, retry_at = :retryAt
             WHERE computed_id = :id AND state = :state
            """)
        .bind("retryAt", now.plus(delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY))
        .bind("id", work.id)
        .bind("state", word(work.state))
        .execute();
  }

  /** Gives a row that has reached everybody its next state. */
  void become(Handle handle, Work work, State next) {
    handle
        .createUpdate(
            """
            UPDATE computed_attribute
               SET state = :next, done_to = 0, people_done = 0, people = NULL, failures = 0, retry_at = NULL
             WHERE computed_id = :id AND state = :state AND done_to = :everybody AND skipped = '{}'
            """)
        .bind("next", word(next))
        .bind("id", work.id)
        .bind("state", word(work.state))
        .bind("everybody", Way.EVERYBODY)
        .execute();
  }

  /** Removes a row whose values are gone from profiles; nothing when due work has left any. */
  void remove(Handle handle, Work work) {
    handle
        .createUpdate(
            """
            DELETE FROM computed_attribute a WHERE a.computed_id = :id AND a.state = 'withdrawing'
               AND NOT EXISTS (SELECT FROM computed_timer t WHERE t.computed_id = a.computed_id)
            """)
        .bind("id", work.id)
        .execute();
  }

  static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
