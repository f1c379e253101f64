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
import org.junit.jupiter.api.DisplayName;
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
    return step(reader, into, 1_000);
  }

  private LaneBatch step(LaneReader reader, Map<Integer, List<Integer>> into, int mostBlocks) {
    return database.read(handle -> {
      reader.adopt(handle);
      var batch = reader.read(handle, mostBlocks);
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
          step(firstReader, seen, 1 + round % 8);
          step(secondReader, seen, 8);
        }
      }
      while (step(firstReader, seen, 3).more()
          || step(secondReader, seen, 1).more()
          || !step(firstReader, seen).entries().isEmpty()
          || !step(secondReader, seen).entries().isEmpty()) {
        assertThat(firstReader.mask() & secondReader.mask()).isZero();
      }
      // then
      assertThat(seen).hasSize(40);
      assertThat(seen.values()).allSatisfy(each -> assertThat(each).isEqualTo(numbers(60)));
    }
  }

  @Test
  @DisplayName("I1: a database whose clock is set back loses nothing and keeps each stream's order")
  void shouldKeepTheOrderOfStreamsWhenTheClockIsSetBack() {
    try (var writer = writer()) {
      // given two streams; in the second the clock is set back after its first block
      var ownership = new LaneOwnership(database, writer);
      ownership.tick(java.util.Set.of());
      var first = writer.streamId() + 1000;
      var second = first + 1;
      block(first, 1, 0);
      block(first, 2, 10);
      block(first, 3, 20);
      block(second, 1, 11);
      block(second, 2, 5);
      block(second, 3, 25);
      // when it is read in every size of steps
      for (var blocks : List.of(1, 2, 3, 64)) {
        var seen = new HashMap<Integer, List<Integer>>();
        var reader = new LaneReader(ownership, 0, 1);
        for (var step = 0; step < 10; step++) {
          database.read(handle -> {
            reader.adopt(handle);
            var batch = reader.read(handle, blocks);
            reader.confirmed(batch);
            collect(batch, seen);
            return batch;
          });
        }
        // then
        assertThat(seen).as("%d blocks at once", blocks).containsOnlyKeys(first, second);
        assertThat(seen.values()).allSatisfy(each -> assertThat(each).containsExactly(1, 2, 3));
      }
    }
  }

  private void block(int stream, int seq, int second) {
    var operation = ByteBuffer.allocate(8).putInt(stream).putInt(seq).array();
    var entry = new Log.Entry(0, operation);
    var payload = ByteBuffer.allocate(Block.sizeOf(entry));
    Block.put(payload, entry);
    database.inTransaction(handle -> {
      handle.execute(
          "INSERT INTO log_stream (stream_id, node) OVERRIDING SYSTEM VALUE VALUES (?, 'test') ON CONFLICT DO NOTHING",
          stream);
      return handle.execute(
          """
          INSERT INTO log_block (slot, stream_id, seq, lanes, operations, first_op, received_at, written_at, payload)
          VALUES (0, ?, ?, 1, 1, ?, now(), timestamptz '2026-01-01 12:00Z' + ? * interval '1 second', ?)
          """,
          stream,
          seq,
          (long) stream * 10 + seq,
          second,
          payload.array());
    });
  }

  @Test
  @DisplayName("a read is bounded in bytes: what does not fit comes with the next one")
  void shouldReadLargeOperationsInSeveralSteps() throws Exception {
    try (var writer = writer()) {
      var ownership = new LaneOwnership(database, writer);
      ownership.tick(java.util.Set.of());
      for (var number = 0; number < 30; number++) {
        writer.append(
            List.of(
                new Log.Entry(5, ByteBuffer.allocate(400_000).putInt(7).putInt(number).array())));
      }
      var reader = new LaneReader(ownership, 0, 1);
      var seen = new HashMap<Integer, List<Integer>>();
      var steps = 0;
      for (var batch = step(reader, seen); !batch.entries().isEmpty(); batch = step(reader, seen)) {
        assertThat(batch.entries().stream().mapToInt(entry -> entry.bytes().length).sum())
            .isLessThanOrEqualTo(3 * 1024 * 1024);
        steps++;
      }
      assertThat(steps).isGreaterThan(3);
      assertThat(seen.get(7)).isEqualTo(numbers(30));
    }
  }

  @Test
  @DisplayName("track §7: 503 well within a client's ten seconds when the database freezes")
  void shouldRefuseInTimeWhenTheDatabaseSaysNothing() throws Exception {
    try (var writer = writer()) {
      writer.append(List.of(new Log.Entry(0, new byte[] {1})));
      var before = writer.streamId();
      var pid =
          database.read(handle ->
              handle
                  .createQuery(
                      "SELECT pid FROM pg_stat_activity WHERE application_name = 'carillon log' AND datname = current_database()")
                  .mapTo(Long.class)
                  .one());
      signal("-STOP", pid);
      try {
        var start = System.nanoTime();
        assertThatThrownBy(() -> writer.append(List.of(new Log.Entry(0, new byte[] {2}))))
            .isInstanceOf(LogUnavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        await().atMost(Duration.ofSeconds(60)).until(() -> writer.streamId() > before);
        writer.append(List.of(new Log.Entry(0, new byte[] {3})));
      } finally {
        signal("-CONT", pid);
      }
    }
  }

  private static void signal(String signal, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor()).isZero();
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
      await().atMost(Duration.ofSeconds(60)).until(() -> other.streamId() > dying.incarnation());
      await().atMost(Duration.ofSeconds(60)).until(() -> living.streamId() > dying.incarnation());
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
        .atMost(Duration.ofSeconds(60))
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
          .atMost(Duration.ofSeconds(60))
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
