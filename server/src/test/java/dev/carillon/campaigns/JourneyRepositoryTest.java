package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.campaigns.JourneyPath.Did;
import dev.carillon.campaigns.JourneyRepository.DueJourney;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JourneyRepositoryTest {
  @AutoClose private static final TestDatabase TEST = TestDatabase.create();

  private static final int[] ALL_GROUPS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

  private final JourneyRepository journeys = new JourneyRepository();

  @BeforeEach
  void empty() {
    TEST.jdbi().useHandle(handle -> handle.execute("TRUNCATE journey, campaign_refusal"));
  }

  private static Journey waiting(long id, long person, Instant wakeAt) {
    return new Journey(
        id,
        person,
        WORKSPACE,
        7,
        1,
        Journey.State.WAITING,
        12,
        2,
        wakeAt,
        NOW,
        NOW.plusNanos(1_000),
        null,
        null,
        JourneyPath.EMPTY.plus(new JourneyPath.Entry(12, NOW, Did.WAITS, wakeAt)),
        "{\"name\":\"o\\u0000\",\"data\":{\"a\":\"ü'\\\"\"}}");
  }

  private static Journey ended(long id, long person, @Nullable EndReason reason) {
    var waiting = waiting(id, person, NOW);
    return JourneyEngine.end(
        waiting, reason == null ? EndReason.EXIT_STEP : reason, NOW.plusSeconds(1));
  }

  private void insert(Journey... all) {
    TEST.jdbi().useTransaction(handle -> journeys.insert(handle, List.of(all)));
  }

  private List<Journey> of(long person) {
    return TEST.jdbi()
        .withHandle(
            handle -> journeys.ofPerson(handle, WORKSPACE, new PersonCampaign(person, 7), 10));
  }

  @Test
  void shouldReadBackWhatItHasStored() {
    var waiting = waiting(1, 42, NOW.plusSeconds(60).plusNanos(123_456_000));
    var ended = ended(2, 43, EndReason.FILTERS);

    insert(waiting, ended);

    assertThat(of(42)).containsExactly(waiting);
    assertThat(of(43)).containsExactly(ended);
    assertThat(
            TEST.jdbi()
                .<List<Journey>, RuntimeException>withHandle(handle ->
                    journeys.ofPerson(
                        handle,
                        new dev.carillon.workspaces.WorkspaceId(2),
                        new PersonCampaign(42, 7),
                        10)))
        .as("another workspace (promise I5)")
        .isEmpty();
  }

  @Test
  void shouldStoreHowFarTheyGot() {
    var first = waiting(1, 42, NOW.plusSeconds(60));
    var second = waiting(2, 43, NOW.plusSeconds(60));
    insert(first, second);
    var moved = JourneyEngine.end(first, EndReason.TRIGGER, NOW.plusSeconds(60));
    var on = waiting(2, 43, NOW.plusSeconds(120));

    TEST.jdbi().useTransaction(handle -> journeys.update(handle, List.of(on, moved)));

    assertThat(of(42)).containsExactly(moved);
    assertThat(of(43)).containsExactly(on);
  }

  @Test
  void shouldRefuseToMoveAJourneyThatIsNotStored() {
    insert(waiting(1, 42, NOW));

    assertThatThrownBy(() ->
            TEST.jdbi()
                .useTransaction(handle ->
                    journeys.update(handle, List.of(waiting(1, 42, NOW), waiting(9, 42, NOW)))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("only 1 of them");
  }

  @Test
  void shouldFindDueJourneysOfTheLaneGroupsInOrder() {
    insert(
        waiting(1, 16, NOW.plusSeconds(3)),
        waiting(2, 33, NOW.plusSeconds(1)),
        waiting(3, 49, NOW.plusSeconds(2)),
        waiting(4, 17, NOW.plusSeconds(9)),
        ended(5, 17, null));
    var now = NOW.plusSeconds(3);

    TEST.jdbi()
        .useHandle(handle -> {
          assertThat(journeys.due(handle, now, ALL_GROUPS, 10))
              .extracting(DueJourney::journeyId)
              .containsExactly(2L, 3L, 1L);
          assertThat(journeys.due(handle, now, new int[] {1}, 10))
              .containsExactly(new DueJourney(2, 33, 7), new DueJourney(3, 49, 7));
          assertThat(journeys.due(handle, now, ALL_GROUPS, 1))
              .extracting(DueJourney::journeyId)
              .containsExactly(2L);
          assertThat(journeys.nextWake(handle, new int[] {0})).isEqualTo(NOW.plusSeconds(3));
          assertThat(journeys.nextWake(handle, new int[] {5})).isNull();
        });
  }

  @Test
  @DisplayName("Whoever comes second finds nothing to do")
  void shouldLoadOnlyWhatIsStillDue() {
    insert(waiting(1, 42, NOW), waiting(2, 43, NOW.plusSeconds(60)), ended(3, 44, null));
    var candidates =
        List.of(new DueJourney(1, 42, 7), new DueJourney(2, 43, 7), new DueJourney(3, 44, 7));

    var due = TEST.jdbi().withHandle(handle -> journeys.loadDue(handle, candidates, NOW));

    assertThat(due).extracting(Journey::id).containsExactly(1L);
  }

  @Test
  void shouldTellHistories() {
    insert(waiting(1, 42, NOW), ended(2, 42, null), ended(3, 43, null));

    var histories =
        TEST.jdbi()
            .withHandle(
                handle -> journeys.histories(handle, new long[] {42, 43, 44}, new int[] {7, 8}));

    assertThat(histories)
        .isEqualTo(
            Map.of(
                new PersonCampaign(42, 7),
                new History(true, true),
                new PersonCampaign(43, 7),
                new History(true, false)));
  }

  @Test
  @DisplayName("§3.7: a deleted person's journeys end, counts stay, data goes")
  void shouldForgetDeletedPeople() {
    insert(waiting(1, 42, NOW), ended(2, 42, EndReason.FILTERS), waiting(3, 43, NOW));
    TEST.jdbi().useTransaction(handle -> journeys.refuse(handle, List.of(refused(42, NOW))));

    TEST.jdbi()
        .useTransaction(
            handle -> journeys.endForDeleted(handle, new long[] {42}, NOW.plusSeconds(9)));

    assertThat(of(42)).extracting(Journey::trigger).containsOnly("{}");
    assertThat(of(42))
        .extracting(Journey::endReason)
        .containsExactlyInAnyOrder(EndReason.DELETED_PERSON, EndReason.FILTERS);
    assertThat(of(42)).allMatch(Journey::hasEnded);
    assertThat(of(43)).containsExactly(waiting(3, 43, NOW));
    assertThat(refusals(42)).isEmpty();
  }

  @Test
  void shouldEndAJourneyThatCannotGoOn() {
    insert(waiting(1, 42, NOW), ended(2, 43, EndReason.FILTERS));

    TEST.jdbi()
        .useTransaction(handle -> {
          journeys.endWithError(handle, 1, NOW);
          journeys.endWithError(handle, 2, NOW);
        });

    assertThat(of(42)).extracting(Journey::endReason).containsExactly(EndReason.ERROR);
    assertThat(of(43)).extracting(Journey::endReason).containsExactly(EndReason.FILTERS);
  }

  private static CampaignRefusal refused(long person, Instant at) {
    return new CampaignRefusal(person, 7, Refusal.FILTERS_NOT_MET, at, "at " + at);
  }

  private List<RefusalCount> refusals(long person) {
    return TEST.jdbi()
        .withHandle(handle -> journeys.refusals(handle, new PersonCampaign(person, 7)));
  }

  @Test
  void shouldCountRefusals() {
    var later = NOW.plus(Duration.ofHours(1));
    TEST.jdbi()
        .useTransaction(handle ->
            journeys.refuse(
                handle, List.of(refused(42, NOW), refused(43, NOW), refused(42, later))));
    TEST.jdbi()
        .useTransaction(handle ->
            journeys.refuse(
                handle,
                List.of(
                    refused(42, later.plusSeconds(1)),
                    new CampaignRefusal(
                        42, 7, Refusal.NOT_RUNNING, NOW, "The campaign is draft"))));

    assertThat(refusals(42))
        .containsExactly(
            new RefusalCount(
                Refusal.FILTERS_NOT_MET,
                "at " + later.plusSeconds(1),
                NOW,
                later.plusSeconds(1),
                3),
            new RefusalCount(Refusal.NOT_RUNNING, "The campaign is draft", NOW, NOW, 1));
    assertThat(refusals(43)).hasSize(1);
  }

  @Test
  void shouldStoreManyWithOneStatement() {
    var many = new java.util.ArrayList<Journey>();
    for (var id = 1L; id <= 5_000; id++) {
      many.add(waiting(id, id, NOW.plusSeconds(id)));
    }

    insert(many.toArray(Journey[]::new));
    TEST.jdbi().useTransaction(handle -> journeys.update(handle, many));

    assertThat(of(5_000)).containsExactly(many.getLast());
  }
}
