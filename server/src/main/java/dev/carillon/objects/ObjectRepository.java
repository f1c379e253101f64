package dev.carillon.objects;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Rows of objects, read and written for whole batches. Every method is one statement, whatever the
 * number of rows.
 */
public final class ObjectRepository {

  /** What a caller calls an object. */
  public record Key(WorkspaceId workspace, int typeId, String objectId) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.<Key>comparingInt(key -> key.workspace.value())
            .thenComparingInt(Key::typeId)
            .thenComparing(Key::objectId);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    /** Its type. */
    public ObjectTypes.Key type() {
      return new ObjectTypes.Key(workspace, typeId);
    }
  }

  /**
   * An object's row.
   *
   * @param objectKey unique in the installation
   * @param attributes JSON object
   * @param written JSON object: attribute → Unix milliseconds of its last write
   */
  public record Row(
      long objectKey, Key key, Instant createdAt, String attributes, String written) {}

  /** What is going to be done with objects; the strongest of a batch holds for all of them. */
  public enum Use {
    /** Relationships of theirs change: others may do the same at that time. */
    RELATE("FOR KEY SHARE"),
    /** Their attributes change: others may relate them at that time. */
    CHANGE("FOR NO KEY UPDATE"),
    /** Some are deleted: nobody else may use them. */
    DELETE("FOR UPDATE");

    private final String clause;

    Use(String clause) {
      this.clause = clause;
    }

    /** The stronger of both. */
    public Use or(Use other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /**
   * Locks objects in key order and reads them as they are once the lock is held. Whatever is
   * missing from the answer does not exist (any more).
   */
  public List<Row> lockAndLoad(
      Handle handle, Collection<Key> names, Collection<Long> objectKeys, Use use) {
    var named = List.copyOf(names);
    return handle
        .createQuery(
            """
            SELECT * FROM object
             WHERE object_key IN (
                   SELECT unnest(:keys::bigint[])
                   UNION SELECT o.object_key FROM unnest(:workspaces, :types, :ids) AS k(workspace_id, type_id, object_id)
                           JOIN object o USING (workspace_id, type_id, object_id))
             ORDER BY object_key
            """
                + use.clause)
        .bind("keys", objectKeys.stream().mapToLong(Long::longValue).toArray())
        .bind("workspaces", named.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("types", named.stream().mapToInt(Key::typeId).toArray())
        .bind("ids", named.stream().map(Key::objectId).toArray(String[]::new))
        .map((row, _) -> row(row))
        .list();
  }

  /**
   * Adds objects.
   *
   * @param objects in the order of their names, so that two batches cannot wait for each other in a
   *     circle
   * @return how many were added; fewer than given means that a name was taken meanwhile: roll back
   *     and read again
   */
  public int insert(Handle handle, List<Row> objects) {
    return handle
        .createUpdate(
            """
            INSERT INTO object (object_key, workspace_id, type_id, object_id, created_at, updated_at, attributes, written)
            SELECT u.key, u.workspace, u.type, u.id, to_timestamp(u.at), to_timestamp(u.at), u.attributes, u.written
              FROM unnest(:keys, :workspaces, :types, :ids, :at, :attributes, :written)
                AS u(key, workspace, type, id, at, attributes, written)
            ON CONFLICT DO NOTHING
            """)
        .bind("keys", objects.stream().mapToLong(Row::objectKey).toArray())
        .bind("workspaces", objects.stream().mapToInt(row -> row.key.workspace.value()).toArray())
        .bind("types", objects.stream().mapToInt(row -> row.key.typeId).toArray())
        .bind("ids", objects.stream().map(row -> row.key.objectId).toArray(String[]::new))
        .bind("at", Seconds.of(objects, Row::createdAt))
        .bind("attributes", objects.stream().map(Row::attributes).toArray(String[]::new))
        .bind("written", objects.stream().map(Row::written).toArray(String[]::new))
        .execute();
  }

  /** Stores changed attributes of locked objects. */
  public void update(Handle handle, List<Row> objects, Instant now) {
    handle
        .createUpdate(
            """
            UPDATE object o SET attributes = u.attributes, written = u.written, updated_at = :now
              FROM unnest(:keys, :attributes, :written) AS u(key, attributes, written)
             WHERE o.object_key = u.key
            """)
        .bind("now", now)
        .bind("keys", objects.stream().mapToLong(Row::objectKey).toArray())
        .bind("attributes", objects.stream().map(Row::attributes).toArray(String[]::new))
        .bind("written", objects.stream().map(Row::written).toArray(String[]::new))
        .execute();
  }

  /** Removes locked objects; {@link ObjectRemains} removes their relationships a little later. */
  public void delete(Handle handle, Collection<Long> objectKeys) {
    handle
        .createUpdate(
            """
            WITH gone AS (DELETE FROM object WHERE object_key = ANY(:keys) RETURNING object_key)
            INSERT INTO object_remains (object_key) SELECT object_key FROM gone
            """)
        .bind("keys", objectKeys.stream().mapToLong(Long::longValue).toArray())
        .execute();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong("object_key"),
        new Key(
            new WorkspaceId(row.getInt("workspace_id")),
            row.getInt("type_id"),
            row.getString("object_id")),
        row.getTimestamp("created_at").toInstant(),
        row.getString("attributes"),
        row.getString("written"));
  }
}
