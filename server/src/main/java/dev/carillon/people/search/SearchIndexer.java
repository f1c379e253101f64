package dev.carillon.people.search;

import dev.carillon.people.AttributesJson;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Brings table {@code person_search} up to date with people that changed, some thousands in each
 * transaction.
 *
 * <p><b>Nobody is missed.</b> Whoever writes a person adds a row to {@code search_pending} in the
 * same transaction. A row is taken here only once it is visible; the person is read in a later
 * statement, so at least as that transaction left it; and the row goes with the commit that writes
 * the keys. A change that is committed in between has a row of its own, which stays. A crash undoes
 * all of a step or nothing, in whichever order commits reach the disk, as the log of the database
 * is one line.
 *
 * <p><b>Only one works at a time</b>, over all nodes, under an advisory lock. Two could write the
 * keys of one person in the wrong order. Since a deletion adds a row like any change, a person
 * whose keys are written while it is deleted is looked at once more, and they go.
 *
 * <p>It goes round through all pending people in the order of their keys, so that those who change
 * all the time do not keep it from the others.
 */
public final class SearchIndexer {
  private static final Duration SELDOM = Duration.ofSeconds(5);
  private static final Duration TURN = Duration.ofSeconds(1);
  private static final int LOCK = 7005;
  private static final int AT_ONCE = 2_000;

  private final Database database;
  private final int atOnce;
  private volatile Place place = Place.START;
  private long steppedAt = System.nanoTime();

  /** Where the round is: behind this row. */
  private record Place(int workspace, long person) {
    private static final Place START = new Place(0, 0);
  }

  /** A row of {@code search_pending}; the address holds while the lock is held. */
  private record Pending(String address, int workspace, long person) {}

  /** Does nothing until {@link #run}. */
  public SearchIndexer(Database database) {
    this(database, AT_ONCE);
  }

  /**
   * Takes fewer or more rows in each transaction.
   *
   * @param atOnce 1 or more
   */
  public SearchIndexer(Database database, int atOnce) {
    this.database = database;
    this.atOnce = atOnce;
  }

  /**
   * Works until nobody is pending, another node works already, or a second is over. While
   * processing lags it takes one step in five seconds: those who wait for their calls to be applied
   * come first.
   *
   * @return whether there may be more to do right now
   */
  public boolean run(BooleanSupplier processingLags) {
    var begun = System.nanoTime();
    boolean more;
    do {
      if (processingLags.getAsBoolean() && System.nanoTime() - steppedAt < SELDOM.toNanos()) {
        return false;
      }
      steppedAt = System.nanoTime();
      more = step();
    } while (more && System.nanoTime() - begun < TURN.toNanos());
    return more;
  }

  /**
   * Indexes the next people, in one transaction.
   *
   * @return whether there may be more to do right now
   */
  public boolean step() {
    return database.<Boolean, RuntimeException>inTransaction(handle -> {
      if (!lock(handle)) {
        return false;
      }
      // What a crash takes back is still pending.
      handle.execute("SET LOCAL synchronous_commit = off");
      var from = place;
      var pending = next(handle, from);
      if (!pending.isEmpty()) {
        index(handle, pending);
        remove(handle, pending);
      }
      var roundIsOver = pending.size() < atOnce;
      place =
          roundIsOver
              ? Place.START
              : new Place(pending.getLast().workspace, pending.getLast().person);
      return !roundIsOver || !from.equals(Place.START);
    });
  }

  private static boolean lock(Handle handle) {
    return handle
        .createQuery("SELECT pg_try_advisory_xact_lock(:lock)")
        .bind("lock", LOCK)
        .mapTo(Boolean.class)
        .one();
  }

  /** All rows of a person are taken together or in two steps that follow each other. */
  private List<Pending> next(Handle handle, Place from) {
    return handle
        .createQuery(
            """
            SELECT ctid::text, workspace_id, person_id FROM search_pending
             WHERE (workspace_id, person_id) >= (:workspace, :person)
             ORDER BY workspace_id, person_id LIMIT :limit
            """)
        .bind("workspace", from.workspace)
        .bind("person", from.person)
        .bind("limit", atOnce)
        .map((row, _) -> new Pending(row.getString(1), row.getInt(2), row.getLong(3)))
        .list();
  }

  private static void index(Handle handle, List<Pending> pending) {
    var people =
        pending.stream()
            .collect(Collectors.toMap(Pending::person, Pending::workspace, (a, _) -> a));
    var ids = people.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    var gone = new TreeSet<>(people.keySet());
    var found = new ArrayList<Long>();
    var workspaces = new ArrayList<Integer>();
    var keys = new ArrayList<String>();
    handle
        .createQuery(
            "SELECT person_id, workspace_id, attributes FROM person WHERE person_id = ANY(:people) ORDER BY person_id")
        .bind("people", ids)
        .map((row, _) -> {
          var workspace = row.getInt(2);
          found.add(row.getLong(1));
          workspaces.add(workspace);
          keys.add(
              literal(
                  SearchKeys.of(
                      new WorkspaceId(workspace), AttributesJson.parse(row.getString(3)))));
          return gone.remove(row.getLong(1));
        })
        .list();
    if (!found.isEmpty()) {
      handle
          .createUpdate(
              """
              INSERT INTO person_search AS s (workspace_id, person_id, keys)
              SELECT u.workspace, u.person, u.keys::int[] FROM unnest(:workspaces, :people, :keys) AS u(workspace, person, keys)
              ON CONFLICT (workspace_id, person_id) DO UPDATE SET keys = excluded.keys WHERE s.keys <> excluded.keys
              """)
          .bind("workspaces", workspaces.stream().mapToInt(Integer::intValue).toArray())
          .bind("people", found.stream().mapToLong(Long::longValue).toArray())
          .bind("keys", keys.toArray(String[]::new))
          .execute();
    }
    forget(handle, gone, people);
  }

  private static void forget(Handle handle, Set<Long> gone, Map<Long, Integer> workspaces) {
    if (gone.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            """
            DELETE FROM person_search s USING unnest(:workspaces, :people) AS u(workspace, person)
             WHERE s.workspace_id = u.workspace AND s.person_id = u.person
            """)
        .bind("workspaces", gone.stream().mapToInt(workspaces::get).toArray())
        .bind("people", gone.stream().mapToLong(Long::longValue).toArray())
        .execute();
  }

  private static void remove(Handle handle, List<Pending> pending) {
    var removed =
        handle
            .createUpdate("DELETE FROM search_pending WHERE ctid = ANY(:addresses::tid[])")
            .bind("addresses", pending.stream().map(Pending::address).toArray(String[]::new))
            .execute();
    if (removed != pending.size()) {
      throw new IllegalStateException(
          "%d of %d pending rows were there to be removed".formatted(removed, pending.size()));
    }
  }

  private static String literal(int[] keys) {
    var text = new StringBuilder(12 * keys.length + 2).append('{');
    for (var key : keys) {
      text.append(text.length() == 1 ? "" : ",").append(key);
    }
    return text.append('}').toString();
  }
}
