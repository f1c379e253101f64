package dev.carillon.reporting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.processing.TurnableClock;
import dev.carillon.reporting.WorkspaceUsage.Usage;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WorkspaceUsageTest {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final WorkspaceId SHOP = new WorkspaceId(1);

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  private final TurnableClock clock = new TurnableClock(NOW);
  private final WorkspaceUsage usage = new WorkspaceUsage(TEST.database(), clock, 10);

  private static void rows(String table, int first, int last) {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                (table.equals("person")
                        ? "INSERT INTO person SELECT g, 1, 0, now(), now(), '{}', '{}'"
                        : "INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, channel, state, sent_at) SELECT g, '2026-03-05', 1, 1, 'email', 'sent', '2026-03-05'")
                    + " FROM generate_series(?, ?) g",
                first,
                last));
  }

  private Usage now() {
    return usage.of(SHOP).orElseThrow();
  }

  @Test
  @DisplayName("app-data §9: a few are counted at once, many about once an hour")
  void shouldCountManyInTheBackground() {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO workspace (workspace_id, name, created_at) VALUES (1, 'Shop', now())"));
    assertThat(usage.of(new WorkspaceId(99))).isEmpty();
    rows("person", 1, 10);
    rows("delivery", 1, 4);
    assertThat(now()).isEqualTo(new Usage(SHOP, "Shop", 10, 1, 0, 4));

    rows("person", 11, 35);
    rows("delivery", 5, 40);
    assertThat(now().people()).as("more than are counted, none kept").isEqualTo(11);
    usage.refresh();
    assertThat(now()).isEqualTo(new Usage(SHOP, "Shop", 35, 1, 0, 40));

    rows("person", 36, 50);
    usage.refresh();
    assertThat(now().people()).as("counted a moment ago").isEqualTo(35);
    clock.advance(Duration.ofHours(1));
    usage.refresh();
    assertThat(now().people()).isEqualTo(50);

    TEST.jdbi().useHandle(handle -> handle.execute("DELETE FROM person WHERE person_id > 7"));
    assertThat(now().people()).as("few again").isEqualTo(7);

    clock.advance(Duration.ofDays(30));
    assertThat(now().messagesSent()).as("the next month begins").isZero();
  }
}
