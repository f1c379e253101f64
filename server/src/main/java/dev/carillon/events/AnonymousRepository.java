package dev.carillon.events;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Events of nobody yet, and whom anonymous ids belong to (track §4.3). */
public final class AnonymousRepository {
  /** The most stored events one identify attaches; beyond it the newest win. */
  public static final int ATTACHED = 10_000;

  private static final int ATTACHED_BYTES = 8_000_000;
  private static final int ATTEMPTS = 20;

  /** An anonymous id in a workspace. */
  public record Key(WorkspaceId workspace, String anonymousId) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      var byWorkspace = Integer.compare(workspace.value(), other.workspace.value());
      return byWorkspace != 0 ? byWorkspace : anonymousId.compareTo(other.anonymousId);
    }
  }

  /** Whom an anonymous id belongs to. */
  public record Link(long personId, Instant linkedAt) {}

  /** An event of nobody yet, in table {@code anonymous_event}. */
  public record Stored(
      Key key,
      EventKind kind,
      String name,
      int nameId,
      long op,
      Instant occurredAt,
      Instant receivedAt,
      @Nullable String eventId,
      String data) {}

  /**
   * Locks anonymous ids in key order, seen before or not, and tells whom they belong to; those of
   * nobody are absent.
   */
  public Map<Key, Link> lock(Handle handle, SortedSet<Key> keys) {
    // An erasure may remove a row between the two statements: then it is made anew.
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var links = new HashMap<Key, Link>();
      if (lock(handle, keys, links) == keys.size()) {
        return links;
      }
    }
    throw new IllegalStateException(
        "%d anonymous ids could not be locked in %d attempts".formatted(keys.size(), ATTEMPTS));
  }

  /** Returns how many are locked. */
  private static int lock(Handle handle, SortedSet<Key> keys, Map<Key, Link> links) {
    var workspaces = keys.stream().mapToInt(key -> key.workspace.value()).toArray();
    var ids = keys.stream().map(Key::anonymousId).toArray(String[]::new);
    handle
        .createUpdate(
            """
            INSERT INTO anonymous_link (workspace_id, anonymous_id) SELECT * FROM unnest(:workspaces, :ids)
            ON CONFLICT DO NOTHING
            """)
        .bind("workspaces", workspaces)
        .bind("ids", ids)
        .execute();
    return handle
        .createQuery(
            """
            SELECT l.workspace_id, l.anonymous_id, l.person_id, l.linked_at
              FROM unnest(:workspaces, :ids) AS k(workspace_id, anonymous_id)
              JOIN anonymous_link l USING (workspace_id, anonymous_id)
             ORDER BY l.workspace_id, l.anonymous_id COLLATE "C" FOR UPDATE OF l
            """)
        .bind("workspaces", workspaces)
        .bind("ids", ids)
        .map((row, context) -> {
          var linkedAt = row.getTimestamp(4);
          if (linkedAt != null) {
            links.put(
                new Key(new WorkspaceId(row.getInt(1)), row.getString(2)),
                new Link(row.getLong(3), linkedAt.toInstant()));
          }
          return 0;
        })
        .list()
        .size();
  }

  /** Those of these anonymous ids that belong to somebody who lives, looked up without a lock. */
  public Set<Key> owned(Handle handle, Collection<Key> keys) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                SELECT l.workspace_id, l.anonymous_id FROM unnest(:workspaces, :ids) AS k(workspace_id, anonymous_id)
                  JOIN anonymous_link l USING (workspace_id, anonymous_id)
                  JOIN person p ON p.person_id = l.person_id
                """)
            .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
            .bind("ids", keys.stream().map(Key::anonymousId).toArray(String[]::new))
            .map((row, context) -> new Key(new WorkspaceId(row.getInt(1)), row.getString(2)))
            .list());
  }

  /** Stores whom anonymous ids belong to from now on. */
  public void link(Handle handle, Map<Key, Link> links) {
    var keys = links.keySet().stream().sorted().toList();
    handle
        .createUpdate(
            """
            UPDATE anonymous_link l SET person_id = u.person, linked_at = u.at
              FROM unnest(:workspaces, :ids, :people, :at) AS u(workspace_id, anonymous_id, person, at)
             WHERE l.workspace_id = u.workspace_id AND l.anonymous_id = u.anonymous_id
            """)
        .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("ids", keys.stream().map(Key::anonymousId).toArray(String[]::new))
        .bind("people", keys.stream().map(links::get).mapToLong(Link::personId).toArray())
        .bind("at", keys.stream().map(links::get).map(Link::linkedAt).toArray(Instant[]::new))
        .execute();
  }

  /** Stores events of nobody yet. */
  public void insert(Handle handle, List<Stored> events) {
    handle
        .createUpdate(
            """
            INSERT INTO anonymous_event (workspace_id, anonymous_id, name_id, op, occurred_at, received_at, event_id, data)
            SELECT * FROM unnest(:workspaces, :anonymous, :names, :ops, :occurred, :received, :ids, :data)
            """)
        .bind(
            "workspaces", events.stream().mapToInt(event -> event.key.workspace.value()).toArray())
        .bind(
            "anonymous", events.stream().map(event -> event.key.anonymousId).toArray(String[]::new))
        .bind("names", events.stream().mapToInt(Stored::nameId).toArray())
        .bind("ops", events.stream().mapToLong(Stored::op).toArray())
        .bind("occurred", events.stream().map(Stored::occurredAt).toArray(Instant[]::new))
        .bind("received", events.stream().map(Stored::receivedAt).toArray(Instant[]::new))
        .bind("ids", events.stream().map(Stored::eventId).toArray(String[]::new))
        .bind("data", events.stream().map(Stored::data).toArray(String[]::new))
        .execute();
  }

  /**
   * Takes the stored events of locked anonymous ids out of the table, oldest first.
   *
   * @param since receipt times before it are past their 30 days (P-30)
   */
  public List<Stored> take(Handle handle, SortedSet<Key> keys, Instant since) {
    return handle
        .createQuery(
            """
            WITH taken AS (
              DELETE FROM anonymous_event a USING unnest(:workspaces, :ids) AS k(workspace_id, anonymous_id)
               WHERE a.workspace_id = k.workspace_id AND a.anonymous_id = k.anonymous_id AND a.received_at >= :since
              RETURNING a.*)
            SELECT t.workspace_id, t.anonymous_id, n.kind, n.name, t.name_id, t.op, t.occurred_at, t.received_at, t.event_id, t.data
              FROM (SELECT *, row_number() OVER (PARTITION BY workspace_id, anonymous_id ORDER BY occurred_at DESC, op DESC) AS age,
                           sum(length(data)) OVER (PARTITION BY workspace_id, anonymous_id ORDER BY occurred_at DESC, op DESC) AS size
                      FROM taken) t
              JOIN event_name n USING (name_id)
             WHERE t.age <= :most AND t.size <= :bytes ORDER BY t.occurred_at, t.op
            """)
        .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("ids", keys.stream().map(Key::anonymousId).toArray(String[]::new))
        .bind("since", since)
        .bind("most", ATTACHED)
        .bind("bytes", ATTACHED_BYTES)
        .map((row, context) ->
            new Stored(
                new Key(new WorkspaceId(row.getInt(1)), row.getString(2)),
                EventKind.of(row.getInt(3)),
                row.getString(4),
                row.getInt(5),
                row.getLong(6),
                row.getTimestamp(7).toInstant(),
                row.getTimestamp(8).toInstant(),
                row.getString(9),
                row.getString(10)))
        .list();
  }
}
