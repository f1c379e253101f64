package dev.carillon.objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;

/**
 * Which {@code cio_object_id}s are objects of a workspace, for calls that name objects by them
 * (track §6). A caller learns one from an answer, so the object is there by then; one that was
 * deleted since may be taken for known, and the call about it does nothing. Safe for many threads.
 */
public final class KnownObjects {
  private static final int MOST_REMEMBERED = 50_000;
  private static final int LOOKUPS_AT_ONCE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Database database;
  private final Cache<Key, Boolean> known =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

  // Invented ids are looked up each time: they must not take all connections of the pool.
  private final Semaphore lookups = new Semaphore(LOOKUPS_AT_ONCE);

  private record Key(WorkspaceId workspace, long objectKey) {}

  /** Remembers nothing yet. */
  public KnownObjects(Database database) {
    this.database = database;
  }

  /**
   * Whether the workspace has an object with this id.
   *
   * @param cioObjectId with or without {@code cio_}; may be any text
   * @throws ObjectsUnavailable when it is not known and the database does not answer in time
   */
  public boolean exists(WorkspaceId workspace, String cioObjectId) {
    var objectKey = CioObjectId.objectKey(cioObjectId);
    return objectKey.isPresent() && exists(new Key(workspace, objectKey.getAsLong()));
  }

  private boolean exists(Key key) {
    if (known.getIfPresent(key) != null) {
      return true;
    }
    if (!turn()) {
      throw new ObjectsUnavailable(
          new IllegalStateException("too many objects are looked up at the moment"));
    }
    try {
      var exists = isStored(key);
      if (exists) {
        known.put(key, true);
      }
      return exists;
    } catch (JdbiException failure) {
      throw new ObjectsUnavailable(failure);
    } finally {
      lookups.release();
    }
  }

  private boolean turn() {
    try {
      return lookups.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean isStored(Key key) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT EXISTS (SELECT FROM object WHERE object_key = :key AND workspace_id = :workspace)")
            .bind("key", key.objectKey)
            .bind("workspace", key.workspace.value())
            .mapTo(Boolean.class)
            .one());
  }
}
