package dev.carillon.computed;

import dev.carillon.people.AttributesJson;
import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Tallies of people and when they fall due; read and written for whole batches of locked people.
 */
public final class TallyRepository {

  /**
   * What is stored of one person.
   *
   * @param tallies by computed attribute
   * @param refused computed attributes whose value has no room in the profile, which was told
   */
  public record Stored(Map<Integer, Tally> tallies, Set<Integer> refused) {
    /** Of whom nothing has been added up. */
    public static final Stored NOTHING = new Stored(Map.of(), Set.of());

    /** Copies both. */
    public Stored {
      tallies = Map.copyOf(tallies);
      refused = Set.copyOf(refused);
    }

    private boolean isEmpty() {
      return tallies.isEmpty() && refused.isEmpty();
    }
  }

  /** What has been added up of these people; who is absent has nothing. */
  public Map<Long, Stored> load(Handle handle, long[] people) {
    var stored = new HashMap<Long, Stored>();
    handle
        .createQuery(
            "SELECT person_id, tallies, refused FROM person_computed WHERE person_id = ANY(:people)")
        .bind("people", people)
        .map((row, _) ->
            stored.put(
                row.getLong(1),
                new Stored(
                    parse(row.getString(2)), Set.of((Integer[]) row.getArray(3).getArray()))))
        .list();
    return stored;
  }

  private static Map<Integer, Tally> parse(String json) {
    var tallies = new TreeMap<Integer, Tally>();
    AttributesJson.parse(json)
        .forEach((id, each) -> tallies.put(Integer.parseInt(id), Tally.of(each)));
    return tallies;
  }

  private static String print(Map<Integer, Tally> tallies) {
    var map = new LinkedHashMap<String, Object>();
    new TreeMap<>(tallies).forEach((id, tally) -> map.put(Integer.toString(id), tally.toMap()));
    return AttributesJson.print(map);
  }

  /** Everything that has been added up of one person. */
  public record Row(long personId, WorkspaceId workspace, Stored stored) {}

  /** Stores what was added up of locked people, given in the order of their keys. */
  public void store(Handle handle, List<Row> rows) {
    var kept = rows.stream().filter(row -> !row.stored.isEmpty()).toList();
    if (!kept.isEmpty()) {
      upsert(handle, kept);
    }
    if (kept.size() < rows.size()) {
      handle
          .createUpdate("DELETE FROM person_computed WHERE person_id = ANY(:people)")
          .bind(
              "people",
              rows.stream().filter(row -> row.stored.isEmpty()).mapToLong(Row::personId).toArray())
          .execute();
    }
  }

  private static void upsert(Handle handle, List<Row> rows) {
    handle
        .createUpdate(
            """
            INSERT INTO person_computed (person_id, workspace_id, tallies, refused)
            SELECT person, workspace, tallies, refused::int[]
              FROM unnest(:people, :workspaces, :tallies, :refused) AS u(person, workspace, tallies, refused)
            ON CONFLICT (person_id) DO UPDATE SET tallies = excluded.tallies, refused = excluded.refused
            """)
        .bind("people", rows.stream().mapToLong(Row::personId).toArray())
        .bind("workspaces", rows.stream().mapToInt(row -> row.workspace.value()).toArray())
        .bind("tallies", rows.stream().map(row -> print(row.stored.tallies)).toArray(String[]::new))
        .bind("refused", rows.stream().map(row -> array(row.stored.refused)).toArray(String[]::new))
        .execute();
  }

  /** An array of arrays must be rectangular, so each goes as text. */
  private static String array(Set<Integer> numbers) {
    return numbers.stream()
        .sorted()
        .map(String::valueOf)
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** A person and a computed attribute. */
  public record Key(long personId, int computedId) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      var byPerson = Long.compare(personId, other.personId);
      return byPerson != 0 ? byPerson : Integer.compare(computedId, other.computedId);
    }
  }

  /**
   * Arms and disarms timers.
   *
   * @param timers when to compute again; null: never
   */
  public void arm(Handle handle, TreeMap<Key, @Nullable Instant> timers) {
    var armed = new TreeMap<Key, Instant>();
    var disarmed = new TreeMap<Key, Boolean>();
    timers.forEach((key, at) -> {
      if (at == null) {
        disarmed.put(key, true);
      } else {
        armed.put(key, at);
      }
    });
    if (!armed.isEmpty()) {
      handle
          .createUpdate(
              """
              INSERT INTO computed_timer (person_id, computed_id, due_at)
              SELECT u.person, u.computed, to_timestamp(u.at) FROM unnest(:people, :computed, :at) AS u(person, computed, at)
              ON CONFLICT (person_id, computed_id) DO UPDATE SET due_at = excluded.due_at
              """)
          .bind("people", armed.keySet().stream().mapToLong(Key::personId).toArray())
          .bind("computed", armed.keySet().stream().mapToInt(Key::computedId).toArray())
          .bind("at", Seconds.of(armed.values(), at -> at))
          .execute();
    }
    if (!disarmed.isEmpty()) {
      handle
          .createUpdate(
              """
              DELETE FROM computed_timer t USING unnest(:people, :computed) AS u(person_id, computed_id)
               WHERE t.person_id = u.person_id AND t.computed_id = u.computed_id
              """)
          .bind("people", disarmed.keySet().stream().mapToLong(Key::personId).toArray())
          .bind("computed", disarmed.keySet().stream().mapToInt(Key::computedId).toArray())
          .execute();
    }
  }

  /** A timer. */
  public record Due(long personId, int computedId, Instant dueAt) {}

  /**
   * Timers due at {@code now} of people in these groups ({@code person_id mod 16}), the earliest
   * first. Only candidates: they are looked at again under the people's locks.
   */
  public List<Due> due(Handle handle, Instant now, int[] groups, int limit) {
    return handle
        .createQuery(
            """
            SELECT person_id, computed_id, due_at FROM computed_timer
             WHERE due_at <= :now AND (person_id & 15)::int = ANY(:groups) ORDER BY due_at LIMIT :limit
            """)
        .bind("now", now)
        .bind("groups", groups)
        .bind("limit", limit)
        .map((row, _) -> due(row))
        .list();
  }

  /** The timers of these people that are due, read under their locks. */
  public List<Due> dueOf(Handle handle, long[] people, Instant now) {
    return handle
        .createQuery(
            """
            SELECT person_id, computed_id, due_at FROM computed_timer
             WHERE person_id = ANY(:people) AND due_at <= :now
            """)
        .bind("people", people)
        .bind("now", now)
        .map((row, _) -> due(row))
        .list();
  }

  /** All timers of these people, due or not. */
  public List<Due> timers(Handle handle, long[] people) {
    return handle
        .createQuery(
            "SELECT person_id, computed_id, due_at FROM computed_timer WHERE person_id = ANY(:people)")
        .bind("people", people)
        .map((row, _) -> due(row))
        .list();
  }

  private static Due due(ResultSet row) throws SQLException {
    return new Due(row.getLong(1), row.getInt(2), row.getTimestamp(3).toInstant());
  }

  /** Looks at the timers of a person that are due at {@code now} again at another time. */
  public void postpone(Handle handle, long personId, Instant now, Instant at) {
    handle
        .createUpdate(
            "UPDATE computed_timer SET due_at = :at WHERE person_id = :person AND due_at <= :now")
        .bind("at", at)
        .bind("person", personId)
        .bind("now", now)
        .execute();
  }

  /** Removes what was added up of people who are gone. */
  public void deletePeople(Handle handle, long[] people) {
    handle
        .createUpdate("DELETE FROM person_computed WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
    handle
        .createUpdate("DELETE FROM computed_timer WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
  }
}
