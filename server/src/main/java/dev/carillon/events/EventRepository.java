package dev.carillon.events;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Rows of events, of the memory against repeats, and of events of nobody yet. Every method is one
 * statement a batch, or a few.
 */
public final class EventRepository {

  /**
   * An event of a person.
   *
   * @param op number of the operation that brought it; orders events of the same instant
   * @param data JSON object
   */
  public record NewEvent(
      long personId,
      WorkspaceId workspace,
      int nameId,
      long op,
      Instant occurredAt,
      Instant receivedAt,
      @Nullable String eventId,
      String data) {}

  /** Stores events, those of each person in the given order. */
  public void insert(Handle handle, List<NewEvent> given) {
    // In the order of the index, which then is walked through once.
    var events = given.stream().sorted(Comparator.comparingLong(NewEvent::personId)).toList();
    handle
        .createUpdate(
            """
            INSERT INTO event (person_id, workspace_id, name_id, op, occurred_at, received_at, event_id, data)
            SELECT u.person, u.workspace, u.name, u.op, to_timestamp(u.occurred), to_timestamp(u.received), u.id, u.data
              FROM unnest(:people, :workspaces, :names, :ops, :occurred, :received, :ids, :data)
                AS u(person, workspace, name, op, occurred, received, id, data)
            """)
        .bind("people", events.stream().mapToLong(NewEvent::personId).toArray())
        .bind("workspaces", events.stream().mapToInt(event -> event.workspace().value()).toArray())
        .bind("names", events.stream().mapToInt(NewEvent::nameId).toArray())
        .bind("ops", events.stream().mapToLong(NewEvent::op).toArray())
        .bind("occurred", Seconds.of(events, NewEvent::occurredAt))
        .bind("received", Seconds.of(events, NewEvent::receivedAt))
        .bind("ids", events.stream().map(NewEvent::eventId).toArray(String[]::new))
        .bind("data", events.stream().map(NewEvent::data).toArray(String[]::new))
        .execute();
  }

  /** A key with the workspace it counts in. */
  public record SeenKey(WorkspaceId workspace, EventKey key) implements Comparable<SeenKey> {
    @Override
    public int compareTo(SeenKey other) {
      var byWorkspace = Integer.compare(workspace.value(), other.workspace.value());
      return byWorkspace != 0 ? byWorkspace : key.key().compareTo(other.key.key());
    }
  }

  /**
   * Remembers event keys and tells which were remembered already.
   *
   * @param keys each once
   * @return those that are repeats
   */
  public Set<SeenKey> remember(Handle handle, Collection<SeenKey> keys, LocalDate today) {
    var repeats = new HashSet<SeenKey>();
    var fresh = new ArrayList<SeenKey>(keys);
    var hashed = keys.stream().filter(key -> !key.key().own()).toList();
    if (!hashed.isEmpty()) {
      var known = rememberedAnyDay(handle, hashed, today);
      hashed.stream()
          .filter(key -> known.contains(new Found(key.workspace, key.key.key())))
          .forEach(repeats::add);
      fresh.removeAll(repeats);
    }
    if (fresh.isEmpty()) {
      return repeats;
    }
    fresh.sort(null);
    repeats.addAll(insertKeys(handle, fresh));
    return repeats;
  }

  /** Looks into the index of every live partition, which is that of its key. */
  static final String REMEMBERED =
      """
      SELECT s.workspace_id, s.key FROM unnest(:workspaces, :keys) AS k(workspace_id, key)
        JOIN event_seen s USING (workspace_id, key) WHERE s.day >= :from::date
      """;

  private static Set<Found> rememberedAnyDay(Handle handle, List<SeenKey> keys, LocalDate today) {
    return new HashSet<>(
        handle
            .createQuery(REMEMBERED)
            .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
            .bind("keys", keys.stream().map(key -> key.key.key()).toArray(UUID[]::new))
            .bind("from", today.minusDays(EventKey.REMEMBERED_DAYS).toString())
            .map((row, context) ->
                new Found(new WorkspaceId(row.getInt(1)), row.getObject(2, UUID.class)))
            .list());
  }

  /** Returns those that were there already; usually none, so only these are sent back. */
  private static List<SeenKey> insertKeys(Handle handle, List<SeenKey> keys) {
    return handle
        .createQuery(
            """
            WITH wanted AS MATERIALIZED (
              SELECT * FROM unnest(:workspaces, :keys, :days) WITH ORDINALITY AS k(workspace_id, key, day, n)),
            inserted AS (
              INSERT INTO event_seen (workspace_id, key, day)
              SELECT workspace_id, key, day::date FROM wanted ORDER BY n
              ON CONFLICT DO NOTHING RETURNING workspace_id, key)
            SELECT n FROM wanted WHERE (workspace_id, key) NOT IN (SELECT workspace_id, key FROM inserted)
            """)
        .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("keys", keys.stream().map(key -> key.key.key()).toArray(UUID[]::new))
        .bind("days", keys.stream().map(key -> key.key.day().toString()).toArray(String[]::new))
        .map((row, context) -> keys.get(row.getInt(1) - 1))
        .list();
  }

  private record Found(WorkspaceId workspace, UUID key) {}

  /** Reads the packed counters of locked people; people without any are absent. */
  public Map<Long, byte[]> counters(Handle handle, long[] people) {
    var counters = new HashMap<Long, byte[]>();
    handle
        .createQuery(
            "SELECT person_id, counters FROM person_counters WHERE person_id = ANY(:people)")
        .bind("people", people)
        .map((row, context) -> counters.put(row.getLong(1), row.getBytes(2)))
        .list();
    return counters;
  }

  /** Stores the packed counters of locked people. */
  public void storeCounters(Handle handle, TreeMap<Long, byte[]> counters) {
    handle
        .createUpdate(
            """
            INSERT INTO person_counters (person_id, counters) SELECT * FROM unnest(:people, :counters)
            ON CONFLICT (person_id) DO UPDATE SET counters = excluded.counters
            """)
        .bind("people", counters.keySet().stream().mapToLong(Long::longValue).toArray())
        .bind("counters", counters.values().toArray(byte[][]::new))
        .execute();
  }
}
