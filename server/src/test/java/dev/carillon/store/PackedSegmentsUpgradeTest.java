package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.segments.MembershipRepository;
import dev.carillon.segments.MembershipRepository.Row;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the migration that packs the segments of each person makes of those that are there. */
class PackedSegmentsUpgradeTest {
  private static final Instant ENTERED = Instant.parse("2026-03-01T10:00:00.123456Z");
  private static final Instant LONG_AGO = Instant.parse("1969-07-20T20:17:40.000001Z");
  private static final Instant DUE = Instant.parse("2026-04-01T00:00:00.999999Z");

  @AutoClose private final TestDatabase test = TestDatabase.empty();
  @TempDir private Path folder;

  @Test
  @DisplayName("memberships and timers are found again, to the microsecond")
  void shouldPackWhatIsThere() throws Exception {
    // given: one who is in two segments, one who has a timer alone, one with nothing
    SchemaUpTo.migrate(test, folder, 14);
    test.jdbi()
        .useHandle(handle -> {
          handle.execute(
              "INSERT INTO person (person_id, workspace_id, born, created_at, updated_at, attributes, written) SELECT i, 1, 0, now(), now(), '{}', '{}' FROM generate_series(1, 3) i");
          handle.execute(
              "INSERT INTO segment_member VALUES (1, 8, '1969-07-20 20:17:40.000001+00'), (1, 5, '2026-03-01 10:00:00.123456+00')");
          handle.execute(
              "INSERT INTO segment_timer VALUES (1, 5, '2026-04-01 00:00:00.999999+00'), (2, 5, '2026-04-01 00:00:00.999999+00')");
        });
    // when
    SchemaUpTo.migrate(test, folder, 15);
    // then
    assertThat(load(8, 7, 5))
        .containsExactlyInAnyOrder(
            new Row(1, 5, ENTERED, false),
            new Row(1, 8, LONG_AGO, false),
            new Row(1, 5, DUE, true),
            new Row(2, 5, DUE, true));
    assertThat(load(8)).containsExactly(new Row(1, 8, LONG_AGO, false));
  }

  private List<Row> load(int... segments) {
    return test.database()
        .read(handle -> new MembershipRepository().load(handle, new long[] {1, 2, 3}, segments));
  }
}
