package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.segments.MembershipRepository.Changes;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The counts of segments are those of their members, at every moment and for every writer. */
class SegmentCountsTest {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final MembershipRepository memberships = new MembershipRepository();
  private final SegmentCounts counts = new SegmentCounts(test.database());

  /** In one snapshot: kept count minus counted rows, summed without sign. */
  private long difference() {
    return test.database()
        .snapshot(
            Duration.ofSeconds(30),
            handle -> {
              var difference = 0L;
              for (var segment = 1; segment <= 3; segment++) {
                var counted =
                    handle
                        .createQuery(
                            "SELECT count(*) FROM segment_member WHERE segment_id = :segment")
                        .bind("segment", segment)
                        .mapTo(Long.class)
                        .one();
                difference += Math.abs(SegmentCounts.of(handle, segment) - counted);
              }
              return difference;
            });
  }

  private void change(Random random, long firstPerson) {
    test.database()
        .<Integer, RuntimeException>inTransaction(handle -> {
          var changes = new Changes();
          for (var i = 0; i < 20; i++) {
            var person = firstPerson + random.nextInt(50);
            var segment = 1 + random.nextInt(3);
            if (random.nextInt(3) > 0) {
              changes.enter(person, segment, NOW); // also who is in already
            } else {
              changes.leave(person, segment); // also who is not in
            }
          }
          memberships.write(handle, changes);
          if (random.nextInt(4) == 0) {
            memberships.deletePeople(
                handle, LongStream.range(firstPerson, firstPerson + 10).toArray());
          }
          if (random.nextInt(5) == 0) {
            handle.rollback();
          }
          return 0;
        });
  }

  @Test
  @DisplayName("app-data §4: exact in every snapshot, with three writers and two who fold")
  void shouldCountExactlyWhileMembersChange() throws Exception {
    var stop = new AtomicBoolean();
    var background = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var node = 0; node < 2; node++) {
        background.add(
            threads.submit(() -> {
              while (!stop.get()) {
                counts.fold();
              }
            }));
      }
      var writers = new ArrayList<Future<?>>();
      for (var writer = 0; writer < 3; writer++) {
        var random = new Random(writer);
        var firstPerson = 1_000L * writer;
        writers.add(
            threads.submit(() -> {
              for (var i = 0; i < 100; i++) {
                change(random, firstPerson);
              }
            }));
      }
      for (var looks = 0; looks < 50; looks++) {
        assertThat(difference()).isZero();
      }
      for (var each : writers) {
        each.get();
      }
      stop.set(true);
      for (var each : background) {
        each.get();
      }
    }
    counts.fold();
    assertThat(difference()).isZero();
    long left =
        test.database()
            .read(handle ->
                handle.createQuery("SELECT count(*) FROM segment_delta").mapTo(Long.class).one());
    assertThat(left).isZero();
  }

  @Test
  @DisplayName("a segment that is gone leaves no count behind")
  void shouldForgetWhatIsGone() {
    var clock = InstantSource.fixed(NOW);
    var counters = new CounterRepository(clock);
    var segments = new SegmentRepository(counters, clock);
    var shop = new WorkspaceId(1);
    var draft = new SegmentDraft("by hand", "", List.of(), null);
    var saved =
        (SegmentOutcome.Saved)
            test.database()
                .<SegmentOutcome, RuntimeException>inTransaction(
                    handle -> segments.create(handle, shop, draft));
    var id = saved.segment().id();
    test.database()
        .<Integer, RuntimeException>inTransaction(handle -> {
          var changes = new Changes();
          changes.enter(1, id, NOW);
          memberships.write(handle, changes);
          return 0;
        });
    counts.fold();
    test.database()
        .<SegmentOutcome, RuntimeException>inTransaction(
            handle -> segments.delete(handle, shop, id, (_, _, _) -> List.of()));
    var builder = new SegmentBuilder(test.database(), segments, counters, clock);
    while (builder.step()) {
      // until everything is erased
    }
    assertThat(
            test.database()
                .<Long, RuntimeException>read(handle ->
                    handle
                        .createQuery(
                            "SELECT (SELECT count(*) FROM segment_count) + (SELECT count(*) FROM segment_delta)")
                        .mapTo(Long.class)
                        .one()))
        .isZero();
  }
}
