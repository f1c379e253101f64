package dev.carillon.reporting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.reporting.ActivityReader.Window;
import dev.carillon.store.Database;
import dev.carillon.store.Partitions;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lists of activities over hundreds of thousands of rows: every table is read along its index, and
 * no call looks at more than a bounded number of rows (promise I6).
 */
class LoadedActivitiesTest {
  private static final int EVENTS = Integer.getInteger("loaded.events", 400_000);
  private static final Instant NOW = Instant.parse("2026-03-20T12:00:00Z");
  private static final WorkspaceId BUSY = new WorkspaceId(1);
  private static final WorkspaceId QUIET = new WorkspaceId(2);

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  private static final Database database = TEST.database();
  private static final WorkspaceActivities activities =
      new WorkspaceActivities(database, InstantSource.fixed(NOW));

  /** Sixty days of a workspace with many events, and of one with one in a thousand of them. */
  @BeforeAll
  static void load() {
    var partitions = new Partitions(database);
    for (int month = 0; month < 3; month++) {
      partitions.maintain(NOW.minus(Duration.ofDays(30L * month)));
    }
    database.inTransaction(handle -> {
      handle.execute("SELECT setseed(0.5)");
      handle.execute(
          """
          CREATE TEMPORARY TABLE moment ON COMMIT DROP AS
          SELECT g AS n, 1 + (g %% 1000 = 0)::int AS workspace, 1000 + (random() * 20000)::int AS person,
                 '%1$s'::timestamptz - (%2$d - g) / 100 * (interval '60 days' / (%2$d / 100)) AS at
            FROM generate_series(1, %2$d) g
          """
              .formatted(NOW, EVENTS));
      handle.execute(
          """
          INSERT INTO event_name (workspace_id, kind, name, first_seen, last_seen)
          SELECT 1 + n / 20, 1, 'event ' || n %% 20, to_timestamp(0), now() FROM generate_series(0, 39) n
          UNION ALL SELECT 1, 1, 'rare', to_timestamp(0), now()
          UNION ALL SELECT 1, 1, 'over', to_timestamp(0), '%s'::timestamptz
          """
              .formatted(NOW.minus(Duration.ofDays(50))));
      handle.execute(
          """
          INSERT INTO event
          SELECT person, workspace, CASE WHEN n % 200000 = 17 THEN 41 ELSE 1 + n % 20 + 20 * (workspace - 1) END,
                 n, at, at, NULL, '{"total":5}' FROM moment
          """);
      handle.execute(
          """
          INSERT INTO person SELECT p, 1, 0, '%1$s'::timestamptz - p * interval '1 minute', '%1$s', '{"id":"' || p || '"}', '{}'
            FROM generate_series(1000, 21000) p
          """
              .formatted(NOW));
      handle.execute(
          """
          INSERT INTO activity (person_id, workspace_id, op, part, type, occurred_at, received_at, data)
          SELECT person, workspace, n, 0, CASE WHEN n % 100000 = 4 THEN 'profile_merge' ELSE 'attribute_change' END,
                 at, at, '{"plan":{"from":"a","to":"b"}}' FROM moment WHERE n % 4 = 0
          """);
      handle.execute(
          """
          INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, channel, state, sent_at, opened_at)
          SELECT n, at, workspace, person, 'email', 'sent', at + interval '1 second',
                 CASE WHEN n % 40 = 0 THEN at + interval '3 days' END FROM moment WHERE n % 10 = 0
          """);
      handle.execute(
          """
          INSERT INTO anonymous_event
          SELECT workspace, 'a' || n, 1 + n % 20, n + 100000000, at, at, NULL, '{}' FROM moment WHERE n % 10 = 5
          """);
      return handle.execute(
          "UPDATE event SET person_id = 999 WHERE op % 7 = 0"); // of nobody who exists
    });
    database.read(handle -> handle.execute("VACUUM ANALYZE")); // sums up block ranges, too
  }

  private static ActivityFilter filter(
      @Nullable String type, @Nullable String name, @Nullable ActivityPlace after, int limit) {
    return new ActivityFilter(
        type == null ? null : ActivityType.parse(type).orElseThrow(), name, false, after, limit);
  }

  private static List<ActivityPlace> walk(
      WorkspaceId workspace, @Nullable String type, @Nullable String name) {
    var met = new ArrayList<ActivityPlace>();
    ActivityPlace next = null;
    var pages = 0;
    do {
      var page = activities.page(workspace, filter(type, name, next, 100));
      page.activities().forEach(each -> met.add(each.origin().placeByReceipt()));
      next = page.next();
      assertThat(++pages).as("pages").isLessThan(2_000);
    } while (next != null);
    assertThat(new HashSet<>(met)).hasSameSizeAs(met);
    assertThat(met).isSortedAccordingTo((one, other) -> other.compareTo(one));
    return met;
  }

  private static int count(String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
  }

  @Test
  @DisplayName("app-data §2.8: filters find what is rare, page by page, without a gap")
  void shouldFindWhatIsRare() {
    var alive = " AND person_id IN (SELECT person_id FROM person)";
    assertThat(walk(BUSY, null, "rare"))
        .hasSize(count("SELECT count(*) FROM event WHERE name_id = 41" + alive));
    assertThat(walk(BUSY, "profile_merge", null))
        .hasSize(count("SELECT count(*) FROM activity WHERE type = 'profile_merge'" + alive));
    assertThat(walk(BUSY, "screen", null)).isEmpty();
    assertThat(walk(BUSY, null, "over")).isEmpty();
  }

  @Test
  @DisplayName("app-data §2.8: a walk over everything meets everything once")
  void shouldMeetEverything() {
    assertThat(walk(BUSY, "opened_email", null))
        .hasSize(
            count(
                """
                SELECT count(*) FROM delivery d JOIN person p ON p.person_id = d.person_id
                 WHERE d.workspace_id = 1 AND d.opened_at IS NOT NULL
                """));
    // people of the quiet workspace do not exist: what it has is anonymous
    assertThat(walk(QUIET, null, null))
        .hasSize(count("SELECT count(*) FROM anonymous_event WHERE workspace_id = 2"));
  }

  @ParameterizedTest
  @DisplayName("I6: every source is read by its index of workspace and time, first page or later")
  @ValueSource(strings = {"custom", "generic"})
  void shouldReadAlongIndexes(String planner) {
    var later = new ActivityPlace(NOW.minus(Duration.ofDays(20)), 2, 1_000, 0);
    database.inTransaction(handle -> {
      handle.execute("SET LOCAL enable_seqscan = off");
      handle.execute("SET LOCAL plan_cache_mode = 'force_" + planner + "_plan'");
      for (var place : List.of(ActivityPlace.NEWEST, later)) {
        for (var filter :
            List.of(
                filter(null, null, null, 10),
                filter("event", null, null, 10),
                filter(null, "rare", null, 10))) {
          for (var workspace : List.of(BUSY, QUIET)) {
            var window =
                new Window(workspace, place, NOW.minus(ActivityRows.KEPT), NOW, filter.limit() + 1);
            for (var scan : ActivitySources.of(handle, window, filter)) {
              assertIndexed(handle, scan);
            }
          }
        }
      }
      return 0;
    });
  }

  private static void assertIndexed(Handle handle, ActivityReader reader) {
    switch (reader) {
      case ActivityScan scan -> {
        var rows = scan.rows();
        var plan = explain(handle, scan.wanted(), scan.window());
        assertThat(plan)
            .as(rows.table() + " " + rows.time() + "\n" + plan)
            .containsPattern(
                "Index Scan Backward using delivery_\\w*workspace_id_%s_idx"
                    .formatted(rows.time()));
        assertThat(readInFull(plan)).as(plan).isEmpty();
      }
      case ActivitySweep sweep -> {
        for (var sql : List.of(sweep.counted(), sweep.wanted())) {
          var plan = explain(handle, sql, sweep.window());
          if (sweep.rows().table().equals("event")) { // of few rows the planner may look at all
            assertThat(plan)
                .as(sweep.rows().table() + "\n" + plan)
                .doesNotContainPattern("Scan using event_(?!other|name)\\w+ on")
                .containsPattern("Bitmap Index Scan on event_\\w+_received_at_idx|on event_other ");
          }
          assertThat(readInFull(plan)).as(plan).isEmpty();
        }
      }
    }
  }

  /** Parts of a plan that read a table in full, or many rows for nothing. */
  private static List<String> readInFull(String plan) {
    return plan.lines()
        .filter(line ->
            (line.contains("Seq Scan on") && !line.contains("rows=0.00"))
                || line.matches(" *Rows Removed by .*: [0-9]{6,}"))
        .filter(line -> !line.contains("on event_name"))
        .toList();
  }

  /** The plan of a statement, prepared as the driver prepares it; sweeps look at an hour. */
  private static String explain(Handle handle, String statement, Window window) {
    var sql = statement;
    var names =
        List.of(
            "workspace",
            "from",
            "at",
            "source",
            "key",
            "part",
            "look",
            "limit",
            "names",
            "kinds",
            "type",
            "name",
            "after");
    for (int i = names.size(); i > 0; i--) {
      sql = sql.replaceAll("(?<!:):" + names.get(i - 1) + "\\b", "\\$" + i);
    }
    var place = window.place();
    var newest = place.at().equals(Instant.MAX);
    handle.execute(
        "PREPARE scan (int, timestamptz, timestamptz, int, bigint, int, int, int, int[], int[], text, text, timestamptz) AS "
            + sql);
    var plan =
        handle
            .createQuery(
                "EXPLAIN (ANALYZE, TIMING OFF) EXECUTE scan (%d, '%s', '%s', %d, %d, %d, %d, %d, '{41}', '{1,2,3}', 'event', 'rare', '%s')"
                    .formatted(
                        window.workspace().value(),
                        window.from(),
                        newest ? "infinity" : place.at(),
                        place.source(),
                        place.key(),
                        place.part(),
                        ActivityReader.LONGEST_LOOK,
                        window.limit(),
                        (newest ? NOW : place.at()).minus(Duration.ofHours(1))))
            .mapTo(String.class)
            .list();
    handle.execute("DEALLOCATE scan");
    return String.join("\n", plan);
  }

  @Test
  @DisplayName("I6: a page costs milliseconds, the most expensive filter a bounded number of rows")
  void shouldCostLittle() {
    for (var query :
        List.of(
            filter(null, null, null, 10),
            filter(null, null, null, 100),
            filter("event", null, null, 10),
            filter(null, "rare", null, 10),
            filter("profile_merge", null, null, 10),
            filter("opened_email", null, null, 10))) {
      for (var warm = 0; warm < 5; warm++) {
        activities.page(BUSY, query);
      }
      var start = System.nanoTime();
      for (var times = 0; times < 10; times++) {
        activities.page(BUSY, query);
      }
      var millis = (System.nanoTime() - start) / 10_000_000.0;
      System.out.printf("%d events, %s: %.1f ms%n", EVENTS, query, millis);
      assertThat(millis).isLessThan(2_000);
    }
  }
}
