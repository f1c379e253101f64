package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an edge is told about segments before it lets people in by hand (track §5.3). */
final class ManualSegmentsTest {
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final WorkspaceId OTHER = new WorkspaceId(2);

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final SegmentRepository repository =
      new SegmentRepository(new CounterRepository(InstantSource.system()), InstantSource.system());
  private final AtomicLong nanos = new AtomicLong();
  private final ManualSegments segments = new ManualSegments(test.database(), nanos::get);

  private int segment(@Nullable Condition conditions) {
    var draft = new SegmentDraft("segment", "", List.of(), conditions);
    SegmentOutcome made =
        test.database().inTransaction(handle -> repository.create(handle, SHOP, draft));
    return ((SegmentOutcome.Saved) made).segment().id();
  }

  private void delete(int segmentId) {
    test.database()
        .<SegmentOutcome, RuntimeException>inTransaction(
            handle -> repository.delete(handle, SHOP, segmentId, (_, _, _) -> List.of()));
  }

  @Test
  @DisplayName("S-1, S-2, I5: manual segments of the workspace alone")
  void shouldTellManualSegments() {
    var manual = segment(null);
    var dynamic =
        segment(
            new Condition.Attribute(new AttributeTest("plan", AttributeTest.Operator.EQ, "pro")));
    assertThat(segments.isManual(SHOP, manual)).isTrue();
    assertThat(segments.isManual(SHOP, dynamic)).isFalse();
    assertThat(segments.isManual(OTHER, manual)).isFalse();
    assertThat(segments.isManual(SHOP, 0)).isFalse();
  }

  @Test
  @DisplayName("one that was asked for before it was made is known at once")
  void shouldKnowANewSegmentAtOnce() {
    var next = segment(null) + 1;
    assertThat(segments.isManual(SHOP, next)).isFalse();
    assertThat(segment(null)).isEqualTo(next);
    assertThat(segments.isManual(SHOP, next)).isTrue();
  }

  @Test
  @DisplayName("a deleted one counts for a second more")
  void shouldForgetADeletedSegment() {
    var manual = segment(null);
    assertThat(segments.isManual(SHOP, manual)).isTrue();
    delete(manual);
    nanos.addAndGet(Duration.ofMillis(999).toNanos());
    assertThat(segments.isManual(SHOP, manual)).isTrue();
    nanos.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(segments.isManual(SHOP, manual)).isFalse();
  }

  @Test
  @DisplayName("when the database does not answer, what is remembered still holds")
  void shouldSayWhenItCannotTell() {
    var manual = segment(null);
    assertThat(segments.isManual(SHOP, manual)).isTrue();
    test.database().close();
    assertThat(segments.isManual(SHOP, manual)).isTrue();
    assertThatThrownBy(() -> segments.isManual(SHOP, manual + 1))
        .isInstanceOf(SegmentsUnavailable.class);
  }
}
