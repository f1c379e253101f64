package dev.carillon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The log under concurrency, with several nodes, after deaths, and when it is trimmed (promises I1,
 * I2).
 */
final class LogTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  private final Database database = TEST.database();
  private final IdRanges ids =
      new IdRanges(() ->
          database.read(
              handle -> handle.createQuery("SELECT nextval('id_range')").mapTo(Long.class).one()));

  @BeforeEach
  void emptyLog() {
    database.inTransaction(handle -> {
      handle.execute("TRUNCATE log_block, log_stream");
      return handle.execute("UPDATE lane_group SET owner = NULL, stream_ids = '{}', seqs = '{}'");
    });
  }

  private LogWriter writer() {
    return LogWriter.start(database, CLOCK, ids, "test", true, _ -> {});
  }

  /** Each caller appends its numbers one after the other; the lane is the caller's. */
  private static void append(LogWriter writer, int callers, int each, int from)
      throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < callers; caller++) {
        var lane = caller % Lanes.LANES;
        var id = caller;
        threads.submit(() -> {
          for (var number = 0; number < each; number++) {
            writer.append(
                List.of(
                    new Log.Entry(
                        lane, ByteBuffer.allocate(8).putInt(id).putInt(from + number).array())));
          }
          return null;
        });
      }
    }
  }

  private static void collect(LaneBatch batch, Map<Integer, List<Integer>> into) {
    for (var entry : batch.entries()) {
      var bytes = ByteBuffer.wrap(entry.bytes());
      into.computeIfAbsent(bytes.getInt(), _ -> new ArrayList<>()).add(bytes.getInt());
    }
  }

  private LaneBatch step(LaneReader reader, Map<Integer, List<Integer>> into) {
    return database.read(handle -> {
      reader.adopt(handle);
      var batch = reader.read(handle, 1_000);
      handle.useTransaction(h -> reader.advance(h, batch));
      reader.confirmed(batch);
      collect(batch, into);
      return batch;
    });
  }

  private static List<Integer> numbers(int count) {
    return java.util.stream.IntStream.range(0, count).boxed().toList();
  }

  @Test
  void shouldHandOutEveryAcceptedOperationOnceAndInOrderOfItsCaller() throws Exception {
    // given
    try (var writer = writer()) {
      var ownership = new LaneOwnership(database, writer);
      ownership.tick(java.util.Set.of());
      var readers = List.of(new LaneReader(ownership, 0, 2), new LaneReader(ownership, 1, 2));
      // when
      append(writer, 100, 50, 0);
      var seen = new HashMap<Integer, List<Integer>>();
      for (var reader : readers) {
        while (!step(reader, seen).entries().isEmpty()) {
          assertThat(reader.mask()).isNotZero();
        }
      }
      // then
      assertThat(seen).hasSize(100);
      assertThat(seen.values()).allSatisfy(each -> assertThat(each).isEqualTo(numbers(50)));
    }
  }

  @Test
  void shouldKeepOneCallersOrderAcrossTwoNodes() throws Exception {
    // given two writers, and callers that use them in turn, each call after the answer to the one
    // before
    try (var first = writer();
        var second = writer()) {
      var ownership = new LaneOwnership(database, first);
      ownership.tick(java.util.Set.of());
      new LaneOwnership(database, second).tick(java.util.Set.of());
      ownership.tick(java.util.Set.of());
      var seen = new ConcurrentHashMap<Integer, List<Integer>>();
      var firstReader = new LaneReader(ownership, 0, 1);
      var otherOwnership = new LaneOwnership(database, second);
      otherOwnership.tick(java.util.Set.of());
      var secondReader = new LaneReader(otherOwnership, 0, 1);
      // when
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var caller = 0; caller < 40; caller++) {
          var id = caller;
          threads.submit(() -> {
            for (var number = 0; number < 60; number++) {
              var writer = (id + number) % 2 == 0 ? first : second;
              writer.append(
                  List.of(
                      new Log.Entry(id, ByteBuffer.allocate(8).putInt(id).putInt(number).array())));
            }
            return null;
          });
        }
        for (var round = 0; round < 30; round++) { // reading while it is written
          step(firstReader, seen);
          step(secondReader, seen);
        }
      }
      while (!step(firstReader, seen).entries().isEmpty()
          || !step(secondReader, seen).entries().isEmpty()) {
        assertThat(firstReader.mask() & secondReader.mask()).isZero();
      }
      // then
      assertThat(seen).hasSize(40);
      assertThat(seen.values()).allSatisfy(each -> assertThat(each).isEqualTo(numbers(60)));
    }
  }

  @Test
  void shouldHandLanesOfADeadNodeToALivingOneAndFenceTheDeadOnesBatch() throws Exception {
    // given a node that read a batch and then lost its session
    var dying = writer();
    var ownership = new LaneOwnership(database, dying);
    ownership.tick(java.util.Set.of());
    append(dying, 64, 3, 0);
    var reader = new LaneReader(ownership, 0, 1);
    var handle = database.dedicatedHandle("test");
    reader.adopt(handle);
    var batch = reader.read(handle, 1_000);
    assertThat(batch.entries()).hasSize(192);
    dying.close();
    try (var living = writer()) {
      // when
      var heir = new LaneOwnership(database, living);
      assertThat(heir.tick(java.util.Set.of())).isTrue();
      // then
      assertThat(heir.owned()).hasSize(Lanes.GROUPS);
      assertThatThrownBy(() -> handle.useTransaction(h -> reader.advance(h, batch)))
          .isInstanceOf(LanesLost.class);
      var seen = new HashMap<Integer, List<Integer>>();
      step(new LaneReader(heir, 0, 1), seen);
      assertThat(seen).hasSize(64);
      assertThat(seen.values()).allSatisfy(each -> assertThat(each).isEqualTo(numbers(3)));
    } finally {
      handle.close();
    }
  }

  @Test
  void shouldShareLanesEvenlyWhenANodeJoins() {
    try (var first = writer();
        var second = writer()) {
      // given
      var one = new LaneOwnership(database, first);
      var two = new LaneOwnership(database, second);
      // when
      for (var tick = 0; tick < 3; tick++) {
        one.tick(java.util.Set.of());
        two.tick(java.util.Set.of());
      }
      // then
      assertThat(one.owned()).hasSize(8);
      assertThat(two.owned()).hasSize(8);
      assertThat(one.owned().keySet()).doesNotContainAnyElementsOf(two.owned().keySet());
    }
  }

  @Test
  void shouldTellTheDeadFromTheLivingAlsoWhenTheirConnectionBreaks() {
    try (var living = writer();
        var other = writer()) {
      // given
      var dying = writer();
      var ownership = new LaneOwnership(database, living);
      var suspects = Set.of(other.incarnation(), dying.incarnation());
      ticks(ownership, suspects);
      assertThat(ownership.dead()).isEmpty();
      // when one ends, and the connection of the other breaks and is opened again
      dying.close();
      breakConnections();
      await().atMost(Duration.ofSeconds(10)).until(() -> other.streamId() > dying.incarnation());
      await().atMost(Duration.ofSeconds(10)).until(() -> living.streamId() > dying.incarnation());
      ticks(ownership, suspects);
      // then
      assertThat(ownership.dead()).containsExactly(dying.incarnation());
    }
  }

  private static void ticks(LaneOwnership ownership, Set<Integer> suspects) {
    for (var tick = 0; tick < 5; tick++) {
      ownership.tick(suspects);
    }
  }

  @Test
  void shouldTruncateConsumedSlotsOnlyAndForgetFinishedStreams() throws Exception {
    // given operations of now, half of them consumed
    try (var writer = writer()) {
      var ownership = new LaneOwnership(database, writer);
      ownership.tick(java.util.Set.of());
      append(writer, 64, 2, 0);
      var later = new AtomicReference<>(CLOCK.instant());
      var trimmer = new LogTrimmer(database, later::get);
      later.set(Instant.now().plus(LogWriter.SLOT_LENGTH.multipliedBy(2)));
      var one = new LaneReader(ownership, 0, 2);
      var other = new LaneReader(ownership, 1, 2);
      var seen = new HashMap<Integer, List<Integer>>();
      step(one, seen);
      // when half the lanes have not been read
      flush(one);
      trimmer.trim();
      // then nothing goes
      assertThat(blocks()).isPositive();
      // when all are read
      step(other, seen);
      flush(other);
      trimmer.trim();
      // then everything goes
      assertThat(blocks()).isZero();
      assertThat(seen.values().stream().mapToInt(List::size).sum()).isEqualTo(128);
      assertThat(streams()).isEqualTo(1);
    }
    new LogTrimmer(database, CLOCK).trim();
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> {
          new LogTrimmer(database, CLOCK).trim();
          return streams() == 0;
        });
  }

  @Test
  void shouldRefuseWhenClosedAndNeverLeaveACallerWaiting() {
    // given
    var writer = writer();
    // when
    writer.close();
    // then
    assertThatThrownBy(() -> writer.append(List.of(new Log.Entry(0, new byte[1]))))
        .isInstanceOf(LogUnavailable.class);
  }

  @Test
  void shouldGoOnWithANewStreamAfterItsConnectionBroke() throws Exception {
    // given
    try (var writer = writer()) {
      writer.append(List.of(new Log.Entry(0, new byte[] {1})));
      var before = writer.streamId();
      // when
      breakConnections();
      // then calls fail until the new stream is open, and are stored again after
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> {
            try {
              writer.append(List.of(new Log.Entry(0, new byte[] {2})));
              return true;
            } catch (LogUnavailable notYet) {
              return false;
            }
          });
      assertThat(writer.streamId()).isGreaterThan(before);
      assertThat(writer.incarnation()).isEqualTo(before);
    }
  }

  private void breakConnections() {
    database.read(handle ->
        handle
            .createQuery(
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = 'carillon log' AND datname = current_database()")
            .mapTo(String.class)
            .list());
  }

  private void flush(LaneReader reader) {
    database.read(handle -> {
      reader.flush(handle);
      return null;
    });
  }

  private long blocks() {
    return count("log_block");
  }

  private long streams() {
    return count("log_stream");
  }

  private long count(String table) {
    return database.read(
        handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }
}
