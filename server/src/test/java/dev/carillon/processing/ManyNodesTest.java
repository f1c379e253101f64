package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.SendingState;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.events.EventKind;
import dev.carillon.log.IdRanges;
import dev.carillon.log.Lanes;
import dev.carillon.log.Log;
import dev.carillon.log.LogUnavailable;
import dev.carillon.log.LogWriter;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences.Count;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Damage, contention and death: nothing is lost, nothing is doubled, nothing stands in the way
 * (promises I1–I3, design §3.4).
 */
final class ManyNodesTest {
  private static final int PEOPLE = 4;
  private static final int CALLERS = 24;
  private static final int EACH = 150;

  private static Identifier byId(int person) {
    return id("person-" + person);
  }

  private static Identifier byEmail(int person) {
    return email("person-" + person + "@example.test");
  }

  @Test
  @DisplayName(
      "I3: an operation that cannot be read or applied is put aside with its reason; those around it are applied in order")
  void shouldPutAsidePoison() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      // given: a log of another process, which takes whatever bytes it is given
      var ids = new IdRanges(() -> kit.number("SELECT nextval('id_range')"));
      try (var log = LogWriter.start(kit.database, kit.clock, ids, "damaged", false, _ -> {})) {
        var lane = Lanes.of(kit.workspace().value(), "ada");
        // when
        for (var i = 0; i < 20; i++) {
          append(
              log,
              lane,
              OperationCodec.encode(kit.identifyOf(id("ada"), "step", (long) i, "s" + i, "v")));
          append(
              log, lane, damaged(i, OperationCodec.encode(kit.identifyOf(id("ada"), "step", -1L))));
        }
        var person = kit.eventOf(id("ada"), "bad\u0000name", "{}");
        append(log, lane, OperationCodec.encode(person));
        append(log, lane, OperationCodec.encode(kit.eventOf(id("ada"), "good name", "{}")));
        kit.node(0).wake();
        kit.settle();
      }
      // then
      var attributes = kit.attributesOf(id("ada"));
      assertThat(attributes).containsEntry("step", 19L).hasSize(22);
      assertThat(kit.events(id("ada"))).containsExactly("good name");
      assertThat(kit.deadLetters())
          .hasSize(21)
          .allSatisfy(reason -> assertThat(reason).isNotBlank());
      assertThat(kit.deadLetters()).anyMatch(reason -> reason.contains("0x00"));
      assertThat(kit.number("SELECT count(*) FROM dead_letter WHERE length(payload) > 0"))
          .isPositive();
      kit.assertConsistent();
    }
  }

  private static void append(LogWriter log, int lane, byte[] bytes) throws LogUnavailable {
    log.append(List.of(new Log.Entry(lane, bytes)));
  }

  /** Cut off, of an unknown version, of an unknown kind, or no bytes at all. */
  private static byte[] damaged(int how, byte[] operation) {
    return switch (how % 4) {
      case 0 -> Arrays.copyOf(operation, operation.length / 2);
      case 1 -> {
        var changed = operation.clone();
        changed[0] = 99;
        yield changed;
      }
      case 2 -> {
        var changed = operation.clone();
        changed[1] = 77;
        yield changed;
      }
      default -> new byte[] {};
    };
  }

  private static void rules(ProcessingKit kit) {
    kit.segment(
        new Condition.Event(
            EventKind.EVENT, "did", Count.AT_LEAST, 1, Duration.ofMinutes(1), List.of()));
    var many =
        kit.segment(
            new Condition.Event(EventKind.EVENT, "did", Count.AT_LEAST, 20, null, List.of()));
    kit.segment(new Condition.Not(new Condition.InSegment(many)));
    var content =
        new EmailTemplate("Hello", "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    var mail = new Step.Email(0, "mail", content, SendingState.AUTOMATIC, null);
    kit.campaign(
        new CampaignDefinition(
            "waits",
            "",
            new TriggerRule.EventTrigger(EventKind.EVENT, "did", List.of()),
            null,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(new Step.Delay(0, "", Duration.ofSeconds(5)), mail)));
  }

  /**
   * Callers that name the same few people by id and by e-mail, on all nodes, until each event is
   * accepted.
   *
   * @param withIds whether events carry an id; without one a log that breaks leaves it open whether
   *     the event was taken
   */
  private static void load(ProcessingKit kit, List<Processing> nodes, boolean withIds) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < CALLERS; caller++) {
        var me = caller;
        threads.submit(() -> {
          var random = new Random(me);
          var node = nodes.get(me % nodes.size());
          for (var i = 0; i < EACH; i++) {
            var person = random.nextInt(PEOPLE);
            var name = random.nextBoolean() ? byId(person) : byEmail(person);
            var eventId = withIds ? "event-" + me + "-" + i : null;
            var event =
                new Operation.Event(
                    kit.workspace(),
                    name,
                    null,
                    EventKind.EVENT,
                    "did",
                    eventId,
                    0,
                    "{}".getBytes(StandardCharsets.UTF_8));
            accept(node, event, withIds);
            if (i % 10 == 0) {
              accept(node, kit.identifyOf(name, "a" + me, (long) i), withIds);
            }
            if (i % 50 == 0 && me == 0) {
              kit.clock.advance(Duration.ofSeconds(20));
            }
          }
          return null;
        });
      }
    }
  }

  /** Repeats what was refused, as clients do. */
  private static void accept(Processing node, Operation operation, boolean again)
      throws IntakeUnavailable {
    while (true) {
      try {
        node.intake().accept(List.of(operation));
        return;
      } catch (IntakeUnavailable unavailable) {
        if (!again) {
          throw unavailable;
        }
      }
    }
  }

  private static void assertExactlyOnce(ProcessingKit kit) {
    var events = CALLERS * EACH;
    assertThat(kit.number("SELECT count(*) FROM event")).as("stored events").isEqualTo(events);
    assertThat(kit.number("SELECT count(*) FROM journey"))
        .as("one journey for each event")
        .isEqualTo(events);
    assertThat(kit.number("SELECT count(*) FROM journey WHERE state <> 'finished'"))
        .as("journeys that did not end")
        .isZero();
    assertThat(kit.number("SELECT count(*) FROM delivery"))
        .as("one mail for each journey")
        .isEqualTo(events);
    assertThat(kit.number("SELECT count(DISTINCT journey_id) FROM delivery"))
        .as("journeys that sent")
        .isEqualTo(events);
    assertThat(kit.number("SELECT count(*) FROM segment_timer"))
        .as("timers after everything is over")
        .isZero();
    assertThat(kit.people()).isEqualTo(PEOPLE);
    for (var person = 0; person < PEOPLE; person++) {
      var key = kit.personId(byId(person));
      assertThat(kit.personId(byEmail(person))).isEqualTo(key);
      var stored = kit.number("SELECT count(*) FROM event WHERE person_id = ?", key);
      var counters = kit.countersOf(key);
      var ids =
          kit.database.read(handle ->
              handle.select("SELECT counter_id FROM counter").mapTo(Integer.class).list());
      assertThat(ids).isNotEmpty();
      for (int counter : ids) {
        assertThat(counters.get(counter).total())
            .as("counter %d of person %d", counter, person)
            .isEqualTo(stored);
      }
    }
    assertThat(kit.deadLetters()).isEmpty();
    kit.assertConsistent();
  }

  private static void people(ProcessingKit kit) {
    for (var person = 0; person < PEOPLE; person++) {
      kit.identify(byId(person), "email", "person-" + person + "@example.test");
    }
    kit.settle();
  }

  @Test
  @DisplayName(
      "design §3.4, I3: two nodes, people named by id and by e-mail, timers beside them: counters equal events exactly")
  void shouldHaveOneWriterPerPerson() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      rules(kit);
      people(kit);
      // when
      load(kit, List.of(kit.node(0), second), false);
      kit.advance(Duration.ofMinutes(10));
      // then
      assertExactlyOnce(kit);
      assertThat(kit.node(0).stats().operations()).as("operations of the first node").isPositive();
      assertThat(second.stats().operations()).as("operations of the second node").isPositive();
    }
  }

  @Test
  @DisplayName(
      "design §3.4: the same with large batches: four processors start on one backlog about the same people")
  void shouldHaveOneWriterPerPersonInLargeBatches() {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      rules(kit);
      people(kit);
      // when
      kit.gather(() -> load(kit, List.of(kit.node(0), second), true));
      kit.advance(Duration.ofMinutes(10));
      // then
      assertExactlyOnce(kit);
      assertThat(kit.node(0).stats().batches() + second.stats().batches())
          .as("batches")
          .isLessThan(CALLERS * EACH / 10);
    }
  }

  @Test
  @DisplayName(
      "P-1, P-4: people created, renamed and deleted by two nodes at once, each name in several lanes")
  void shouldSurviveContentionForNames() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      kit.segment(new Condition.Event(EventKind.EVENT, "did", Count.AT_LEAST, 3, null, List.of()));
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var caller = 0; caller < CALLERS; caller++) {
          var me = caller;
          threads.submit(() -> {
            var random = new Random(me);
            var node = me % 2 == 0 ? kit.node(0) : second;
            for (var i = 0; i < 70; i++) {
              var one = random.nextInt(6);
              var other = random.nextInt(6);
              var name = random.nextBoolean() ? byId(one) : byEmail(one);
              ProcessingKit.accept(
                  node,
                  switch (random.nextInt(5)) {
                    case 0 -> new Operation.Delete(kit.workspace(), name);
                    case 1 -> kit.identifyOf(name, "id", "person-" + other);
                    case 2 -> kit.identifyOf(name, "email", "person-" + other + "@example.test");
                    default -> kit.eventOf(name, "did", "{}");
                  });
            }
          });
        }
      }
      kit.settle();
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
      kit.advance(Duration.ofMinutes(5));
      kit.erase();
      assertThat(
              kit.number(
                  "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.person_id = e.person_id)"))
          .as("events of people who do not exist")
          .isZero();
      for (long person :
          kit.database.read(
              handle -> handle.select("SELECT person_id FROM person").mapTo(Long.class).list())) {
        var stored = kit.number("SELECT count(*) FROM event WHERE person_id = ?", person);
        assertThat(kit.countersOf(person).get(1).total())
            .as("counter of person %d", person)
            .isEqualTo(stored);
      }
    }
  }

  @Test
  @DisplayName(
      "I1, I3: connections of processors and timers die again and again under load: everything exactly once")
  void shouldApplyExactlyOnceWhenProcessorsDie() throws Exception {
    exactlyOnce(
        "application_name IN ('carillon processor', 'carillon due work') AND random() < 0.5",
        false);
  }

  @Test
  @DisplayName("I1, I3: those of the logs die too, and clients repeat what was refused")
  void shouldApplyExactlyOnceWhenLogsDie() throws Exception {
    exactlyOnce(
        "application_name = 'carillon processor' AND random() < 0.3 OR application_name = 'carillon log' AND random() < 0.3",
        true);
  }

  private static void exactlyOnce(String victims, boolean withIds) throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      rules(kit);
      people(kit);
      var over = new AtomicBoolean();
      var killed = new AtomicInteger();
      var killer =
          Thread.ofVirtual()
              .start(() -> {
                while (!over.get()) {
                  killed.addAndGet((int) kill(kit, victims));
                  kit.shareLanes();
                  LockSupport.parkNanos(20_000_000);
                }
              });
      // when
      load(kit, List.of(kit.node(0), second), withIds);
      over.set(true);
      killer.join();
      kit.shareLanes();
      kit.advance(Duration.ofMinutes(10));
      // then
      assertThat(killed.get()).as("connections that were ended").isGreaterThan(2);
      assertExactlyOnce(kit);
    }
  }

  private static long kill(ProcessingKit kit, String victims) {
    return kit.number(
        """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND (%s)
        """
            .formatted(victims));
  }

  @Test
  @DisplayName(
      "P-16, P-17, P-28: who was deleted, suppressed or merged through one node is so for the other, whatever it remembers")
  void shouldForgetOnAllNodes() {
    try (var kit = ProcessingKit.start(1)) {
      // given: one node knows them by the address, and the other one alone will remove them
      var second = kit.addNode(1);
      kit.shareLanes();
      var remover = owner(kit, "primary-0");
      var people =
          IntStream.range(0, 400)
              .filter(i ->
                  owner(kit, byId(i).key()) == remover
                      && owner(kit, "primary-" + i) == remover
                      && owner(kit, byEmail(i).key()) != remover)
              .limit(30)
              .toArray();
      for (var i : people) {
        kit.identify(byId(i), "email", "person-" + i + "@example.test");
        kit.identify(id("primary-" + i));
      }
      kit.settle();
      for (var i : people) {
        ProcessingKit.accept(second, kit.eventOf(byEmail(i), "before", "{}"));
      }
      kit.settle();
      var before = Arrays.stream(people).mapToLong(i -> kit.personId(byId(i))).toArray();
      // when
      for (var i : people) {
        kit.accept(
            switch (i % 3) {
              case 0 -> new Operation.Delete(kit.workspace(), byId(i));
              case 1 -> kit.suppressOf(byId(i));
              default -> kit.mergeOf(id("primary-" + i), byId(i));
            });
      }
      kit.settle();
      for (var i : people) {
        ProcessingKit.accept(second, kit.eventOf(byEmail(i), "after", "{}"));
      }
      kit.settle();
      for (var i : people) {
        ProcessingKit.accept(second, kit.identifyOf(byId(i), "plan", "new"));
      }
      kit.settle();
      kit.moveMerged();
      kit.advance(Duration.ofMinutes(3));
      kit.moveMerged();
      kit.erase();
      // then
      for (long person : before) {
        assertThat(kit.storedAttributes(person)).isEmpty();
        assertThat(kit.events(person)).isEmpty();
      }
      for (var i : people) {
        if (i % 3 == 1) {
          assertThat(kit.find(byId(i))).isEmpty();
          assertThat(kit.find(byEmail(i))).isEmpty();
        } else {
          assertThat(kit.attributesOf(byId(i))).containsOnlyKeys("id", "plan");
          assertThat(kit.events(byEmail(i)))
              .isEqualTo(i % 3 == 0 ? List.of("after") : List.of("before", "after"));
        }
        assertThat(kit.find(id("primary-" + i)).equals(kit.find(byEmail(i)))).isEqualTo(i % 3 == 2);
      }
      assertThat(kit.node(0).stats().operations()).isPositive();
      assertThat(second.stats().operations()).isPositive();
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
    }
  }

  /** The node that reads the lane of a name. */
  private static long owner(ProcessingKit kit, String key) {
    var group = Lanes.groupOf(Lanes.of(kit.workspace().value(), key));
    return kit.number("SELECT owner FROM lane_group WHERE lane_group = ?", group);
  }
}
