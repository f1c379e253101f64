package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.campaigns.Campaign;
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
import dev.carillon.segments.Explanation;
import dev.carillon.segments.Moment;
import dev.carillon.segments.Occurrences.Count;
import dev.carillon.segments.Segment;
import dev.carillon.segments.SegmentBuilder;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentExplainer;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.SmallRanges;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a segment whose conditions change, step by step: thirty people are looked at, ten
 * at a time. Odd ones are on the pro plan and live in Linz, even ones are on the free plan and live
 * in Graz.
 */
final class EditedSegmentsTest {
  private static final int PEOPLE = 30;
  private static final Condition PRO = is("plan", "pro");
  private static final Condition FREE = is("plan", "free");
  private static final Set<String> ODD = people(1);
  private static final Set<String> EVEN = people(2);
  private static final Set<String> NOBODY = Set.of();

  @AutoClose private final ProcessingKit kit = ProcessingKit.start(1);

  private SegmentBuilder builder = newBuilder();

  @AfterEach
  void nothingIsBroken() {
    kit.assertConsistent();
    assertThat(kit.deadLetters()).isEmpty();
  }

  private SegmentBuilder newBuilder() {
    return SmallRanges.builder(kit.database, kit.segments, kit.counters, kit.clock, 10);
  }

  private static Condition is(String name, String value) {
    return new Condition.Attribute(new AttributeTest(name, Operator.EQ, value));
  }

  private static Condition in(int segment) {
    return new Condition.InSegment(segment);
  }

  private static Condition did(String name, int times) {
    return new Condition.Event(EventKind.EVENT, name, Count.AT_LEAST, times, null, List.of());
  }

  private static Set<String> people(int first) {
    return IntStream.iterate(first, i -> i <= PEOPLE, i -> i + 2)
        .mapToObj("p%02d"::formatted)
        .collect(toSet());
  }

  private static Identifier person(int number) {
    return id("p%02d".formatted(number));
  }

  private void everybody() {
    var calls = new ArrayList<Operation>();
    for (var i = 1; i <= PEOPLE; i++) {
      var odd = i % 2 == 1;
      calls.add(
          kit.identifyOf(person(i), "plan", odd ? "pro" : "free", "city", odd ? "Linz" : "Graz"));
    }
    kit.acceptTogether(calls);
  }

  private Segment segment(int segment) {
    return kit.database.<Segment, RuntimeException>read(
        handle -> kit.segments.find(handle, kit.workspace(), segment).orElseThrow());
  }

  private void edit(int segment, Condition conditions) {
    SegmentOutcome outcome =
        kit.database.inTransaction(handle ->
            kit.segments.update(
                handle,
                kit.workspace(),
                segment,
                new SegmentDraft("segment", "", List.of(), conditions)));
    assertThat(outcome).isInstanceOf(SegmentOutcome.Saved.class);
  }

  private SegmentOutcome cancel(int segment) {
    return kit.database.<SegmentOutcome, RuntimeException>inTransaction(
        handle -> kit.segments.cancelBuild(handle, kit.workspace(), segment));
  }

  private int create(Condition conditions) {
    SegmentOutcome outcome =
        kit.database.inTransaction(handle ->
            kit.segments.create(
                handle, kit.workspace(), new SegmentDraft("segment", "", List.of(), conditions)));
    return ((SegmentOutcome.Saved) outcome).segment().id();
  }

  /** Who is served as members, by id; counted as well. */
  private Set<String> served(int segment) {
    var members =
        kit.database.<List<SegmentRepository.Member>, RuntimeException>read(handle ->
            kit.segments.members(
                handle,
                kit.workspace(),
                kit.segments.find(handle, kit.workspace(), segment).orElseThrow(),
                0,
                1_000));
    assertThat(members).extracting(SegmentRepository.Member::personId).isSorted();
    assertThat(
            kit.database.<Long, RuntimeException>read(handle ->
                kit.segments.count(
                    handle, kit.segments.find(handle, kit.workspace(), segment).orElseThrow())))
        .as("count")
        .isEqualTo(members.size());
    var ids = members.stream().map(SegmentRepository.Member::id).collect(toSet());
    for (var i : List.of(1, 2, PEOPLE - 1, PEOPLE)) {
      var own =
          kit.database.<List<Segment>, RuntimeException>read(
              handle -> kit.segments.ofPerson(handle, kit.workspace(), kit.personId(person(i))));
      assertThat(own.stream().anyMatch(each -> each.id() == segment))
          .as("segments of person %d", i)
          .isEqualTo(ids.contains("p%02d".formatted(i)));
    }
    return new TreeSet<>(ids);
  }

  private Map<Long, Instant> servedSince(int segment) {
    return kit
        .database
        .<List<SegmentRepository.Member>, RuntimeException>read(handle ->
            kit.segments.members(
                handle,
                kit.workspace(),
                kit.segments.find(handle, kit.workspace(), segment).orElseThrow(),
                0,
                1_000))
        .stream()
        .collect(toMap(SegmentRepository.Member::personId, SegmentRepository.Member::enteredAt));
  }

  /** Who is in the segment for conditions that ask. */
  private Set<String> inside(int segment) {
    return new TreeSet<>(
        kit.database.<List<String>, RuntimeException>read(handle ->
            handle
                .select(
                    "SELECT p.attributes::json ->> 'id' FROM segment_member m JOIN person p USING (person_id) WHERE m.segment_id = ?",
                    segment)
                .mapTo(String.class)
                .list()));
  }

  private Campaign onEntry(int segment) {
    return kit.campaign(
        new CampaignDefinition(
            "entry",
            "",
            new TriggerRule.SegmentTrigger(segment),
            null,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(new Step.Exit(0, ""))));
  }

  private Set<Long> travellers(Campaign campaign) {
    return kit.database.<Set<Long>, RuntimeException>read(handle ->
        handle
            .select("SELECT person_id FROM journey WHERE campaign_id = ?", campaign.id())
            .mapTo(Long.class)
            .set());
  }

  /** Until this many people are reached. */
  private void buildUntil(int segment, int percent) {
    for (var steps = 0; ; steps++) {
      var progress = segment(segment).progress();
      if (segment(segment).state() == Segment.State.BUILD
          && progress != null
          && progress >= percent) {
        return;
      }
      assertThat(builder.step()).isTrue();
      assertThat(steps).isLessThan(100);
    }
  }

  private void finish() {
    for (var steps = 0; builder.step(); steps++) {
      assertThat(steps).isLessThan(1_000);
    }
  }

  @Test
  @DisplayName(
      "S-5, S-6, S-8: what was served before is served until the build has reached everybody")
  void shouldServeThePreviousDefinitionMeanwhile() {
    // given
    everybody();
    var edited = create(PRO);
    var reader = create(new Condition.Not(in(edited)));
    finish();
    var entries = onEntry(edited);
    var since = servedSince(edited);
    kit.clock.advance(Duration.ofHours(1));
    // when
    edit(edited, is("city", "Graz"));
    // then: nothing has changed yet
    assertThat(served(edited)).isEqualTo(ODD);
    assertThat(inside(edited)).isEqualTo(ODD);
    var states = new ArrayList<Segment.State>();
    var steps = 0;
    while (segment(edited).state() != Segment.State.FINISHED) {
      // it is the same for everybody until the end, with the same times
      assertThat(served(edited)).isEqualTo(ODD);
      assertThat(servedSince(edited)).isEqualTo(since);
      // what reads it goes with each person
      var both = new TreeSet<>(inside(edited));
      both.addAll(inside(reader));
      assertThat(both).hasSize(PEOPLE);
      assertThat(inside(edited)).doesNotContainAnyElementsOf(inside(reader));
      states.add(segment(edited).state());
      assertThat(builder.step()).isTrue();
      assertThat(++steps).isLessThan(50);
    }
    assertThat(states).contains(Segment.State.BUILD_QUEUED, Segment.State.BUILD);
    assertThat(served(edited)).isEqualTo(EVEN);
    assertThat(inside(edited)).isEqualTo(EVEN);
    assertThat(inside(reader)).isEqualTo(ODD);
    assertThat(travellers(entries)).isEmpty();
    // and nothing is left behind
    finish();
    assertThat(kit.number("SELECT count(*) FROM segment_former")).isZero();
    assertThat(kit.number("SELECT count(*) FROM segment_erasure")).isZero();
  }

  @Test
  @DisplayName("S-5: people who are not reached are in it by the conditions before, live")
  void shouldKeepThePreviousDefinitionLive() {
    // given: ten people are reached
    everybody();
    var edited = create(PRO);
    finish();
    var entries = onEntry(edited);
    edit(edited, is("city", "Graz"));
    buildUntil(edited, 33);
    // when: somebody ahead of the build comes and somebody goes, by the conditions before
    kit.identify(person(22), "plan", "pro");
    kit.identify(person(21), "plan", "free");
    // and somebody behind it, by the new ones
    kit.identify(person(1), "city", "Graz");
    kit.identify(person(2), "city", "Linz");
    kit.identify(person(3), "plan", "free");
    kit.settle();
    // then
    assertThat(inside(edited)).contains("p22", "p01").doesNotContain("p21", "p02", "p03");
    assertThat(travellers(entries))
        .containsExactlyInAnyOrder(kit.personId(person(22)), kit.personId(person(1)));
    finish();
    var now = new TreeSet<>(EVEN);
    now.add("p01");
    now.remove("p02");
    assertThat(served(edited)).isEqualTo(now);
    assertThat(inside(edited)).isEqualTo(now);
    assertThat(travellers(entries)).hasSize(2);
  }

  @Test
  @DisplayName("S-5: so do the instants at which people enter and leave by themselves")
  void shouldKeepTheTimersOfThePreviousDefinition() {
    everybody();
    var soon = kit.clock.instant().plus(Duration.ofHours(1)).getEpochSecond();
    kit.identify(person(30), "ends", soon);
    kit.identify(person(1), "ends", soon);
    kit.settle();
    var edited =
        create(
            new Condition.Attribute(
                new AttributeTest(
                    "ends", Operator.TS_AFTER, new Moment.Relative(Duration.ofMinutes(1), true))));
    finish();
    assertThat(served(edited)).containsExactly("p01", "p30");
    edit(
        edited,
        new Condition.Attribute(
            new AttributeTest(
                "ends", Operator.TS_AFTER, new Moment.Relative(Duration.ofDays(9), true))));
    buildUntil(edited, 33);
    // when both would leave by the conditions before
    kit.advance(Duration.ofHours(2));
    // then who is reached stays
    assertThat(inside(edited)).containsExactly("p01");
    finish();
    assertThat(served(edited)).containsExactly("p01", "p30");
    kit.advance(Duration.ofDays(10));
    assertThat(served(edited)).isEmpty();
  }

  @Test
  @DisplayName("S-4: counting events of the past takes its time, during which nothing changes")
  void shouldServeThePreviousDefinitionWhileEventsAreCounted() {
    everybody();
    for (var i = 1; i <= 4; i++) {
      kit.event(person(i), "bought");
    }
    kit.settle();
    var edited = create(PRO);
    finish();
    edit(edited, did("bought", 1));
    assertThat(segment(edited).state()).isEqualTo(Segment.State.EVENTS_QUEUED);
    while (segment(edited).state() != Segment.State.BUILD) {
      assertThat(inside(edited)).isEqualTo(ODD);
      assertThat(served(edited)).isEqualTo(ODD);
      builder.step();
    }
    kit.event(person(30), "bought");
    kit.settle();
    finish();
    assertThat(served(edited)).containsExactly("p01", "p02", "p03", "p04", "p30");
    // what the conditions before read is not counted any more, what these read is
    edit(edited, did("looked", 1));
    finish();
    assertThat(
            kit.number(
                "SELECT count(*) FROM counter c JOIN event_name n USING (name_id) WHERE n.name = 'bought' AND unused_at IS NULL"))
        .isZero();
    kit.event(person(7), "looked");
    kit.settle();
    assertThat(served(edited)).containsExactly("p07");
  }

  @ParameterizedTest
  @DisplayName("a build that is cancelled, wherever it is, leaves the segment as it was before it")
  @ValueSource(ints = {0, 33, 66, 99})
  void shouldReturnToTheConditionsBefore(int percent) {
    everybody();
    var edited = create(PRO);
    var reader = create(in(edited));
    finish();
    var entries = onEntry(edited);
    var readerEntries = onEntry(reader);
    edit(edited, is("city", "Graz"));
    if (percent > 0) {
      buildUntil(edited, percent);
    }
    // when
    assertThat(cancel(edited)).isInstanceOf(SegmentOutcome.Saved.class);
    // then
    assertThat(segment(edited).conditions()).isEqualTo(PRO);
    while (segment(edited).state() != Segment.State.FINISHED) {
      assertThat(served(edited)).isEqualTo(ODD);
      assertThat(builder.step()).isTrue();
    }
    assertThat(inside(edited)).isEqualTo(ODD);
    assertThat(served(edited)).isEqualTo(ODD);
    assertThat(inside(reader)).isEqualTo(ODD);
    assertThat(travellers(entries)).isEmpty();
    assertThat(travellers(readerEntries)).isEmpty();
    kit.identify(person(2), "plan", "pro");
    kit.settle();
    assertThat(served(edited)).contains("p02");
    finish();
    assertThat(kit.number("SELECT count(*) FROM segment_former")).isZero();
  }

  @Test
  void shouldTakeAnotherEditDuringABuild() {
    everybody();
    var edited = create(PRO);
    finish();
    var entries = onEntry(edited);
    edit(edited, is("city", "Graz"));
    buildUntil(edited, 33);
    // when
    edit(edited, new Condition.Or(List.of(FREE, is("city", "Linz"))));
    assertThat(served(edited)).isEqualTo(ODD);
    kit.identify(person(25), "plan", "free");
    kit.settle();
    while (segment(edited).state() != Segment.State.FINISHED) {
      assertThat(served(edited)).isEqualTo(ODD);
      assertThat(builder.step()).isTrue();
    }
    // then
    assertThat(served(edited)).hasSize(PEOPLE);
    assertThat(inside(edited)).hasSize(PEOPLE);
    assertThat(travellers(entries)).isEmpty();
  }

  @Test
  @DisplayName(
      "a first build that is cancelled leaves a segment nobody is in, which can be saved, edited or deleted")
  void shouldLeaveNobodyInASegmentWhoseFirstBuildIsCancelled() {
    everybody();
    var first = create(PRO);
    var reader = create(new Condition.Not(in(first)));
    for (var i = 0; i < 3; i++) {
      builder.step();
    }
    assertThat(inside(first)).isNotEmpty();
    assertThat(served(first)).as("of a first build").isEqualTo(NOBODY);
    // when
    assertThat(cancel(first)).isInstanceOf(SegmentOutcome.Saved.class);
    // then
    assertThat(segment(first).state()).isEqualTo(Segment.State.CANCELLED);
    assertThat(segment(first).progress()).isNull();
    finish();
    kit.identify(id("late"), "plan", "pro");
    kit.settle();
    assertThat(inside(first)).isEqualTo(NOBODY);
    assertThat(served(first)).isEqualTo(NOBODY);
    assertThat(inside(reader)).hasSize(PEOPLE + 1);
    assertThat(cancel(first)).isInstanceOf(SegmentOutcome.NotBuilding.class);
    // it is built when it is saved again, with the same conditions or others
    edit(first, PRO);
    assertThat(segment(first).state()).isEqualTo(Segment.State.BUILD_QUEUED);
    finish();
    assertThat(served(first)).hasSize(PEOPLE / 2 + 1).contains("p01", "late");
    assertThat(inside(reader)).isEqualTo(EVEN);

    var other = create(PRO);
    cancel(other);
    edit(other, FREE);
    finish();
    assertThat(served(other)).isEqualTo(EVEN);

    var gone = create(PRO);
    builder.step();
    builder.step();
    cancel(gone);
    kit.deleteSegment(gone);
    assertThat(inside(gone)).isEqualTo(NOBODY);
    assertThat(kit.number("SELECT count(*) FROM segment_erasure")).isZero();
  }

  @Test
  void shouldRefuseToCancelWhatIsNotBuilt() {
    everybody();
    var built = create(PRO);
    finish();
    assertThat(cancel(built))
        .isEqualTo(new SegmentOutcome.NotBuilding("no build of this segment is under way"));
    assertThat(cancel(kit.manualSegment())).isInstanceOf(SegmentOutcome.NotBuilding.class);
    assertThat(cancel(999)).isInstanceOf(SegmentOutcome.NoSuchSegment.class);
    edit(built, FREE);
    buildUntil(built, 33);
    assertThat(cancel(built)).isInstanceOf(SegmentOutcome.Saved.class);
    assertThat(cancel(built)).isInstanceOf(SegmentOutcome.NotBuilding.class);
    kit.build();
    assertThat(served(built)).isEqualTo(ODD);
  }

  @Test
  @DisplayName(
      "a build goes on after a crash at any point: nothing is lost, nothing is done by halves")
  void shouldGoOnAfterACrashAnywhere() throws Exception {
    everybody();
    for (var i = 1; i <= 4; i++) {
      kit.event(person(i), "bought");
    }
    kit.settle();
    var edited = create(PRO);
    finish();
    edit(edited, new Condition.Or(List.of(did("bought", 1), is("city", "Graz"))));
    // each step is the work of another process, and each is killed in the middle once
    for (var steps = 0; segment(edited).state() != Segment.State.FINISHED; steps++) {
      builder = newBuilder();
      killInTheMiddle(edited);
      assertThat(served(edited)).isEqualTo(ODD);
      builder = newBuilder();
      assertThat(builder.step()).isTrue();
      assertThat(steps).isLessThan(100);
    }
    var expected = new TreeSet<>(EVEN);
    expected.addAll(Set.of("p01", "p03"));
    assertThat(served(edited)).isEqualTo(expected);
    assertThat(inside(edited)).isEqualTo(expected);
  }

  /** Lets a step wait for a row it is about to write, and ends its session there. */
  private void killInTheMiddle(int segment) throws Exception {
    try (var blocking = kit.database.dedicatedHandle("blocking");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      blocking.begin();
      blocking.execute(
          "INSERT INTO segment_former (segment_id, person_id, version) SELECT ?, person_id, 99 FROM person ON CONFLICT DO NOTHING",
          segment);
      var step = threads.submit(builder::step);
      var waited = new boolean[1];
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> {
            waited[0] =
                kit.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                    > 0;
            return waited[0] || step.isDone();
          });
      if (waited[0]) {
        kit.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        assertThatThrownBy(step::get).isNotNull();
      }
      blocking.rollback();
    }
  }

  @Test
  @DisplayName("workspaces take turns: a small one does not wait for a large one")
  void shouldBuildWorkspacesInTurn() {
    everybody();
    var large = create(PRO);
    var here = kit.workspace();
    kit.inNewWorkspace();
    kit.identify(id("somebody"), "plan", "pro");
    kit.settle();
    var small = create(PRO);
    var steps = 0;
    while (segment(small).state() != Segment.State.FINISHED) {
      builder.step();
      assertThat(++steps).isLessThan(50);
    }
    assertThat(
            kit.database
                .<Segment, RuntimeException>read(
                    handle -> kit.segments.find(handle, here, large).orElseThrow())
                .state())
        .isEqualTo(Segment.State.BUILD);
    finish();
    assertThat(inside(large)).isEqualTo(ODD);
  }

  @Test
  @DisplayName("I7: during a build the conditions are explained that hold for the person")
  void shouldExplainTheConditionsThatHold() {
    everybody();
    var edited = create(PRO);
    finish();
    edit(edited, is("city", "Graz"));
    buildUntil(edited, 33);
    var explainer = new SegmentExplainer(kit.segments, kit.counters, kit.clock);
    for (var each : List.of(1, 29)) {
      var explanation =
          kit.database
              .<Optional<Explanation>, RuntimeException>read(handle ->
                  explainer.explain(handle, kit.workspace(), edited, kit.personId(person(each))))
              .orElseThrow();
      var reached = each == 1;
      assertThat(explanation.waitsForBuild()).isEqualTo(!reached);
      assertThat(explanation.member()).isEqualTo(!reached);
      var part = Objects.requireNonNull(explanation.conditions());
      assertThat(part.holds()).isEqualTo(!reached);
      assertThat(part.condition().toString()).contains(reached ? "Graz" : "pro");
    }
  }

  @Test
  @DisplayName(
      "S-10: conditions that are still served count, so that no cycle arises while they are")
  void shouldRefuseCyclesWithWhatIsStillServed() {
    everybody();
    var one = create(PRO);
    var other = create(in(one));
    finish();
    edit(other, FREE);
    SegmentOutcome cycle =
        kit.database.inTransaction(handle ->
            kit.segments.update(
                handle,
                kit.workspace(),
                one,
                new SegmentDraft("segment", "", List.of(), in(other))));
    assertThat(cycle).isInstanceOf(SegmentOutcome.Invalid.class);
    finish();
    edit(one, in(other));
    finish();
    assertThat(served(one)).isEqualTo(EVEN);
  }
}
