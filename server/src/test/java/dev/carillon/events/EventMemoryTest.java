package dev.carillon.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventRepository.SeenKey;
import dev.carillon.store.Database;
import dev.carillon.store.Partitions;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory against repeated events: how long it reaches, and what it costs (P-42). */
class EventMemoryTest {
  private static final Instant NOW = Instant.parse("2026-03-04T12:00:00Z"); // a Wednesday
  private static final WorkspaceId SHOP = new WorkspaceId(1);

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final Partitions partitions = new Partitions(database);
  private final EventRepository events = new EventRepository();

  @BeforeEach
  void makePartitions() {
    partitions.maintain(NOW);
  }

  /** Whether an event of this id counts as a repeat when it is received at that time. */
  private boolean repeated(String eventId, Instant receivedAt) {
    var key = new SeenKey(SHOP, EventKey.of(eventId, receivedAt));
    var today = receivedAt.atOffset(ZoneOffset.UTC).toLocalDate();
    return !database
        .inTransaction(handle -> events.remember(handle, List.of(key), today))
        .isEmpty();
  }

  private static String ulid(Instant at) {
    var digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    var text = new StringBuilder();
    var millis = at.toEpochMilli();
    for (var i = 0; i < 10; i++) {
      text.insert(0, digits.charAt((int) (millis & 31)));
      millis >>= 5;
    }
    return text + "ABCDEFGHJKMNPQRS";
  }

  private List<String> stored() {
    return database.read(handle ->
        handle
            .createQuery("SELECT tableoid::regclass::text FROM event_seen ORDER BY 1")
            .mapTo(String.class)
            .list());
  }

  @Test
  @DisplayName(
      "P-42: a repeat is known on each of 30 days, whatever time the id names: old, young, or any future")
  void shouldKnowRepeatsForThirtyDays() {
    var days =
        List.of(
            -400, -36, -35, -34, -20, -6, -5, -4, 0, 1, 13, 14, 15, 20, 30, 44, 45, 46, 60, 75, 76,
            1_000);
    for (int fromNow : days) {
      assertThat(repeated(ulid(NOW.plus(Duration.ofDays(fromNow))), NOW)).isFalse();
    }
    for (int day = 0; day <= 30; day++) {
      var later = NOW.plus(Duration.ofDays(day));
      partitions.maintain(later);
      for (int fromNow : days) {
        assertThat(repeated(ulid(NOW.plus(Duration.ofDays(fromNow))), later))
            .as("a ULID of %d days from now, after %d days", fromNow, day)
            .isTrue();
      }
    }
    assertThat(stored()).as("each remembered once").hasSize(days.size());
  }

  @ParameterizedTest
  @DisplayName("P-42: the memory ends with the week's partition, and is given back")
  @ValueSource(strings = {"order-1", "ulid"})
  void shouldForgetWithThePartition(String kind) {
    var eventId = kind.equals("ulid") ? ulid(NOW) : kind;
    assertThat(repeated(eventId, NOW)).isFalse();
    assertThat(stored()).containsExactly("event_seen_20260302");
    var last = NOW.plus(Duration.ofDays(30));
    partitions.maintain(last);
    assertThat(repeated(eventId, last)).isTrue();
    var gone = NOW.plus(Duration.ofDays(46));
    partitions.maintain(gone);
    assertThat(stored()).isEmpty();
    assertThat(repeated(eventId, gone)).as("a new event by now").isFalse();
  }

  @Test
  @DisplayName(
      "P-42: the number of partitions stays the same over a year, and none is needed beyond them")
  void shouldNotGrow() {
    for (int week = 0; week < 52; week++) {
      var now = NOW.plus(Duration.ofDays(7L * week));
      partitions.maintain(now);
      assertThat(repeated("order-" + week, now)).isFalse();
      assertThat(repeated(ulid(now.plus(Duration.ofDays(44))), now)).isFalse();
      assertThat(repeated(ulid(now.plus(Duration.ofDays(400))), now)).isFalse();
      assertThat(stored()).doesNotContain("event_seen_other").hasSizeLessThan(3 * 14);
      int count =
          database.read(handle ->
              handle
                  .createQuery(
                      "SELECT count(*) FROM pg_inherits WHERE inhparent = 'event_seen'::regclass")
                  .mapTo(Integer.class)
                  .one());
      assertThat(count).isLessThanOrEqualTo(15);
    }
  }

  @Test
  @DisplayName(
      "what lies in the default partition, as after a leap of the clock, is forgotten in time too")
  void shouldEmptyTheDefaultPartition() {
    var leap = NOW.plus(Duration.ofDays(300));
    assertThat(repeated("order-1", leap)).isFalse();
    assertThat(stored()).containsExactly("event_seen_other");
    partitions.maintain(leap.plus(Duration.ofDays(30)));
    assertThat(repeated("order-1", leap.plus(Duration.ofDays(30)))).isTrue();
    partitions.maintain(leap.plus(Duration.ofDays(40)));
    assertThat(stored()).isEmpty();
  }

  @Test
  @DisplayName("P-42, I3: two nodes in the middle of their batches: one of them counts the event")
  void shouldDecideBetweenNodes() throws Exception {
    var today = NOW.atOffset(ZoneOffset.UTC).toLocalDate();
    for (var eventId : List.of("order-7", ulid(NOW), ulid(NOW.minus(Duration.ofDays(20))))) {
      var keys = List.of(new SeenKey(SHOP, EventKey.of(eventId, NOW)));
      try (var first = database.dedicatedHandle("first node");
          var second = database.dedicatedHandle("second node")) {
        first.begin();
        assertThat(events.remember(first, keys, today)).isEmpty();
        var other =
            java.util.concurrent.CompletableFuture.supplyAsync(() -> {
              second.begin();
              var repeats = events.remember(second, keys, today);
              second.commit();
              return repeats;
            });
        first.commit();
        assertThat(other.get(60, java.util.concurrent.TimeUnit.SECONDS)).hasSize(1);
      }
    }
  }

  @Test
  @DisplayName(
      "I6: hashed ids are looked up in the index of each live partition, whatever it holds")
  void shouldLookUpAlongIndexes() {
    database.read(handle ->
        handle.execute(
            """
            INSERT INTO event_seen
            SELECT 1, md5(n::text)::uuid, '2026-03-02'::date + n % 50 FROM generate_series(1, 200000) n
            """));
    database.read(handle -> handle.execute("ANALYZE event_seen"));
    for (var planner : List.of("custom", "generic")) {
      var plan =
          database.inTransaction(handle -> {
            handle.execute("SET LOCAL plan_cache_mode = 'force_" + planner + "_plan'");
            handle.execute(
                "PREPARE known (int[], uuid[], text) AS "
                    + EventRepository.REMEMBERED
                        .replace(":workspaces", "$1")
                        .replace(":keys", "$2")
                        .replace(":from", "$3"));
            var keys =
                handle
                    .createQuery(
                        "SELECT array_agg(md5((n * 7)::text)::uuid)::text FROM generate_series(1, 500) n")
                    .mapTo(String.class)
                    .one();
            var lines =
                handle
                    .createQuery(
                        "EXPLAIN (ANALYZE, TIMING OFF) EXECUTE known (array_fill(1, '{500}'), '%s', '2026-02-10')"
                            .formatted(keys))
                    .mapTo(String.class)
                    .list();
            handle.execute("DEALLOCATE known");
            return String.join("\n", lines);
          });
      assertThat(plan).as(planner).contains("Index Only Scan using event_seen_20260302_pkey");
      // the default partition is empty, as it nearly always is
      assertThat(plan.replace("Seq Scan on event_seen_other", ""))
          .as(planner)
          .doesNotContain("Seq Scan");
    }
  }

  @Test
  @DisplayName("P-42: ids of a day to come lie on their day")
  void shouldPutTheFutureOnItsDay() {
    var today = LocalDate.parse("2026-03-04");
    assertThat(EventKey.of(ulid(NOW), NOW)).matches(key -> key.own() && key.day().equals(today));
    assertThat(EventKey.of(ulid(NOW.plus(Duration.ofDays(20))), NOW))
        .matches(key -> !key.own() && key.day().equals(today.plusDays(20)));
    assertThat(EventKey.of(ulid(NOW.plus(Duration.ofDays(46))), NOW))
        .matches(key -> !key.own() && key.day().equals(today));
    assertThat(EventKey.of(ulid(NOW.minus(Duration.ofDays(6))), NOW))
        .matches(key -> !key.own() && key.day().equals(today));
  }
}
