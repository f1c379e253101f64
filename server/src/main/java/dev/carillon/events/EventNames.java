package dev.carillon.events;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

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

  /** A name in a workspace. */
  public record Key(WorkspaceId workspace, EventKind kind, String name) {}

  /**
   * Gives numbers to all names of a batch that are not known yet, in one go, so that none is looked
   * up on its own.
   */
  public void learn(Collection<Key> keys) {
    var unknown =
        keys.stream().filter(key -> numbers.getIfPresent(key) == null).distinct().toList();
    if (unknown.size() < 2) {
      return; // one is as well looked up when it is needed
    }
    database.inTransaction(handle -> {
      bound(handle.createUpdate(ADD), unknown).bind("now", clock.instant()).execute();
      return bound(handle.createQuery(FIND), unknown)
          .map((row, context) -> {
            var key =
                new Key(
                    new WorkspaceId(row.getInt(1)), EventKind.of(row.getInt(2)), row.getString(3));
            numbers.put(key, row.getInt(4));
            return key;
          })
          .list();
    });
  }

  private static <S extends SqlStatement<S>> S bound(S statement, List<Key> keys) {
    return statement
        .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("kinds", keys.stream().map(key -> key.kind.code()).toArray(Short[]::new))
        .bind("names", keys.stream().map(key -> key.name).toArray(String[]::new));
  }

  private static final String ADD =
      """
      INSERT INTO event_name (workspace_id, kind, name, first_seen)
      SELECT k.workspace_id, k.kind, k.name, :now FROM unnest(:workspaces, :kinds, :names) AS k(workspace_id, kind, name)
       WHERE NOT EXISTS (SELECT FROM event_name n
                          WHERE n.workspace_id = k.workspace_id AND n.kind = k.kind AND n.name = k.name)
       ORDER BY k.workspace_id, k.kind, k.name
      ON CONFLICT DO NOTHING
      """;

  private static final String FIND =
      """
      SELECT n.workspace_id, n.kind, n.name, n.name_id
        FROM unnest(:workspaces, :kinds, :names) AS k(workspace_id, kind, name)
        JOIN event_name n ON n.workspace_id = k.workspace_id AND n.kind = k.kind AND n.name = k.name
      """;

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
}
