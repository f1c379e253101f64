package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.computed.Aggregate;
import dev.carillon.events.EventKind;
import dev.carillon.log.IdRanges;
import dev.carillon.people.Identifier;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.processing.ProcessingKit.Travel;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Moment;
import dev.carillon.segments.Occurrences.Count;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What the clock does happens as of its own instants, however late it is noticed. Here nobody looks
 * at the clock until {@link #worker} does, and operations are applied beside it.
 */
final class ReplayTest {
  private static final Identifier ADA = id("ada");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Instant START = ProcessingKit.START;

  @AutoClose private final ProcessingKit kit = ProcessingKit.start(0);

  private final IdRanges ids =
      new IdRanges(() ->
          kit.database.read(
              handle -> handle.createQuery("SELECT nextval('id_range')").mapTo(Long.class).one()));
  private final Stores stores = ProcessingKit.stores(kit.database, kit.clock, ids, kit.mergers);
  private final RuleBooks ruleBooks =
      new RuleBooks(new RuleBookReader(kit.segments, kit.campaigns, kit.counters, kit.computed));

  private Instant now = START;

  @AfterEach
  void nothingIsBroken() {
    kit.assertConsistent();
    assertThat(kit.deadLetters()).isEmpty();
  }

  /** Applies operations now, in one batch. */
  private void apply(Operation... operations) {
    kit.database.<Integer, RuntimeException>inTransaction(handle -> {
      var epoch = Epoch.join(handle);
      var accepted = new ArrayList<Accepted>();
      for (var operation : operations) {
        accepted.add(new Accepted(ids.next(), now, operation));
      }
      new Waves(
              handle,
              stores,
              ruleBooks.under(epoch.rules(), handle),
              epoch,
              new IdentifierCache(),
              kit.clock)
          .run(accepted);
      return 1;
    });
  }

  private void later(Duration by) {
    now = now.plus(by);
    kit.clock.advance(by);
  }

  /** Somebody looks at the clock from now on. */
  private void worker() {
    kit.addNode(1);
    kit.settle();
  }

  private void identify(@Nullable Object... attributes) {
    apply(kit.identifyOf(ADA, attributes));
  }

  private static long seconds(Instant at) {
    return at.getEpochSecond();
  }

  private static Condition before(String name, Duration span, boolean ago) {
    return new Condition.Attribute(
        new AttributeTest(name, Operator.TS_BEFORE, new Moment.Relative(span, ago)));
  }

  private static Condition after(String name, Duration span, boolean ago) {
    return new Condition.Attribute(
        new AttributeTest(name, Operator.TS_AFTER, new Moment.Relative(span, ago)));
  }

  /** Holds from a span before the timestamp until a minute after it. */
  private static Condition around(String name, Duration span) {
    return new Condition.And(List.of(before(name, span, false), after(name, MINUTE, true)));
  }

  private static Condition in(int segmentId) {
    return new Condition.InSegment(segmentId);
  }

  private static Condition not(Condition condition) {
    return new Condition.Not(condition);
  }

  private static Condition is(String name, Object value) {
    return new Condition.Attribute(new AttributeTest(name, Operator.EQ, value));
  }

  private static Condition did(String name, Count count, int times, Duration within) {
    return new Condition.Event(EventKind.EVENT, name, count, times, within, List.of());
  }

  private Campaign onEntry(int segment, Step... steps) {
    return campaign(new TriggerRule.SegmentTrigger(segment), null, steps);
  }

  private Campaign onEvent(String name, @Nullable Condition filters, Step... steps) {
    return campaign(new TriggerRule.EventTrigger(EventKind.EVENT, name, List.of()), filters, steps);
  }

  private Campaign campaign(TriggerRule trigger, @Nullable Condition filters, Step... steps) {
    return kit.campaign(
        new CampaignDefinition(
            "campaign",
            "",
            trigger,
            filters,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            steps.length == 0 ? List.of(new Step.Exit(0, "")) : List.of(steps)));
  }

  private List<Instant> starts(Campaign campaign) {
    return kit.database.read(handle ->
        handle
            .select(
                "SELECT started_at FROM journey WHERE campaign_id = ? ORDER BY started_at",
                campaign.id())
            .mapTo(Instant.class)
            .list());
  }

  private Instant enteredAt(int segment) {
    return kit.database.read(handle ->
        handle
            .select("SELECT entered_at FROM segment_member WHERE segment_id = ?", segment)
            .mapTo(Instant.class)
            .one());
  }

  private long timersDue() {
    return kit.number(
        "SELECT count(*) FROM segment_timer WHERE due_at <= to_timestamp(?)", seconds(now));
  }

  @Test
  @DisplayName(
      "S-32, S-51: who entered and left while nobody looked has done both, at the right times")
  void shouldEnterAndLeaveAtTheInstantsThemselves() {
    // given
    var ends = START.plus(Duration.ofDays(10));
    var trial = kit.segment(around("trial_end", DAY.multipliedBy(3)));
    var over = kit.segment(not(in(trial)));
    var entering = onEntry(trial);
    var leaving = onEntry(over);
    identify("trial_end", seconds(ends));
    // when
    later(DAY.multipliedBy(30));
    worker();
    // then
    assertThat(kit.segmentsOf(ADA)).containsExactly(over);
    assertThat(starts(entering)).containsExactly(ends.minus(DAY.multipliedBy(3)).plusMillis(1));
    assertThat(starts(leaving)).containsExactly(START, ends.plus(MINUTE));
    assertThat(enteredAt(over)).isEqualTo(ends.plus(MINUTE));
    assertThat(kit.number("SELECT count(*) FROM segment_timer")).isZero();
  }

  @Test
  @DisplayName("S-41, S-43: windows of events run out at their own instants")
  void shouldLeaveWindowsAtTheInstantsThemselves() {
    var recent = kit.segment(did("looked", Count.AT_LEAST, 2, DAY));
    var quiet = kit.segment(did("looked", Count.AT_MOST, 0, DAY));
    var entering = onEntry(quiet);
    var notRecent = kit.segment(not(in(recent)));
    identify("plan", "free");
    apply(kit.eventOf(ADA, "looked", "{}"));
    later(Duration.ofHours(1));
    apply(kit.eventOf(ADA, "looked", "{}"));
    assertThat(kit.segmentsOf(ADA)).containsExactly(recent);
    // when
    later(DAY.multipliedBy(9));
    worker();
    // then
    assertThat(kit.segmentsOf(ADA)).containsExactlyInAnyOrder(quiet, notRecent);
    assertThat(enteredAt(notRecent)).isEqualTo(START.plus(DAY));
    assertThat(enteredAt(quiet)).isEqualTo(START.plus(DAY).plus(Duration.ofHours(1)));
    assertThat(starts(entering)).containsExactly(START, START.plus(DAY).plus(Duration.ofHours(1)));
  }

  @Test
  @DisplayName(
      "an operation comes after what the clock did before it, and that saw the data before it")
  void shouldCatchUpBeforeAnOperation() {
    // given
    var ends = START.plus(Duration.ofDays(10));
    var trial = kit.segment(around("trial_end", DAY.multipliedBy(3)));
    var over = kit.segment(not(in(trial)));
    var entering = onEntry(trial);
    var leaving = onEntry(over);
    identify("trial_end", seconds(ends));
    // when: the timers are late, and the attribute that would explain them is about to be replaced
    later(DAY.multipliedBy(30));
    identify("trial_end", seconds(now.plus(DAY)));
    // then
    assertThat(starts(entering))
        .containsExactly(ends.minus(DAY.multipliedBy(3)).plusMillis(1), now);
    assertThat(starts(leaving)).containsExactly(START, ends.plus(MINUTE));
    assertThat(kit.segmentsOf(ADA)).containsExactly(trial);
    assertThat(enteredAt(trial)).isEqualTo(now);
    assertThat(timersDue()).isZero();
    // and the worker finds nothing left
    worker();
    assertThat(starts(entering)).hasSize(2);
  }

  @Test
  @DisplayName("the same for an event, which would keep open a window that closed before")
  void shouldCatchUpBeforeAnEvent() {
    var recent = kit.segment(did("looked", Count.AT_LEAST, 1, DAY));
    var entering = onEntry(recent);
    var left = kit.segment(not(in(recent)));
    var leaving = onEntry(left);
    apply(kit.eventOf(ADA, "looked", "{}"));
    later(DAY.plusHours(1));
    apply(kit.eventOf(ADA, "looked", "{}"));
    assertThat(starts(entering)).containsExactly(START, START.plus(DAY).plusSeconds(3_600));
    assertThat(starts(leaving)).containsExactly(START.plus(DAY));
    // at the very instant the window closes, the next event keeps it open
    later(DAY);
    apply(kit.eventOf(ADA, "looked", "{}"));
    assertThat(starts(entering)).hasSize(2);
    assertThat(kit.segmentsOf(ADA)).containsExactly(recent);
  }

  @Test
  @DisplayName(
      "what a woken segment reads is caught up as well, though the operation does not wake it")
  void shouldCatchUpWhatIsRead() {
    // given
    var ends = START.plus(Duration.ofDays(10));
    var trial = kit.segment(around("trial_end", DAY.multipliedBy(3)));
    var through = kit.segment(new Condition.And(List.of(in(trial))));
    var both = kit.segment(new Condition.And(List.of(in(through), is("plan", "pro"))));
    var entering = onEntry(both);
    var filtered = onEvent("bought", in(trial));
    identify("trial_end", seconds(ends));
    // when: still inside as far as anybody knows, after it is over
    later(DAY.multipliedBy(8));
    identify("plan", "pro");
    assertThat(kit.segmentsOf(ADA)).containsExactlyInAnyOrder(trial, through, both);
    identify("plan", "free");
    later(DAY.multipliedBy(3));
    identify("plan", "pro");
    apply(kit.eventOf(ADA, "bought", "{}"));
    // then
    assertThat(kit.segmentsOf(ADA)).isEmpty();
    assertThat(starts(entering)).containsExactly(START.plus(DAY.multipliedBy(8)));
    assertThat(starts(filtered)).isEmpty();
    assertThat(kit.refusals(ADA)).containsExactly("filters_not_met=1");
  }

  @Test
  @DisplayName("a campaign's filter that reads a segment about to change by itself sees it changed")
  void shouldCatchUpWhatAFilterReads() {
    var trial = kit.segment(around("trial_end", DAY));
    var filtered = onEvent("bought", in(trial));
    identify("trial_end", seconds(START.plus(Duration.ofDays(10))));
    later(Duration.ofHours(9 * 24 + 1));
    apply(kit.eventOf(ADA, "bought", "{}"));
    later(DAY);
    apply(kit.eventOf(ADA, "bought", "{}"));
    assertThat(starts(filtered)).containsExactly(START.plus(Duration.ofHours(9 * 24 + 1)));
    assertThat(enteredAtOrNull(trial)).isNull();
  }

  private @Nullable Instant enteredAtOrNull(int segment) {
    return kit.database.read(handle ->
        handle
            .select("SELECT entered_at FROM segment_member WHERE segment_id = ?", segment)
            .mapTo(Instant.class)
            .findOne()
            .orElse(null));
  }

  @Test
  @DisplayName("timers of segments that read each other fire in the order of their instants")
  void shouldFireInOrder() {
    // given: one segment is left before the other is entered, and the reader wants both or either
    var first = kit.segment(around("a", Duration.ofHours(1)));
    var second = kit.segment(around("b", Duration.ofHours(1)));
    var both = kit.segment(new Condition.And(List.of(in(first), in(second))));
    var either = kit.segment(new Condition.Or(List.of(in(first), in(second))));
    var onBoth = onEntry(both);
    var onEither = onEntry(either);
    var a = START.plus(DAY);
    var b = START.plus(DAY.multipliedBy(2));
    identify("a", seconds(a), "b", seconds(b));
    // when
    later(DAY.multipliedBy(5));
    worker();
    // then
    assertThat(starts(onBoth)).isEmpty();
    assertThat(starts(onEither))
        .containsExactly(
            a.minus(Duration.ofHours(1)).plusMillis(1), b.minus(Duration.ofHours(1)).plusMillis(1));
    assertThat(kit.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("S-53: what turns at one instant turns at once, and nobody passes between")
  void shouldNotFlapWithinOneInstant() {
    // given: one segment is left at the instant the other is entered
    var before = kit.segment(after("a", DAY, false));
    var since = kit.segment(new Condition.Not(after("a", DAY, false)));
    var either = kit.segment(new Condition.Or(List.of(in(before), in(since))));
    var neither = kit.segment(not(in(either)));
    var onEither = onEntry(either);
    var onNeither = onEntry(neither);
    identify("a", seconds(START.plus(DAY.multipliedBy(2))));
    assertThat(kit.number("SELECT count(DISTINCT due_at) FROM segment_timer")).isEqualTo(1);
    // when
    later(DAY.multipliedBy(9));
    worker();
    // then
    assertThat(kit.segmentsOf(ADA)).containsExactlyInAnyOrder(since, either);
    assertThat(enteredAt(since)).isEqualTo(START.plus(DAY));
    assertThat(enteredAt(either)).isEqualTo(START);
    assertThat(starts(onEither)).containsExactly(START);
    assertThat(starts(onNeither)).isEmpty();
  }

  @Test
  @DisplayName("more instants than one transaction takes are done in several, none left out")
  void shouldGoOnInTheNextRound() {
    // given: somebody who enters and leaves three hundred times
    var times = new ArrayList<Map<String, Object>>();
    for (var i = 1; i <= 300; i++) {
      times.add(Map.of("at", seconds(START.plus(Duration.ofMinutes(10L * i)))));
    }
    var flapping =
        kit.segment(
            new Condition.Attribute(
                new AttributeTest(
                    "times",
                    Operator.ANY_ITEM,
                    List.of(
                        new AttributeTest(
                            "at", Operator.TS_BEFORE, new Moment.Relative(MINUTE, false)),
                        new AttributeTest(
                            "at", Operator.TS_AFTER, new Moment.Relative(MINUTE, true))))));
    var entering = onEntry(flapping);
    identify("times", times);
    // when
    later(DAY.multipliedBy(30));
    worker();
    // then
    var expected = new ArrayList<Instant>();
    for (var i = 1; i <= 300; i++) {
      expected.add(START.plus(Duration.ofMinutes(10L * i)).minus(MINUTE).plusMillis(1));
    }
    assertThat(starts(entering)).isEqualTo(expected);
    assertThat(kit.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("a journey that is due takes its turn between the timers of its person")
  void shouldMoveJourneysBetweenTimers() {
    // given: a journey that asks after a day, a segment left before and one left after that
    var early = kit.segment(after("early", MINUTE, true));
    var late = kit.segment(after("late", MINUTE, true));
    var campaign =
        onEvent(
            "bought",
            null,
            new Step.Delay(0, "", DAY),
            new Step.Branch(
                0,
                "",
                new Condition.And(List.of(not(in(early)), in(late))),
                List.of(new Step.Exit(0, "as it was then")),
                List.of()));
    identify(
        "early",
        seconds(START.plus(Duration.ofHours(23))),
        "late",
        seconds(START.plus(Duration.ofHours(25))));
    apply(kit.eventOf(ADA, "bought", "{}"));
    // when
    later(DAY.multipliedBy(9));
    worker();
    // then
    assertThat(kit.segmentsOf(ADA)).isEmpty();
    assertThat(kit.journeys(ADA)).extracting(Travel::campaignId).containsExactly(campaign.id());
    assertThat(kit.journeys(ADA)).extracting(Travel::state).containsExactly("exited");
  }

  @Test
  @DisplayName("a journey that a timer started takes its turn too, in the same round")
  void shouldMoveJourneysThatTimersStarted() {
    var trial = kit.segment(before("end", Duration.ofDays(5), false));
    var late = kit.segment(after("late", MINUTE, true));
    onEntry(
        trial,
        new Step.Delay(0, "", DAY),
        new Step.Branch(0, "", in(late), List.of(new Step.Exit(0, "as it was then")), List.of()));
    // it starts after five days and asks after six; the other segment is left after seven
    identify(
        "end",
        seconds(START.plus(DAY.multipliedBy(10))),
        "late",
        seconds(START.plus(DAY.multipliedBy(7))));
    later(DAY.multipliedBy(30));
    worker();
    assertThat(kit.segmentsOf(ADA)).containsExactly(trial);
    assertThat(kit.journeys(ADA)).extracting(Travel::state).containsExactly("exited");
  }

  // ── computed attributes ───────────────────────────────────────────────────────────────────────

  private void computed(String attribute, String event) {
    kit.define(attribute, event, Aggregate.COUNT, null, DAY);
    kit.buildComputed();
  }

  private void event(String name) {
    apply(kit.eventOf(ADA, name, "{}"));
  }

  @Test
  @DisplayName("S-51: computed attributes change in the order of their instants, all together")
  void shouldComputeInOrder() {
    // given: looks fall from 2 over 1 to 0 after 24 and 26 hours, buys to 0 after 25
    computed("looks", "looked");
    computed("buys", "bought");
    var impossible = kit.segment(new Condition.And(List.of(is("looks", 0L), is("buys", 1L))));
    var between = kit.segment(new Condition.And(List.of(is("looks", 1L), is("buys", 0L))));
    var neither = kit.segment(new Condition.And(List.of(is("looks", 0L), is("buys", 0L))));
    var onImpossible = onEntry(impossible);
    var onBetween = onEntry(between);
    event("looked");
    later(Duration.ofHours(1));
    event("bought");
    later(Duration.ofHours(1));
    event("looked");
    // when
    later(DAY.multipliedBy(9));
    worker();
    // then
    assertThat(starts(onImpossible)).isEmpty();
    assertThat(starts(onBetween)).containsExactly(START.plus(Duration.ofHours(25)));
    assertThat(kit.segmentsOf(ADA)).containsExactly(neither);
    assertThat(enteredAt(neither)).isEqualTo(START.plus(Duration.ofHours(26)));
    assertThat(kit.number("SELECT count(*) FROM computed_timer")).isZero();
  }

  @Test
  @DisplayName("S-51: computed attributes, timers of segments and journeys take turns")
  void shouldComputeBetweenTimersAndJourneys() {
    // given: the attribute turns after 24 hours, the segment at 23, the journey asks at 23½
    computed("looks", "looked");
    var over = kit.segment(not(after("until", MINUTE, true)));
    var both = kit.segment(new Condition.And(List.of(in(over), is("looks", 1L))));
    onEvent(
        "bought",
        null,
        new Step.Delay(0, "", Duration.ofMinutes(1_410)),
        new Step.Branch(0, "", in(both), List.of(new Step.Exit(0, "as it was then")), List.of()));
    identify("until", seconds(START.plus(Duration.ofHours(23))));
    event("looked");
    event("bought");
    // when
    later(DAY.multipliedBy(9));
    worker();
    // then
    assertThat(kit.segmentsOf(ADA)).containsExactly(over);
    assertThat(kit.attributesOf(ADA)).containsEntry("looks", 0L);
    assertThat(kit.journeys(ADA)).extracting(Travel::state).containsExactly("exited");
  }

  @Test
  @DisplayName("S-51: an event comes after what left the window of an attribute before it")
  void shouldComputeBeforeAnEvent() {
    computed("looks", "looked");
    var none = kit.segment(is("looks", 0L));
    var entering = onEntry(none);
    event("looked");
    later(DAY.plusHours(1));
    event("looked");
    assertThat(starts(entering)).containsExactly(START.plus(DAY));
    assertThat(kit.segmentsOf(ADA)).isEmpty();
    assertThat(kit.attributesOf(ADA)).containsEntry("looks", 1L);
    worker();
    assertThat(starts(entering)).hasSize(1);
  }

  @Test
  @DisplayName(
      "S-51: what an operation's rules read is computed first, though it does not change it")
  void shouldComputeWhatIsRead() {
    computed("looks", "looked");
    var looking = kit.segment(new Condition.And(List.of(is("looks", 1L), is("plan", "pro"))));
    var entering = onEntry(looking);
    var filtered = onEvent("bought", is("looks", 1L));
    event("looked");
    later(DAY.plusHours(1));
    identify("plan", "pro");
    event("bought");
    assertThat(starts(entering)).isEmpty();
    assertThat(starts(filtered)).isEmpty();
    assertThat(kit.refusals(ADA)).containsExactly("filters_not_met=1");
  }

  @Test
  @DisplayName("P-24: a merge comes after what the clock did to the primary before")
  void shouldCatchUpBeforeAMerge() {
    var trial = kit.segment(around("trial_end", DAY));
    var entering = onEntry(trial);
    var ends = START.plus(DAY.multipliedBy(10));
    identify("trial_end", seconds(ends));
    apply(kit.identifyOf(id("bob"), "plan", "pro"));
    later(DAY.multipliedBy(30));
    apply(kit.mergeOf(ADA, id("bob")));
    assertThat(starts(entering)).containsExactly(ends.minus(DAY).plusMillis(1));
    assertThat(kit.segmentsOf(ADA)).isEmpty();
    assertThat(timersDue()).isZero();
  }
}
