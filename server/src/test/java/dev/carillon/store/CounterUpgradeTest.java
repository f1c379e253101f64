package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the migration of message conditions makes of the counters that are there. */
class CounterUpgradeTest {
  @AutoClose private final TestDatabase test = TestDatabase.empty();
  @TempDir private Path folder;

  private List<String> texts(String sql) {
    return test.database().read(handle -> handle.select(sql).mapTo(String.class).list());
  }

  @Test
  @DisplayName(
      "§2.4, §2.5: counters keep the readers they have; opens and clicks so far were human")
  void shouldKeepWhatIsReadAndLetGoOfTheRest() throws Exception {
    // given: counters of a segment, of nobody, and of a workspace with a campaign
    SchemaUpTo.migrate(test, folder, 4);
    test.jdbi()
        .useHandle(handle -> {
          handle.execute(
              "INSERT INTO counter (workspace_id, name_id, conditions, newest, complete) VALUES (1, 1, '[]', 9, true), (1, 2, '[]', 0, false), (2, 3, '[]', 0, true)");
          handle.execute(
              "INSERT INTO build (kind, target_id, workspace_id, version, epoch, started_at) VALUES ('counter', 2, 1, 0, 1, now())");
          handle.execute(
              "INSERT INTO segment (workspace_id, name, type, counters, created_at, updated_at) VALUES (1, 's', 'dynamic', '{1}', now(), now())");
          handle.execute(
              "INSERT INTO campaign (workspace_id, name, state, version, created_at, updated_at) VALUES (2, 'c', 'running', 1, now(), now())");
          handle.execute(
              """
              INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, channel, state, opened_at, clicked_at)
              VALUES (1, now(), 1, 7, 'email', 'sent', '2026-03-01Z', '2026-03-02Z'),
                     (2, now(), 1, 7, 'email', 'sent', '2026-03-03Z', NULL), (3, now(), 1, 7, 'email', 'sent', NULL, NULL)
              """);
        });

    // when
    SchemaUpTo.migrate(test, folder, 5);

    // then
    assertThat(
            texts(
                "SELECT kind || ' ' || reader_id || ' reads ' || counter_id FROM counter_reader ORDER BY 1"))
        .containsExactly("campaign 1 reads 3", "segment 1 reads 1");
    assertThat(texts("SELECT counter_id::text FROM counter WHERE unused_at IS NOT NULL"))
        .containsExactly("2");
    assertThat(texts("SELECT target_id::text FROM build")).isEmpty();
    assertThat(
            texts(
                "SELECT concat_ws(' ', delivery_id, human_opened_at = opened_at, human_clicked_at = clicked_at) FROM delivery ORDER BY 1"))
        .containsExactly("1 t t", "2 t", "3");
  }
}
