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
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random calls about a few identifiers, through the real log: whatever happens, it is what {@link
 * PeopleModel} says, and nothing is lost or left over. Each failure names its seed.
 */
final class IdentityPropertyTest {
  private static final int NAMES = 4;
  private static final int CALLS = 150;

  /** Calls that move or remove people among others. */
  private static final Set<String> ALL =
      Set.of(
          "identify",
          "both",
          "event",
          "anonymous",
          "link",
          "merge",
          "alias",
          "delete",
          "suppress",
          "unsuppress");

  /** Calls after which every event still belongs to somebody, or waits. */
  private static final Set<String> LOSING_NOTHING =
      Set.of("identify", "both", "event", "anonymous", "link", "merge", "alias");

  // ── calls ─────────────────────────────────────────────────────────────────────────────────────

  /** Makes calls; every event has a name of its own, so that each can be followed. */
  private record Caller(ProcessingKit kit, Random random, List<String> kinds, String name) {
    Caller(ProcessingKit kit, Random random, Set<String> kinds, String name) {
      this(kit, random, kinds.stream().sorted().toList(), name);
    }

    private String any(String prefix) {
      return prefix + random.nextInt(NAMES);
    }

    private Identifier anybody() {
      return random.nextBoolean()
          ? Identifier.id(any("p"))
          : Identifier.email(any("p") + "@example.test");
    }

    Operation next(int number) {
      var event = name + number;
      return switch (kinds.get(random.nextInt(kinds.size()))) {
        case "identify" -> identify(event, false);
        case "both" -> identify(event, true);
        case "event" -> kit.eventOf(anybody(), event, "{}");
        case "anonymous" -> kit.anonymousOf(any("anon"), event, kit.clock.instant());
        case "link" -> kit.linkingOf(anybody(), any("anon"), event);
        case "merge" -> kit.mergeOf(anybody(), anybody());
        case "alias" ->
            new Operation.Merge(
                kit.workspace(),
                anybody(),
                random.nextBoolean() ? anybody() : Identifier.id(any("anon")),
                true);
        case "delete" -> new Operation.Delete(kit.workspace(), anybody());
        case "suppress" -> kit.suppressOf(anybody());
        default -> kit.unsuppressOf(anybody());
      };
    }

    private Operation identify(String value, boolean both) {
      var attributes = new LinkedHashMap<String, @Nullable Object>();
      attributes.put(any("a"), value);
      if (both) {
        attributes.put("id", any("p"));
        attributes.put("email", any("p") + "@example.test");
      }
      if (random.nextInt(4) == 0) {
        attributes.put("anonymous_id", any("anon"));
      }
      return new Operation.Identify(kit.workspace(), anybody(), attributes, 0, false);
    }
  }

  private static void rules(ProcessingKit kit) {
    kit.segment(new Condition.Attribute(new AttributeTest("a0", Operator.EXISTS, null)));
    kit.segment(
        new Condition.Event(
            EventKind.EVENT, "nothing", Condition.Count.AT_MOST, 0, Duration.ofDays(1), List.of()));
  }

  // ── against the model ─────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("I2, I3: one caller who waits for each call, on two processors of two nodes")
  void shouldDoWhatTheModelSays() {
    var seed = System.nanoTime();
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      rules(kit);
      var model = new PeopleModel();
      var caller = new Caller(kit, new Random(seed), ALL, "e");
      var calls = new ArrayList<Operation>();
      for (var i = 0; i < CALLS; i++) {
        var call = caller.next(i);
        calls.add(call);
        model.apply(call);
        ProcessingKit.accept(i % 2 == 0 ? kit.node(0) : second, call);
        kit.settle();
      }
      assertSame(kit, model, "seed %d, calls %s".formatted(seed, calls));
    }
  }

  @Test
  @DisplayName("I2, I3: batches of any size, some of them with an operation that nobody can read")
  void shouldDoWhatTheModelSaysInBatches() {
    for (var round = 0; round < 4; round++) {
      var seed = System.nanoTime();
      var random = new Random(seed);
      try (var kit = ProcessingKit.start(1)) {
        rules(kit);
        var model = new PeopleModel();
        var caller = new Caller(kit, random, ALL, "e");
        var calls = new ArrayList<Operation>();
        while (calls.size() < CALLS) {
          var batch = new ArrayList<Operation>();
          for (var i = 1 + random.nextInt(60); i > 0; i--) {
            batch.add(caller.next(calls.size() + batch.size()));
          }
          batch.forEach(model::apply);
          calls.addAll(batch);
          together(kit, batch, random.nextBoolean() ? random.nextInt(batch.size()) : -1);
        }
        assertSame(kit, model, "seed %d, calls %s".formatted(seed, calls));
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

  private static void assertSame(ProcessingKit kit, PeopleModel model, String story) {
    finish(kit);
    assertThat(kit.deadLetters()).as(story).isEmpty();
    var people =
        kit.database.read(handle ->
            handle
                .select(
                    "SELECT person_id FROM person WHERE workspace_id = ?", kit.workspace().value())
                .mapTo(Long.class)
                .list());
    assertThat(people)
        .as(story)
        .extracting(person ->
            new TreeMap<>(kit.storedAttributes(person).orElseThrow())
                + " "
                + kit.events(person).stream().sorted().toList())
        .containsExactlyInAnyOrderElementsOf(
            model.people.stream().map(PeopleModel.Somebody::toString).toList());
    var waiting =
        kit.database.read(handle ->
            handle
                .select(
                    "SELECT a.anonymous_id || ' ' || n.name FROM anonymous_event a JOIN event_name n USING (name_id)")
                .mapTo(String.class)
                .list());
    assertThat(waiting)
        .as(story)
        .containsExactlyInAnyOrderElementsOf(
            model.waiting.entrySet().stream()
                .flatMap(each -> each.getValue().stream().map(event -> each.getKey() + " " + event))
                .toList());
    assertThat(kit.number("SELECT count(*) FROM suppression"))
        .as(story)
        .isEqualTo(model.suppressed.size());
  }

  /** Lets everything that is left to the background come to its end. */
  private static void finish(ProcessingKit kit) {
    kit.settle();
    kit.moveMerged();
    kit.advance(Duration.ofMinutes(3));
    kit.moveMerged();
    kit.erase();
    kit.assertConsistent();
    for (var table : List.of("merger", "erasure")) {
      assertThat(kit.number("SELECT count(*) FROM " + table)).as(table).isZero();
    }
    for (var table : List.of("event", "delivery", "outbox", "anonymous_link")) {
      assertThat(
              kit.number(
                  "SELECT count(*) FROM %s t WHERE person_id IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.person_id = t.person_id)"
                      .formatted(table)))
          .as("rows of %s of people who do not exist", table)
          .isZero();
    }
    assertThat(
            kit.number(
                "SELECT count(*) FROM journey j WHERE wake_at IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.person_id = j.person_id)"))
        .as("journeys of people who do not exist")
        .isZero();
  }

  // ── all at once ───────────────────────────────────────────────────────────────────────────────

  private static int storm(ProcessingKit kit, Set<String> kinds, long seed) throws Exception {
    var second = kit.addNode(2);
    kit.shareLanes();
    rules(kit);
    var callers = 6;
    var events = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < callers; caller++) {
        var me = caller;
        threads.submit(() -> {
          var calls = new Caller(kit, new Random(seed + me), kinds, "e" + me + "-");
          for (var i = 0; i < CALLS; i++) {
            var call = calls.next(i);
            if (call instanceof Operation.Event) {
              events.incrementAndGet();
            }
            ProcessingKit.accept(me % 2 == 0 ? kit.node(0) : second, call);
          }
        });
      }
    }
    finish(kit);
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
      storm(kit, ALL, seed);
      // whoever is free again can be named again, and nobody else
      for (var i = 0; i < NAMES; i++) {
        kit.accept(kit.unsuppressOf(Identifier.id("p" + i)));
        kit.accept(kit.unsuppressOf(Identifier.email("p" + i + "@example.test")));
        kit.identify(Identifier.id("p" + i));
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
      var accepted = storm(kit, LOSING_NOTHING, seed);
      assertThat(
              kit.number(
                  "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM anonymous_event)"))
          .as("seed %d", seed)
          .isEqualTo(accepted);
    }
  }
}
