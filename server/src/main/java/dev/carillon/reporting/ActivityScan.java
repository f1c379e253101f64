package dev.carillon.reporting;

import java.time.OffsetDateTime;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of one table backwards in time along its index by workspace and time, and keeps
 * those that are wanted.
 *
 * @param condition on a row {@code s}; {@link #EVERY_ROW} when all are wanted
 * @param bindings of the condition
 */
record ActivityScan(Rows rows, Window window, String condition, Map<String, Object> bindings)
    implements ActivityReader {
  @Override
  public Slice read(Handle handle) {
    var query = bound(handle.createQuery(wanted())).bind("limit", window.limit());
    bindings.forEach(query::bind);
    var entries = query.map((row, _) -> ActivityRows.activity(row)).list();
    return entries.size() == window.limit() || condition.equals(EVERY_ROW)
        ? new Slice(entries, null)
        : new Slice(entries, reached(handle));
  }

  /** The place of the last row that could be looked at; null when there are not so many. */
  private @Nullable ActivityPlace reached(Handle handle) {
    return bound(handle.createQuery("SELECT * FROM (%s) s OFFSET :look - 1".formatted(looked())))
        .map((row, _) ->
            new ActivityPlace(
                row.getObject("received_at", OffsetDateTime.class).toInstant(),
                rows.source().ordinal(),
                row.getLong("key"),
                row.getInt("part")))
        .findOne()
        .orElse(null);
  }

  private Query bound(Query query) {
    return query
        .bind("workspace", window.workspace().value())
        .bind("from", window.from())
        .bind("at", window.place().at())
        .bind("source", window.place().source())
        .bind("key", window.place().key())
        .bind("part", window.place().part())
        .bind("look", LONGEST_LOOK);
  }

  /** The statement that finds what is wanted; it stops looking when it has enough. */
  String wanted() {
    return """
    SELECT %d AS source, s.*%s FROM (%s) s
     WHERE %s
     ORDER BY s.received_at DESC, s.key DESC, s.part DESC LIMIT :limit
    """
        .formatted(rows.source().ordinal(), rows.shown(), looked(), condition);
  }

  private String looked() {
    var place =
        "(%s, %d, %s, %s)".formatted(rows.time(), rows.source().ordinal(), rows.key(), rows.part());
    return """
    SELECT %1$s AS received_at, %2$s AS key, %3$s AS part, %4$s
      FROM %5$s
     WHERE workspace_id = :workspace AND %1$s >= :from AND %1$s <= :at
       AND %6$s < (:at, :source, :key, :part) %7$s
     ORDER BY %1$s DESC, %2$s DESC, part DESC LIMIT :look
    """
        .formatted(
            rows.time(), rows.key(), rows.part(), rows.columns(), rows.table(), place, rows.also());
  }
}
