package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Build;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Takes the people builds have still to reach, the next ones by key, and locks them. */
final class PeopleRange {

  /**
   * A locked person.
   *
   * @param born the epoch of birth: a build is concerned with people born before it began
   * @param attributes as stored
   */
  record Found(int born, String attributes) {
    /** Whether the person is the business of a build. */
    boolean concerns(Build build) {
      return born < build.epoch();
    }
  }

  /**
   * Locked people.
   *
   * @param people in ascending order; may be empty
   * @param doneTo the cursor once they are done
   */
  record Locked(TreeMap<Long, Found> people, long doneTo) {
    long[] ids() {
      return people.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    Map<Long, Integer> born() {
      return people.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().born));
    }
  }

  private PeopleRange() {}

  /**
   * Locks the next people of a workspace.
   *
   * @param builds that are equally far; which people are whose business, the caller looks at
   * @param size at most this many
   */
  static Locked lock(Handle handle, List<Build> builds, int size) {
    var build = builds.getFirst();
    var people = new TreeMap<Long, Found>();
    handle
        .createQuery(
            """
            SELECT person_id, born, attributes FROM person
             WHERE workspace_id = :workspace AND person_id > :after
             ORDER BY person_id LIMIT :size FOR NO KEY UPDATE
            """)
        .bind("workspace", build.workspace().value())
        .bind("after", build.doneTo())
        .bind("size", size)
        .map((row, context) ->
            people.put(row.getLong(1), new Found(row.getInt(2), row.getString(3))))
        .list();
    return new Locked(people, people.size() < size ? BuildRepository.EVERYBODY : people.lastKey());
  }
}
