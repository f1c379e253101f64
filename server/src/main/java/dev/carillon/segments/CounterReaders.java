package dev.carillon.segments;

import java.time.Instant;
import java.util.Collection;
import org.jdbi.v3.core.Handle;

/** Who reads which counter (table {@code counter_reader}). */
final class CounterReaders {

  /** The reader reads these, beside those it read before. */
  void add(Handle handle, CounterReader reader, int[] counterIds) {
    if (counterIds.length == 0) {
      return;
    }
    handle
        .createUpdate(
            """
            INSERT INTO counter_reader (kind, reader_id, counter_id)
            SELECT :kind, :reader, c FROM unnest(:counters) AS u(c) ON CONFLICT DO NOTHING
            """)
        .bind("kind", reader.kind().word())
        .bind("reader", reader.id())
        .bind("counters", counterIds)
        .execute();
  }

  /** The reader reads these alone; counters nobody reads any more are unused from now on. */
  void settle(Handle handle, CounterReader reader, Collection<Integer> counterIds, Instant now) {
    var released =
        handle
            .createQuery(
                """
                WITH released AS (
                    DELETE FROM counter_reader
                     WHERE kind = :kind AND reader_id = :reader AND counter_id <> ALL(:counters)
                    RETURNING counter_id)
                SELECT counter_id FROM released
                """)
            .bind("kind", reader.kind().word())
            .bind("reader", reader.id())
            .bind("counters", counterIds.stream().mapToInt(Integer::intValue).toArray())
            .mapTo(Integer.class)
            .list();
    if (!released.isEmpty()) {
      retire(handle, released.stream().mapToInt(Integer::intValue).toArray(), now);
    }
  }

  private static void retire(Handle handle, int[] released, Instant now) {
    handle
        .createUpdate(
            """
            WITH unused AS (
                UPDATE counter c SET unused_at = :now
                 WHERE c.counter_id = ANY(:released)
                   AND NOT EXISTS (SELECT FROM counter_reader r WHERE r.counter_id = c.counter_id)
                RETURNING c.counter_id)
            DELETE FROM build b USING unused u WHERE b.kind = 'counter' AND b.target_id = u.counter_id
            """)
        .bind("now", now)
        .bind("released", released)
        .execute();
  }
}
