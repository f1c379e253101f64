package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.PERSON;
import static dev.carillon.campaigns.Example.SEGMENT;
import static dev.carillon.campaigns.Example.branch;
import static dev.carillon.campaigns.Example.campaign;
import static dev.carillon.campaigns.Example.compiled;
import static dev.carillon.campaigns.Example.definition;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static dev.carillon.campaigns.Example.enteredSegment;
import static dev.carillon.campaigns.Example.event;
import static dev.carillon.campaigns.Example.exit;
import static dev.carillon.campaigns.Example.filtered;
import static dev.carillon.campaigns.Example.is;
import static dev.carillon.campaigns.Example.rules;
import static dev.carillon.campaigns.Example.running;
import static dev.carillon.campaigns.Example.signedUp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.JourneyPath.Did;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Facts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JourneyEngineTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final KnownFacts SOMEBODY = KnownFacts.at(NOW);

  private static Advance enter(CompiledCampaign campaign, Facts facts) {
    return enter(campaign, event("signed_up", NOW), facts);
  }

  private static Advance enter(CompiledCampaign campaign, Occurrence occurrence, Facts facts) {
    var journey = JourneyEngine.start(campaign, 1, PERSON, occurrence, facts.now());
    return JourneyEngine.advance(campaign, journey, facts, facts.now());
  }

  private static Advance wake(CompiledCampaign campaign, Advance before, Facts facts) {
    return JourneyEngine.advance(campaign, before.journey(), facts, facts.now());
  }

  private static List<Integer> sent(Advance advance) {
    return advance.sends().stream().map(SendIntent::stepId).toList();
  }

  private static List<Did> deeds(Advance advance) {
    return advance.journey().path().entries().stream().map(JourneyPath.Entry::did).toList();
  }

  @Nested
  class Entering {
    private final Occurrence happened = event("signed_up", NOW);

    private Entry decide(CompiledCampaign campaign, Facts facts, History history) {
      return JourneyEngine.decide(campaign, happened, facts, history);
    }

    private static void assertRefused(Entry entry, Refusal reason) {
      assertThat(entry)
          .isInstanceOfSatisfying(
              Entry.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void shouldEnterOnTheEventOfThatKindAndName() {
      var campaign = running(definition(signedUp(), email(11)));

      assertThat(decide(campaign, SOMEBODY, History.NONE)).isEqualTo(new Entry.Enters());
      assertThat(JourneyEngine.decide(campaign, event("signed_out", NOW), SOMEBODY, History.NONE))
          .isEqualTo(new Entry.NotTriggered());
      var page =
          new Occurrence.EventHappened(EventKind.PAGE, "signed_up", null, NOW, NOW, "{}", Map.of());
      assertThat(JourneyEngine.decide(campaign, page, SOMEBODY, History.NONE))
          .isEqualTo(new Entry.NotTriggered());
    }

    @Test
    @DisplayName("C-12: tests on the event's data belong to the trigger")
    void shouldNotBeTriggeredByAnEventWithOtherData() {
      var free = List.of(new AttributeTest("plan", Operator.EQ, "free"));
      var pro = List.of(new AttributeTest("plan", Operator.EQ, "pro"));

      assertThat(
              decide(
                  running(
                      definition(new TriggerRule.EventTrigger(EventKind.EVENT, "signed_up", free))),
                  SOMEBODY,
                  History.NONE))
          .isEqualTo(new Entry.NotTriggered());
      assertThat(
              decide(
                  running(
                      definition(new TriggerRule.EventTrigger(EventKind.EVENT, "signed_up", pro))),
                  SOMEBODY,
                  History.NONE))
          .isEqualTo(new Entry.Enters());
    }

    @ParameterizedTest
    @EnumSource(names = "RUNNING", mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("§3.4: only a running campaign takes people in")
    void shouldRefuseWhenNotRunning(CampaignState state) {
      var stopped = compiled(campaign(state, definition(signedUp(), email(11))));

      assertRefused(decide(stopped, SOMEBODY, History.NONE), Refusal.NOT_RUNNING);
    }

    @Test
    @DisplayName("C-7, P-41: an event older than 72 hours starts nothing")
    void shouldRefuseOldEvents() {
      var campaign = running(definition(signedUp(), email(11)));
      var limit = NOW.minus(Duration.ofHours(72));

      assertThat(JourneyEngine.decide(campaign, event("signed_up", limit), SOMEBODY, History.NONE))
          .isEqualTo(new Entry.Enters());
      assertRefused(
          JourneyEngine.decide(
              campaign, event("signed_up", limit.minusMillis(1)), SOMEBODY, History.NONE),
          Refusal.EVENT_TOO_OLD);
    }

    @Test
    @DisplayName("P-41: an event of the future triggers")
    void shouldTakeEventsOfTheFuture() {
      var campaign = running(definition(signedUp(), email(11)));

      assertThat(
              JourneyEngine.decide(
                  campaign, event("signed_up", NOW.plus(DAY)), SOMEBODY, History.NONE))
          .isEqualTo(new Entry.Enters());
    }

    @Test
    @DisplayName("§3.3: once is once ever, every time is each trigger; C-22: in parallel")
    void shouldFollowTheFrequency() {
      var definition = definition(signedUp(), email(11));
      var once = running(rules(definition, Frequency.ONCE, ExitRule.STOP_MATCHING));
      var before = new History(true, false);
      var inside = new History(true, true);

      assertRefused(decide(once, SOMEBODY, before), Refusal.ALREADY_ENTERED);
      assertThat(decide(running(definition), SOMEBODY, before)).isEqualTo(new Entry.Enters());
      assertThat(decide(running(definition), SOMEBODY, inside)).isEqualTo(new Entry.Enters());
    }

    @Test
    @DisplayName("§3.3: once for segments, every time for events, when nothing is said")
    void shouldDefaultByTheTrigger() {
      assertThat(Frequency.defaultFor(signedUp())).isEqualTo(Frequency.EVERY_TIME);
      assertThat(Frequency.defaultFor(enteredSegment())).isEqualTo(Frequency.ONCE);
    }

    @Test
    @DisplayName("C-21: a state has at most one active journey per person")
    void shouldNotQueueAMatchWhileActive() {
      var campaign =
          running(
              rules(
                  definition(enteredSegment(), email(11)),
                  Frequency.EVERY_TIME,
                  ExitRule.STOP_MATCHING));
      var entered = new Occurrence.SegmentEntered(SEGMENT);
      var facts = SOMEBODY.in(SEGMENT);

      assertRefused(
          JourneyEngine.decide(campaign, entered, facts, new History(true, true)),
          Refusal.ALREADY_ACTIVE);
      assertThat(JourneyEngine.decide(campaign, entered, facts, new History(true, false)))
          .isEqualTo(new Entry.Enters());
    }

    @Test
    @DisplayName("C-11: filters are evaluated at the start")
    void shouldRefuseWhoDoesNotMatchTheFilters() {
      var campaign = running(filtered(definition(signedUp(), email(11)), is("plan", "pro")));

      assertRefused(decide(campaign, SOMEBODY, History.NONE), Refusal.FILTERS_NOT_MET);
      assertThat(decide(campaign, SOMEBODY.with("plan", "pro"), History.NONE))
          .isEqualTo(new Entry.Enters());
    }

    @Test
    @DisplayName("C-40: the exit rule is checked before entry")
    void shouldRefuseWhoLeftTheSegmentAgain() {
      var campaign = running(definition(enteredSegment(), email(11)));
      var never = rules(definition(enteredSegment()), Frequency.ONCE, ExitRule.NEVER);
      var entered = new Occurrence.SegmentEntered(SEGMENT);

      assertRefused(
          JourneyEngine.decide(campaign, entered, SOMEBODY, History.NONE), Refusal.LEFT_SEGMENT);
      assertThat(JourneyEngine.decide(running(never), entered, SOMEBODY, History.NONE))
          .isEqualTo(new Entry.Enters());
      assertThat(
              JourneyEngine.decide(
                  campaign, new Occurrence.SegmentEntered(99), SOMEBODY, History.NONE))
          .isEqualTo(new Entry.NotTriggered());
    }
  }

  @Nested
  class Walking {
    @Test
    @DisplayName("W-10: a delay is exact; example Monday 18:00 and two days is Wednesday 18:00")
    void shouldWaitExactlyAsLongAsTheDelaySays() {
      var campaign =
          running(definition(signedUp(), email(11), delay(12, DAY.multipliedBy(2)), email(13)));

      // when
      var monday = enter(campaign, SOMEBODY);
      // then
      assertThat(sent(monday)).containsExactly(11);
      assertThat(monday.journey().state()).isEqualTo(Journey.State.WAITING);
      assertThat(monday.journey().node()).isEqualTo(12);
      assertThat(monday.journey().wakeAt()).isEqualTo(Instant.parse("2026-03-04T18:00:00Z"));

      // when
      var early = wake(campaign, monday, KnownFacts.at(Instant.parse("2026-03-04T17:59:59.999Z")));
      // then W-16: never before
      assertThat(early.sends()).isEmpty();
      assertThat(early.journey().wakeAt()).isEqualTo(Instant.parse("2026-03-04T18:00:00Z"));

      // when
      var wednesday = wake(campaign, early, KnownFacts.at(Instant.parse("2026-03-04T18:00:00Z")));
      // then
      assertThat(sent(wednesday)).containsExactly(13);
      assertThat(wednesday.journey().state()).isEqualTo(Journey.State.FINISHED);
      assertThat(wednesday.journey().wakeAt()).isNull();
      assertThat(wednesday.journey().endedAt()).isEqualTo(Instant.parse("2026-03-04T18:00:00Z"));
    }

    @Test
    @DisplayName("C-70: a step that is run again after a crash has the same key")
    void shouldDecideTheSameFromTheSameRow() {
      var campaign =
          running(definition(signedUp(), email(11), delay(12, DAY), email(13), email(14)));
      var waiting = enter(campaign, SOMEBODY);
      var later = KnownFacts.at(NOW.plus(DAY));

      var first = wake(campaign, waiting, later);
      var replayed = wake(campaign, waiting, later);

      assertThat(replayed).isEqualTo(first);
      var visits = new ArrayList<Integer>();
      waiting.sends().forEach(send -> visits.add(send.visit()));
      first.sends().forEach(send -> visits.add(send.visit()));
      assertThat(visits).containsExactly(1, 3, 4);
    }

    @Test
    void shouldStayEndedWhenItHasEnded() {
      var campaign = running(definition(signedUp(), email(11)));
      var finished = enter(campaign, SOMEBODY);

      assertThat(wake(campaign, finished, SOMEBODY))
          .isEqualTo(new Advance(finished.journey(), List.of()));
    }

    @Test
    @DisplayName("W-3: off does nothing, draft is kept for a human; W-4: neither holds the journey")
    void shouldObeyTheSendingState() {
      var advance =
          enter(
              running(
                  definition(
                      signedUp(),
                      email(11, SendingState.OFF, null),
                      email(12, SendingState.DRAFT, null),
                      email(13))),
              SOMEBODY);

      assertThat(sent(advance)).containsExactly(12, 13);
      assertThat(advance.sends()).extracting(SendIntent::draft).containsExactly(true, false);
      assertThat(deeds(advance)).containsExactly(Did.OFF, Did.DRAFTS, Did.SENDS);
    }

    @Test
    @DisplayName("W-2: conditions of a step that are not met skip it")
    void shouldSkipAMessageWhoseConditionsAreNotMet() {
      var campaign =
          running(
              definition(
                  signedUp(), email(11, SendingState.AUTOMATIC, is("plan", "pro")), email(12)));

      assertThat(sent(enter(campaign, SOMEBODY))).containsExactly(12);
      assertThat(sent(enter(campaign, SOMEBODY.with("plan", "pro")))).containsExactly(11, 12);
    }

    @Test
    @DisplayName("W-53: both paths join below the branch; W-54: it reads live data at arrival")
    void shouldTakeThePathOfTheMoment() {
      var campaign =
          running(
              definition(
                  signedUp(),
                  delay(10, DAY),
                  branch(11, is("plan", "pro"), List.of(email(12)), List.of(email(13))),
                  email(14)));
      var waiting = enter(campaign, SOMEBODY);
      var later = KnownFacts.at(NOW.plus(DAY));

      assertThat(sent(wake(campaign, waiting, later))).containsExactly(13, 14);
      assertThat(sent(wake(campaign, waiting, later.with("plan", "pro")))).containsExactly(12, 14);
    }

    @Test
    @DisplayName("W-50: a branch without a condition is false")
    void shouldTakeTheFalsePathWithoutACondition() {
      var campaign =
          running(definition(signedUp(), branch(11, null, List.of(email(12)), List.of(email(13)))));

      assertThat(sent(enter(campaign, SOMEBODY))).containsExactly(13);
    }

    @Test
    @DisplayName("W-53: a path may end in an exit; C-43: reason exit block")
    void shouldEndAtAnExit() {
      var advance =
          enter(
              running(
                  definition(
                      signedUp(),
                      email(10),
                      branch(11, null, List.of(), List.of(exit(12))),
                      email(13))),
              SOMEBODY);

      assertThat(sent(advance)).containsExactly(10);
      assertThat(advance.journey().state()).isEqualTo(Journey.State.EXITED);
      assertThat(advance.journey().endReason()).isEqualTo(EndReason.EXIT_STEP);
      assertThat(advance.journey().node()).isEqualTo(12);
      assertThat(advance.cancelsQueued()).isFalse();
    }

    @Test
    @DisplayName("C-72: more than 1,000 steps without a wait end in an error")
    void shouldStopARunaway() {
      var steps = new ArrayList<Step>();
      for (var id = 1; id <= 1_001; id++) {
        steps.add(email(id, SendingState.OFF, null));
      }
      var exact =
          enter(
              running(definition(signedUp(), steps.subList(0, 1_000).toArray(Step[]::new))),
              SOMEBODY);
      var more = enter(running(definition(signedUp(), steps.toArray(Step[]::new))), SOMEBODY);

      assertThat(exact.journey().state()).isEqualTo(Journey.State.FINISHED);
      assertThat(more.journey().endReason()).isEqualTo(EndReason.ERROR);
      assertThat(more.journey().path().entries()).hasSize(100);
    }

    @Test
    void shouldFinishAtOnceWithoutSteps() {
      var advance = enter(running(definition(signedUp())), SOMEBODY);

      assertThat(advance.journey().state()).isEqualTo(Journey.State.FINISHED);
      assertThat(advance.journey().node()).isNull();
    }
  }

  @Nested
  class Leaving {
    @Test
    @DisplayName("C-13, C-14, C-40: filters are looked at right before a message, a miss exits")
    void shouldExitBeforeTheMessageWhenFiltersAreMissed() {
      var pro = is("plan", "pro");
      var campaign =
          running(
              filtered(
                  definition(
                      signedUp(),
                      email(11),
                      delay(12, DAY),
                      branch(13, null, List.of(), List.of(delay(14, DAY))),
                      email(15)),
                  pro));
      var entered = enter(campaign, SOMEBODY.with("plan", "pro"));

      // Not before delays and branches.
      var between = wake(campaign, entered, KnownFacts.at(NOW.plus(DAY)).with("plan", "free"));
      assertThat(between.journey().node()).isEqualTo(14);

      var out =
          wake(
              campaign, between, KnownFacts.at(NOW.plus(DAY.multipliedBy(2))).with("plan", "free"));
      assertThat(out.sends()).isEmpty();
      assertThat(out.journey().state()).isEqualTo(Journey.State.EXITED);
      assertThat(out.journey().endReason()).isEqualTo(EndReason.FILTERS);
      assertThat(out.journey().node()).isEqualTo(15);
      assertThat(out.cancelsQueued()).as("C-42").isTrue();

      var back =
          wake(campaign, between, KnownFacts.at(NOW.plus(DAY.multipliedBy(2))).with("plan", "pro"));
      assertThat(sent(back)).containsExactly(15);
    }

    @Test
    @DisplayName("§3.5: a campaign triggered by a segment is left with the segment")
    void shouldExitWhenTheSegmentIsLeft() {
      var campaign = running(definition(enteredSegment(), delay(11, DAY), email(12)));
      var entered = enter(campaign, new Occurrence.SegmentEntered(SEGMENT), SOMEBODY.in(SEGMENT));
      var later = KnownFacts.at(NOW.plus(DAY));

      assertThat(wake(campaign, entered, later).journey().endReason()).isEqualTo(EndReason.TRIGGER);
      assertThat(sent(wake(campaign, entered, later.in(SEGMENT)))).containsExactly(12);
    }

    @Test
    @DisplayName("§3.5: nobody exits early")
    void shouldStayWhenTheRuleIsNever() {
      var definition =
          rules(
              definition(enteredSegment(), delay(11, DAY), email(12)),
              Frequency.ONCE,
              ExitRule.NEVER);
      var campaign = running(filtered(definition, is("plan", "pro")));
      var entered = enter(campaign, new Occurrence.SegmentEntered(SEGMENT), SOMEBODY);

      assertThat(sent(wake(campaign, entered, KnownFacts.at(NOW.plus(DAY))))).containsExactly(12);
    }

    @Test
    @DisplayName("W-3, C-13: a message that is off does not act, so nobody leaves there")
    void shouldNotLookAtFiltersBeforeAMessageThatIsOff() {
      var campaign =
          running(
              filtered(
                  definition(signedUp(), email(11, SendingState.OFF, null)), is("plan", "pro")));

      assertThat(enter(campaign, SOMEBODY).journey().state()).isEqualTo(Journey.State.FINISHED);
    }

    @ParameterizedTest
    @EnumSource(names = {"STOPPED", "ARCHIVED", "DRAFT"})
    @DisplayName("§3.4: journeys of a stopped campaign do not move")
    void shouldEndWhenTheCampaignIsStopped(CampaignState state) {
      var definition = definition(signedUp(), delay(11, DAY), email(12));
      var waiting = enter(running(definition), SOMEBODY);

      var ended =
          wake(compiled(campaign(state, definition)), waiting, KnownFacts.at(NOW.plus(DAY)));

      assertThat(ended.sends()).isEmpty();
      assertThat(ended.journey().endReason()).isEqualTo(EndReason.CAMPAIGN_STOPPED);
      assertThat(ended.cancelsQueued()).isTrue();
    }

    @Test
    @DisplayName("C-31 finish: journeys of a stopping campaign run out")
    void shouldRunOutWhileStopping() {
      var definition = definition(signedUp(), delay(11, DAY), email(12));
      var waiting = enter(running(definition), SOMEBODY);

      var stopping = compiled(campaign(CampaignState.STOPPING, definition));

      assertThat(sent(wake(stopping, waiting, KnownFacts.at(NOW.plus(DAY))))).containsExactly(12);
    }

    @Test
    @DisplayName("C-36: journeys of a run that was stopped at once are not resumed by a restart")
    void shouldNotResumeJourneysOfAnEarlierRun() {
      var definition = definition(signedUp(), delay(11, DAY), email(12));
      var waiting = enter(running(definition), SOMEBODY);
      var restarted =
          compiled(
              new Campaign(
                  7,
                  Example.WORKSPACE,
                  CampaignState.RUNNING,
                  2,
                  definition,
                  Map.of(),
                  1,
                  List.of(),
                  NOW,
                  NOW,
                  NOW));

      var ended = wake(restarted, waiting, KnownFacts.at(NOW.plus(DAY)));

      assertThat(ended.journey().endReason()).isEqualTo(EndReason.CAMPAIGN_STOPPED);
      assertThat(enter(restarted, SOMEBODY).journey().state()).isEqualTo(Journey.State.WAITING);
    }
  }

  @Nested
  class Editing {
    private final CompiledCampaign before =
        running(definition(signedUp(), delay(11, DAY), email(12)));
    private final Advance waiting = enter(before, SOMEBODY);

    @Test
    @DisplayName("§3.8: a delay is due at arrival plus its new length; already past leaves now")
    void shouldCountTheNewLengthFromArrival() {
      var shorter = running(definition(signedUp(), delay(11, Duration.ofHours(1)), email(12)));
      var longer = running(definition(signedUp(), delay(11, DAY.multipliedBy(3)), email(12)));

      assertThat(sent(wake(shorter, waiting, KnownFacts.at(NOW.plus(Duration.ofHours(5))))))
          .containsExactly(12);
      var stillThere = wake(longer, waiting, KnownFacts.at(NOW.plus(DAY)));
      assertThat(stillThere.sends()).isEmpty();
      assertThat(stillThere.journey().wakeAt()).isEqualTo(NOW.plus(DAY.multipliedBy(3)));
    }

    @Test
    @DisplayName("§3.8: a step added before somebody's position is not visited, one after it is")
    void shouldVisitOnlyWhatComesAfter() {
      var edited = running(definition(signedUp(), email(20), delay(11, DAY), email(21), email(12)));

      assertThat(sent(wake(edited, waiting, KnownFacts.at(NOW.plus(DAY))))).containsExactly(21, 12);
    }

    @Test
    @DisplayName("§3.8: people move with the delay they wait in")
    void shouldMoveWithTheDelay() {
      var edited = running(definition(signedUp(), email(12), email(20), delay(11, DAY), email(21)));

      assertThat(sent(wake(edited, waiting, KnownFacts.at(NOW.plus(DAY))))).containsExactly(21);
    }

    @Test
    @DisplayName("§3.8: who waits in a deleted delay moves on to the next step at once")
    void shouldMoveOnFromADeletedDelay() {
      var definition = definition(signedUp(), email(20), email(12), email(21));
      var removed =
          Removed.after(Map.of(), before.campaign().definition().steps(), definition.steps());
      var edited =
          compiled(
              new Campaign(
                  7,
                  Example.WORKSPACE,
                  CampaignState.RUNNING,
                  2,
                  definition,
                  removed,
                  0,
                  List.of(),
                  NOW,
                  NOW,
                  NOW));

      var moved = wake(edited, waiting, KnownFacts.at(NOW.plus(Duration.ofHours(1))));

      assertThat(sent(moved)).containsExactly(12, 21);
      assertThat(deeds(moved)).containsExactly(Did.WAITS, Did.REMOVED, Did.SENDS, Did.SENDS);
      assertThat(moved.journey().version()).isEqualTo(2);
    }

    @Test
    @DisplayName("§3.8: filters are judged as they are at the next message")
    void shouldJudgeByTheNewFilters() {
      var edited =
          running(filtered(definition(signedUp(), delay(11, DAY), email(12)), is("plan", "pro")));

      assertThat(wake(edited, waiting, KnownFacts.at(NOW.plus(DAY))).journey().endReason())
          .isEqualTo(EndReason.FILTERS);
    }
  }

  @Nested
  class Remembering {
    @Test
    @DisplayName("§3.7: what triggered is frozen in the journey")
    void shouldKeepTheEvent() {
      var campaign = running(definition(signedUp(), email(11)));

      var journey = enter(campaign, SOMEBODY).journey();

      assertThat(journey.trigger())
          .isEqualTo(
              "{\"name\":\"signed_up\",\"id\":\"e-1\",\"timestamp\":1772474400,\"data\":{\"plan\":\"pro\"}}");
      assertThat(JourneyEngine.eventId(journey)).isEqualTo("e-1");
    }

    @Test
    void shouldTellIdsOfEventsFromIdsInTheirData() {
      var campaign = running(definition(signedUp(), email(11)));
      var happened =
          new Occurrence.EventHappened(
              EventKind.EVENT, "signed_up", null, NOW, NOW, "{\"id\":\"x\"}", Map.of("id", "x"));

      assertThat(JourneyEngine.eventId(enter(campaign, happened, SOMEBODY).journey())).isNull();
    }

    @Test
    void shouldTellThePathWithTimes() {
      var campaign =
          running(
              definition(
                  signedUp(),
                  branch(11, null, List.of(), List.of(email(12))),
                  delay(13, Duration.ofMinutes(1))));

      assertThat(enter(campaign, SOMEBODY).journey().path().entries())
          .containsExactly(
              new JourneyPath.Entry(11, NOW, Did.FALSE, null),
              new JourneyPath.Entry(12, NOW, Did.SENDS, null),
              new JourneyPath.Entry(13, NOW, Did.WAITS, NOW.plusSeconds(60)));
    }
  }
}
