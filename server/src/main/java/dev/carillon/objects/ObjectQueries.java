package dev.carillon.objects;

import dev.carillon.people.AttributesJson;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
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
   * @param characters length of the attributes as stored
   */
  public record Relationship(
      long objectKey, int typeId, String objectId, Attributes attributes, int characters) {
    /** The immutable id of the object. */
    public String cioObjectId() {
      return CioObjectId.of(objectKey);
    }

    private static Relationship of(ResultSet row) throws SQLException {
      return new Relationship(
          row.getLong("object_key"),
          row.getInt("type_id"),
          row.getString("object_id"),
          Attributes.of(row),
          row.getString("attributes").length());
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

  /** What an object is called. */
  public record Names(long objectKey, String objectId) {
    /** The immutable id. */
    public String cioObjectId() {
      return CioObjectId.of(objectKey);
    }
  }

  /**
   * An object a search looks at.
   *
   * @param attributes as those of {@link Attributes}
   */
  public record Candidate(Names names, Map<String, Object> attributes) {
    private static Candidate of(ResultSet row) throws SQLException {
      return new Candidate(
          new Names(row.getLong("object_key"), row.getString("object_id")),
          AttributesJson.parse(row.getString("attributes")));
    }
  }

  /**
   * A page of a search.
   *
   * @param after the key behind which to go on
   * @param more whether there are objects behind it
   */
  public record Found(List<Names> objects, long after, boolean more) {}

  /**
   * Objects of a type that fulfil a filter, in the order of their keys. Looks at {@value
   * #LOOKED_AT} at most, so a page may be short or empty although there is more.
   *
   * @param after the key behind which to begin; 0 from the first
   */
  public Found search(
      WorkspaceId workspace, int typeId, ObjectFilter filter, long after, int limit) {
    return database.inTransaction(handle -> { // rows are fetched as they are looked at
      var found = new ArrayList<Names>();
      var last = after;
      var seen = 0;
      try (var rows =
          handle
              .createQuery(SEARCH)
              .bind("workspace", workspace.value())
              .bind("type", typeId)
              .bind("after", after)
              .bind("limit", LOOKED_AT + 1)
              .setFetchSize(FETCHED)
              .map((row, _) -> Candidate.of(row))
              .iterator()) {
        while (rows.hasNext()) {
          if (seen == LOOKED_AT || found.size() == limit) {
            return new Found(found, last, true);
          }
          var object = rows.next();
          seen++;
          last = object.names().objectKey();
          if (ObjectFilter.matches(filter, object)) {
            found.add(object.names());
          }
        }
      }
      return new Found(found, last, false);
    });
  }

  /** Objects one page of a search looks at. */
  static final int LOOKED_AT = 20_000;

  private static final int FETCHED = 100;

  static final String SEARCH =
      """
      SELECT object_key, object_id, attributes FROM object
       WHERE workspace_id = :workspace AND type_id = :type AND object_key > :after
       ORDER BY object_key LIMIT :limit
      """;

  /**
   * A page of what a person is related to.
   *
   * @param more whether there are relationships behind the last of these
   */
  public record Relationships(List<Relationship> list, boolean more) {}

  /**
   * What a person of this workspace is related to, in the order of the objects' keys. A page ends
   * early when attributes are large.
   *
   * @param after the key behind which to begin; 0 from the first
   */
  public Relationships ofPerson(WorkspaceId workspace, long personId, long after, int limit) {
    return database.inTransaction(handle -> { // rows are fetched as they are looked at
      var page = new ArrayList<Relationship>();
      var characters = 0;
      try (var rows =
          handle
              .createQuery(OF_PERSON)
              .bind("person", personId)
              .bind("workspace", workspace.value())
              .bind("after", after)
              .bind("limit", limit + 1)
              .setFetchSize(FETCHED)
              .map((row, _) -> Relationship.of(row))
              .iterator()) {
        while (rows.hasNext()) {
          if (page.size() == limit || characters > PAGE_CHARACTERS) {
            return new Relationships(page, true);
          }
          var relationship = rows.next();
          characters += relationship.characters();
          page.add(relationship);
        }
      }
      return new Relationships(page, false);
    });
  }

  /** Behind this much of attributes a page ends; 1,000 relationships could hold 100 MB. */
  private static final int PAGE_CHARACTERS = 2 * 1024 * 1024;

  // One look at a time (OFFSET 0): merged, a late page would read all objects before it.
  static final String OF_PERSON =
      """
      SELECT r.object_key, o.type_id, o.object_id, r.created_at, r.attributes, r.written
        FROM relationship r CROSS JOIN LATERAL (
             SELECT type_id, object_id FROM object o
              WHERE o.object_key = r.object_key AND o.workspace_id = :workspace OFFSET 0) o
       WHERE r.person_id = :person AND r.workspace_id = :workspace AND r.object_key > :after
       ORDER BY r.object_key LIMIT :limit
      """;

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
            .createQuery(PEOPLE)
            .bind("object", objectKey)
            .bind("workspace", workspace.value())
            .bind("after", after)
            .bind("limit", limit)
            .map((row, _) ->
                new Related(row.getLong("person_id"), row.getString("id"), row.getString("email")))
            .list());
  }

  // One look at a time (OFFSET 0): merged, a late page would read all people before it.
  static final String PEOPLE =
      """
      SELECT r.person_id, p.attributes::json ->> 'id' AS id, p.attributes::json ->> 'email' AS email
        FROM relationship r CROSS JOIN LATERAL (
             SELECT attributes FROM person p
              WHERE p.person_id = r.person_id AND p.workspace_id = :workspace OFFSET 0) p
       WHERE r.object_key = :object AND r.workspace_id = :workspace AND r.person_id > :after
       ORDER BY r.person_id LIMIT :limit
      """;
}
