package dev.carillon.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.carillon.objects.ObjectTypes.Creation;
import dev.carillon.objects.ObjectTypes.Key;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ObjectTypesTest {
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final ObjectType.Draft COURSES =
      new ObjectType.Draft("Online Courses", "Online Course", "book", true);

  @AutoClose private static final TestDatabase test = TestDatabase.create();
  private final AtomicLong nanos = new AtomicLong();
  private final ObjectTypes types = types();

  private ObjectTypes types() {
    return new ObjectTypes(test.database(), InstantSource.fixed(NOW), nanos::get);
  }

  private static WorkspaceId workspace() {
    return new WorkspaceId(
        test.database()
            .read(handle ->
                handle
                    .createQuery(
                        "INSERT INTO workspace (name, created_at) VALUES ('Shop', now()) RETURNING workspace_id")
                    .mapTo(Integer.class)
                    .one()));
  }

  @Test
  @DisplayName("track §6: type 1 exists in every new workspace")
  void shouldGiveEveryWorkspaceItsFirstType() {
    // given
    var workspace = workspace();
    // then
    assertThat(types.exists(workspace, 1)).isTrue();
    assertThat(types.exists(workspace, 2)).isFalse();
    assertThat(types.exists(workspace, 0)).isFalse();
    assertThat(types.exists(new WorkspaceId(workspace.value() + 1_000), 1)).isFalse();
    assertThat(types.list(workspace))
        .extracting(ObjectType::typeId, ObjectType::name, ObjectType::slug)
        .containsExactly(tuple(1, "Companies", "companies"));
  }

  @Test
  void shouldCreateAndChangeATypeOfOneWorkspace() {
    // given
    var workspace = workspace();
    var other = workspace();
    assertThat(types.exists(workspace, 2)).isFalse();
    // when
    var made = ((Creation.Created) types.create(workspace, COURSES)).type();
    // then
    assertThat(made)
        .isEqualTo(
            new ObjectType(
                workspace,
                2,
                "Online Courses",
                "Online Course",
                "online-courses",
                "online-course",
                "book",
                true,
                NOW));
    assertThat(types.exists(workspace, 2)).isTrue();
    assertThat(types.exists(other, 2)).isFalse();
    // when
    var renamed = new ObjectType.Draft("!", "Länge", "", false);
    assertThat(types.update(other, 2, renamed)).isEmpty();
    types.update(workspace, 2, renamed);
    // then
    assertThat(types.find(workspace, 2))
        .hasValue(new ObjectType(workspace, 2, "!", "Länge", "type", "länge", "", false, NOW));
    assertThat(types.exists(workspace, 2)).isTrue();
    assertThat(types.find(other, 2)).isEmpty();
  }

  @Test
  void shouldNoticeATypeThatAnotherNodeMade() {
    // given
    var workspace = workspace();
    assertThat(types.exists(workspace, 2)).isFalse();
    // when
    types().create(workspace, COURSES);
    // then what was not there is remembered for a second, but not by those who must know
    assertThat(types.exists(workspace, 2)).isFalse();
    var elsewhere = types();
    assertThat(elsewhere.exists(workspace, 2)).isTrue();
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(types.exists(workspace, 2)).isTrue();
    assertThat(
            test.database()
                .<Set<Key>, RuntimeException>read(handle ->
                    types()
                        .existing(handle, List.of(new Key(workspace, 2), new Key(workspace, 3)))))
        .containsExactly(new Key(workspace, 2));
  }

  @Test
  void shouldGiveEachTypeANumberOfItsOwn() throws Exception {
    // given
    var workspace = workspace();
    // when four at once fill the workspace
    Callable<Long> some =
        () -> {
          var made = 0L;
          for (var i = 0; i < 30; i++) {
            made += types.create(workspace, COURSES) instanceof Creation.Created ? 1 : 0;
          }
          return made;
        };
    var made = 0L;
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<Long> each : threads.invokeAll(List.of(some, some, some, some))) {
        made += each.get();
      }
    }
    // then
    assertThat(made).isEqualTo(ObjectTypes.MOST - 1);
    assertThat(types.list(workspace))
        .extracting(ObjectType::typeId)
        .doesNotHaveDuplicates()
        .hasSize(ObjectTypes.MOST);
    assertThat(types.create(workspace, COURSES)).isInstanceOf(Creation.TooMany.class);
    assertThat(types.create(new WorkspaceId(999_999), COURSES))
        .isInstanceOf(Creation.NoSuchWorkspace.class);
  }

  @Test
  void shouldSayThatTheDatabaseIsAway() {
    // given
    var gone = TestDatabase.create();
    var here = new ObjectTypes(gone.database(), InstantSource.fixed(NOW));
    var workspace = new WorkspaceId(1);
    gone.database()
        .read(handle ->
            handle.execute(
                "INSERT INTO workspace (workspace_id, name, created_at) VALUES (1, '', now())"));
    assertThat(here.exists(workspace, 1)).isTrue();
    // when
    gone.close();
    // then
    assertThat(here.exists(workspace, 1)).isTrue();
    assertThatThrownBy(() -> here.exists(workspace, 2)).isInstanceOf(ObjectsUnavailable.class);
  }
}
