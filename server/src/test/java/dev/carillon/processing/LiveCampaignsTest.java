package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.SendingState;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.StopMode;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.events.EventKind;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Travel;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Moment;
import dev.carillon.segments.Occurrences;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Campaigns under live operations and a turned clock (journeys §3). */
final class LiveCampaignsTest {
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
    assertThat(
            KIT.number(
                "SELECT count(*) FROM (SELECT 1 FROM delivery GROUP BY journey_id, action_id HAVING count(*) > 1) doubled"))
        .as("steps of a journey with more than one intent (C-70)")
        .isZero();
  }

  private static Condition is(String name, Object value) {
    return new Condition.Attribute(new AttributeTest(name, Operator.EQ, value));
  }

  private static TriggerRule on(String event, AttributeTest... where) {
    return new TriggerRule.EventTrigger(EventKind.EVENT, event, List.of(where));
  }

  private static Step email() {
    var content =
        new EmailTemplate("Hello", "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    return new Step.Email(0, "mail", content, SendingState.AUTOMATIC, null);
  }

  private static Step delay(Duration length) {
    return new Step.Delay(0, "", length);
  }

  private static CampaignDefinition of(
      TriggerRule trigger,
      @Nullable Condition filters,
      Frequency frequency,
      ExitRule exit,
      Step... steps) {
    return new CampaignDefinition(
        "campaign", "", trigger, filters, frequency, exit, List.of(steps));
  }

  /** The ids of the mails of a campaign, from top to bottom. */
  private static List<Integer> mails(Campaign campaign) {
    var mails = new ArrayList<Integer>();
    collect(campaign.definition().steps(), mails);
    return mails;
  }

  private static void collect(List<Step> steps, List<Integer> mails) {
    for (var step : steps) {
      switch (step) {
        case Step.Email mail -> mails.add(mail.id());
        case Step.Branch branch -> {
          collect(branch.then(), mails);
          collect(branch.otherwise(), mails);
        }
        case Step.Delay _, Step.Exit _ -> {}
      }
    }
  }

  @Test
  @DisplayName(
      "§3.1, C-12: an event of that name whose data passes starts a journey and sends; its data are frozen")
  void shouldStartByAnEvent() {
    var campaign =
        KIT.campaign(
            of(
                on("bought", new AttributeTest("total", Operator.GT, 10L)),
                null,
                Frequency.EVERY_TIME,
                ExitRule.NEVER,
                email()));
    KIT.accept(KIT.eventOf(ADA, "bought", "{\"total\": 12, \"sku\": \"x\"}"));
    KIT.accept(KIT.eventOf(BOB, "bought", "{\"total\": 9}"));
    KIT.settle();
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("finished");
    assertThat(KIT.journeys(ADA).getFirst().trigger()).contains("\"sku\"");
    assertThat(KIT.deliveries(ADA)).containsExactly(mails(campaign).getFirst() + " queued");
    assertThat(KIT.journeys(BOB)).isEmpty();
    assertThat(KIT.refusals(BOB)).isEmpty();
  }

  @Test
  @DisplayName(
      "S-34, journeys §10.10: a timestamp to come makes a member now, and its campaign begins at that instant")
  void shouldBeginAtATimestampToCome() {
    var signedUp =
        new Condition.Attribute(new AttributeTest("created_at", Operator.IS_TIMESTAMP, null));
    var segment = KIT.segment(new Condition.And(List.of(signedUp, is("plan", "pro"))));
    var campaign =
        KIT.campaign(
            of(
                new TriggerRule.SegmentTrigger(segment),
                null,
                Frequency.ONCE,
                ExitRule.STOP_MATCHING,
                email()));
    var tomorrow = KIT.clock.instant().plus(DAY).getEpochSecond();
    KIT.identify(ADA, "created_at", tomorrow, "plan", "pro");
    KIT.identify(BOB, "created_at", tomorrow - 2 * 86_400, "plan", "pro");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("waiting");
    assertThat(KIT.deliveries(ADA)).isEmpty();
    assertThat(KIT.deliveries(BOB)).containsExactly(mails(campaign).getFirst() + " queued");
    KIT.advance(DAY.minusMinutes(5));
    assertThat(KIT.deliveries(ADA)).isEmpty();
    KIT.advance(Duration.ofMinutes(5));
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("finished");
    assertThat(KIT.deliveries(ADA)).containsExactly(mails(campaign).getFirst() + " queued");
  }

  @Test
  @DisplayName("S-34: relative rules do not wait, nor does what a denied test names")
  void shouldWaitForNothingElse() {
    var soon =
        new Condition.Attribute(
            new AttributeTest(
                "trial_ends", Operator.TS_BEFORE, new Moment.Relative(DAY.multipliedBy(7), false)));
    var denied =
        new Condition.Not(
            new Condition.Attribute(new AttributeTest("closed", Operator.IS_TIMESTAMP, null)));
    var segment = KIT.segment(new Condition.And(List.of(soon, denied)));
    KIT.campaign(
        of(new TriggerRule.SegmentTrigger(segment), null, Frequency.ONCE, ExitRule.NEVER, email()));
    KIT.identify(ADA, "trial_ends", KIT.clock.instant().plus(DAY).getEpochSecond());
    KIT.settle();
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("finished");
  }

  @Test
  @DisplayName("track §5: a submission of a form starts what waits for that form, and nothing else")
  void shouldStartByAForm() {
    var campaign =
        KIT.campaign(
            of(
                new TriggerRule.EventTrigger(EventKind.FORM, "newsletter", List.of()),
                null,
                Frequency.EVERY_TIME,
                ExitRule.NEVER,
                email()));
    var event = KIT.eventOf(ADA, "newsletter", "{\"email\":\"a@x.test\"}");
    KIT.accept(
        new Operation.Event(
            event.workspace(), ADA, null, EventKind.FORM, event.name(), null, 0, event.data()));
    KIT.event(BOB, "newsletter");
    KIT.settle();
    assertThat(KIT.deliveries(ADA)).containsExactly(mails(campaign).getFirst() + " queued");
    assertThat(KIT.journeys(BOB)).isEmpty();
  }

  @Test
  @DisplayName(
      "C-10, C-11: filters are looked at when the person triggers, the operation itself included; a refusal is recorded")
  void shouldFilter() {
    KIT.campaign(
        of(on("bought"), is("plan", "pro"), Frequency.EVERY_TIME, ExitRule.NEVER, email()));
    KIT.identify(ADA, "plan", "pro");
    KIT.event(ADA, "bought");
    KIT.identify(BOB, "plan", "free");
    KIT.event(BOB, "bought");
    KIT.event(BOB, "bought");
    KIT.settle();
    assertThat(KIT.deliveries(ADA)).hasSize(1);
    assertThat(KIT.journeys(BOB)).isEmpty();
    assertThat(KIT.refusals(BOB)).containsExactly("filters_not_met=2");
  }

  @Test
  @DisplayName("§3.3: once means once, within a batch and later")
  void shouldEnterOnce() {
    KIT.campaign(of(on("bought"), null, Frequency.ONCE, ExitRule.NEVER, email()));
    KIT.acceptTogether(List.of(KIT.eventOf(ADA, "bought", "{}"), KIT.eventOf(ADA, "bought", "{}")));
    KIT.event(ADA, "bought");
    KIT.settle();
    assertThat(KIT.deliveries(ADA)).hasSize(1);
    assertThat(KIT.refusals(ADA)).containsExactly("already_entered=2");
  }

  @Test
  @DisplayName("C-22: every time means a journey for each event, side by side")
  void shouldEnterEveryTime() {
    KIT.campaign(of(on("bought"), null, Frequency.EVERY_TIME, ExitRule.NEVER, delay(DAY), email()));
    KIT.acceptTogether(
        List.of(KIT.eventOf(ADA, "bought", "{\"n\":1}"), KIT.eventOf(ADA, "bought", "{\"n\":2}")));
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("waiting", "waiting");
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.deliveries(ADA)).hasSize(2);
  }

  @Test
  @DisplayName("C-24: a trigger with the same event id enters once")
  void shouldNotEnterByARepeat() {
    KIT.campaign(of(on("bought"), null, Frequency.EVERY_TIME, ExitRule.NEVER, email()));
    KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
    KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
    KIT.settle();
    KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
    KIT.settle();
    assertThat(KIT.deliveries(ADA)).hasSize(1);
  }

  @Test
  @DisplayName(
      "C-21, C-35: entering a segment starts a journey; leave and enter again to start another, one at a time")
  void shouldStartByEnteringASegment() {
    KIT.identify(BOB, "plan", "pro");
    KIT.settle();
    var pro = KIT.segment(is("plan", "pro"));
    KIT.campaign(
        of(
            new TriggerRule.SegmentTrigger(pro),
            null,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            delay(DAY),
            email()));
    for (var plan : List.of("pro", "pro", "free", "pro")) {
      KIT.identify(ADA, "plan", plan, "touched", KIT.clock.instant().toString());
    }
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.refusals(ADA)).containsExactly("already_active=1");
    KIT.advance(DAY.plusSeconds(1));
    KIT.identify(ADA, "plan", "free");
    KIT.identify(ADA, "plan", "pro");
    KIT.settle();
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("finished", "waiting");
    assertThat(KIT.journeys(BOB)).as("who matched at the start").isEmpty();
  }

  @Test
  @DisplayName("§3.3: a segment campaign that says once enters a person once ever")
  void shouldEnterASegmentCampaignOnce() {
    var pro = KIT.segment(is("plan", "pro"));
    KIT.campaign(
        of(new TriggerRule.SegmentTrigger(pro), null, Frequency.ONCE, ExitRule.NEVER, email()));
    for (var plan : List.of("pro", "free", "pro", "free", "pro")) {
      KIT.identify(ADA, "plan", plan);
    }
    KIT.settle();
    assertThat(KIT.deliveries(ADA)).hasSize(1);
    assertThat(KIT.refusals(ADA)).containsExactly("already_entered=2");
  }

  @Test
  @DisplayName("W-10: a delay ends at its instant and not before")
  void shouldWait() {
    var campaign =
        KIT.campaign(
            of(
                on("bought"),
                null,
                Frequency.EVERY_TIME,
                ExitRule.NEVER,
                email(),
                delay(DAY),
                email()));
    var mails = mails(campaign);
    KIT.event(ADA, "bought");
    KIT.advance(Duration.ofHours(23).plusMinutes(59));
    assertThat(KIT.deliveries(ADA)).containsExactly(mails.get(0) + " queued");
    KIT.advance(Duration.ofMinutes(2));
    assertThat(KIT.deliveries(ADA))
        .containsExactly(mails.get(0) + " queued", mails.get(1) + " queued");
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("finished");
    KIT.advance(DAY.multipliedBy(3));
    assertThat(KIT.deliveries(ADA)).hasSize(2);
  }

  @Test
  @DisplayName(
      "W-53, W-54: a branch looks at live data when it is reached, also at counters and segments")
  void shouldBranchByLiveData() {
    var vip = KIT.segment(is("vip", true));
    var often =
        new Condition.Event(
            EventKind.EVENT, "looked", Occurrences.Count.AT_LEAST, 2, null, List.of());
    var condition = new Condition.And(List.of(often, new Condition.InSegment(vip)));
    var campaign =
        KIT.campaign(
            of(
                on("bought"),
                null,
                Frequency.EVERY_TIME,
                ExitRule.NEVER,
                delay(DAY),
                new Step.Branch(0, "", condition, List.of(email()), List.of(email())),
                email()));
    var mails = mails(campaign);
    KIT.event(ADA, "bought");
    KIT.event(BOB, "bought");
    for (var name : List.of("looked", "looked")) {
      KIT.event(ADA, name);
      KIT.settle();
    }
    KIT.identify(ADA, "vip", true);
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.deliveries(ADA))
        .containsExactly(mails.get(0) + " queued", mails.get(2) + " queued");
    assertThat(KIT.deliveries(BOB))
        .containsExactly(mails.get(1) + " queued", mails.get(2) + " queued");
  }

  @Test
  @DisplayName(
      "C-13, C-14, C-42: who stopped matching leaves at the next mail, and what was queued is cancelled")
  void shouldExitAtTheNextMail() {
    KIT.campaign(
        of(
            on("bought"),
            is("plan", "pro"),
            Frequency.EVERY_TIME,
            ExitRule.STOP_MATCHING,
            email(),
            delay(DAY),
            email()));
    KIT.identify(ADA, "plan", "pro");
    KIT.event(ADA, "bought");
    KIT.identify(ADA, "plan", "free");
    KIT.settle();
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("waiting");
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.journeys(ADA)).extracting(Travel::endReason).containsExactly("filters");
    assertThat(KIT.deliveries(ADA)).hasSize(1).allMatch(each -> each.endsWith("cancelled"));
  }

  @Test
  @DisplayName(
      "C-40: who left the segment that triggered leaves at the next mail; nobody exits early if the author says so")
  void shouldExitWhenTheTriggerStopsMatching() {
    var pro = KIT.segment(is("plan", "pro"));
    var trigger = new TriggerRule.SegmentTrigger(pro);
    var leaving =
        KIT.campaign(
            of(trigger, null, Frequency.EVERY_TIME, ExitRule.STOP_MATCHING, delay(DAY), email()));
    var staying =
        KIT.campaign(of(trigger, null, Frequency.EVERY_TIME, ExitRule.NEVER, delay(DAY), email()));
    KIT.identify(ADA, "plan", "pro");
    KIT.identify(ADA, "plan", "free");
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.journeys(ADA))
        .filteredOn(journey -> journey.campaignId() == leaving.id())
        .extracting(Travel::endReason)
        .containsExactly("trigger");
    assertThat(KIT.deliveries(ADA)).containsExactly(mails(staying).getFirst() + " queued");
  }

  @Test
  @DisplayName("C-40: a person who comes back to the segment before the next mail stays")
  void shouldStayWhenBackInTime() {
    var recent =
        KIT.segment(
            new Condition.Event(
                EventKind.EVENT,
                "looked",
                Occurrences.Count.AT_LEAST,
                1,
                Duration.ofHours(6),
                List.of()));
    KIT.campaign(
        of(
            new TriggerRule.SegmentTrigger(recent),
            null,
            Frequency.EVERY_TIME,
            ExitRule.STOP_MATCHING,
            delay(DAY),
            email()));
    KIT.event(ADA, "looked");
    KIT.event(BOB, "looked");
    KIT.advance(Duration.ofHours(20));
    KIT.event(ADA, "looked");
    KIT.advance(Duration.ofHours(5));
    assertThat(KIT.deliveries(ADA)).hasSize(1);
    assertThat(KIT.deliveries(BOB)).isEmpty();
    assertThat(KIT.journeys(BOB)).extracting(Travel::endReason).containsExactly("trigger");
  }

  @Test
  @DisplayName(
      "C-31: stop and exit ends journeys and cancels what is queued; stop and finish lets them run out")
  void shouldStop() {
    var exit =
        KIT.campaign(
            of(
                on("bought"),
                null,
                Frequency.EVERY_TIME,
                ExitRule.NEVER,
                email(),
                delay(DAY),
                email()));
    var finish =
        KIT.campaign(
            of(on("bought"), null, Frequency.EVERY_TIME, ExitRule.NEVER, delay(DAY), email()));
    KIT.event(ADA, "bought");
    KIT.settle();
    KIT.campaigns.stop(KIT.workspace(), exit.id(), StopMode.EXIT);
    KIT.campaigns.stop(KIT.workspace(), finish.id(), StopMode.FINISH);
    KIT.event(BOB, "bought");
    KIT.upkeep();
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.journeys(BOB)).isEmpty();
    assertThat(KIT.journeys(ADA))
        .extracting(Travel::campaignId, Travel::state, Travel::endReason)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(exit.id(), "exited", "campaign_stopped"),
            org.assertj.core.groups.Tuple.tuple(finish.id(), "finished", null));
    assertThat(KIT.deliveries(ADA))
        .containsExactlyInAnyOrder(
            mails(exit).getFirst() + " cancelled", mails(finish).getFirst() + " queued");
  }

  @Test
  @DisplayName("§3.8: who waits in a campaign that is gone leaves when its time comes")
  void shouldEndJourneysOfADeletedCampaign() {
    var campaign =
        KIT.campaign(
            of(on("bought"), null, Frequency.EVERY_TIME, ExitRule.NEVER, delay(DAY), email()));
    KIT.event(ADA, "bought");
    KIT.settle();
    KIT.campaigns.delete(KIT.workspace(), campaign.id());
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.journeys(ADA)).extracting(Travel::endReason).containsExactly("campaign_stopped");
    assertThat(KIT.deliveries(ADA)).isEmpty();
  }

  @Test
  @DisplayName(
      "§10 case 14, P-15, P-16: somebody deleted in a delay gets nothing more; the same id enters anew")
  void shouldEndTheJourneyOfTheDeleted() {
    var campaign =
        KIT.campaign(
            of(on("bought"), null, Frequency.ONCE, ExitRule.NEVER, email(), delay(DAY), email()));
    KIT.event(ADA, "bought");
    KIT.settle();
    var first = KIT.personId(ADA);
    KIT.delete(ADA);
    KIT.event(ADA, "bought");
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.journeys(first))
        .extracting(Travel::state, Travel::endReason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("exited", "deleted_person"));
    assertThat(KIT.deliveries(first)).containsExactly(mails(campaign).getFirst() + " cancelled");
    assertThat(KIT.personId(ADA)).isNotEqualTo(first);
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("finished");
    assertThat(KIT.deliveries(ADA)).hasSize(2);
  }

  @Test
  @DisplayName(
      "P-15: started and deleted within one batch: nothing is sent, the journey counts and has ended")
  void shouldSendNothingToSomebodyDeletedInTheSameBatch() {
    KIT.campaign(
        of(on("bought"), null, Frequency.EVERY_TIME, ExitRule.NEVER, email(), delay(DAY), email()));
    KIT.identify(ADA);
    KIT.settle();
    var person = KIT.personId(ADA);
    KIT.acceptTogether(
        List.of(
            KIT.eventOf(ADA, "bought", "{\"secret\":1}"),
            new Operation.Delete(KIT.workspace(), ADA)));
    assertThat(KIT.deliveries(person)).isEmpty();
    assertThat(KIT.journeys(person))
        .extracting(Travel::state, Travel::trigger)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("exited", "{}"));
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.deliveries(person)).isEmpty();
  }

  @Test
  @DisplayName(
      "I7: a timer and a journey of somebody whose profile cannot be read are put aside; everybody else goes on")
  void shouldPutAsideWhatCannotGoOn() {
    // given
    KIT.segment(
        new Condition.Event(
            EventKind.EVENT, "bought", Occurrences.Count.AT_LEAST, 1, DAY, List.of()));
    KIT.campaign(of(on("bought"), null, Frequency.EVERY_TIME, ExitRule.NEVER, delay(DAY), email()));
    KIT.event(ADA, "bought");
    KIT.settle();
    var person = KIT.personId(ADA);
    KIT.database.inTransaction(handle ->
        handle.execute("UPDATE person SET attributes = 'damaged' WHERE person_id = ?", person));
    // when: exactly one timer and one journey are due, and both fail
    KIT.advance(DAY.plusSeconds(1));
    // then
    assertThat(KIT.journeys(person)).extracting(Travel::endReason).containsExactly("error");
    assertThat(KIT.number("SELECT count(*) FROM segment_timer WHERE person_id = ?", person))
        .isEqualTo(1);
    KIT.event(BOB, "bought");
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.deliveries(BOB)).hasSize(1);
    KIT.database.inTransaction(handle ->
        handle.execute(
            "UPDATE person SET attributes = '{\"id\":\"ada\"}' WHERE person_id = ?", person));
    KIT.advance(Duration.ofHours(2));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }
}
