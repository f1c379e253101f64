package dev.carillon.events;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/**
 * The numbers of event names. A name keeps its number for ever, so cached numbers never go stale.
 * Thread-safe.
 */
public final class EventNames {
  private static final int CACHED = 50_000;

  private final Database database;
  private final InstantSource clock;
  private final Cache<Key, Integer> numbers = Caffeine.newBuilder().maximumSize(CACHED).build();

  /** With an empty cache. */
  public EventNames(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** The number of a name, given on first sight. New names commit at once, apart from any batch. */
  public int numberOf(WorkspaceId workspace, EventKind kind, String name) {
    var key = new Key(workspace, kind, name);
    var known = numbers.getIfPresent(key);
    if (known != null) {
      return known;
    }
    int number = database.inTransaction(handle -> findOrAdd(handle, key));
    numbers.put(key, number);
    return number;
  }

  private int findOrAdd(Handle handle, Key key) {
    var find =
        "SELECT name_id FROM event_name WHERE workspace_id = :workspace AND kind = :kind AND name = :name";
    var found = bound(handle, find, key);
    if (found.isPresent()) {
      return found.get();
    }
    handle
        .createUpdate(
            """
            INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (:workspace, :kind, :name, :now)
            ON CONFLICT DO NOTHING
            """)
        .bind("workspace", key.workspace.value())
        .bind("kind", key.kind.code())
        .bind("name", key.name)
        .bind("now", clock.instant())
        .execute();
    return bound(handle, find, key).orElseThrow();
  }

  private static java.util.Optional<Integer> bound(Handle handle, String sql, Key key) {
    return handle
        .createQuery(sql)
        .bind("workspace", key.workspace.value())
        .bind("kind", key.kind.code())
        .bind("name", key.name)
        .mapTo(Integer.class)
        .findOne();
  }

  private record Key(WorkspaceId workspace, EventKind kind, String name) {}
}
