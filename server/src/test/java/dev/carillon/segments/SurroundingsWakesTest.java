package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.ObjectRemains;
import dev.carillon.segments.SurroundingsWakes.ChangedObject;
import dev.carillon.segments.SurroundingsWakes.Circle;
import dev.carillon.segments.SurroundingsWakes.Related;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Notes about who has to be looked at again (journeys §2.7). */
final class SurroundingsWakesTest {
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final long OBJECT = 32;
  private static final int[] ALL = IntStream.range(0, 16).toArray();

  @AutoClose private static final TestDatabase TEST = TestDatabase.create();
  private final SurroundingsWakes wakes = new SurroundingsWakes();

  @BeforeEach
  void tenPeople() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute(
              "TRUNCATE relationship, object_wake, object_remains, campaign_wake, journey, segment");
          handle.execute(
              """
              INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written)
              SELECT i, ?, 1, now(), now(), '{}', '{}' FROM generate_series(1, 10) i
              """,
              OBJECT);
        });
  }

  private void change(Instant at) {
    var changed = new TreeMap<Long, ChangedObject>();
    changed.put(OBJECT, new ChangedObject(SHOP, 1, at));
    TEST.jdbi().useTransaction(handle -> wakes.objectsChanged(handle, changed));
  }

  /** Tells the next three people. */
  private List<Long> range() {
    return TEST.jdbi().inTransaction(this::range);
  }

  private List<Long> range(Handle handle) {
    var circles = wakes.circles(handle, ALL, 10);
    if (circles.isEmpty()) {
      return List.of();
    }
    var people = wakes.next(handle, circles, 3).stream().map(Related::personId).toList();
    assertThat(wakes.lockUnchanged(handle, circles)).containsExactly(OBJECT);
    circles
        .getFirst()
        .after(people.isEmpty() ? 0 : people.getLast(), people.size() < 3)
        .ifPresentOrElse(
            moved -> wakes.move(handle, List.of(moved)), () -> wakes.close(handle, circles));
    return people;
  }

  private static long count(String table) {
    return TEST.jdbi()
        .withHandle(
            handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  private Set<Long> unchanged(List<Circle> read) {
    return TEST.jdbi().inTransaction(handle -> wakes.lockUnchanged(handle, read));
  }

  private List<Long> untilNobodyIsLeft() {
    var told = new ArrayList<Long>();
    for (var steps = 0; count("object_wake") > 0; steps++) {
      told.addAll(range());
      assertThat(steps).isLessThan(20);
    }
    return told;
  }

  @Test
  @DisplayName("everybody is told once, in ranges")
  void shouldTellEverybody() {
    change(NOW);
    assertThat(range()).containsExactly(1L, 2L, 3L);
    assertThat(untilNobodyIsLeft())
        .containsExactlyElementsOf(LongStream.rangeClosed(4, 10).boxed().toList());
    assertThat(range()).isEmpty();
  }

  @Test
  @DisplayName("a further change begins anew where the circle stands: everybody is told after it")
  void shouldBeginAnewWithAFurtherChange() {
    change(NOW);
    range();
    change(NOW.plusSeconds(1));
    assertThat(range()).containsExactly(4L, 5L, 6L);
    change(NOW.plusSeconds(2));
    assertThat(untilNobodyIsLeft()).containsExactly(7L, 8L, 9L, 10L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  @DisplayName(
      "an object that changes all the time does not keep the last of its people from being told")
  void shouldReachEverybodyOfARestlessObject() {
    var told = new HashSet<Long>();
    var sinceTheLast = List.<Long>of();
    for (var i = 0; i < 12; i++) {
      change(NOW.plusSeconds(i));
      sinceTheLast = range();
      told.addAll(sinceTheLast);
    }
    assertThat(told).hasSize(10);
    var rest = untilNobodyIsLeft();
    assertThat(rest).doesNotContainAnyElementsOf(sinceTheLast).doesNotHaveDuplicates();
    assertThat(rest.size() + sinceTheLast.size()).isEqualTo(10);
  }

  @Test
  @DisplayName(
      "who has read an earlier state moves nothing, whether the object has changed or another node was quicker")
  void shouldNotMoveWhatHasChanged() {
    change(NOW);
    var read = TEST.jdbi().withHandle(handle -> wakes.circles(handle, ALL, 10));
    change(NOW.plusSeconds(1));
    assertThat(unchanged(read)).isEmpty();
    var again = TEST.jdbi().withHandle(handle -> wakes.circles(handle, ALL, 10));
    range();
    assertThat(unchanged(again)).isEmpty();
  }

  @Test
  @DisplayName("design §3.4: nobody waits for who holds the note: it is passed over")
  void shouldPassOverWhatSomebodyHolds() {
    change(NOW);
    var read = TEST.jdbi().withHandle(handle -> wakes.circles(handle, ALL, 10));
    TEST.jdbi()
        .useTransaction(holder -> {
          holder.execute("UPDATE object_wake SET turn = turn + 1");
          assertThat(unchanged(read)).isEmpty();
        });
  }

  @Test
  @DisplayName(
      "relationships of a deleted object stay until its people are told: nothing else knows who they are")
  void shouldKeepRelationshipsUntilTheirPeopleAreTold() {
    TEST.jdbi()
        .useHandle(handle -> handle.execute("INSERT INTO object_remains VALUES (?)", OBJECT));
    change(NOW);
    new ObjectRemains(TEST.database()).run();
    assertThat(untilNobodyIsLeft()).hasSize(10);
    new ObjectRemains(TEST.database()).run();
    assertThat(count("relationship")).isZero();
  }

  @Test
  @DisplayName(
      "the end of a journey is noted only while a segment of its workspace reads the campaign")
  void shouldNoteEndedJourneysThatAreRead() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO journey (journey_id, person_id, workspace_id, campaign_id, version, state, visit, started_at,
                                   entered_at, ended_at, end_reason, path, trigger)
              SELECT i, 100 + i, w, c, 1, 'exited', 1, now(), now(), now(), 'campaign_stopped', '[]', '{}'
                FROM (VALUES (1, 1, 5), (2, 1, 6), (3, 2, 5)) AS j(i, w, c)
              """);
          handle.execute(
              """
              INSERT INTO segment (workspace_id, name, type, campaigns, created_at, updated_at)
              VALUES (1, 'reads', 'dynamic', '{4,5}', now(), now())
              """);
        });
    TEST.jdbi().useTransaction(handle -> wakes.journeysEnded(handle, List.of(1L, 2L, 3L), NOW));
    var noted = TEST.jdbi().withHandle(handle -> wakes.ended(handle, ALL, 10));
    assertThat(noted)
        .singleElement()
        .satisfies(each -> {
          assertThat(each.personId()).isEqualTo(101);
          assertThat(each.campaignId()).isEqualTo(5);
          assertThat(each.at()).isEqualTo(NOW);
        });
    TEST.jdbi().useTransaction(handle -> wakes.removeEnded(handle, noted));
    assertThat(
            TEST.jdbi()
                .<List<?>, RuntimeException>withHandle(handle -> wakes.ended(handle, ALL, 10)))
        .isEmpty();
  }
}
