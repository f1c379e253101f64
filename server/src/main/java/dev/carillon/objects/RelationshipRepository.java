package dev.carillon.objects;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Rows of relationships between people and objects, read and written for whole batches. Every
 * method is one statement, whatever the number of rows. A relationship is written under the lock of
 * its person and its object. Those of people who are gone are removed with them, those of objects
 * that are gone a little later ({@link ObjectRemains}).
 */
public final class RelationshipRepository {

  /** Who is related to what. */
  public record Key(long personId, long objectKey) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparingLong(Key::personId).thenComparingLong(Key::objectKey);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A relationship's row.
   *
   * @param attributes JSON object
   * @param written JSON object: attribute → Unix milliseconds of its last write
   */
  public record Row(
      Key key, WorkspaceId workspace, Instant createdAt, String attributes, String written) {}

  /** Those of these relationships that exist; person and object are locked. */
  public List<Row> find(Handle handle, Collection<Key> keys) {
    return handle
        .createQuery(
            """
            SELECT r.* FROM unnest(:people, :objects) AS k(person_id, object_key)
              JOIN relationship r USING (person_id, object_key)
            """)
        .bind("people", keys.stream().mapToLong(Key::personId).toArray())
        .bind("objects", keys.stream().mapToLong(Key::objectKey).toArray())
        .map((row, _) -> row(row))
        .list();
  }

  /** All relationships between some people and some objects, which are locked. */
  public List<Row> between(Handle handle, long[] people, long[] objects) {
    // "+ 0" keeps to the people's relationships: an object may have a million, a person has a few.
    return handle
        .createQuery(
            """
            SELECT * FROM relationship
             WHERE person_id = ANY(:people) AND object_key + 0 = ANY(:objects)
            """)
        .bind("people", people)
        .bind("objects", objects)
        .map((row, _) -> row(row))
        .list();
  }

  /** Adds relationships, and stores those that exist anew. */
  public void store(Handle handle, TreeMap<Key, Row> relationships, Instant now) {
    var rows = relationships.values();
    handle
        .createUpdate(
            """
            INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written)
            SELECT u.person, u.object, u.workspace, to_timestamp(u.at), :now, u.attributes, u.written
              FROM unnest(:people, :objects, :workspaces, :at, :attributes, :written)
                AS u(person, object, workspace, at, attributes, written)
            ON CONFLICT (person_id, object_key) DO UPDATE
               SET attributes = EXCLUDED.attributes, written = EXCLUDED.written,
                   created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at
            """)
        .bind("people", rows.stream().mapToLong(row -> row.key.personId).toArray())
        .bind("objects", rows.stream().mapToLong(row -> row.key.objectKey).toArray())
        .bind("workspaces", rows.stream().mapToInt(row -> row.workspace.value()).toArray())
        .bind("at", Seconds.of(rows, Row::createdAt))
        .bind("attributes", rows.stream().map(Row::attributes).toArray(String[]::new))
        .bind("written", rows.stream().map(Row::written).toArray(String[]::new))
        .bind("now", now)
        .execute();
  }

  /** Removes relationships whose person and object are locked. */
  public void delete(Handle handle, Collection<Key> keys) {
    handle
        .createUpdate(
            """
            DELETE FROM relationship r USING unnest(:people, :objects) AS k(person_id, object_key)
             WHERE r.person_id = k.person_id AND r.object_key = k.object_key
            """)
        .bind("people", keys.stream().mapToLong(Key::personId).toArray())
        .bind("objects", keys.stream().mapToLong(Key::objectKey).toArray())
        .execute();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        new Key(row.getLong("person_id"), row.getLong("object_key")),
        new WorkspaceId(row.getInt("workspace_id")),
        row.getTimestamp("created_at").toInstant(),
        row.getString("attributes"),
        row.getString("written"));
  }
}
