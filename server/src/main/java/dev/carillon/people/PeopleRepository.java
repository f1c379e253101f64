package dev.carillon.people;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Rows of people and their identifiers, read and written for whole batches. Every method is one
 * statement, whatever the number of rows.
 */
public final class PeopleRepository {

  /** A person's row. */
  public record Row(
      long personId, WorkspaceId workspace, Instant createdAt, String attributes, String written) {}

  /**
   * Who these identifiers name; those that name nobody are absent. {@code cio_id}s are not looked
   * up here.
   */
  public Map<IdentifierKey, Long> resolve(Handle handle, Collection<IdentifierKey> keys) {
    var found = new HashMap<IdentifierKey, Long>();
    if (keys.isEmpty()) {
      return found;
    }
    // In the order of the index, which then is walked through once.
    var wanted = keys.stream().sorted().toList();
    handle
        .createQuery(
            """
            SELECT k.n, i.person_id
              FROM unnest(:workspaces, :kinds, :values) WITH ORDINALITY AS k(workspace_id, kind, value, n)
              JOIN person_identifier i USING (workspace_id, kind, value)
            """)
        .bind("workspaces", wanted.stream().mapToInt(key -> key.workspace().value()).toArray())
        .bind("kinds", kinds(wanted))
        .bind("values", wanted.stream().map(IdentifierKey::value).toArray(String[]::new))
        .scanResultSet((rows, context) -> {
          try (context) {
            var row = rows.get();
            while (row.next()) {
              found.put(wanted.get(row.getInt(1) - 1), row.getLong(2));
            }
            return found;
          }
        });
    return found;
  }

  /** How many identifiers there are, as the database last estimated; 0 when it never did. */
  public long roughlyIdentifiers(Handle handle) {
    return handle
        .createQuery(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'person_identifier'::regclass")
        .mapTo(Long.class)
        .one();
  }

  /**
   * Identifiers of all workspaces, in the database's order.
   *
   * @param after the last one of the page before; null for the first page
   * @param most 1 and up
   */
  public SequencedMap<IdentifierKey, Long> identifiers(
      Handle handle, @Nullable IdentifierKey after, int most) {
    var page = LinkedHashMap.<IdentifierKey, Long>newLinkedHashMap(most);
    handle
        .createQuery(
            """
            SELECT workspace_id, kind, value, person_id FROM person_identifier
             WHERE (workspace_id, kind, value) > (:workspace, :kind::smallint, :value)
             ORDER BY workspace_id, kind, value LIMIT :most
            """)
        .bind("workspace", after == null ? 0 : after.workspace().value())
        .bind("kind", after == null ? 0 : after.kind().code())
        .bind("value", after == null ? "" : after.value())
        .bind("most", most)
        .scanResultSet((rows, context) -> {
          try (context) {
            var row = rows.get();
            while (row.next()) {
              var named = new Identifier(IdentifierKind.of(row.getInt(2)), row.getString(3));
              page.put(IdentifierKey.of(new WorkspaceId(row.getInt(1)), named), row.getLong(4));
            }
            return page;
          }
        });
    return page;
  }

  /**
   * Locks people in key order and reads them as they are once the lock is held. Whoever is missing
   * from the answer does not exist (any more).
   *
   * @param ids ascending
   */
  public Map<Long, Row> lockAndLoad(Handle handle, long[] ids) {
    var rows = new TreeMap<Long, Row>();
    handle
        .createQuery(
            """
            SELECT person_id, workspace_id, created_at, attributes, written FROM person
             WHERE person_id = ANY(:ids) ORDER BY person_id FOR NO KEY UPDATE
            """)
        .bind("ids", ids)
        .map((row, context) ->
            rows.put(
                row.getLong(1),
                new Row(
                    row.getLong(1),
                    new WorkspaceId(row.getInt(2)),
                    row.getTimestamp(3).toInstant(),
                    row.getString(4),
                    row.getString(5))))
        .list();
    return rows;
  }

  /**
   * Locks people without reading them, in key order.
   *
   * @return those who exist
   */
  public Set<Long> lock(Handle handle, long[] ids) {
    return handle
        .createQuery(
            """
            SELECT person_id FROM person WHERE person_id = ANY(:ids)
             ORDER BY person_id FOR NO KEY UPDATE
            """)
        .bind("ids", ids)
        .mapTo(Long.class)
        .set();
  }

  /**
   * Adds people, in a transaction that has joined the epoch: it is noted as the one they were born
   * under. As with every change here, the search is told whom to look at anew.
   *
   * @return the present {@code epoch.identity}, which tells whether an identifier was suppressed
   *     meanwhile
   */
  public long insert(Handle handle, List<Row> people) {
    return handle
        .createQuery(
            """
            WITH added AS (
              INSERT INTO person (person_id, workspace_id, born, created_at, updated_at, attributes, written)
              SELECT u.id, u.workspace, (SELECT rules::int FROM epoch), to_timestamp(u.at), to_timestamp(u.at), u.attributes, u.written
                FROM unnest(:ids, :workspaces, :at, :attributes, :written) AS u(id, workspace, at, attributes, written)),
            pending AS (
              INSERT INTO search_pending SELECT * FROM unnest(:workspaces, :ids))
            SELECT identity FROM epoch
            """)
        .bind("ids", people.stream().mapToLong(Row::personId).toArray())
        .bind("workspaces", people.stream().mapToInt(row -> row.workspace().value()).toArray())
        .bind("at", Seconds.of(people, Row::createdAt))
        .bind("attributes", people.stream().map(Row::attributes).toArray(String[]::new))
        .bind("written", people.stream().map(Row::written).toArray(String[]::new))
        .mapTo(Long.class)
        .one();
  }

  /** Stores changed profiles of locked people. */
  public void update(Handle handle, List<Row> people, Instant now) {
    handle
        .createUpdate(
            """
            WITH pending AS (
              INSERT INTO search_pending SELECT * FROM unnest(:workspaces, :ids))
            UPDATE person p SET attributes = u.attributes, written = u.written, updated_at = :now
              FROM unnest(:ids, :attributes, :written) AS u(id, attributes, written)
             WHERE p.person_id = u.id
            """)
        .bind("workspaces", people.stream().mapToInt(row -> row.workspace().value()).toArray())
        .bind("now", now)
        .bind("ids", people.stream().mapToLong(Row::personId).toArray())
        .bind("attributes", people.stream().map(Row::attributes).toArray(String[]::new))
        .bind("written", people.stream().map(Row::written).toArray(String[]::new))
        .execute();
  }

  /**
   * Adds identifiers.
   *
   * @param identifiers in key order, so that two batches cannot wait for each other in a circle
   * @return how many were added; fewer than given means that one was taken meanwhile: roll back and
   *     resolve again
   */
  public int insertIdentifiers(Handle handle, TreeMap<IdentifierKey, Long> identifiers) {
    return handle
        .createUpdate(
            """
            INSERT INTO person_identifier (workspace_id, kind, value, person_id)
            SELECT * FROM unnest(:workspaces, :kinds, :values, :ids) ON CONFLICT DO NOTHING
            """)
        .bind(
            "workspaces",
            identifiers.keySet().stream().mapToInt(key -> key.workspace().value()).toArray())
        .bind("kinds", kinds(identifiers.keySet()))
        .bind(
            "values",
            identifiers.keySet().stream().map(IdentifierKey::value).toArray(String[]::new))
        .bind("ids", identifiers.values().stream().mapToLong(Long::longValue).toArray())
        .execute();
  }

  /**
   * Removes identifiers, each only while it names the given person.
   *
   * @param identifiers whom each of them named
   */
  public void deleteIdentifiers(Handle handle, SortedMap<IdentifierKey, Long> identifiers) {
    handle
        .createUpdate(
            """
            DELETE FROM person_identifier i
             USING unnest(:workspaces, :kinds, :values, :ids) AS k(workspace_id, kind, value, person_id)
             WHERE i.workspace_id = k.workspace_id AND i.kind = k.kind AND i.value = k.value
               AND i.person_id = k.person_id
            """)
        .bind(
            "workspaces",
            identifiers.keySet().stream().mapToInt(key -> key.workspace().value()).toArray())
        .bind("kinds", kinds(identifiers.keySet()))
        .bind(
            "values",
            identifiers.keySet().stream().map(IdentifierKey::value).toArray(String[]::new))
        .bind("ids", identifiers.values().stream().mapToLong(Long::longValue).toArray())
        .execute();
  }

  /**
   * Removes locked people with their counters.
   *
   * @param ids ascending
   */
  public void delete(Handle handle, long[] ids) {
    handle
        .createUpdate(
            """
            WITH gone AS (DELETE FROM person WHERE person_id = ANY(:ids) RETURNING workspace_id, person_id)
            INSERT INTO search_pending SELECT workspace_id, person_id FROM gone
            """)
        .bind("ids", ids)
        .execute();
    handle
        .createUpdate("DELETE FROM person_counters WHERE person_id = ANY(:ids)")
        .bind("ids", ids)
        .execute();
  }

  /**
   * Puts what deleted people left in time-partitioned tables down for erasure, and what those left
   * who were merged into them and have not been moved yet.
   *
   * @param eraseAt when no batch that still writes about them can be running any more
   */
  public void erase(Handle handle, SortedMap<Long, WorkspaceId> people, Instant eraseAt) {
    handle
        .createUpdate(
            """
            WITH orphaned AS (
              DELETE FROM merger WHERE primary_id = ANY(:ids) RETURNING secondary_id, workspace_id)
            INSERT INTO erasure (person_id, workspace_id, due_at)
            SELECT u.id, u.workspace, :due FROM unnest(:ids, :workspaces) AS u(id, workspace)
             UNION ALL SELECT secondary_id, workspace_id, :due FROM orphaned
            ON CONFLICT DO NOTHING
            """)
        .bind("ids", people.keySet().stream().mapToLong(Long::longValue).toArray())
        .bind("workspaces", people.values().stream().mapToInt(WorkspaceId::value).toArray())
        .bind("due", eraseAt)
        .execute();
  }

  private static short[] kinds(Collection<IdentifierKey> keys) {
    var kinds = new short[keys.size()];
    var i = 0;
    for (var key : keys) {
      kinds[i++] = key.kind().code();
    }
    return kinds;
  }
}
