package dev.carillon.objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The object types of all workspaces. A type never goes away, so what was once seen stays known; a
 * type that was made on another node is noticed after at most {@link #MEMORY}. Safe for many
 * threads.
 */
public final class ObjectTypes {
  /** How long it is remembered that a type does not exist. */
  public static final Duration MEMORY = Duration.ofSeconds(1);

  /** The types a workspace may have. Choice: the public API names no number. */
  public static final int MOST = 100;

  private static final int MOST_REMEMBERED = 20_000;
  private static final int LOOKUPS_AT_ONCE = 2;

  private final Database database;
  private final InstantSource clock;
  private final Cache<Key, Boolean> known =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();
  private final Cache<Key, Boolean> unknown;
  // Invented numbers are looked up too: they must not take all connections of the pool.
  private final Semaphore lookups = new Semaphore(LOOKUPS_AT_ONCE);

  /** A type of a workspace. */
  public record Key(WorkspaceId workspace, int typeId) {}

  /** What became of a request to make a type. */
  public sealed interface Creation {
    /** It is there. */
    record Created(ObjectType type) implements Creation {}

    /** The workspace has {@value ObjectTypes#MOST} types already. */
    record TooMany() implements Creation {}

    /** There is no such workspace. */
    record NoSuchWorkspace() implements Creation {}
  }

  /** Remembers nothing yet. */
  public ObjectTypes(Database database, InstantSource clock) {
    this(database, clock, Ticker.systemTicker());
  }

  /**
   * @param ticker tells how long ago a type was not there
   */
  ObjectTypes(Database database, InstantSource clock, Ticker ticker) {
    this.database = database;
    this.clock = clock;
    this.unknown =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(MEMORY)
            .ticker(ticker)
            .build();
  }

  /**
   * Whether a workspace has a type; almost always answered from memory.
   *
   * @throws ObjectsUnavailable when it is not known and the database does not answer
   */
  public boolean exists(WorkspaceId workspace, int typeId) {
    var key = new Key(workspace, typeId);
    if (known.getIfPresent(key) != null) {
      return true;
    }
    if (typeId < 1 || unknown.getIfPresent(key) != null) {
      return false;
    }
    lookups.acquireUninterruptibly();
    try {
      var exists = !database.read(handle -> existing(handle, Set.of(key))).isEmpty();
      if (!exists) {
        unknown.put(key, true);
      }
      return exists;
    } catch (JdbiException failure) {
      throw new ObjectsUnavailable(failure);
    } finally {
      lookups.release();
    }
  }

  /**
   * Those of some types that exist: as the database says at this moment, but for those that are
   * known to exist, which are not looked up. No statement when all are known.
   */
  public Set<Key> existing(Handle handle, Collection<Key> keys) {
    var existing = new HashSet<Key>();
    var asked = new HashSet<Key>();
    for (var key : keys) {
      (known.getIfPresent(key) != null ? existing : asked).add(key);
    }
    if (asked.isEmpty()) {
      return existing;
    }
    var found =
        handle
            .createQuery(
                """
                SELECT t.workspace_id, t.type_id FROM unnest(:workspaces, :types) AS k(workspace_id, type_id)
                  JOIN object_type t USING (workspace_id, type_id)
                """)
            .bind("workspaces", asked.stream().mapToInt(key -> key.workspace.value()).toArray())
            .bind("types", asked.stream().mapToInt(Key::typeId).toArray())
            .map((row, _) -> new Key(new WorkspaceId(row.getInt(1)), row.getInt(2)))
            .list();
    found.forEach(key -> known.put(key, true));
    existing.addAll(found);
    return existing;
  }

  /** All types of a workspace, in the order of their numbers. */
  public List<ObjectType> list(WorkspaceId workspace) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM object_type WHERE workspace_id = :workspace ORDER BY type_id")
            .bind("workspace", workspace.value())
            .map((row, _) -> type(row))
            .list());
  }

  /** A type of a workspace. */
  public Optional<ObjectType> find(WorkspaceId workspace, int typeId) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM object_type WHERE workspace_id = :workspace AND type_id = :type")
            .bind("workspace", workspace.value())
            .bind("type", typeId)
            .map((row, _) -> type(row))
            .findOne());
  }

  /** Makes a type; it gets the next number of the workspace. */
  public Creation create(WorkspaceId workspace, ObjectType.Draft draft) {
    var creation = database.inTransaction(handle -> create(handle, workspace, draft));
    if (creation instanceof Creation.Created(var type)) {
      unknown.invalidate(new Key(workspace, type.typeId()));
    }
    return creation;
  }

  private Creation create(Handle handle, WorkspaceId workspace, ObjectType.Draft draft) {
    // Two at once would take the same number.
    var locked =
        handle
            .createQuery(
                "SELECT workspace_id FROM workspace WHERE workspace_id = :workspace FOR UPDATE")
            .bind("workspace", workspace.value())
            .mapTo(Integer.class)
            .findOne();
    if (locked.isEmpty()) {
      return new Creation.NoSuchWorkspace();
    }
    return handle
        .createQuery(
            """
            INSERT INTO object_type (workspace_id, type_id, name, singular_name, slug, singular_slug, icon, enabled, created_at)
            SELECT :workspace, coalesce(max(type_id), 0) + 1, :name, :singular, :slug, :singularSlug, :icon, :enabled, :now
              FROM object_type WHERE workspace_id = :workspace HAVING count(*) < :most
            RETURNING *
            """)
        .bind("workspace", workspace.value())
        .bind("name", draft.name())
        .bind("singular", draft.singularName())
        .bind("slug", ObjectType.slug(draft.name()))
        .bind("singularSlug", ObjectType.slug(draft.singularName()))
        .bind("icon", draft.icon())
        .bind("enabled", draft.enabled())
        .bind("now", clock.instant())
        .bind("most", MOST)
        .map((row, _) -> type(row))
        .findOne()
        .<Creation>map(Creation.Created::new)
        .orElseGet(Creation.TooMany::new);
  }

  /** Changes what an administrator decides about a type; empty when there is no such type. */
  public Optional<ObjectType> update(WorkspaceId workspace, int typeId, ObjectType.Draft draft) {
    return database.inTransaction(handle ->
        handle
            .createQuery(
                """
                UPDATE object_type
                   SET name = :name, singular_name = :singular, slug = :slug, singular_slug = :singularSlug,
                       icon = :icon, enabled = :enabled
                 WHERE workspace_id = :workspace AND type_id = :type
                RETURNING *
                """)
            .bind("workspace", workspace.value())
            .bind("type", typeId)
            .bind("name", draft.name())
            .bind("singular", draft.singularName())
            .bind("slug", ObjectType.slug(draft.name()))
            .bind("singularSlug", ObjectType.slug(draft.singularName()))
            .bind("icon", draft.icon())
            .bind("enabled", draft.enabled())
            .map((row, _) -> type(row))
            .findOne());
  }

  private static ObjectType type(ResultSet row) throws SQLException {
    return new ObjectType(
        new WorkspaceId(row.getInt("workspace_id")),
        row.getInt("type_id"),
        row.getString("name"),
        row.getString("singular_name"),
        row.getString("slug"),
        row.getString("singular_slug"),
        row.getString("icon"),
        row.getBoolean("enabled"),
        row.getTimestamp("created_at").toInstant());
  }
}
