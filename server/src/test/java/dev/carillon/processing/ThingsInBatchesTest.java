package dev.carillon.processing;

import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.log.IdRanges;
import dev.carillon.objects.ObjectRemains;
import dev.carillon.people.Identifier;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Devices, objects and relationships do not depend on how operations fell into batches, several
 * processors that work on the same ones neither lose anything nor stand in each other's way, and
 * they cost a constant number of statements: none where there are none.
 */
final class ThingsInBatchesTest {
  private static final int ROUNDS = 3;
  private static final int OPERATIONS = 150;
  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  // ── batches ───────────────────────────────────────────────────────────────────────────────────

  /** An operation that is the same in both databases. */
  private record Planned(String what, Identifier person, String other, long value) {
    Operation in(Things things) {
      var kit = things.kit();
      var usedAt = ProcessingKit.START.plus(Duration.ofMinutes(value));
      return switch (what) {
        case "email" -> kit.identifyOf(person, "email", other + "@example.test");
        case "claim" -> kit.identifyOf(person, "anonymous_id", other);
        case "delete" -> new Operation.Delete(kit.workspace(), person);
        case "device" -> things.device(person, "t" + other, usedAt, "v", value);
        case "no device" -> things.noDevice(person, "t" + other);
        case "object" -> things.identify(object(other), "v" + value % 3, value);
        case "no object" -> things.delete(object(other));
        case "relate" -> things.relate(person, object(other), "v" + value % 3, value);
        case "unrelate" -> things.unrelate(person, object(other));
        case "anonymous" -> things.relateAnonymous("a" + value % 2, object(other), "n", value);
        case "not anonymous" -> things.unrelateAnonymous("a" + value % 2, object(other));
        default -> throw new IllegalArgumentException(what);
      };
    }
  }

  private static final List<String> KINDS =
      List.of(
          "email",
          "claim",
          "delete",
          "device",
          "device",
          "no device",
          "object",
          "object",
          "no object",
          "relate",
          "relate",
          "relate",
          "unrelate",
          "anonymous",
          "not anonymous");

  private static List<Planned> planned(Random random) {
    var operations = new ArrayList<Planned>();
    for (var i = 0; i < OPERATIONS; i++) {
      var name = NAMES.get(random.nextInt(NAMES.size()));
      var person =
          random.nextBoolean() ? Identifier.id(name) : Identifier.email(name + "@example.test");
      var what = KINDS.get(random.nextInt(KINDS.size()));
      var other =
          what.equals("claim") ? "a" + random.nextInt(2) : NAMES.get(random.nextInt(NAMES.size()));
      operations.add(new Planned(what, person, other, random.nextInt(100)));
    }
    return operations;
  }

  @Test
  @DisplayName("I2, I3: batches of one and one batch of all leave the same behind")
  void shouldNotDependOnBatches() {
    for (var round = 0; round < ROUNDS; round++) {
      var seed = System.nanoTime();
      var operations = planned(new Random(seed));
      String alone;
      String together;
      try (var kit = ProcessingKit.start(1)) {
        var things = new Things(kit);
        kit.objectType(1);
        for (var operation : operations) {
          things.apply(operation.in(things));
        }
        alone = outcome(things);
      }
      try (var kit = ProcessingKit.start(1)) {
        var things = new Things(kit);
        kit.objectType(1);
        kit.acceptTogether(operations.stream().map(operation -> operation.in(things)).toList());
        together = outcome(things);
      }
      assertThat(together).as("seed %d, operations %s", seed, operations).isEqualTo(alone);
    }
  }

  /** Everything that is left, without the numbers that differ between databases. */
  private static String outcome(Things things) {
    things.kit().assertConsistent();
    assertThat(things.kit().deadLetters()).isEmpty();
    var name = "json_build_array(p.attributes::json -> 'id', p.attributes::json -> 'email')";
    return String.join(
        "\n",
        List.of(
            "devices "
                + things.rows(
                    "SELECT %s || token || platform || extract(epoch FROM last_used) || d.attributes FROM device d JOIN person p USING (person_id) ORDER BY 1"
                        .formatted(name)),
            "objects " + things.objects(),
            "relationships "
                + things.rows(
                    "SELECT %s || object_id || r.attributes FROM relationship r JOIN person p USING (person_id) JOIN object o USING (object_key) ORDER BY 1"
                        .formatted(name)),
            "waiting " + things.waiting("a0") + things.waiting("a1"),
            "of people "
                + things.rows(
                    "SELECT %s || type || ' ' || count(*) FROM activity a JOIN person p USING (person_id) WHERE type <> 'anon_merge' GROUP BY p.person_id, p.attributes, type ORDER BY 1"
                        .formatted(name)),
            "of objects "
                + things.rows(
                    "SELECT object_id || type || ' ' || count(*) FROM activity JOIN object USING (object_key) GROUP BY object_key, object_id, type ORDER BY 1")));
  }

  // ── several at once ───────────────────────────────────────────────────────────────────────────

  private static final int CALLERS = 8;
  private static final int EACH = 120;

  /** Every caller accepts what it makes, on all nodes in turn. */
  private static void call(
      ProcessingKit kit, List<Processing> nodes, IntFunction<IntFunction<Operation>> callers)
      throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ArrayList<Future<?>>();
      for (var caller = 0; caller < CALLERS; caller++) {
        var node = nodes.get(caller % nodes.size());
        var operations = callers.apply(caller);
        done.add(
            threads.submit(() -> {
              for (var i = 0; i < EACH; i++) {
                ProcessingKit.accept(node, operations.apply(i));
              }
            }));
      }
      for (var each : done) {
        each.get();
      }
    }
    kit.settle();
  }

  private static void assertNoDeadlock(ProcessingKit kit, List<Processing> nodes) {
    nodes.forEach(Processing::close); // sessions report when they end
    assertThat(
            kit.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
        .as("deadlocks")
        .isZero();
  }

  @Test
  @DisplayName(
      "design §3.4: two nodes move the same tokens and relate the same objects: one owner, no write lost, no deadlock")
  void shouldHaveOneWriter() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      var nodes = List.of(kit.node(0), kit.addNode(2));
      kit.shareLanes();
      kit.objectType(1);
      var things = new Things(kit);
      var last = new ConcurrentHashMap<String, Long>();
      // when every caller names all of them
      call(
          kit,
          nodes,
          caller -> {
            var random = new Random(caller);
            return i -> {
              var person = Identifier.id("person-" + random.nextInt(4));
              var other = Integer.toString(random.nextInt(3));
              var mine = "c" + caller;
              if (i % 3 == 0) {
                return things.device(person, "t" + other, null, mine, (long) i);
              } else if (i % 3 == 1) {
                return things.identify(object("o" + other), mine, (long) i);
              }
              last.put(person.value() + " o" + other + " " + mine, (long) i);
              return things.relate(person, object("o" + other), mine, (long) i);
            };
          });
      // then
      assertThat(kit.deadLetters()).isEmpty();
      assertThat(things.rows("SELECT DISTINCT token FROM device")).hasSize(3);
      assertThat(kit.number("SELECT count(*) FROM device")).isEqualTo(3);
      assertThat(kit.number("SELECT count(*) FROM object")).isEqualTo(3);
      for (var number = 0; number < 3; number++) {
        assertThat(things.attributes("o" + number)).as("attributes of one object").hasSize(CALLERS);
        assertThat(
                kit.number(
                    "SELECT count(*) FROM device, json_object_keys(attributes::json) WHERE token = ?",
                    "t" + number))
            .as("attributes of one device")
            .isEqualTo(CALLERS);
      }
      var related = new HashMap<String, Long>();
      for (var row :
          things.rows(
              """
              SELECT (p.attributes::json ->> 'id') || ' ' || o.object_id || ' ' || a.key || '=' || a.value
                FROM relationship r JOIN object o USING (object_key) JOIN person p USING (person_id),
                     json_each_text(r.attributes::json) a
              """)) {
        var parts = row.split("=");
        related.put(parts[0], Long.parseLong(parts[1]));
      }
      assertThat(related).as("one lane a person: the last write wins").isEqualTo(last);
      kit.assertConsistent();
      for (var node : nodes) {
        assertThat(node.stats().operations()).as("operations of a node").isPositive();
      }
      assertNoDeadlock(kit, nodes);
    }
  }

  @Test
  @DisplayName(
      "design §3.4: people and objects are deleted while they are related and claimed: nothing is left behind, no deadlock")
  void shouldLeaveNothingBehind() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      var nodes = List.of(kit.node(0), kit.addNode(2));
      kit.shareLanes();
      kit.objectType(1);
      var things = new Things(kit);
      var remains = new ObjectRemains(kit.database);
      // when
      call(
          kit,
          nodes,
          caller -> {
            var random = new Random(caller);
            return i -> {
              if (i % 10 == 0) {
                remains.run();
              }
              var operation = planned(random).getFirst();
              return operation.what().equals("email")
                  ? things.relate(operation.person(), object(operation.other()))
                  : operation.in(things);
            };
          });
      // then
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
      assertNoDeadlock(kit, nodes);
    }
  }

  // ── statements ────────────────────────────────────────────────────────────────────────────────

  /** The statements a batch of these operations runs. */
  private static List<String> statements(
      ProcessingKit kit, Stores stores, List<Operation> operations) {
    var statements = new ArrayList<String>();
    try (var handle = kit.database.jdbi().open()) {
      handle
          .getConfig(SqlStatements.class)
          .setSqlLogger(
              new SqlLogger() {
                @Override
                public void logBeforeExecution(StatementContext context) {
                  statements.add(String.valueOf(context.getRawSql()));
                }
              });
      handle.begin();
      var epoch = Epoch.join(handle);
      statements.clear();
      var rules =
          new RuleBookReader(kit.segments, kit.campaigns, kit.counters, kit.computed)
              .read(handle, epoch.rules());
      statements.clear();
      var accepted =
          operations.stream()
              .map(each -> new Accepted(stores.ids().next(), ProcessingKit.START, each))
              .toList();
      var scope =
          new BatchScope(handle, stores, rules, epoch.identity(), new IdentifierCache(), kit.clock);
      new OperationBatch(scope, accepted).run();
      handle.commit();
    }
    return statements;
  }

  private static final String THING =
      "(?s).*\\b(FROM|INTO|UPDATE|JOIN) (device|object|object_type|relationship|anonymous_relationship)\\b.*";

  @Test
  @DisplayName(
      "I6: no statement where there is nothing of the kind, a constant number where there is")
  void shouldRunAConstantNumberOfStatements() {
    try (var kit = ProcessingKit.start(0)) {
      var things = new Things(kit);
      kit.objectType(1);
      var stores =
          ProcessingKit.stores(
              kit.database,
              kit.clock,
              new IdRanges(() -> kit.number("SELECT nextval('id_range')")),
              kit.mergers);
      assertThat(stores.objectTypes().exists(kit.workspace(), 1)).isTrue(); // known from now on
      var ada = Identifier.id("ada");
      // people and events alone
      var without =
          List.<Operation>of(
              kit.identifyOf(ada, "a", 1L),
              kit.eventOf(ada, "x", "{}"),
              kit.anonymousOf("anon", "x", ProcessingKit.START));
      assertThat(statements(kit, stores, without))
          .isNotEmpty()
          .noneMatch(sql -> sql.matches(THING));
      // an anonymous id is claimed: one look whether something waits
      var claim = List.<Operation>of(kit.identifyOf(ada, "anonymous_id", "anon"));
      assertThat(statements(kit, stores, claim)).filteredOn(sql -> sql.matches(THING)).hasSize(1);
      // everything, for few and for many
      var counts = new ArrayList<Integer>();
      for (var count : List.of(1, 10, 200)) {
        counts.add(statements(kit, stores, many(things, "made" + count, count)).size());
        counts.add(statements(kit, stores, many(things, "made" + count, count)).size());
      }
      assertThat(counts.get(2)).as("ten new ones").isEqualTo(counts.get(0));
      assertThat(counts.get(4)).as("200 new ones").isEqualTo(counts.get(0));
      assertThat(counts.get(3)).as("ten known ones").isEqualTo(counts.get(1));
      assertThat(counts.get(5)).as("200 known ones").isEqualTo(counts.get(1));
      kit.assertConsistent();
    }
  }

  private static List<Operation> many(Things things, String name, int count) {
    var operations = new ArrayList<Operation>();
    for (var i = 0; i < count; i++) {
      var person = Identifier.id(name + i);
      var value = things.kit().number("SELECT nextval('id_range')");
      operations.add(things.device(person, name + i, null, "a", value));
      operations.add(things.identify(object(name + i), "a", value));
      operations.add(things.relate(person, object(name + i), "a", value));
      operations.add(things.relate(person, object(name + "kept" + i)));
      operations.add(things.unrelate(person, object(name + "kept" + i)));
      operations.add(things.relateAnonymous(name + i, object(name + i), "a", value));
      operations.add(things.identify(object(name + "gone" + i)));
      operations.add(things.delete(object(name + "gone" + i)));
    }
    return operations;
  }
}
