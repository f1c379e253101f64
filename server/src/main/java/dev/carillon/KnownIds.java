package dev.carillon;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;

/**
 * Remembers for a second whether a workspace has something with a number. Safe for many threads.
 */
final class KnownIds {
  private static final Duration MEMORY = Duration.ofSeconds(1);
  private static final int MOST_REMEMBERED = 10_000;

  private final LoadingCache<Key, Boolean> known;

  private record Key(WorkspaceId workspace, int id) {}

  /**
   * @param exists SQL for one boolean, with {@code :workspace} and {@code :id}
   */
  private KnownIds(Database database, String exists) {
    known =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(MEMORY)
            .build(key ->
                database.read(handle ->
                    handle
                        .createQuery(exists)
                        .bind("workspace", key.workspace.value())
                        .bind("id", key.id)
                        .mapTo(Boolean.class)
                        .one()));
  }

  /** Object types that are switched on. */
  static KnownIds objectTypes(Database database) {
    return new KnownIds(
        database,
        """
        SELECT EXISTS (SELECT FROM object_type
                        WHERE workspace_id = :workspace AND type_id = :id AND enabled)
        """);
  }

  /** Manual segments. */
  static KnownIds manualSegments(Database database) {
    return new KnownIds(
        database,
        """
        SELECT EXISTS (SELECT FROM segment
                        WHERE workspace_id = :workspace AND segment_id = :id AND type = 'manual')
        """);
  }

  boolean has(WorkspaceId workspace, int id) {
    return known.get(new Key(workspace, id));
  }
}
