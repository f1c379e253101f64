package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.attribute;
import static dev.carillon.processing.Around.both;
import static dev.carillon.processing.Around.branch;
import static dev.carillon.processing.Around.campaign;
import static dev.carillon.processing.Around.delay;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.exit;
import static dev.carillon.processing.Around.not;
import static dev.carillon.processing.Around.onEntry;
import static dev.carillon.processing.Around.onEvent;
import static dev.carillon.segments.CampaignActivity.ENTERED;
import static dev.carillon.segments.CampaignActivity.EXITED;
import static dev.carillon.segments.CampaignActivity.FINISHED;
import static dev.carillon.segments.CampaignActivity.IN;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDeletion;
import dev.carillon.campaigns.StopMode;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Travel;
import dev.carillon.segments.CampaignActivity;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments over journeys (journeys §2.6, campaign activity). */
final class CampaignActivityTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Identifier ADA = id("ada");
  private static final Identifier BEN = id("ben");
  private static final Duration HOUR = Duration.ofHours(1);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  /** A segment for each activity in a campaign. */
  private record Activities(Map<CampaignActivity, Integer> segments) {
    static Activities of(int campaignId) {
      var segments = new EnumMap<CampaignActivity, Integer>(CampaignActivity.class);
      for (var activity : CampaignActivity.values()) {
        segments.put(activity, KIT.segment(campaign(campaignId, activity)));
      }
      return new Activities(segments);
    }

    Set<CampaignActivity> of(Identifier person) {
      var in = KIT.segmentsOf(person);
      return Arrays.stream(CampaignActivity.values())
          .filter(each -> in.contains(segments.get(each)))
          .collect(Collectors.toSet());
    }
  }

  private static void event(Identifier person, String name) {
    KIT.event(person, name);
    KIT.settle();
  }

  @Test
  @DisplayName(
      "§2.6: in while a journey is under way, entered from then on, finished or exited by its end")
  void shouldFollowJourneys() {
    var welcome =
        KIT.campaign(
            everyTime(onEvent("came"), null, delay(HOUR), branch(attribute("stays", true))));
    var activities = Activities.of(welcome.id());
    event(ADA, "other");
    assertThat(activities.of(ADA)).isEmpty();
    event(ADA, "came");
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(IN, ENTERED);
    KIT.advance(HOUR.plusSeconds(1));
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(ENTERED, EXITED);
    KIT.identify(ADA, "stays", true);
    event(ADA, "came");
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(IN, ENTERED, EXITED);
    event(ADA, "came");
    KIT.advance(HOUR.plusSeconds(1));
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(ENTERED, FINISHED, EXITED);
  }

  @Test
  @DisplayName("§2.6: a journey that never waits is seen by its end; two under way are one 'in'")
  void shouldFollowJourneysThatDoNotWait() {
    var short_ = KIT.campaign(everyTime(onEvent("came"), null, exit()));
    var long_ = KIT.campaign(everyTime(onEvent("came"), null, delay(HOUR)));
    var short1 = Activities.of(short_.id());
    var long1 = Activities.of(long_.id());
    event(ADA, "came");
    assertThat(short1.of(ADA)).containsExactlyInAnyOrder(ENTERED, EXITED);
    KIT.advance(HOUR.dividedBy(2));
    event(ADA, "came");
    KIT.advance(HOUR.dividedBy(2).plusSeconds(1));
    assertThat(long1.of(ADA)).containsExactlyInAnyOrder(IN, ENTERED, FINISHED);
    KIT.advance(HOUR.dividedBy(2));
    assertThat(long1.of(ADA)).containsExactlyInAnyOrder(ENTERED, FINISHED);
  }

  @Test
  @DisplayName(
      "§2.6, C-31: a campaign that is stopped at once ends the journeys of thousands in sets, and all are looked at")
  void shouldFollowJourneysThatEndInSets() {
    var welcome = KIT.campaign(everyTime(onEvent("came"), null, delay(HOUR)));
    var activities = Activities.of(welcome.id());
    var people = 1_200;
    KIT.gather(() -> {
      for (var i = 0; i < people; i++) {
        KIT.event(id("p" + i), "came");
      }
    });
    assertThat(members(requireNonNull(activities.segments.get(IN)))).isEqualTo(people);
    KIT.campaigns.stop(KIT.workspace(), welcome.id(), StopMode.EXIT);
    KIT.upkeep();
    KIT.settle();
    assertThat(members(requireNonNull(activities.segments.get(IN)))).isZero();
    assertThat(members(requireNonNull(activities.segments.get(EXITED)))).isEqualTo(people);
  }

  private static long members(int segment) {
    return KIT.number("SELECT count(*) FROM segment_member WHERE segment_id = ?", segment);
  }

  @Test
  @DisplayName("P-25: a merge brings journeys along; one that ends for it is not exited")
  void shouldFollowMerges() {
    var welcome = KIT.campaign(everyTime(onEvent("came"), null, delay(HOUR)));
    var activities = Activities.of(welcome.id());
    KIT.identify(ADA);
    event(BEN, "came");
    KIT.accept(KIT.mergeOf(ADA, BEN));
    KIT.settle();
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(IN, ENTERED);
    // and where the primary has been in it: the other journey ends, and means nothing
    event(BEN, "came");
    KIT.accept(KIT.mergeOf(ADA, BEN));
    KIT.settle();
    assertThat(KIT.journeys(ADA))
        .extracting(Travel::endReason)
        .containsExactly(null, "merged_person");
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(IN, ENTERED);
    KIT.delete(ADA);
    event(ADA, "came");
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(IN, ENTERED);
  }

  @Test
  @DisplayName("S-4: a build finds the same as living through it")
  void shouldBuildWhatLiveWouldHaveFound() {
    var welcome =
        KIT.campaign(
            everyTime(onEvent("came"), null, branch(attribute("stays", true)), delay(HOUR)));
    KIT.identify(BEN, "stays", true);
    event(ADA, "came");
    event(BEN, "came");
    var activities = Activities.of(welcome.id());
    assertThat(activities.of(ADA)).containsExactlyInAnyOrder(ENTERED, EXITED);
    assertThat(activities.of(BEN)).containsExactlyInAnyOrder(IN, ENTERED);
    KIT.advance(HOUR.plusSeconds(1));
    assertThat(activities.of(BEN)).containsExactlyInAnyOrder(ENTERED, FINISHED);
  }

  @Test
  @DisplayName("a segment that drives itself through a campaign takes an hour for each turn")
  void shouldNotTurnRoundAndRound() {
    var segment = KIT.segment(attribute("ready", true));
    var again = KIT.campaign(everyTime(onEntry(segment), null, delay(Duration.ofSeconds(1))));
    KIT.changeSegment(segment, both(attribute("ready", true), not(campaign(again.id(), IN))));
    KIT.identify(ADA, "ready", true);
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(1);
    // when: the journey is over in a second, and everybody could begin again
    for (var second = 0; second < 20; second++) {
      KIT.advance(Duration.ofSeconds(1));
    }
    // then: it has not even left the segment
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    KIT.advance(SurroundingRules.TURN.multipliedBy(5));
    assertThat(KIT.journeys(ADA)).hasSize(1);
  }

  @Test
  @DisplayName("one that waits long enough comes back, an hour after each end")
  void shouldComeBackSlowly() {
    var wait = Duration.ofMinutes(90);
    var segment = KIT.segment(attribute("ready", true));
    var again = KIT.campaign(everyTime(onEntry(segment), null, delay(wait)));
    KIT.changeSegment(segment, both(attribute("ready", true), not(campaign(again.id(), IN))));
    KIT.identify(ADA, "ready", true);
    for (var turn = 1; turn <= 3; turn++) {
      KIT.settle();
      assertThat(KIT.journeys(ADA)).hasSize(turn);
      KIT.advance(SurroundingRules.TURN.plusSeconds(1));
      assertThat(KIT.segmentsOf(ADA)).as("the journey is under way").isEmpty();
      KIT.advance(wait.minus(SurroundingRules.TURN));
      KIT.advance(SurroundingRules.TURN.minusMinutes(1));
      assertThat(KIT.journeys(ADA)).hasSize(turn);
      KIT.advance(Duration.ofMinutes(1).plusSeconds(1));
    }
  }

  @Test
  @DisplayName(
      "the same through a second segment and a second campaign; without a wait, or once, there is no loop")
  void shouldFindLoopsThroughOthers() {
    var first = KIT.segment(attribute("ready", true));
    var one = KIT.campaign(everyTime(onEntry(first), null, delay(Duration.ofSeconds(1))));
    var second = KIT.segment(not(campaign(one.id(), IN)));
    var two = KIT.campaign(everyTime(onEntry(second), null, delay(Duration.ofSeconds(1))));
    KIT.changeSegment(first, both(attribute("ready", true), not(campaign(two.id(), IN))));
    KIT.identify(ADA, "ready", true);
    KIT.settle();
    for (var turn = 0; turn < 20; turn++) {
      KIT.advance(Duration.ofSeconds(1));
    }
    assertThat(KIT.journeys(ADA)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  @DisplayName("a segment that is left for good by entering its campaign is left at once")
  void shouldLeaveAtOnceWhereNothingComesBack() {
    var segment = KIT.segment(attribute("ready", true));
    var once = KIT.campaign(everyTime(onEntry(segment), null, delay(HOUR)));
    KIT.changeSegment(segment, both(attribute("ready", true), not(campaign(once.id(), ENTERED))));
    KIT.identify(ADA, "ready", true);
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.advance(HOUR.multipliedBy(3));
    assertThat(KIT.journeys(ADA)).hasSize(1);
  }

  @Test
  @DisplayName("S-9: a campaign that conditions look at is not deleted, and who looks is told")
  void shouldNotDeleteWhatIsUsed() {
    var welcome = KIT.campaign(everyTime(onEvent("came"), null, delay(HOUR)));
    var segment = KIT.segment(campaign(welcome.id(), IN));
    var other =
        KIT.campaign(
            everyTime(onEvent("came"), null, branch(not(campaign(welcome.id(), ENTERED)))));
    assertThat(KIT.campaigns.delete(KIT.workspace(), welcome.id()))
        .isInstanceOfSatisfying(
            CampaignDeletion.InUse.class,
            used ->
                assertThat(used.sentence())
                    .isEqualTo(
                        "the campaign is used by segment %d \"segment\", campaign %d \"campaign\""
                            .formatted(segment, other.id())));
    KIT.deleteSegment(segment);
    assertThat(KIT.campaigns.delete(KIT.workspace(), other.id()))
        .isEqualTo(new CampaignDeletion.Deleted());
    assertThat(KIT.campaigns.delete(KIT.workspace(), welcome.id()))
        .isEqualTo(new CampaignDeletion.Deleted());
  }
}
