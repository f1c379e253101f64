package dev.carillon.bench;

import dev.carillon.bench.BaseSegments.Mentioning;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Compares who is in segments with who belongs there, by another way than the server's: in SQL over
 * events and attributes.
 */
final class MembershipCheck {
  private static final int ATTEMPTS = 4;
  private static final Duration APART = Duration.ofSeconds(3);

  private static final String TRAITS =
      """
      CREATE TEMP TABLE IF NOT EXISTS traits AS
      SELECT p.person_id, a.plan, a.city, a.country, a.source, a.orders FROM person p,
             json_to_record(p.attributes::json) AS a(plan text, city text, country text, source text, orders int)
      """;

  private static final String DONE =
      """
      CREATE TEMP TABLE done ON COMMIT DROP AS
      SELECT e.person_id, %s
        FROM (SELECT person_id, occurred_at AS at, (data::json ->> 'total')::numeric AS total,
                     (data::json ->> 'quantity')::int AS quantity, data::json ->> 'category' AS category
                FROM event WHERE name_id = (SELECT name_id FROM event_name WHERE kind = 1 AND name = ?)) e
       GROUP BY e.person_id
      """;

  private static final String WRONG =
      """
      SELECT count(*) FILTER (WHERE m.person_id IS NULL) || ' missing, '
          || count(*) FILTER (WHERE b.person_id IS NULL) || ' too many of ' || count(b.person_id)
        FROM (SELECT person_id
                FROM (SELECT t.*, coalesce(d.c%d, 0) AS c FROM traits t LEFT JOIN done d USING (person_id)) x
               WHERE %s) b
        FULL JOIN (SELECT m.person_id FROM segment_member m JOIN segment s USING (segment_id) WHERE s.name = ?) m
             USING (person_id)
      """;

  private MembershipCheck() {}

  /**
   * Refuses any difference. A window may have ended a moment ago, so it looks again a little later
   * before it does.
   *
   * @param segments that mention the event of the measured load
   * @throws BenchFailure with what differs
   */
  static void of(ServerDatabase shared, List<Mentioning> segments) {
    try (var database = shared.another()) {
      database.execute("SET work_mem = '256MB'");
      database.execute(TRAITS);
      database.execute("ANALYZE traits");
      var wrong = wrong(database, segments);
      for (int attempt = 1; attempt < ATTEMPTS && !wrong.isEmpty(); attempt++) {
        Pause.of(APART);
        wrong = wrong(database, segments);
      }
      if (!wrong.isEmpty()) {
        throw new BenchFailure("Segments are wrong: " + String.join("; ", wrong));
      }
    }
  }

  /** All at one instant. */
  private static List<String> wrong(ServerDatabase database, List<Mentioning> segments) {
    database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
    try {
      var counts = new StringBuilder();
      for (int i = 0; i < segments.size(); i++) {
        counts.append(i == 0 ? "" : ", ");
        counts.append("count(*) FILTER (WHERE %s) AS c%d".formatted(segments.get(i).counted(), i));
      }
      database.execute(DONE.formatted(counts), BaseEvents.name(0));
      database.execute("ANALYZE done");
      return IntStream.range(0, segments.size())
          .mapToObj(i -> {
            var segment = segments.get(i);
            var found = database.text(WRONG.formatted(i, segment.holds()), segment.name());
            return found.startsWith("0 missing, 0 too many") ? "" : segment.name() + ": " + found;
          })
          .filter(each -> !each.isEmpty())
          .toList();
    } finally {
      database.execute("ROLLBACK");
    }
  }
}
