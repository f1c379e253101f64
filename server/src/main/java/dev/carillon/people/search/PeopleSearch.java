package dev.carillon.people.search;

import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Finds the people of a workspace who fulfil a filter, in the order of their keys. Safe for many
 * threads.
 *
 * <p><b>Exact.</b> Indexes only say who may fulfil the filter ({@link Bound}); whoever they name is
 * looked at as it is stored. Table {@code person_search} runs behind the people; those it does not
 * know as they are stand in {@code search_pending} and are looked at too. A step of a search is one
 * snapshot, in which a person's keys are up to date or the person is pending.
 *
 * <p><b>Bounded.</b> A common value is found by walking along the people, a rare one by the index
 * of keys, and which is which cannot be told for sure. So a search walks along some thousands of
 * people first. If that does not fill the page it asks for the rest at once, and gives that up when
 * it takes too long: then it walks on as far as it comes in less than half a second. The page then
 * ends where the search has come to, possibly short or even empty, and the next one goes on from
 * there.
 */
public final class PeopleSearch {
  private static final int SEARCHES_AT_ONCE = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Database database;
  private final Pace pace;
  // A search may keep a connection for half a second: others must find one, too.
  private final Semaphore turns = new Semaphore(SEARCHES_AT_ONCE, true);

  /**
   * How far a search goes.
   *
   * @param walked people it walks along in one step, 1 or more
   * @param leap how long it waits for the index of keys
   * @param time after which it begins no further step
   */
  record Pace(int walked, Duration leap, Duration time) {
    static final Pace USUAL = new Pace(10_000, Duration.ofMillis(300), Duration.ofMillis(400));
  }

  /** Searches this database. */
  public PeopleSearch(Database database) {
    this(database, Pace.USUAL);
  }

  PeopleSearch(Database database, Pace pace) {
    this.database = database;
    this.pace = pace;
  }

  /**
   * A part of an answer.
   *
   * @param after the key behind which the next part begins
   * @param more whether there may be people behind it
   */
  public record Found(List<Names> people, long after, boolean more) {
    /** Copies the list. */
    public Found {
      people = List.copyOf(people);
    }
  }

  /**
   * Looks for people.
   *
   * @param access the workspace, and whether addresses name people there
   * @param after the key behind which to begin; 0 from the first
   * @param limit at most this many
   * @throws SearchUnavailable when the database is too slow for even a small step, or too many
   *     searches wait
   */
  public Found search(Access access, SearchFilter filter, long after, int limit) {
    await();
    try {
      return new SearchRun(database, pace, access, filter, limit).from(after);
    } finally {
      turns.release();
    }
  }

  private void await() {
    try {
      if (!turns.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new SearchUnavailable();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SearchUnavailable(interrupted);
    }
  }
}
