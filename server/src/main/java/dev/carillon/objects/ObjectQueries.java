package dev.carillon.objects;

import dev.carillon.people.AttributesJson;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads objects and relationships for those who look at them. Safe for many threads. */
public final class ObjectQueries {
  private final Database database;

  /** Reads from this database. */
  public ObjectQueries(Database database) {
    this.database = database;
  }

  /**
   * Attributes with when each was written.
   *
   * @param values name → String, Long, Double, Boolean, List or Map
   * @param written attribute → when it was written last; may name attributes that were removed
   */
  public record Attributes(
      Instant createdAt, Map<String, Object> values, Map<String, Instant> written) {
    private static Attributes of(ResultSet row) throws SQLException {
      var written = new HashMap<String, Instant>();
      AttributesJson.parse(row.getString("written"))
          .forEach((name, millis) -> {
            if (millis instanceof Long number) {
              written.put(name, Instant.ofEpochMilli(number));
            }
          });
      return new Attributes(
          row.getTimestamp("created_at").toInstant(),
          AttributesJson.parse(row.getString("attributes")),
          Map.copyOf(written));
    }
  }

  /**
   * An object as stored.
   *
   * @param objectId the caller's own id
   */
  public record StoredObject(long objectKey, int typeId, String objectId, Attributes attributes) {
    /** The immutable id. */
    public String cioObjectId() {
      return CioObjectId.of(objectKey);
    }

    private static StoredObject of(ResultSet row) throws SQLException {
      return new StoredObject(
          row.getLong("object_key"),
          row.getInt("type_id"),
          row.getString("object_id"),
          Attributes.of(row));
    }
  }

  /**
   * A relationship of a person.
   *
   * @param attributes of the relationship
   */
  public record Relationship(long objectKey, int typeId, String objectId, Attributes attributes) {
    /** The immutable id of the object. */
    public String cioObjectId() {
      return CioObjectId.of(objectKey);
    }
  }

  /** What callers call those of these objects that this workspace has: key → id. */
  public Map<Long, String> ids(WorkspaceId workspace, Collection<Long> objectKeys) {
    var ids = new HashMap<Long, String>();
    if (!objectKeys.isEmpty()) {
      List<Map.Entry<Long, String>> found =
          database.read(handle ->
              handle
                  .createQuery(
                      """
                      SELECT object_key, object_id FROM object
                       WHERE object_key = ANY(:keys) AND workspace_id = :workspace
                      """)
                  .bind("keys", objectKeys.stream().mapToLong(Long::longValue).toArray())
                  .bind("workspace", workspace.value())
                  .map((row, _) -> Map.entry(row.getLong(1), row.getString(2)))
                  .list());
      found.forEach(each -> ids.put(each.getKey(), each.getValue()));
    }
    return ids;
  }

  private static final String OBJECT =
      """
      SELECT object_key, type_id, object_id, created_at, attributes, written FROM object
       WHERE workspace_id = :workspace AND type_id = :type
      """;

  /** The object of this name; empty when the workspace has none. */
  public Optional<StoredObject> find(WorkspaceId workspace, int typeId, String objectId) {
    return database.read(handle ->
        handle
            .createQuery(OBJECT + " AND object_id = :id")
            .bind("workspace", workspace.value())
            .bind("type", typeId)
            .bind("id", objectId)
            .map((row, _) -> StoredObject.of(row))
            .findOne());
  }

  /** The object of this type with this {@code cio_object_id}; empty when there is none. */
  public Optional<StoredObject> findByCioId(WorkspaceId workspace, int typeId, String cioObjectId) {
    var objectKey = CioObjectId.objectKey(cioObjectId);
    return objectKey.isEmpty()
        ? Optional.empty()
        : database.read(handle ->
            handle
                .createQuery(OBJECT + " AND object_key = :key")
                .bind("workspace", workspace.value())
                .bind("type", typeId)
                .bind("key", objectKey.getAsLong())
                .map((row, _) -> StoredObject.of(row))
                .findOne());
  }

  /**
   * Objects of a type in the order of their keys.
   *
   * @param after the key behind which to begin; 0 from the first
   */
  public List<StoredObject> list(WorkspaceId workspace, int typeId, long after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(OBJECT + " AND object_key > :after ORDER BY object_key LIMIT :limit")
            .bind("workspace", workspace.value())
            .bind("type", typeId)
            .bind("after", after)
            .bind("limit", limit)
            .map((row, _) -> StoredObject.of(row))
            .list());
  }

  /**
   * What a person of this workspace is related to, in the order of the objects' keys.
   *
   * @param after the key behind which to begin; 0 from the first
   */
  public List<Relationship> ofPerson(WorkspaceId workspace, long personId, long after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT o.object_key, o.type_id, o.object_id, r.created_at, r.attributes, r.written
                  FROM relationship r JOIN object o USING (object_key)
                 WHERE r.person_id = :person AND r.workspace_id = :workspace AND r.object_key > :after
                   AND o.workspace_id = :workspace
                 ORDER BY r.object_key LIMIT :limit
                """)
            .bind("person", personId)
            .bind("workspace", workspace.value())
            .bind("after", after)
            .bind("limit", limit)
            .map((row, _) ->
                new Relationship(
                    row.getLong("object_key"),
                    row.getInt("type_id"),
                    row.getString("object_id"),
                    Attributes.of(row)))
            .list());
  }

  /**
   * Somebody related to an object.
   *
   * @param id null when the person has none
   * @param email null when the person has none
   */
  public record Related(long personId, @Nullable String id, @Nullable String email) {}

  /**
   * Who is related to an object of this workspace, in the order of the people's keys.
   *
   * @param after the key behind which to begin; 0 from the first
   */
  public List<Related> people(WorkspaceId workspace, long objectKey, long after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT p.person_id, p.attributes::json ->> 'id' AS id, p.attributes::json ->> 'email' AS email
                  FROM relationship r JOIN person p USING (person_id)
                 WHERE r.object_key = :object AND r.workspace_id = :workspace AND r.person_id > :after
                   AND p.workspace_id = :workspace
                 ORDER BY r.person_id LIMIT :limit
                """)
            .bind("object", objectKey)
            .bind("workspace", workspace.value())
            .bind("after", after)
            .bind("limit", limit)
            .map((row, _) ->
                new Related(row.getLong("person_id"), row.getString("id"), row.getString("email")))
            .list());
  }
}
