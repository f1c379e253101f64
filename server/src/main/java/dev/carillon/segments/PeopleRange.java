package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Build;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Takes the people a build has still to reach, the next ones by key, and locks them. */
final class PeopleRange {
  /** People of other workspaces are passed by in pieces of this size. */
  private static final int LOOKED_AT = 20_000;

  private final int size;

  PeopleRange(int size) {
    this.size = size;
  }

  /**
   * Locked people.
   *
   * @param attributes as stored, by person in ascending order; may be empty
   * @param doneTo the cursor once they are done
   */
  record Locked(TreeMap<Long, String> attributes, long doneTo) {
    long[] people() {
      return attributes.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    Reached reached() {
      return new Reached(doneTo, attributes.size());
    }
  }

  /** How far a build is after a range, and how many people were in it. */
  record Reached(long doneTo, int people) {}

  /** Locks the next people of a build, at most as many as the size of a range. */
  Locked lock(Handle handle, Build build) {
    var end = end(handle, build.doneTo());
    var attributes = new TreeMap<Long, String>();
    handle
        .createQuery(
            """
            SELECT person_id, attributes FROM person
             WHERE person_id > :after AND person_id <= :end AND workspace_id = :workspace AND born < :epoch
             ORDER BY person_id LIMIT :size FOR NO KEY UPDATE
            """)
        .bind("after", build.doneTo())
        .bind("end", end)
        .bind("workspace", build.workspace().value())
        .bind("epoch", build.epoch())
        .bind("size", size)
        .map((row, context) -> attributes.put(row.getLong(1), row.getString(2)))
        .list();
    return new Locked(attributes, attributes.size() < size ? end : attributes.lastKey());
  }

  /** A key behind which the next look begins, should the workspace have few people before it. */
  private static long end(Handle handle, long after) {
    return handle
        .createQuery(
            "SELECT person_id FROM person WHERE person_id > :after ORDER BY person_id OFFSET :skip LIMIT 1")
        .bind("after", after)
        .bind("skip", LOOKED_AT - 1)
        .mapTo(Long.class)
        .findOne()
        .orElse(BuildRepository.EVERYBODY);
  }
}
