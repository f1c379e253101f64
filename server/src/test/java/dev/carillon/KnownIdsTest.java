package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KnownIdsTest {
  private static final WorkspaceId FIRST = new WorkspaceId(91);
  private static final WorkspaceId SECOND = new WorkspaceId(92);

  @AutoClose private static final TestDatabase test = TestDatabase.create();

  @Test
  @DisplayName("I5: object types are those of the workspace, and switched on")
  void shouldKnowObjectTypes() {
    test.database()
        .inTransaction(handle ->
            handle.execute(
                """
                INSERT INTO object_type (workspace_id, type_id, name, slug, enabled, created_at)
                VALUES (91, 1, 'Companies', 'companies', true, now()),
                       (91, 2, 'Orders', 'orders', false, now())
                """));
    var types = KnownIds.objectTypes(test.database());

    assertThat(types.has(FIRST, 1)).isTrue();
    assertThat(types.has(FIRST, 2)).isFalse();
    assertThat(types.has(FIRST, 3)).isFalse();
    assertThat(types.has(SECOND, 1)).isFalse();
  }

  @Test
  @DisplayName("I5, track §5.3: manual segments of the workspace alone")
  void shouldKnowManualSegments() {
    test.database()
        .inTransaction(handle ->
            handle.execute(
                """
                INSERT INTO workspace (workspace_id, name, created_at)
                VALUES (91, 'a', now()), (92, 'b', now());
                INSERT INTO segment (segment_id, workspace_id, name, type, created_at, updated_at)
                OVERRIDING SYSTEM VALUE
                VALUES (7, 91, 'vip', 'manual', now(), now()), (8, 91, 'big', 'dynamic', now(), now())
                """));
    var segments = KnownIds.manualSegments(test.database());

    assertThat(segments.has(FIRST, 7)).isTrue();
    assertThat(segments.has(FIRST, 8)).isFalse();
    assertThat(segments.has(SECOND, 7)).isFalse();
  }
}
