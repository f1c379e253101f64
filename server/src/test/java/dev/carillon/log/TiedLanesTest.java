package dev.carillon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Operations that keep their place in two lanes, which two readers read (promise I2). Of these, the
 * first reader reads lane 0, the second one lanes 4, 12 and 20.
 */
final class TiedLanesTest {
  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Database database = TEST.database();
  private final IdRanges ids =
      new IdRanges(() ->
          database.read(
              handle -> handle.createQuery("SELECT nextval('id_range')").mapTo(Long.class).one()));

  /** Stands still between turns, so that only tests say how long somebody waits. */
  private final AtomicLong time = new AtomicLong();

  private LogWriter writer;
  private LaneOwnership ownership;
  private LaneReader first;
  private LaneReader second;

  @BeforeEach
  void startWithAnEmptyLog() {
    database.inTransaction(handle -> {
      handle.execute("TRUNCATE log_block, log_stream");
      return handle.execute("UPDATE lane_group SET owner = NULL, stream_ids = '{}', seqs = '{}'");
    });
    writer = LogWriter.start(database, InstantSource.system(), ids, "test", true, _ -> {});
    ownership = new LaneOwnership(database, writer);
    ownership.tick(Set.of());
    first = reader(0, 2);
    second = reader(1, 2);
  }

  @AfterEach
  void stop() {
    writer.close();
  }

  private static Log.Entry entry(int lane, int number) {
    return entry(lane, lane, number);
  }

  private static Log.Entry entry(int lane, int tied, int number) {
    return new Log.Entry(lane, tied, ByteBuffer.allocate(4).putInt(number).array());
  }

  private static int numberOf(LogEntry entry) {
    return ByteBuffer.wrap(entry.bytes()).getInt();
  }

  private LaneReader reader(int index, int processors) {
    return new LaneReader(ownership, index, processors, time::get);
  }

  /** What the reader is given next, applied. */
  private List<Integer> step(LaneReader reader) {
    return database.read(handle -> {
      reader.adopt(handle);
      var batch = reader.read(handle, 64);
      handle.useTransaction(h -> reader.advance(h, batch));
      reader.confirmed(batch);
      return batch.entries().stream().map(TiedLanesTest::numberOf).toList();
    });
  }

  private boolean waits(LaneReader reader) {
    return database.read(reader::waits);
  }

  private long unread() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM log_block b JOIN lane_group g ON b.lanes & (15::bigint << (4 * g.lane_group)) <> 0
                 WHERE b.seq > coalesce(g.seqs[array_position(g.stream_ids, b.stream_id)], 0)
                """)
            .mapTo(Long.class)
            .one());
  }

  @Test
  void shouldApplyATiedOperationAfterWhatPrecedesItInBothLanesAndBeforeWhatFollows()
      throws Exception {
    // given one block
    writer.append(List.of(entry(4, 1), entry(0, 2), entry(0, 4, 3), entry(4, 4), entry(0, 5)));
    // when the reader that applies it is early
    assertThat(step(first)).containsExactly(2);
    // then it waits for the other one
    assertThat(waits(first)).isTrue();
    assertThat(step(first)).isEmpty();
    // when that comes there
    assertThat(step(second)).containsExactly(1);
    // then it is its turn to wait
    assertThat(waits(second)).isTrue();
    assertThat(step(second)).isEmpty();
    assertThat(waits(first)).isFalse();
    assertThat(step(first)).containsExactly(3, 5);
    assertThat(waits(second)).isFalse();
    assertThat(step(second)).containsExactly(4);
    assertThat(step(first)).isEmpty();
    assertThat(step(second)).isEmpty();
    assertThat(unread()).isZero();
  }

  @Test
  void shouldNotWaitForWhoHasComeThereBefore() throws Exception {
    writer.append(List.of(entry(4, 1), entry(0, 4, 2), entry(4, 3)));
    assertThat(step(second)).containsExactly(1);
    assertThat(step(first)).containsExactly(2);
    assertThat(step(second)).containsExactly(3);
    assertThat(unread()).isZero();
  }

  @Test
  void shouldNotWaitInsideOneReader() throws Exception {
    writer.append(List.of(entry(4, 1), entry(4, 12, 2), entry(12, 3), entry(12, 4, 4)));
    assertThat(step(second)).containsExactly(1, 2, 3, 4);
    assertThat(unread()).isZero();
  }

  @Test
  @DisplayName("who is to wait at several operations of different lanes waits for all of them once")
  void shouldStandAtSeveralAtOnce() throws Exception {
    // given the last one is in a lane that has been there already
    writer.append(
        List.of(entry(0, 4, 1), entry(0, 12, 2), entry(0, 20, 3), entry(0, 4, 4), entry(20, 5)));
    // when, then
    assertThat(step(second)).isEmpty();
    assertThat(step(first)).containsExactly(1, 2, 3);
    assertThat(step(second)).isEmpty();
    assertThat(step(first)).containsExactly(4);
    assertThat(step(second)).containsExactly(5);
    assertThat(unread()).isZero();
  }

  @Test
  @DisplayName("I3: a take-over inside a block repeats nothing and leaves nothing out")
  void shouldGoOnInsideABlockAfterATakeOver() throws Exception {
    // given two readers that stand in a block, each having applied something of it
    writer.append(
        List.of(
            entry(4, 1), entry(0, 2), entry(0, 4, 3), entry(4, 4), entry(0, 5), entry(4, 0, 6)));
    writer.append(List.of(entry(4, 7), entry(0, 8)));
    assertThat(step(first)).containsExactly(2);
    assertThat(step(second)).containsExactly(1);
    // when each goes on under its next owner, then
    first = reader(0, 2);
    assertThat(step(first)).containsExactly(3, 5);
    second = reader(1, 2);
    assertThat(step(second)).containsExactly(4, 6, 7);
    // when one owner takes both, then
    assertThat(step(reader(0, 1))).containsExactly(8);
    assertThat(unread()).isZero();
  }

  @Test
  @DisplayName(
      "I3: what stood still at several operations waits for each of them after a take-over")
  void shouldWaitForAllAfterATakeOver() throws Exception {
    // given three readers: 0 reads lanes 0 and 12, 1 reads lane 4, 2 reads lanes 8 and 20
    writer.append(List.of(entry(0, 8, 1), entry(4, 20, 2), entry(8, 3), entry(20, 4)));
    var zero = reader(0, 3);
    var one = reader(1, 3);
    assertThat(step(reader(2, 3))).isEmpty();
    // when the second of both is applied first
    assertThat(step(one)).containsExactly(2);
    var heir = reader(2, 3);
    // then
    assertThat(step(heir)).isEmpty();
    assertThat(waits(heir)).isTrue();
    assertThat(step(zero)).containsExactly(1);
    assertThat(step(heir)).containsExactly(3, 4);
    assertThat(unread()).isZero();
  }

  @Test
  @DisplayName("two streams whose blocks turn up in another order than they are sorted in")
  void shouldNotWaitInACircle() {
    // given a reader that waits at a block when an earlier one becomes visible
    block(1001, 10, entry(0, 4, 1));
    assertThat(step(first)).isEmpty();
    block(1002, 5, entry(4, 0, 2));
    // when the other one waits at that
    assertThat(step(second)).isEmpty();
    assertThat(waits(first)).isTrue();
    assertThat(waits(second)).isTrue();
    // then reading again is enough
    assertThat(step(first)).isEmpty();
    assertThat(step(second)).containsExactly(2);
    assertThat(step(first)).containsExactly(1);
    assertThat(step(second)).isEmpty();
    assertThat(unread()).isZero();
  }

  private void block(int stream, int second, Log.Entry entry) {
    var payload = ByteBuffer.allocate(Block.sizeOf(entry));
    Block.put(payload, entry);
    database.inTransaction(handle -> {
      handle.execute(
          "INSERT INTO log_stream (stream_id, node) OVERRIDING SYSTEM VALUE VALUES (?, 'test')",
          stream);
      return handle.execute(
          """
          INSERT INTO log_block (slot, stream_id, seq, lanes, operations, first_op, received_at, written_at, payload)
          VALUES (0, ?, 1, ?, 1, ?, now(), timestamptz '2026-01-01 12:00Z' + ? * interval '1 second', ?)
          """,
          stream,
          entry.lanes(),
          ids.next(),
          second,
          payload.array());
    });
  }

  @Test
  @DisplayName("a lane that nobody reads stops those it is tied to for five minutes, not for ever")
  void shouldNotWaitForWhoStandsStill() throws Exception {
    // given
    writer.append(List.of(entry(0, 4, 1), entry(0, 4, 2)));
    var waiting = reader(0, 2);
    assertThat(step(waiting)).isEmpty();
    // when it looks every second, after a pause that says nothing, for five minutes
    assertThat(waits(waiting)).isTrue();
    time.addAndGet(Duration.ofHours(1).toNanos());
    var seconds = 0;
    var given = step(waiting);
    while (given.isEmpty()) {
      assertThat(waits(waiting)).isTrue();
      time.addAndGet(Duration.ofSeconds(1).toNanos());
      given = step(waiting);
      seconds++;
    }
    // then
    assertThat(seconds).isBetween(300, 303);
    assertThat(given).containsExactly(1, 2);
    // when it is read again, then it finds that it has been applied
    assertThat(step(second)).isEmpty();
    assertThat(unread()).isZero();
  }

  @Test
  @DisplayName("a batch that ends at a tie fails when another node has taken any lane it needed")
  void shouldFenceBothLanesOfWhatIsTied() throws Exception {
    // given
    writer.append(List.of(entry(0, 8, 1), entry(0, 4, 2)));
    var batch =
        database.read(handle -> {
          first.adopt(handle);
          return first.read(handle, 64);
        });
    assertThat(batch.entries()).hasSize(1);
    // when
    database.inTransaction(
        handle -> handle.execute("UPDATE lane_group SET epoch = epoch + 1 WHERE lane_group = 2"));
    // then
    assertThatThrownBy(() ->
            database.inTransaction(handle -> {
              first.advance(handle, batch);
              return true;
            }))
        .isInstanceOf(LanesLost.class);
  }

  @Test
  void shouldReadNothingFromTheBeginningWhenItsLanesAreGone() throws Exception {
    // given what was read, and a node that does not know yet that it has lost a group
    writer.append(List.of(entry(0, 1), entry(8, 2)));
    assertThat(step(first)).containsExactly(1, 2);
    database.inTransaction(
        handle -> handle.execute("UPDATE lane_group SET owner = NULL WHERE lane_group = 0"));
    // when
    var reader = reader(0, 2);
    database.read(handle -> {
      reader.adopt(handle);
      return true;
    });
    // then
    assertThat(reader.mask()).isZero();
    // when the node has looked
    ownership.tick(Set.of());
    // then
    assertThat(step(reader)).isEmpty();
    assertThat(reader.mask()).isNotZero();
  }

  @Test
  @DisplayName("two lanes that hold operations tied to each other, in every order of turns")
  void shouldApplyCrosswiseTies() throws Exception {
    for (var turns : List.of("121212", "212121", "112122", "221211")) {
      // given
      writer.append(List.of(entry(0, 4, 1), entry(4, 0, 2)));
      writer.append(List.of(entry(4, 0, 3), entry(0, 4, 4)));
      // when
      var applied = new ArrayList<Integer>();
      for (var turn : turns.repeat(2).chars().toArray()) {
        applied.addAll(step(turn == '1' ? first : second));
      }
      // then
      assertThat(applied).as("turns %s", turns).containsExactly(1, 2, 3, 4);
      assertThat(unread()).isZero();
    }
  }

  @Test
  @DisplayName(
      "I2, I3: a node that dies on its way to a tie, or at it: who takes its lanes goes on")
  void shouldGoOnWithTheLanesOfADeadNode() throws Exception {
    for (var applies : List.of(true, false)) {
      // given two nodes, and an operation tied to a lane of each
      var dying = LogWriter.start(database, InstantSource.system(), ids, "test", true, _ -> {});
      var other = new LaneOwnership(database, dying);
      for (var round = 0; round < 3; round++) {
        ownership.tick(Set.of());
        other.tick(Set.of());
      }
      var mine = 4 * ownership.owned().keySet().iterator().next();
      var its = 4 * other.owned().keySet().iterator().next();
      var lane = applies ? mine : its;
      var tied = applies ? its : mine;
      var here = reader(0, 1);
      var there = new LaneReader(other, 0, 1, time::get);
      writer.append(List.of(entry(its, 1), entry(mine, 2), entry(lane, tied, 3)));
      writer.append(List.of(entry(its, 4), entry(mine, 5)));
      assertThat(step(here)).containsExactly(2);
      // when it dies with a batch that is not committed
      var unfinished =
          database.read(handle -> {
            there.adopt(handle);
            return there.read(handle, 64);
          });
      assertThat(unfinished.entries()).isNotEmpty();
      dying.close();
      // then nothing is given up
      assertThat(waits(here)).isTrue();
      assertThat(step(here)).isEmpty();
      // when its lanes are taken over
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> {
            ownership.tick(Set.of());
            return ownership.owned().size() == Lanes.GROUPS;
          });
      // then
      assertThatThrownBy(() ->
              database.inTransaction(handle -> {
                there.advance(handle, unfinished);
                return true;
              }))
          .isInstanceOf(LanesLost.class);
      assertThat(step(here)).containsExactly(1, 3, 4, 5);
      assertThat(unread()).isZero();
    }
  }

  private record Applied(int number, int lane, int tied, long when) {}

  @Test
  @DisplayName("I2, I3: three readers that die again and again: each once, each lane in order")
  void shouldKeepTheOrderOfAllLanesUnderLoad() throws Exception {
    // given 3,000 operations, every fourth of them in two lanes
    var random = new Random(7);
    var lanes = new ArrayList<Log.Entry>();
    for (var number = 0; number < 3_000; number++) {
      var lane = random.nextInt(Lanes.LANES);
      lanes.add(entry(lane, number % 4 == 0 ? random.nextInt(Lanes.LANES) : lane, number));
    }
    var applied = new ConcurrentHashMap<Integer, Applied>();
    var turns = new AtomicLong();
    // when they are read while they are written
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var work = new ArrayList<Future<?>>();
      work.add(
          threads.submit(() -> {
            for (var at = 0; at < lanes.size(); ) {
              var end = Math.min(lanes.size(), at + 1 + random.nextInt(40));
              writer.append(lanes.subList(at, end));
              at = end;
            }
            return null;
          }));
      for (var reader = 0; reader < 3; reader++) {
        var index = reader;
        work.add(threads.submit(() -> readAll(index, lanes.size(), applied, turns)));
      }
      for (var each : work) {
        each.get();
      }
    }
    // then
    assertThat(applied).hasSize(lanes.size());
    for (var lane = 0; lane < Lanes.LANES; lane++) {
      var mine = lane;
      assertThat(
              applied.values().stream()
                  .filter(each -> each.lane == mine || each.tied == mine)
                  .sorted(Comparator.comparingLong(Applied::when))
                  .map(Applied::number)
                  .toList())
          .as("operations of lane %d in the order they were applied", lane)
          .isSorted();
    }
    assertThat(unread()).isZero();
  }

  private int readAll(
      int index, int count, ConcurrentHashMap<Integer, Applied> applied, AtomicLong turns) {
    var random = new Random(index);
    var end = System.nanoTime() + PATIENCE.toNanos();
    return database.read(handle -> {
      var reader = reader(index, 3);
      while (applied.size() < count || unread() > 0) {
        assertThat(System.nanoTime()).as("time; %d applied", applied.size()).isLessThan(end);
        reader.adopt(handle);
        var batch = reader.read(handle, 1 + random.nextInt(4));
        if (random.nextInt(5) == 0) { // it dies before the commit, and another one goes on
          reader = reader(index, 3);
          continue;
        }
        var when = turns.addAndGet(1_000_000);
        var alive = reader;
        handle.useTransaction(h -> alive.advance(h, batch));
        reader.confirmed(batch);
        for (var entry : batch.entries()) {
          var now = new Applied(numberOf(entry), entry.lane(), entry.tied(), when++);
          assertThat(applied.put(now.number, now)).as("applied before").isNull();
        }
      }
      return count;
    });
  }
}
