package dev.carillon.reporting;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Reads the rows of one table span by span, backwards in time, and keeps those that are wanted. For
 * tables that take in every operation: an index in order of time would cost each of them more than
 * all its readers gain (docs/decisions/0010). A block range index says roughly where the rows of a
 * workspace and a time lie, and costs next to nothing.
 *
 * <p>Nobody knows beforehand how many rows a span has. Each is counted first, no further than one
 * look goes; one that has more is made shorter, and after one that has few the next is longer. So
 * the cost follows what is found, however dense or thin the rows are.
 *
 * @param condition on a row {@code s}; {@link #EVERY_ROW} when all are wanted
 * @param bindings of the condition
 */
record ActivitySweep(Rows rows, Window window, String condition, Map<String, Object> bindings)
    implements ActivityReader {
  private static final Duration FIRST = Duration.ofSeconds(1);

  /** A shorter span is read whatever it holds: what one call brought has one time. */
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /** Statements that count, at most. */
  private static final int MOST_SPANS = 60;

  private static final int FASTER = 8;

  /**
   * @param after only what became known later
   * @param place only what stands behind it
   */
  private record Span(Instant after, ActivityPlace place) {}

  @Override
  public Slice read(Handle handle) {
    var entries = new ArrayList<Activity>();
    var place = window.place();
    var length = FIRST;
    var looked = 0;
    for (var spans = 0; spans < MOST_SPANS; spans++) {
      var span = new Span(back(place, length), place);
      var found = count(handle, span);
      if (found > LONGEST_LOOK && length.compareTo(SHORTEST) > 0) {
        length = length.dividedBy(FASTER);
        continue;
      }
      if (found > 0) {
        entries.addAll(wanted(handle, span, window.limit() - entries.size()));
      }
      if (entries.size() >= window.limit() || span.after.isBefore(window.from())) {
        return new Slice(entries, null);
      }
      place = ActivityPlace.endOf(span.after);
      looked += found;
      if (looked >= LONGEST_LOOK) {
        break;
      }
      length = found > LONGEST_LOOK / FASTER ? length : length.multipliedBy(FASTER);
    }
    return new Slice(entries, place);
  }

  /**
   * The beginning of a span of this length that ends at a place; a little before all that counts.
   */
  private Instant back(ActivityPlace place, Duration length) {
    var end = place.at().isBefore(window.now()) ? place.at() : window.now();
    return Duration.between(window.from(), end).compareTo(length) > 0
        ? end.minus(length).truncatedTo(ChronoUnit.MICROS) // as the database keeps it
        : window.from().minusNanos(1_000);
  }

  private int count(Handle handle, Span span) {
    return bound(handle.createQuery(counted()), span)
        .bind("look", LONGEST_LOOK + 1)
        .mapTo(Integer.class)
        .one();
  }

  private List<Activity> wanted(Handle handle, Span span, int limit) {
    var query = bound(handle.createQuery(wanted()), span).bind("limit", limit);
    bindings.forEach(query::bind);
    return query.map((row, _) -> ActivityRows.activity(row)).list();
  }

  private Query bound(Query query, Span span) {
    return query
        .bind("workspace", window.workspace().value())
        .bind("after", span.after)
        .bind("at", span.place.at())
        .bind("source", span.place.source())
        .bind("key", span.place.key())
        .bind("part", span.place.part());
  }

  /** The statement that counts a span, up to a limit. */
  String counted() {
    return "SELECT count(*) FROM (SELECT 1 %s LIMIT :look) s".formatted(span());
  }

  /** The statement that finds what is wanted of a span. */
  String wanted() {
    return """
    SELECT %1$d AS source, s.*%2$s
      FROM (SELECT %3$s AS received_at, %4$s AS key, %5$s AS part, %6$s %7$s) s
     WHERE %8$s
     ORDER BY s.received_at DESC, s.key DESC, s.part DESC LIMIT :limit
    """
        .formatted(
            rows.source().ordinal(),
            rows.shown(),
            rows.time(),
            rows.key(),
            rows.part(),
            rows.columns(),
            span(),
            condition);
  }

  private String span() {
    return """
    FROM %1$s
     WHERE workspace_id = :workspace AND %2$s > :after AND %2$s <= :at
       AND (%2$s, %3$d, %4$s, %5$s) < (:at, :source, :key, :part)
    """
        .formatted(rows.table(), rows.time(), rows.source().ordinal(), rows.key(), rows.part());
  }
}
