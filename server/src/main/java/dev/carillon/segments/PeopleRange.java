package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Build;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Locked people a way through a workspace has still to reach.
 *
 * @param people in ascending order; may be empty
 * @param doneTo the cursor once they are done
 * @param skipped people up to the cursor who are then still to be done
 */
public record PeopleRange(TreeMap<Long, Found> people, long doneTo, SortedSet<Long> skipped) {
  /** So many skipped people are looked at again before others are skipped. */
  private static final int SKIPPED = 1_000;

  /** Skipped people whose locks are waited for at once. */
  private static final int WAITED_FOR = 20;

  /**
   * A locked person.
   *
   * @param born the epoch of birth: a build is concerned with people born before it began
   * @param attributes as stored
   */
  public record Found(int born, String attributes) {
    /** Whether the person is the business of a build. */
    boolean concerns(Build build) {
      return born < build.epoch();
    }
  }

  /** Their keys, ascending. */
  public long[] ids() {
    return people.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  Map<Long, Integer> born() {
    return people.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().born));
  }

  /**
   * Takes the next people: by key, or of those who were skipped before; at last it waits for the
   * locks of a few.
   *
   * @param epoch people born under it or later are nobody's business here
   * @param size how many people at most
   */
  public static PeopleRange of(Handle handle, Way way, int epoch, int size) {
    if (way.doneTo() != Way.EVERYBODY && way.skipped().size() < SKIPPED) {
      return next(handle, way, epoch, size);
    }
    var free = free(handle, way, size);
    return free.people.isEmpty() && free.skipped.size() == way.skipped().size()
        ? waiting(handle, way, Math.min(size, WAITED_FOR))
        : free;
  }

  /**
   * Takes the next people by key. Those whose lock somebody holds are skipped: waiting for one of
   * them would keep the locks of all others.
   *
   * @param epoch people born under it or later are nobody's business here
   * @param size how many people are looked at
   */
  private static PeopleRange next(Handle handle, Way way, int epoch, int size) {
    var looked = new TreeMap<Long, Boolean>();
    var people = new TreeMap<Long, Found>();
    handle
        .createQuery(
            """
            WITH next AS MATERIALIZED (
              SELECT person_id, born FROM person WHERE workspace_id = :workspace AND person_id > :after
               ORDER BY person_id LIMIT :size),
            locked AS MATERIALIZED (
              SELECT person_id, born, attributes FROM person
               WHERE person_id = ANY(ARRAY(SELECT person_id FROM next WHERE born < :epoch))
               ORDER BY person_id FOR NO KEY UPDATE SKIP LOCKED)
            SELECT n.person_id, n.born < :epoch, l.born, l.attributes FROM next n LEFT JOIN locked l USING (person_id)
            """)
        .bind("workspace", way.workspace().value())
        .bind("after", way.doneTo())
        .bind("size", size)
        .bind("epoch", epoch)
        .map((row, context) -> {
          note(people, row, 3);
          return looked.put(row.getLong(1), row.getBoolean(2));
        })
        .list();
    var skipped = new TreeSet<>(way.skipped());
    looked.forEach((personId, concerned) -> {
      if (concerned && !people.containsKey(personId)) {
        skipped.add(personId);
      }
    });
    return new PeopleRange(
        people, looked.size() < size ? Way.EVERYBODY : looked.lastKey(), skipped);
  }

  /** Takes those who were skipped and whose lock nobody holds now. */
  private static PeopleRange free(Handle handle, Way way, int size) {
    return skipped(
        handle,
        way,
        size,
        """
        WITH wanted AS MATERIALIZED (SELECT person_id FROM person WHERE person_id = ANY(:wanted)),
        locked AS MATERIALIZED (
          SELECT person_id, born, attributes FROM person WHERE person_id = ANY(:wanted)
           ORDER BY person_id FOR NO KEY UPDATE SKIP LOCKED)
        SELECT w.person_id, l.born, l.attributes FROM wanted w LEFT JOIN locked l USING (person_id)
        """);
  }

  /** Takes those who were skipped, and waits for their locks. */
  private static PeopleRange waiting(Handle handle, Way way, int size) {
    return skipped(
        handle,
        way,
        size,
        """
        SELECT person_id, born, attributes FROM person WHERE person_id = ANY(:wanted)
         ORDER BY person_id FOR NO KEY UPDATE
        """);
  }

  /** Takes members of a segment whose lock nobody holds; null: it has none. */
  static @Nullable PeopleRange members(Handle handle, int segmentId, int size) {
    var people = new TreeMap<Long, Found>();
    var wanted =
        handle
            .createQuery(
                """
                WITH wanted AS MATERIALIZED (
                  SELECT person_id FROM segment_member WHERE segment_id = :segment ORDER BY person_id LIMIT :size),
                locked AS MATERIALIZED (
                  SELECT person_id, born, attributes FROM person WHERE person_id = ANY(ARRAY(SELECT person_id FROM wanted))
                   ORDER BY person_id FOR NO KEY UPDATE SKIP LOCKED)
                SELECT w.person_id, l.born, l.attributes FROM wanted w LEFT JOIN locked l USING (person_id)
                """)
            .bind("segment", segmentId)
            .bind("size", size)
            .map((row, context) -> {
              note(people, row, 2);
              return row.getLong(1);
            })
            .list();
    return wanted.isEmpty() ? null : new PeopleRange(people, 0, new TreeSet<>());
  }

  private static PeopleRange skipped(Handle handle, Way way, int size, String sql) {
    var wanted = way.skipped().stream().limit(size).collect(Collectors.toCollection(TreeSet::new));
    var people = new TreeMap<Long, Found>();
    var found = new TreeSet<Long>();
    Query query = handle.createQuery(sql);
    query
        .bind("wanted", wanted.stream().mapToLong(Long::longValue).toArray())
        .map((row, context) -> {
          note(people, row, 2);
          return found.add(row.getLong(1));
        })
        .list();
    var left = new TreeSet<>(way.skipped());
    left.removeIf(personId ->
        people.containsKey(personId) || (wanted.contains(personId) && !found.contains(personId)));
    return new PeopleRange(people, way.doneTo(), left);
  }

  private static void note(TreeMap<Long, Found> people, ResultSet row, int column)
      throws SQLException {
    var attributes = row.getString(column + 1);
    if (attributes != null) {
      people.put(row.getLong(1), new Found(row.getInt(column), attributes));
    }
  }
}
