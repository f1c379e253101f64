package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.WORKSPACE;
import static dev.carillon.campaigns.Example.definition;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static dev.carillon.campaigns.Example.signedUp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.segments.CounterRepository;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CampaignUpkeepTest {
  @AutoClose private static final TestDatabase TEST = TestDatabase.create();
  private static final Duration DAY = Duration.ofDays(1);

  private final InstantSource clock = () -> NOW;
  private final CampaignRepository campaigns =
      new CampaignRepository(TEST.database(), new CounterRepository(clock), clock);
  private final JourneyRepository journeys = new JourneyRepository();
  private final DeliveryRepository deliveries = new DeliveryRepository(TEST.database());
  private final CampaignUpkeep upkeep = new CampaignUpkeep(TEST.database(), deliveries);

  @BeforeEach
  void empty() {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute("TRUNCATE campaign, campaign_version, journey, delivery, outbox"));
  }

  private Campaign running(Step... steps) {
    var campaign = campaigns.create(WORKSPACE, definition(signedUp(), steps));
    return ((CampaignChange.Changed) campaigns.start(WORKSPACE, campaign.id())).campaign();
  }

  /** Lets people enter, stores their journeys and what they send. */
  private List<Journey> enter(Campaign campaign, int people) {
    var compiled = Example.compiled(campaign);
    var entered = new ArrayList<Journey>();
    var sends = new ArrayList<NewDelivery>();
    for (var number = 0; number < people; number++) {
      var id = campaign.id() * 1_000_000L + campaign.version() * 100_000L + number + 1;
      var journey = JourneyEngine.start(compiled, id, id, Example.event("signed_up", NOW), NOW);
      var advance = JourneyEngine.advance(compiled, journey, KnownFacts.at(NOW), NOW);
      entered.add(advance.journey());
      for (var send : advance.sends()) {
        sends.add(
            new NewDelivery(
                id * 10 + send.visit(),
                NOW,
                WORKSPACE,
                id,
                id,
                campaign.id(),
                send.stepId(),
                Channel.EMAIL,
                Lane.CAMPAIGN,
                "{}",
                null,
                false));
      }
    }
    TEST.jdbi()
        .useTransaction(handle -> {
          journeys.insert(handle, entered);
          deliveries.insertIntents(handle, sends);
        });
    return entered;
  }

  private void runAll() {
    while (upkeep.run(NOW.plusSeconds(5))) {
      // every call does the next part
    }
  }

  private static Map<String, Integer> count(String column, String from) {
    return TEST.jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    "SELECT %s AS word, count(*)::int AS times FROM %s GROUP BY 1"
                        .formatted(column, from))
                .reduceRows(
                    new java.util.TreeMap<String, Integer>(),
                    (counts, row) -> {
                      counts.put(
                          row.getColumn("word", String.class),
                          row.getColumn("times", Integer.class));
                      return counts;
                    }));
  }

  private Campaign stored(Campaign campaign) {
    return campaigns.find(WORKSPACE, campaign.id()).orElseThrow();
  }

  @Test
  @DisplayName("C-31 exit: active journeys end and queued deliveries are dropped, in parts")
  void shouldEndJourneysAndCancelWhatTheyQueued() {
    // given more people than one part holds, and journeys that have finished with a mail queued
    var campaign = running(email(0), delay(0, DAY), email(0));
    enter(campaign, 2_500);
    var other = running(email(0));
    enter(other, 3);

    // when
    campaigns.stop(WORKSPACE, campaign.id(), StopMode.EXIT);
    runAll();

    // then
    assertThat(count("state", "journey WHERE campaign_id = " + campaign.id()))
        .isEqualTo(Map.of("exited", 2_500));
    assertThat(count("end_reason", "journey WHERE campaign_id = " + campaign.id()))
        .isEqualTo(Map.of("campaign_stopped", 2_500));
    assertThat(count("state", "delivery WHERE campaign_id = " + campaign.id()))
        .isEqualTo(Map.of("cancelled", 2_500));
    assertThat(count("state", "delivery WHERE campaign_id = " + other.id()))
        .as("another campaign")
        .isEqualTo(Map.of("queued", 3));
    assertThat(count("'rows'", "outbox")).isEqualTo(Map.of("rows", 3));
    assertThat(upkeep.run(NOW.plusSeconds(5))).isFalse();
  }

  @Test
  @DisplayName("C-31: mails of journeys that had finished are dropped too")
  void shouldCancelWhatFinishedJourneysQueued() {
    var campaign = running(email(0));
    enter(campaign, 3);

    campaigns.stop(WORKSPACE, campaign.id(), StopMode.EXIT);
    runAll();

    assertThat(count("state", "delivery")).isEqualTo(Map.of("cancelled", 3));
    assertThat(count("state", "journey")).isEqualTo(Map.of("finished", 3));
  }

  @Test
  @DisplayName("C-36: a restart does not spare the old journeys nor touch the new ones")
  void shouldEndOnlyJourneysOfTheStoppedRun() {
    var campaign = running(email(0), delay(0, DAY));
    enter(campaign, 2);
    campaigns.stop(WORKSPACE, campaign.id(), StopMode.EXIT);
    campaigns.start(WORKSPACE, campaign.id());
    enter(stored(campaign), 3);

    runAll();

    assertThat(count("state", "journey")).isEqualTo(Map.of("exited", 2, "waiting", 3));
    assertThat(count("state", "delivery")).isEqualTo(Map.of("cancelled", 2, "queued", 3));
  }

  @Test
  @DisplayName("§3.7: a deleted campaign ends its journeys")
  void shouldEndJourneysOfADeletedCampaign() {
    var campaign = running(delay(0, DAY), email(0));
    enter(campaign, 2);

    campaigns.delete(WORKSPACE, campaign.id());
    runAll();

    assertThat(count("state", "journey")).isEqualTo(Map.of("exited", 2));
  }

  @Test
  @DisplayName("C-31 finish: stopping until the last has finished")
  void shouldStopWhenTheLastHasFinished() {
    var campaign = running(delay(0, DAY), email(0));
    var entered = enter(campaign, 2);
    campaigns.stop(WORKSPACE, campaign.id(), StopMode.FINISH);

    runAll();
    assertThat(stored(campaign).state()).isEqualTo(CampaignState.STOPPING);

    var compiled = Example.compiled(stored(campaign));
    var later = KnownFacts.at(NOW.plus(DAY));
    TEST.jdbi()
        .useTransaction(handle ->
            journeys.update(
                handle,
                entered.stream()
                    .map(journey ->
                        JourneyEngine.advance(compiled, journey, later, later.now()).journey())
                    .toList()));
    runAll();
    assertThat(stored(campaign).state()).isEqualTo(CampaignState.STOPPED);
    assertThat(count("state", "journey")).isEqualTo(Map.of("finished", 2));
  }

  @Test
  @DisplayName("§3.8: a delay is due at arrival plus its new length, shorter or longer")
  void shouldRetimeWhoWaitsInAnEditedDelay() {
    var campaign = running(delay(0, DAY), email(0));
    var person = enter(campaign, 1_200).getFirst().personId();
    var steps = campaign.definition().steps();
    var waits = (Step.Delay) steps.getFirst();

    for (var length : List.of(Duration.ofHours(1), DAY.multipliedBy(3))) {
      var edited =
          campaign
              .definition()
              .withSteps(List.of(new Step.Delay(waits.id(), "", length), steps.getLast()));
      campaigns.update(stored(campaign), edited);
      runAll();

      assertThat(count("wake_at - entered_at", "journey")).hasSize(1);
      var journey =
          TEST.jdbi()
              .withHandle(handle ->
                  journeys.ofPerson(
                      handle, WORKSPACE, new PersonCampaign(person, campaign.id()), 1))
              .getFirst();
      assertThat(journey.wakeAt()).isEqualTo(NOW.plus(length));
    }
  }

  @Test
  @DisplayName("§3.8: who waits in a deleted delay is woken at once")
  void shouldWakeWhoWaitsInADeletedDelay() {
    var campaign = running(delay(0, DAY), email(0));
    var journey = enter(campaign, 1).getFirst();
    var mail = campaign.definition().steps().getLast();
    campaigns.update(campaign, campaign.definition().withSteps(List.of(mail)));

    runAll();

    var due =
        TEST.jdbi()
            .withHandle(handle ->
                journeys.loadDue(
                    handle,
                    List.of(
                        new JourneyRepository.DueJourney(
                            journey.id(), journey.personId(), campaign.id())),
                    NOW.plusSeconds(5)));
    assertThat(due).hasSize(1);
    var moved =
        JourneyEngine.advance(
            Example.compiled(stored(campaign)),
            due.getFirst(),
            KnownFacts.at(NOW.plusSeconds(5)),
            NOW.plusSeconds(5));
    assertThat(moved.sends()).extracting(SendIntent::stepId).containsExactly(mail.id());
  }

  @Test
  @DisplayName("Journeys a batch holds are stepped over and done when it lets go")
  void shouldNotWaitForARunningBatch() {
    var campaign = running(delay(0, DAY), email(0));
    enter(campaign, 3);
    campaigns.stop(WORKSPACE, campaign.id(), StopMode.EXIT);

    try (var batch = TEST.database().dedicatedHandle("batch")) {
      batch.begin();
      batch.execute("SELECT FROM journey ORDER BY journey_id LIMIT 1 FOR UPDATE");
      runAll();
      assertThat(count("state", "journey")).isEqualTo(Map.of("exited", 2, "waiting", 1));
      batch.rollback();
    }

    runAll();
    assertThat(count("state", "journey")).isEqualTo(Map.of("exited", 3));
  }
}
