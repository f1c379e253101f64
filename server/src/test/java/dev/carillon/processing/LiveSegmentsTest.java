package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences.Count;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Membership follows data and clock (journeys §2.7). */
final class LiveSegmentsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Duration DAY = Duration.ofDays(1);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static Condition attribute(String name, Operator operator, @Nullable Object value) {
    return new Condition.Attribute(new AttributeTest(name, operator, value));
  }

  private static Condition did(String name, Count count, int times, @Nullable Duration within) {
    return new Condition.Event(EventKind.EVENT, name, count, times, within, List.of());
  }

  private static CampaignDefinition onEntry(int segment) {
    return new CampaignDefinition(
        "entry",
        "",
        new TriggerRule.SegmentTrigger(segment),
        null,
        Frequency.EVERY_TIME,
        ExitRule.NEVER,
        List.of(new Step.Exit(0, "")));
  }

  @Test
  @DisplayName("§2.7: an attribute change moves people in and out of the segments that read it")
  void shouldFollowAttributes() {
    var pro = KIT.segment(attribute("plan", Operator.EQ, "pro"));
    KIT.identify(ADA, "plan", "pro");
    KIT.identify(BOB, "plan", "free");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(pro);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
    KIT.identify(ADA, "plan", "free");
    KIT.identify(BOB, "plan", "PRO");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.segmentsOf(BOB)).containsExactly(pro);
  }

  @Test
  @DisplayName(
      "§2.7: identifiers are attributes too: a name that comes by the path wakes what reads it, once")
  void shouldFollowIdentifiersThatComeByThePath() {
    // given: somebody who is in both segments already
    var anyEmail = KIT.segment(attribute("email", Operator.EXISTS, null));
    var anyId = KIT.segment(attribute("id", Operator.EXISTS, null));
    var first = KIT.segment(attribute("id", Operator.EQ, "ada"));
    KIT.campaign(onEntry(anyId));
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(anyEmail, anyId, first);
    assertThat(KIT.journeys(ADA)).hasSize(1);
    // when
    KIT.identify(id("ada-2"), "email", "ada@example.test");
    KIT.settle();
    // then
    assertThat(KIT.segmentsOf(id("ada-2"))).containsExactlyInAnyOrder(anyEmail, anyId);
    assertThat(KIT.journeys(id("ada-2"))).as("who was in has not entered again").hasSize(1);
  }

  @Test
  @DisplayName(
      "P-12, §2.7: a dotted key wakes what reads the object, or another leaf of it, and nobody enters twice")
  void shouldFollowDottedKeys() {
    // given
    var anything = KIT.segment(attribute("cio_subscription_preferences", Operator.EXISTS, null));
    var topic =
        KIT.segment(attribute("cio_subscription_preferences.topics.topic_1", Operator.EQ, true));
    KIT.campaign(onEntry(anything));
    KIT.identify(ADA, "cio_subscription_preferences.topics.topic_1", true);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(anything, topic);
    // when
    KIT.identify(ADA, "cio_subscription_preferences.channels.push", false);
    KIT.settle();
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(anything, topic);
    assertThat(KIT.journeys(ADA)).hasSize(1);
    KIT.identify(ADA, "cio_subscription_preferences.topics.topic_1", false);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(anything);
  }

  @Test
  @DisplayName("§2.4: events are counted, those whose data fulfils where")
  void shouldCountEvents() {
    var tests = List.of(new AttributeTest("total", Operator.GT, 10L));
    var big =
        KIT.segment(new Condition.Event(EventKind.EVENT, "bought", Count.AT_LEAST, 2, null, tests));
    KIT.accept(KIT.eventOf(ADA, "bought", "{\"total\": 11}"));
    KIT.accept(KIT.eventOf(ADA, "bought", "{\"total\": 9}"));
    KIT.accept(KIT.eventOf(ADA, "bought", "{}"));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.accept(KIT.eventOf(ADA, "bought", "{\"total\": 12.5}"));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(big);
  }

  @Test
  @DisplayName(
      "§2.4: counters of one person are kept together: one that nothing but a campaign reads spoils no other")
  void shouldKeepTheCountersNoSegmentReads() {
    // given: a segment on one event, and a campaign that starts on another and asks for a third
    var three = KIT.segment(did("bought", Count.AT_LEAST, 3, null));
    KIT.campaign(
        new CampaignDefinition(
            "looked often",
            "",
            new TriggerRule.EventTrigger(EventKind.EVENT, "left", List.of()),
            did("looked", Count.AT_LEAST, 3, null),
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(new Step.Exit(0, ""))));
    // when: one by one, so that each is a batch of its own
    for (var name :
        List.of("bought", "looked", "bought", "looked", "left", "looked", "bought", "left")) {
      KIT.event(ADA, name);
      KIT.settle();
    }
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactly(three);
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.refusals(ADA)).containsExactly("filters_not_met=1");
  }

  @Test
  @DisplayName("§2.4: a counter that outlives its segment spoils no other")
  void shouldKeepCountersWhenASegmentIsDeleted() {
    var bought = KIT.segment(did("bought", Count.AT_LEAST, 2, null));
    KIT.deleteSegment(KIT.segment(did("looked", Count.AT_LEAST, 2, null)));
    for (var name : List.of("bought", "looked", "bought", "looked")) {
      KIT.event(ADA, name);
      KIT.settle();
    }
    assertThat(KIT.segmentsOf(ADA)).containsExactly(bought);
  }

  @Test
  @DisplayName(
      "S-42: who entered through a window leaves when the oldest event still needed falls out of it")
  void shouldLeaveWhenTheWindowIsOver() {
    var recent = KIT.segment(did("looked", Count.AT_LEAST, 2, DAY));
    KIT.event(ADA, "looked");
    KIT.advance(Duration.ofHours(1));
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
    KIT.advance(Duration.ofHours(22));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
    KIT.advance(Duration.ofMinutes(59).plusSeconds(30));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
    KIT.advance(Duration.ofMinutes(1));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("S-42: a further event postpones the exit")
  void shouldPostponeTheExit() {
    var recent = KIT.segment(did("looked", Count.AT_LEAST, 1, DAY));
    KIT.event(ADA, "looked");
    KIT.advance(Duration.ofHours(20));
    KIT.event(ADA, "looked");
    KIT.advance(Duration.ofHours(5));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
    KIT.advance(Duration.ofHours(20));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(
            KIT.number("SELECT count(*) FROM segment_timer WHERE person_id = ?", KIT.personId(ADA)))
        .isZero();
  }

  @Test
  @DisplayName("S-40: the window looks at the event's own time, not at its receipt")
  void shouldJudgeByTheTimeOfTheEvent() {
    var recent = KIT.segment(did("looked", Count.AT_LEAST, 1, DAY));
    var now = KIT.clock.instant();
    KIT.accept(KIT.eventAt(ADA, "looked", now.minus(Duration.ofHours(23))));
    KIT.accept(KIT.eventAt(BOB, "looked", now.minus(Duration.ofHours(25))));
    KIT.accept(KIT.eventAt(id("carl"), "looked", now.plus(Duration.ofHours(2))));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
    assertThat(KIT.segmentsOf(id("carl"))).isEmpty();
    KIT.advance(Duration.ofHours(3));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.segmentsOf(id("carl"))).containsExactly(recent);
    KIT.advance(DAY);
    assertThat(KIT.segmentsOf(id("carl"))).isEmpty();
  }

  @Test
  @DisplayName(
      "S-41, S-43: at most 0 within a window is left by an event and entered again by time alone")
  void shouldEnterAgainByTimeAlone() {
    var quiet = KIT.segment(did("looked", Count.AT_MOST, 0, DAY));
    KIT.campaign(onEntry(quiet));
    KIT.identify(ADA, "plan", "free");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(quiet);
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(quiet);
    assertThat(KIT.journeys(ADA)).as("entered at creation and by the clock").hasSize(2);
  }

  @Test
  @DisplayName("S-41: conditions that hold for nobody known hold for people created by any call")
  void shouldHoldForNewPeople() {
    var notPro = KIT.segment(attribute("plan", Operator.NEQ, "pro"));
    var never = KIT.segment(did("bought", Count.AT_MOST, 0, null));
    var notLooked = KIT.segment(new Condition.Not(did("looked", Count.AT_LEAST, 1, null)));
    var notQuiet = KIT.segment(new Condition.Not(new Condition.InSegment(never)));
    KIT.identify(ADA);
    KIT.event(BOB, "something");
    KIT.event(id("carl"), "bought");
    KIT.identify(email("dora@example.test"), "plan", "pro");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEqualTo(Set.of(notPro, never, notLooked));
    assertThat(KIT.segmentsOf(BOB)).isEqualTo(Set.of(notPro, never, notLooked));
    assertThat(KIT.segmentsOf(id("carl"))).isEqualTo(Set.of(notPro, notLooked, notQuiet));
    assertThat(KIT.segmentsOf(email("dora@example.test"))).isEqualTo(Set.of(never, notLooked));
  }

  @Test
  @DisplayName("S-53: whom an event creates never enters what the same event makes them leave")
  void shouldNotPassThroughSegmentsAtCreation() {
    var quiet = KIT.segment(did("looked", Count.AT_MOST, 0, DAY));
    var never = KIT.segment(did("looked", Count.AT_MOST, 0, null));
    var silent = KIT.segment(did("bought", Count.AT_MOST, 0, null));
    KIT.campaign(onEntry(quiet));
    KIT.campaign(onEntry(never));
    var campaign = KIT.campaign(onEntry(silent));
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(silent);
    assertThat(KIT.journeys(ADA))
        .extracting(ProcessingKit.Travel::campaignId)
        .containsExactly(campaign.id());
    // an event no rule mentions creates as well
    KIT.event(BOB, "something");
    KIT.settle();
    assertThat(KIT.segmentsOf(BOB)).isEqualTo(Set.of(quiet, never, silent));
  }

  @Test
  @DisplayName("§2.6: a change in one segment wakes those that read it, by data and by clock")
  void shouldCascade() {
    var recent = KIT.segment(did("looked", Count.AT_LEAST, 1, DAY));
    var pro = KIT.segment(attribute("plan", Operator.EQ, "pro"));
    var both =
        KIT.segment(
            new Condition.And(
                List.of(new Condition.InSegment(recent), new Condition.InSegment(pro))));
    var notBoth =
        KIT.segment(
            new Condition.And(
                List.of(
                    new Condition.InSegment(pro),
                    new Condition.Not(new Condition.InSegment(both)))));
    KIT.identify(ADA, "plan", "pro");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(pro, notBoth);
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(recent, pro, both);
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(pro, notBoth);
    KIT.identify(ADA, "plan", "free");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName(
      "S-53: one change moves nobody through a segment on the way: readers come after all they read")
  void shouldNotPassThroughSegmentsOnTheWay() {
    // given: the last segment holds for nobody ever, but did while the chain between was being
    // worked off
    var base = KIT.segment(attribute("plan", Operator.EQ, "pro"));
    var middle = KIT.segment(new Condition.InSegment(base));
    var end = KIT.segment(new Condition.InSegment(middle));
    var never =
        KIT.segment(
            new Condition.And(
                List.of(
                    new Condition.InSegment(end),
                    new Condition.Not(new Condition.InSegment(base)))));
    KIT.campaign(onEntry(never));
    // when
    KIT.identify(ADA, "plan", "pro");
    KIT.identify(ADA, "plan", "free");
    KIT.settle();
    // then
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.journeys(ADA)).isEmpty();
    assertThat(KIT.refusals(ADA)).isEmpty();
  }

  @Test
  @DisplayName("S-6, S-8: people who were there are found by the build, and start nothing")
  void shouldLeaveThoseWhoWereThereToTheBuild() {
    KIT.identify(ADA, "plan", "pro");
    KIT.event(ADA, "looked");
    KIT.settle();
    var pro = KIT.segment(attribute("plan", Operator.EQ, "pro"));
    var looked = KIT.segment(did("looked", Count.AT_LEAST, 2, null));
    KIT.campaign(onEntry(pro));
    KIT.event(ADA, "looked");
    KIT.identify(ADA, "city", "Linz");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(pro, looked);
    assertThat(KIT.journeys(ADA)).isEmpty();
  }

  @Test
  @DisplayName("S-51: a timer of a segment that changed or is gone does no harm")
  void shouldSurviveEditedSegments() {
    var edited = KIT.segment(did("looked", Count.AT_LEAST, 1, DAY));
    var gone = KIT.segment(did("looked", Count.AT_LEAST, 1, Duration.ofHours(2)));
    KIT.event(ADA, "looked");
    KIT.settle();
    KIT.changeSegment(edited, did("looked", Count.AT_LEAST, 1, Duration.ofDays(3)));
    KIT.database.inTransaction(
        handle -> handle.execute("DELETE FROM segment WHERE segment_id = ?", gone));
    KIT.database.inTransaction(handle -> {
      Epoch.newRules(handle);
      return true;
    });
    KIT.advance(DAY.plusHours(1));
    assertThat(KIT.segmentsOf(ADA)).contains(edited);
    KIT.advance(DAY.multipliedBy(2));
    assertThat(KIT.segmentsOf(ADA)).doesNotContain(edited);
    assertThat(
            KIT.number("SELECT count(*) FROM segment_timer WHERE person_id = ?", KIT.personId(ADA)))
        .isZero();
  }

  @Test
  @DisplayName("P-15: a deleted person is in no segment and its timers are gone")
  void shouldForgetTheDeleted() {
    KIT.segment(did("looked", Count.AT_LEAST, 1, DAY));
    KIT.event(ADA, "looked");
    KIT.settle();
    var person = KIT.personId(ADA);
    KIT.delete(ADA);
    KIT.advance(DAY.plusSeconds(5));
    assertThat(KIT.number("SELECT count(*) FROM segment_member WHERE person_id = ?", person))
        .isZero();
    assertThat(KIT.number("SELECT count(*) FROM segment_timer WHERE person_id = ?", person))
        .isZero();
  }

  @Test
  @DisplayName("S-50: times of entry are those of the operation")
  void shouldDateTheEntry() {
    KIT.segment(attribute("plan", Operator.EQ, "pro"));
    KIT.identify(ADA, "plan", "pro");
    KIT.settle();
    var entered =
        KIT.database.read(handle ->
            handle
                .select(
                    "SELECT entered_at FROM segment_member WHERE person_id = ?", KIT.personId(ADA))
                .mapTo(Instant.class)
                .one());
    assertThat(Duration.between(entered, KIT.clock.instant()))
        .isBetween(Duration.ZERO, Duration.ofMinutes(1));
  }
}
