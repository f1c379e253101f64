package dev.carillon.segments;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.segments.Surroundings.Part;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is read around people, and how much of it. */
final class SurroundingsRepositoryTest {
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final int MOST = SurroundingsRepository.MOST_RELATIONSHIPS;
  private static final Part OBJECTS = new Part(false, Map.of(1, Set.of("plan")), Set.of());

  @AutoClose private static final TestDatabase TEST = TestDatabase.create();
  private final SurroundingsRepository repository = new SurroundingsRepository();

  /**
   * Person 1 with more relationships than are looked at, persons 2 and 3 with as many, 4 with none.
   */
  @BeforeAll
  static void relate() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute(
              "INSERT INTO workspace (workspace_id, name, created_at) VALUES (1, 'shop', now()) ON CONFLICT DO NOTHING");
          handle.execute(
              """
              INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
              SELECT i, 1, now(), now(), '{}', '{}' FROM generate_series(1, 4) i
              """);
          handle.execute(
              """
              INSERT INTO object (object_key, workspace_id, type_id, object_id, created_at, updated_at, attributes, written)
              SELECT i, 1, 1, 'o' || i, now(), now(), CASE WHEN i = 1 THEN '{"plan":"old"}' ELSE '{"plan":"new","size":3}' END, '{}'
                FROM generate_series(1, ?) i
              """,
              MOST + 1);
          handle.execute(
              """
              INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written)
              SELECT p, o, 1, now(), now(), '{"role":"x"}', '{}' FROM generate_series(1, 3) p, generate_series(1, ?) o
               WHERE p = 1 OR o > 1
              """,
              MOST + 1);
        });
  }

  private Map<Long, Surroundings> load(Part part, long... people) {
    return TEST.jdbi().inTransaction(handle -> repository.load(handle, people, part));
  }

  @Test
  @DisplayName(
      "of one person the relationships to the newest objects are looked at, and that there are more is told")
  void shouldLookAtTheNewestObjects() {
    var around = requireNonNull(load(OBJECTS, 1).get(1L));
    assertThat(around.related(1)).hasSize(MOST).noneMatch(each -> each.objectKey() == 1);
    assertThat(around.more()).isTrue();
    assertThat(requireNonNull(load(OBJECTS, 2).get(2L)).more()).isFalse();
    assertThat(requireNonNull(load(OBJECTS, 2).get(2L)).related(1)).hasSize(MOST);
    assertThat(load(OBJECTS, 4)).isEmpty();
  }

  @Test
  @DisplayName("only the attributes that are asked for are held, and only the kinds")
  void shouldHoldNoMoreThanAsked() {
    var relation = requireNonNull(load(OBJECTS, 2).get(2L)).related(1).iterator().next();
    assertThat(relation.object()).isEqualTo(Map.of("plan", "new"));
    assertThat(relation.relationship()).isEmpty();
    assertThat(load(new Part(true, Map.of(2, Set.of()), Set.of(7)), 2, 4))
        .allSatisfy((_, around) -> {
          assertThat(around.devices()).isEmpty();
          assertThat(around.related(2)).isEmpty();
        });
    assertThat(load(Part.NONE, 1, 2, 3)).isEmpty();
  }

  @Test
  @DisplayName("many people with many relationships are not held at once")
  void shouldRefuseTooMuchAtOnce() {
    assertThatThrownBy(() -> load(OBJECTS, 1, 2, 3)).isInstanceOf(TooManyRelationships.class);
    assertThat(load(OBJECTS, 2, 3)).hasSize(2);
  }

  @Test
  @DisplayName(
      "S-4: a build goes through such people a few at a time, and an explanation tells what it did not look at")
  void shouldBuildAndExplainAllTheSame() {
    var counters = new CounterRepository(CLOCK);
    var segments = new SegmentRepository(counters, CLOCK);
    var condition =
        ConditionJson.stored(
            "{\"object\":{\"type_id\":1,\"count\":{\"op\":\"gte\",\"n\":900},\"where\":[{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"new\"}]}}");
    SegmentOutcome made =
        TEST.database()
            .inTransaction(handle ->
                segments.create(handle, SHOP, new SegmentDraft("many", "", List.of(), condition)));
    var segment = ((SegmentOutcome.Saved) made).segment().id();
    var builder = new SegmentBuilder(TEST.database(), segments, counters, CLOCK);
    while (builder.step()) {
      assertThat(segment).isPositive();
    }
    assertThat(
            TEST.jdbi()
                .<Long, RuntimeException>withHandle(handle ->
                    segments.count(handle, segments.find(handle, SHOP, segment).orElseThrow())))
        .isEqualTo(3);
    var explainer = new SegmentExplainer(segments, counters, CLOCK);
    var read =
        TEST.database()
            .read(handle -> explainer.explain(handle, SHOP, segment, 1))
            .orElseThrow()
            .toJson()
            .at("/conditions/read");
    assertThat(read.path("related").intValue()).isEqualTo(MOST);
    assertThat(read.path("counted").intValue()).isEqualTo(MOST);
    assertThat(read.path("more").booleanValue()).isTrue();
    assertThat(read.path("fitting")).hasSize(10);
    assertThat(read.at("/fitting/0/object_id").stringValue()).isEqualTo("o" + (MOST + 1));
  }
}
