package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SegmentRepositoryTest {
  @AutoClose private static final TestDatabase TEST = TestDatabase.create();

  private static final WorkspaceId OURS = new WorkspaceId(1);
  private static final WorkspaceId THEIRS = new WorkspaceId(2);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z"));

  private final CounterRepository counters = new CounterRepository(CLOCK);
  private final SegmentRepository segments = new SegmentRepository(counters, CLOCK);

  private static SegmentDraft draft(@Nullable Condition conditions) {
    return new SegmentDraft("some", "", List.of("a"), conditions);
  }

  private static Condition in(Segment segment) {
    return new Condition.And(List.of(new Condition.InSegment(segment.id())));
  }

  private static Condition ordered(int times, @Nullable Duration within) {
    return new Condition.Event(
        EventKind.EVENT, "ordered", Occurrences.Count.AT_LEAST, times, within, List.of());
  }

  private static SegmentOutcome change(HandleCallback<SegmentOutcome, RuntimeException> work) {
    return TEST.database().inTransaction(work);
  }

  private Optional<Segment> find(WorkspaceId workspace, int segmentId) {
    return TEST.database().read(handle -> segments.find(handle, workspace, segmentId));
  }

  private Segment created(Condition conditions) {
    var outcome = change(handle -> segments.create(handle, OURS, draft(conditions)));
    assertThat(outcome).isInstanceOf(SegmentOutcome.Saved.class);
    return ((SegmentOutcome.Saved) outcome).segment();
  }

  @Test
  void shouldStoreManualAndDynamicSegments() {
    var manual = change(handle -> segments.create(handle, OURS, draft(null)));
    var dynamic =
        created(
            new Condition.Attribute(new AttributeTest("plan", AttributeTest.Operator.EQ, "pro")));

    assertThat(((SegmentOutcome.Saved) manual).segment())
        .satisfies(segment -> {
          assertThat(segment.manual()).isTrue();
          assertThat(segment.state()).isEqualTo(Segment.State.FINISHED);
          assertThat(segment.progress()).isNull();
        });
    assertThat(dynamic.state()).isEqualTo(Segment.State.BUILD_QUEUED);
    assertThat(dynamic.progress()).isZero();
    assertThat(find(OURS, dynamic.id())).contains(dynamic);
    List<Segment> all = TEST.database().read(handle -> segments.list(handle, OURS));
    assertThat(all).contains(dynamic);
    List<SegmentRepository.Live> live = TEST.database().read(segments::live);
    assertThat(live)
        .anySatisfy(each -> {
          assertThat(each.segmentId()).isEqualTo(dynamic.id());
          assertThat(each.building()).isTrue();
        });
  }

  @Test
  @DisplayName("I5: a segment of another workspace does not exist")
  void shouldKeepWorkspacesApart() {
    var ours = created(ordered(1, null));

    assertThat(find(THEIRS, ours.id())).isEmpty();
    assertThat(
            change(handle -> segments.update(handle, THEIRS, ours.id(), draft(ordered(2, null)))))
        .isInstanceOf(SegmentOutcome.NoSuchSegment.class);
    assertThat(change(handle -> segments.delete(handle, THEIRS, ours.id(), (_, _, _) -> List.of())))
        .isInstanceOf(SegmentOutcome.NoSuchSegment.class);
    assertThat(change(handle -> segments.create(handle, THEIRS, draft(in(ours)))))
        .isEqualTo(
            new SegmentOutcome.Invalid(
                List.of(
                    new Fault(
                        "conditions.and[0].segment.id",
                        "must be the number of a segment; there is no segment " + ours.id()))));
  }

  @Test
  @DisplayName("S-10: references may not lead back")
  void shouldRefuseCycles() {
    var first = created(ordered(1, null));
    var second = created(in(first));
    var third = created(in(second));

    var cycle = change(handle -> segments.update(handle, OURS, first.id(), draft(in(third))));
    var self = change(handle -> segments.update(handle, OURS, first.id(), draft(in(first))));

    assertThat(cycle)
        .isEqualTo(
            new SegmentOutcome.Invalid(
                List.of(
                    new Fault(
                        "conditions.and[0].segment.id",
                        "must not lead back; segment %d reads this segment"
                            .formatted(third.id())))));
    assertThat(self)
        .isEqualTo(
            new SegmentOutcome.Invalid(
                List.of(
                    new Fault("conditions.and[0].segment.id", "must not be the segment itself"))));
  }

  @Test
  @DisplayName("S-9: a segment in use is not deleted")
  void shouldNotDeleteWhatIsUsed() {
    var used = created(ordered(1, null));
    var user = created(in(used));
    var campaign = new SegmentUse("campaign", 7, "welcome");

    assertThat(
            change(
                handle -> segments.delete(handle, OURS, used.id(), (_, _, _) -> List.of(campaign))))
        .isEqualTo(
            new SegmentOutcome.InUse(
                List.of(new SegmentUse("segment", user.id(), "some"), campaign)));
    assertThat(change(handle -> segments.delete(handle, OURS, user.id(), (_, _, _) -> List.of())))
        .isInstanceOf(SegmentOutcome.Deleted.class);
    assertThat(find(OURS, user.id())).isEmpty();
  }

  @Test
  void shouldBuildAnewOnlyWhenConditionsChange() {
    var segment = created(ordered(1, null));

    var renamed =
        change(handle ->
            segments.update(
                handle,
                OURS,
                segment.id(),
                new SegmentDraft("other", "", List.of(), ordered(1, null))));
    var changed =
        change(handle -> segments.update(handle, OURS, segment.id(), draft(ordered(2, null))));

    assertThat(((SegmentOutcome.Saved) renamed).segment().version()).isEqualTo(1);
    assertThat(((SegmentOutcome.Saved) changed).segment().version()).isEqualTo(2);
  }

  @Test
  void shouldUseACounterAgainThatKeepsEnough() {
    var workspace = new WorkspaceId(3);
    var month = TestTerms.counter(EventKind.EVENT, "opened", List.of(), 12);
    var ever = TestTerms.counter(EventKind.EVENT, "opened", List.of(), 0);
    var filtered =
        TestTerms.counter(
            EventKind.EVENT,
            "opened",
            List.of(new AttributeTest("total", AttributeTest.Operator.GT, 50L)),
            0);

    var first =
        TEST.database()
            .inTransaction(handle ->
                counters.ensure(
                    handle, workspace, CounterReader.campaign(1), List.of(ever, month)));
    var again =
        TEST.database()
            .inTransaction(handle ->
                counters.ensure(
                    handle, workspace, CounterReader.campaign(2), List.of(ever, filtered)));

    assertThat(first.counterOf(ever)).isEqualTo(first.counterOf(month));
    assertThat(again.counterOf(ever)).isEqualTo(first.counterOf(month));
    assertThat(again.counterOf(filtered)).isNotEqualTo(first.counterOf(month));
  }
}
