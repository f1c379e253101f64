package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.log.IdRanges;
import dev.carillon.log.Lanes;
import dev.carillon.log.Log;
import dev.carillon.log.LogUnavailable;
import dev.carillon.log.LogWriter;
import dev.carillon.people.Identifier;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences;
import dev.carillon.workspaces.WorkspaceSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random calls about a few identifiers, through the real log: whatever happens, it is what {@link
 * PeopleModel} says, and nothing is lost or left over. Each failure names its seed.
 */
final class IdentityPropertyTest {
  private static final int NAMES = 4;
  private static final int CALLS = 150;

  private static IdentityCalls caller(
      ProcessingKit kit, Random random, Set<String> kinds, int segment) {
    return new IdentityCalls(kit, random, "one-", NAMES, segment, kinds);
  }

  /** Rules that look at what is called, and a manual segment. */
  private static int rules(ProcessingKit kit) {
    kit.settings(
        settings -> settings); // stored, and with the workspace comes its first object type
    kit.segment(new Condition.Attribute(new AttributeTest("b0", Operator.EXISTS, null)));
    kit.segment(
        new Condition.Event(
            EventKind.EVENT,
            "nothing",
            Occurrences.Count.AT_MOST,
            0,
            Duration.ofDays(1),
            List.of()));
    return kit.manualSegment();
  }

  // ── against the model ─────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("I2, I3: one caller who waits for each call, on two processors of two nodes")
  void shouldDoWhatTheModelSays() {
    var seed = System.nanoTime();
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      var caller = caller(kit, new Random(seed), IdentityCalls.ALL, rules(kit));
      var model = new PeopleModel(WorkspaceSettings.DEFAULT);
      var calls = new ArrayList<Operation>();
      for (var i = 0; i < CALLS; i++) {
        var call = caller.next(i);
        calls.add(call);
        model.apply(call, i);
        kit.clock.advance(Duration.ofMillis(1)); // who is older is told by time, not by numbers
        ProcessingKit.accept(i % 2 == 0 ? kit.node(0) : second, call);
        kit.settle();
      }
      assertSame(kit, caller, model, "seed %d, calls %s".formatted(seed, calls));
    }
  }

  @Test
  @DisplayName("I2, I3: batches of any size, some of them with an operation that nobody can read")
  void shouldDoWhatTheModelSaysInBatches() {
    for (var round = 0; round < 4; round++) {
      var seed = System.nanoTime();
      var random = new Random(seed);
      try (var kit = ProcessingKit.start(1)) {
        var caller = caller(kit, random, IdentityCalls.ALL, rules(kit));
        var model = new PeopleModel(WorkspaceSettings.DEFAULT);
        var calls = new ArrayList<Operation>();
        while (calls.size() < CALLS) {
          var batch = new ArrayList<Operation>();
          for (var i = 1 + random.nextInt(60); i > 0; i--) {
            batch.add(caller.next(calls.size() + batch.size()));
          }
          for (var call : batch) {
            model.apply(call, calls.size());
            calls.add(call);
          }
          together(kit, batch, random.nextBoolean() ? random.nextInt(batch.size()) : -1);
        }
        assertSame(kit, caller, model, "seed %d, calls %s".formatted(seed, calls));
      }
    }
  }

  /**
   * Puts all of them into one batch.
   *
   * @param damaged behind which one something unreadable stands; -1: nowhere
   */
  private static void together(ProcessingKit kit, List<Operation> batch, int damaged) {
    var ids = new IdRanges(() -> kit.number("SELECT nextval('id_range')"));
    try (var log = LogWriter.start(kit.database, kit.clock, ids, "caller", false, _ -> {})) {
      kit.gather(() -> {
        for (var i = 0; i < batch.size(); i++) {
          var operation = batch.get(i);
          var lane = Lanes.of(operation.workspace().value(), operation.laneKey());
          append(log, lane, OperationCodec.encode(operation));
          if (i == damaged) {
            append(log, lane, new byte[] {99, 99});
          }
        }
        kit.node(0).wake();
      });
    }
    var put = damaged < 0 ? 0 : 1;
    assertThat(
            kit.number(
                "WITH gone AS (DELETE FROM dead_letter RETURNING 1) SELECT count(*) FROM gone"))
        .isEqualTo(put);
  }

  private static void append(LogWriter log, int lane, byte[] bytes) {
    try {
      log.append(List.of(new Log.Entry(lane, bytes)));
    } catch (LogUnavailable unavailable) {
      throw new IllegalStateException(unavailable);
    }
  }

  private static void assertSame(
      ProcessingKit kit, IdentityCalls caller, PeopleModel model, String story) {
    IdentityState.finish(kit);
    assertThat(kit.deadLetters()).as(story).isEmpty();
    assertThat(new IdentityState(kit, caller.identifiers()).seen(caller.prefix()))
        .as(story)
        .isEqualTo(model.seen());
  }

  // ── all at once ───────────────────────────────────────────────────────────────────────────────

  private static int storm(ProcessingKit kit, Set<String> kinds, long seed) throws Exception {
    var second = kit.addNode(2);
    kit.shareLanes();
    var segment = rules(kit);
    var callers = 6;
    var events = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < callers; caller++) {
        var me = caller;
        threads.submit(() -> {
          var calls = caller(kit, new Random(seed + me), kinds, segment);
          for (var i = 0; i < CALLS; i++) {
            var call = calls.next(me * CALLS + i);
            if (call instanceof Operation.Event) {
              events.incrementAndGet();
            }
            ProcessingKit.accept(me % 2 == 0 ? kit.node(0) : second, call);
          }
        });
      }
    }
    IdentityState.finish(kit);
    assertThat(kit.deadLetters()).as("seed %d", seed).isEmpty();
    assertThat(
            kit.number(
                """
                SELECT count(*) FROM (SELECT name_id FROM (SELECT name_id FROM event UNION ALL SELECT name_id FROM anonymous_event) e
                                       GROUP BY name_id HAVING count(*) > 1) doubled
                """))
        .as("events stored twice, seed %d", seed)
        .isZero();
    return events.get();
  }

  @Test
  @DisplayName("I3: callers at once on two nodes, who move, remove and block people")
  void shouldKeepWhatMustHoldAtOnce() throws Exception {
    var seed = System.nanoTime();
    try (var kit = ProcessingKit.start(2)) {
      storm(kit, IdentityCalls.ALL, seed);
      // whoever is free again can be named again, and nobody else
      for (var i = 0; i < NAMES; i++) {
        kit.accept(kit.unsuppressOf(Identifier.id("one-p" + i)));
        kit.accept(kit.unsuppressOf(Identifier.email("one-p" + i + "@example.test")));
        kit.identify(Identifier.id("one-p" + i));
      }
      kit.settle();
      kit.assertConsistent();
      assertThat(kit.number("SELECT count(*) FROM suppression")).as("seed %d", seed).isZero();
      assertThat(kit.number("SELECT count(*) FROM person_identifier WHERE kind = 1"))
          .as("seed %d", seed)
          .isEqualTo(NAMES);
    }
  }

  @Test
  @DisplayName("I1, I3: callers at once on two nodes: merges lose no event and double none")
  void shouldLoseNoEventAtOnce() throws Exception {
    var seed = System.nanoTime();
    try (var kit = ProcessingKit.start(2)) {
      var accepted = storm(kit, IdentityCalls.LOSING_NOTHING, seed);
      assertThat(
              kit.number(
                  "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM anonymous_event)"))
          .as("seed %d", seed)
          .isEqualTo(accepted);
    }
  }
}
