package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Retention by partition (P-61), under a clock that is turned. */
class PartitionsTest {
  private static final Instant START = Instant.parse("2026-03-02T18:00:00Z");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Partitions partitions = new Partitions(test.database());

  private void activity(Instant at) {
    run(
        "INSERT INTO activity (person_id, workspace_id, op, part, type, occurred_at, received_at, data) VALUES (1, 1, 1, 0, 'x', ?, ?, '{}')",
        at,
        at);
  }

  private void anonymousEvent(Instant at) {
    run(
        "INSERT INTO anonymous_event (workspace_id, anonymous_id, name_id, op, occurred_at, received_at, data) VALUES (1, 'a', 1, 1, ?, ?, '{}')",
        at,
        at);
  }

  private void event(Instant at) {
    run(
        "INSERT INTO event (person_id, workspace_id, name_id, op, occurred_at, received_at, data) VALUES (1, 1, 1, 1, ?, ?, '{}')",
        at,
        at);
  }

  private void run(String sql, Object... arguments) {
    test.database().inTransaction(handle -> handle.execute(sql, arguments));
  }

  private List<String> found(String table) {
    return test.database()
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                           || CASE WHEN tableoid::regclass::text LIKE '%%_other' THEN ' other' ELSE '' END
                      FROM %s ORDER BY received_at
                    """
                        .formatted(table))
                .mapTo(String.class)
                .list());
  }

  private List<String> dated(String table) {
    return test.database()
        .read(handle ->
            handle
                .createQuery(
                    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(:table) AND inhrelid::regclass::text ~ '[0-9]{8}$' ORDER BY 1")
                .bind("table", table)
                .mapTo(String.class)
                .list());
  }

  private static Instant day(int days) {
    return START.plus(Duration.ofDays(days));
  }

  @Test
  @DisplayName("P-61: activities stay at least 92 days, events of nobody 31, events for ever")
  void shouldDropWhatIsOver() {
    // given
    partitions.maintain(START);
    activity(START);
    anonymousEvent(START);
    event(START);
    // when
    partitions.maintain(day(31));
    // then
    assertThat(found("activity")).containsExactly("2026-03-02");
    assertThat(found("anonymous_event")).containsExactly("2026-03-02");
    // when
    partitions.maintain(day(40));
    // then
    assertThat(found("anonymous_event")).isEmpty();
    // when
    partitions.maintain(day(92));
    // then
    assertThat(found("activity")).containsExactly("2026-03-02");
    // when March ended 92 days ago
    partitions.maintain(Instant.parse("2026-07-02T00:00:00Z"));
    // then
    assertThat(found("activity")).isEmpty();
    assertThat(dated("activity"))
        .containsExactly(
            "activity_20260401",
            "activity_20260501",
            "activity_20260601",
            "activity_20260701",
            "activity_20260801",
            "activity_20260901");
    assertThat(found("event")).containsExactly("2026-03-02");
  }

  @Test
  @DisplayName("P-61: what no partition covers is kept, found, and deleted when its time is over")
  void shouldEmptyTheDefaultPartition() {
    // given a leap of the clock
    partitions.maintain(START);
    activity(day(200));
    activity(day(202));
    anonymousEvent(day(200));
    assertThat(found("activity")).containsExactly("2026-09-18 other", "2026-09-20 other");
    // when
    partitions.maintain(day(201));
    activity(day(201));
    // then they stay where they are, and so does what belongs to their time
    assertThat(found("activity"))
        .containsExactly("2026-09-18 other", "2026-09-19 other", "2026-09-20 other");
    // when
    partitions.maintain(day(232));
    // then
    assertThat(found("anonymous_event")).isEmpty();
    assertThat(found("activity")).hasSize(3);
    // when
    partitions.maintain(day(294));
    // then
    assertThat(found("activity")).containsExactly("2026-09-20 other");
  }

  @Test
  @DisplayName("rows of block range indexes can be found in every partition")
  void shouldHaveTheIndexInEveryPartition() {
    partitions.maintain(START);
    for (var table : List.of("event", "activity", "anonymous_event")) {
      assertThat(
              test.database()
                  .<Integer, RuntimeException>read(handle ->
                      handle
                          .createQuery(
                              """
                              SELECT count(*) FROM pg_inherits h JOIN pg_index i ON i.indrelid = h.inhrelid
                                JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
                               WHERE h.inhparent = to_regclass(:table) AND a.amname = 'brin'
                                 AND c.reloptions @> '{autosummarize=on}'
                              """)
                          .bind("table", table)
                          .mapTo(Integer.class)
                          .one()))
          .as(table)
          .isGreaterThanOrEqualTo(4);
    }
  }
}
