package dev.carillon.objects;

import dev.carillon.store.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Removes the relationships of objects that were deleted, in slices: an object may have a million
 * people, and its deletion must not keep everybody else waiting.
 *
 * <p>Nothing is added meanwhile, because a relationship is made under the lock of its object. Rows
 * that a batch holds, such as those that move in a merge, are passed over and met again in the next
 * run, so nobody waits for anybody here. Several nodes share the work. As long as the people of an
 * object have still to be told of its deletion, its relationships stay: nothing else knows who they
 * are.
 */
public final class ObjectRemains {
  private static final int OBJECTS = 100;
  private static final int ROWS = 2_000;

  private final Database database;

  /** Does nothing until {@link #run}. */
  public ObjectRemains(Database database) {
    this.database = database;
  }

  /** Removes what can be removed now. */
  public void run() {
    while (database.<Boolean, RuntimeException>inTransaction(ObjectRemains::slice)) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }

  /** One slice; whether there is more to do at once. */
  private static boolean slice(Handle handle) {
    var objects =
        handle
            .createQuery(
                """
                SELECT object_key FROM object_remains r
                 WHERE NOT EXISTS (SELECT FROM object_wake w WHERE w.object_key = r.object_key)
                 ORDER BY object_key LIMIT :most FOR UPDATE SKIP LOCKED
                """)
            .bind("most", OBJECTS)
            .mapTo(Long.class)
            .list();
    if (objects.isEmpty()) {
      return false;
    }
    var removed =
        remove(handle, "relationship", objects) + remove(handle, "anonymous_relationship", objects);
    var finished =
        handle
            .createUpdate(
                """
                DELETE FROM object_remains o
                 WHERE object_key = ANY(:objects)
                   AND NOT EXISTS (SELECT FROM relationship r WHERE r.object_key = o.object_key)
                   AND NOT EXISTS (SELECT FROM anonymous_relationship r WHERE r.object_key = o.object_key)
                """)
            .bind("objects", keys(objects))
            .execute();
    return removed > 0 || finished > 0;
  }

  private static int remove(Handle handle, String table, List<Long> objects) {
    return handle
        .createUpdate(
            """
            DELETE FROM %1$s WHERE ctid = ANY(ARRAY(
                   SELECT ctid FROM %1$s WHERE object_key = ANY(:objects) LIMIT :rows FOR UPDATE SKIP LOCKED))
            """
                .formatted(table))
        .bind("objects", keys(objects))
        .bind("rows", ROWS)
        .execute();
  }

  private static long[] keys(List<Long> objects) {
    return objects.stream().mapToLong(Long::longValue).toArray();
  }
}
