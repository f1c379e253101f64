package dev.carillon.privacy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Completes requests once nothing is left of anybody they are about. */
final class ErasureProofs {

  /**
   * These people are erased: nothing was found of them in any table. Requests of which nobody is
   * left are completed.
   *
   * <p>The requests are locked first: two transactions that finish the last two people of one would
   * otherwise each see the other's.
   */
  void complete(Handle handle, List<Work> work, WorkQueue queue, Instant now) {
    if (work.isEmpty()) {
      return;
    }
    var requests =
        handle
            .createQuery(
                """
                SELECT request_id FROM erasure_request
                 WHERE completed_at IS NULL AND people && :people ORDER BY request_id FOR NO KEY UPDATE
                """)
            .bind("people", WorkQueue.people(work))
            .mapTo(Long.class)
            .list();
    queue.remove(handle, work);
    var completed =
        handle
            .createQuery(
                """
                UPDATE erasure_request r SET completed_at = :now, people = '{}'
                 WHERE r.request_id = ANY(:requests)
                   AND NOT EXISTS (SELECT FROM erasure e WHERE e.person_id = ANY(r.people))
                RETURNING r.request_id
                """)
            .bind("now", now)
            .bind("requests", requests.stream().mapToLong(Long::longValue).toArray())
            .mapTo(Long.class)
            .list();
    if (!completed.isEmpty()) {
      handle
          .createUpdate(
              """
              INSERT INTO erasure_table AS t (request_id, table_name, remaining)
              SELECT r.request_id, n.name, 0
                FROM unnest(:requests) AS r(request_id) CROSS JOIN unnest(:tables) AS n(name)
              ON CONFLICT (request_id, table_name) DO UPDATE SET remaining = 0
              """)
          .bind("requests", completed.stream().mapToLong(Long::longValue).toArray())
          .bind(
              "tables",
              Arrays.stream(PersonTable.values())
                  .filter(each -> each.goes() != PersonTable.Goes.LAST)
                  .map(PersonTable::table)
                  .toArray(String[]::new))
          .execute();
    }
  }
}
