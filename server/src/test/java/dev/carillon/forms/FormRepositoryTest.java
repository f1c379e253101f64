package dev.carillon.forms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class FormRepositoryTest {
  private static final WorkspaceId WORKSPACE = new WorkspaceId(1);
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @AutoClose private static final TestDatabase test = TestDatabase.create();

  private final FormRepository forms =
      new FormRepository(test.database(), InstantSource.fixed(NOW));

  @Test
  void shouldMakeAFormOnItsFirstSubmission() {
    var form = forms.submitted(WORKSPACE, "first", List.of("a", "b")).orElseThrow();

    assertThat(form).isEqualTo(new Form("first", "first", Map.of("a", "a", "b", "b"), NOW));
    assertThat(forms.find(WORKSPACE, "first")).contains(form);
    assertThat(forms.find(new WorkspaceId(2), "first")).isEmpty();
  }

  @Test
  void shouldKeepTheFieldsOfSubmissionsAtOnce() throws Exception {
    var submissions = new ArrayList<Callable<Object>>();
    for (int i = 0; i < 24; i++) {
      var field = "f" + i;
      submissions.add(() ->
          new FormRepository(test.database(), InstantSource.system())
              .submitted(WORKSPACE, "crowded", List.of(field)));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var each : threads.invokeAll(submissions)) {
        each.get();
      }
    }
    assertThat(forms.find(WORKSPACE, "crowded").orElseThrow().fields()).hasSize(24);
  }

  @Test
  void shouldRememberABoundedNumberOfFields() {
    var fields = IntStream.range(0, 400).mapToObj(i -> "f" + i).toList();

    var form = forms.submitted(WORKSPACE, "wide", fields).orElseThrow();

    assertThat(form.fields()).hasSize(FormRepository.MOST_FIELDS);
    assertThat(form.attribute("f399")).isEqualTo("f399");
    assertThat(forms.submitted(WORKSPACE, "wide", List.of("new"))).contains(form);
  }

  @Test
  void shouldBoundTheFormsOfAWorkspace() {
    var crowded = new WorkspaceId(3);
    test.database()
        .inTransaction(handle ->
            handle.execute(
                """
                INSERT INTO form (workspace_id, form_id, name, created_at)
                SELECT 3, 'f' || n, 'f', now() FROM generate_series(1, 10000) n
                """));

    assertThat(forms.submitted(crowded, "one more", List.of())).isEmpty();
    assertThat(forms.save(crowded, "one more", "One more", Map.of())).isEmpty();
    assertThat(forms.submitted(crowded, "f1", List.of("a"))).isPresent();
    assertThat(forms.submitted(WORKSPACE, "one more", List.of())).isPresent();
  }

  @Test
  void shouldTakeAChangedMappingAtOnceOnThisNode() {
    forms.submitted(WORKSPACE, "mapped", List.of("mail"));
    forms.save(WORKSPACE, "mapped", "Mapped", Map.of("mail", "email"));

    assertThat(
            forms.submitted(WORKSPACE, "mapped", List.of("mail")).orElseThrow().attribute("mail"))
        .isEqualTo("email");
  }
}
