package dev.carillon.objects;

import dev.carillon.events.AnonymousRepository;
import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Rows of relationships of nobody yet (P-34), read and written for whole batches, one statement a
 * method. A row is written under the lock of its anonymous id and of its object.
 */
public final class AnonymousRelationshipRepository {
  /** How long a relationship waits for somebody, from when it was last added (P-30). */
  public static final Duration KEPT = Duration.ofDays(30);

  /** Relationships an anonymous id may have; beyond it the oldest are forgotten. */
  public static final int MOST = 1_000;

  private static final int EXPIRED_AT_ONCE = 1_000;

  /** Whose relationship to what. */
  public record Key(AnonymousRepository.Key owner, long objectKey) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::owner).thenComparingLong(Key::objectKey);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A row.
   *
   * @param createdAt when the relationship was last added
   * @param attributes JSON object
   * @param written JSON object: attribute → Unix milliseconds of its last write
   */
  public record Row(Key key, Instant createdAt, String attributes, String written) {}

  /** All relationships of some locked anonymous ids, those past their time included. */
  public List<Row> find(Handle handle, Collection<AnonymousRepository.Key> owners) {
    return handle
        .createQuery(
            """
            SELECT r.* FROM unnest(:workspaces, :anonymous) AS k(workspace_id, anonymous_id)
              JOIN anonymous_relationship r USING (workspace_id, anonymous_id)
            """)
        .bind("workspaces", owners.stream().mapToInt(key -> key.workspace().value()).toArray())
        .bind(
            "anonymous",
            owners.stream().map(AnonymousRepository.Key::anonymousId).toArray(String[]::new))
        .map((row, _) ->
            new Row(
                new Key(
                    new AnonymousRepository.Key(
                        new WorkspaceId(row.getInt("workspace_id")), row.getString("anonymous_id")),
                    row.getLong("object_key")),
                row.getTimestamp("created_at").toInstant(),
                row.getString("attributes"),
                row.getString("written")))
        .list();
  }

  /** Adds relationships, and stores those that exist anew. */
  public void store(Handle handle, TreeMap<Key, Row> relationships) {
    var rows = relationships.values();
    bound(
            handle.createUpdate(
                """
                INSERT INTO anonymous_relationship (workspace_id, anonymous_id, object_key, created_at, attributes, written)
                SELECT u.workspace, u.anonymous, u.object, to_timestamp(u.at), u.attributes, u.written
                  FROM unnest(:workspaces, :anonymous, :objects, :at, :attributes, :written)
                    AS u(workspace, anonymous, object, at, attributes, written)
                ON CONFLICT (workspace_id, anonymous_id, object_key) DO UPDATE
                   SET created_at = EXCLUDED.created_at, attributes = EXCLUDED.attributes, written = EXCLUDED.written
                """),
            relationships.keySet())
        .bind("at", Seconds.of(rows, Row::createdAt))
        .bind("attributes", rows.stream().map(Row::attributes).toArray(String[]::new))
        .bind("written", rows.stream().map(Row::written).toArray(String[]::new))
        .execute();
  }

  /** Removes relationships. */
  public void delete(Handle handle, SortedSet<Key> keys) {
    bound(
            handle.createUpdate(
                """
                DELETE FROM anonymous_relationship r
                 USING unnest(:workspaces, :anonymous, :objects) AS k(workspace_id, anonymous_id, object_key)
                 WHERE r.workspace_id = k.workspace_id AND r.anonymous_id = k.anonymous_id AND r.object_key = k.object_key
                """),
            keys)
        .execute();
  }

  /**
   * Removes relationships nobody has claimed for {@link #KEPT}, a bounded number; skips what
   * batches hold.
   *
   * @return whether there may be more
   */
  public boolean expire(Handle handle, Instant now) {
    var expired =
        handle
            .createUpdate(
                """
                DELETE FROM anonymous_relationship WHERE ctid = ANY(ARRAY(
                       SELECT ctid FROM anonymous_relationship WHERE created_at < :before
                        ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED))
                """)
            .bind("before", now.minus(KEPT))
            .bind("most", EXPIRED_AT_ONCE)
            .execute();
    return expired == EXPIRED_AT_ONCE;
  }

  private static <S extends SqlStatement<S>> S bound(S statement, Collection<Key> keys) {
    return statement
        .bind("workspaces", keys.stream().mapToInt(key -> key.owner.workspace().value()).toArray())
        .bind("anonymous", keys.stream().map(key -> key.owner.anonymousId()).toArray(String[]::new))
        .bind("objects", keys.stream().mapToLong(Key::objectKey).toArray());
  }
}
