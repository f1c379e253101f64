package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * I2 for calls that name two people: a merge keeps its place among the calls about each of them,
 * although these lie in different lanes.
 */
final class MergeOrderTest {
  private static final int CALLERS = 8;
  private static final int EACH = 40;

  private static Identifier primary(int caller, int number) {
    return id("primary-%d-%d".formatted(caller, number));
  }

  private static Identifier secondary(int caller, int number) {
    return id("secondary-%d-%d".formatted(caller, number));
  }

  @Test
  @DisplayName(
      "I2: identify both, merge, name the secondary again or delete it: each caller's calls in order")
  void shouldKeepTheOrderOfCallersWhoMerge() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      merging(kit, List.of(kit.node(0)));
    }
  }

  @Test
  @DisplayName("I2: the same on two nodes, each call to the other one than the call before")
  void shouldKeepTheOrderOfCallersWhoMergeOnTwoNodes() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      merging(kit, List.of(kit.node(0), second));
    }
  }

  @Test
  @DisplayName(
      "I1, I2, I3: the same while connections of processors and logs die, and lanes change hands")
  void shouldKeepTheOrderOfCallersWhoMergeWhenNodesDie() throws Exception {
    try (var kit = ProcessingKit.start(2);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var second = kit.addNode(2);
      kit.shareLanes();
      var load = threads.submit(() -> load(kit, List.of(kit.node(0), second)));
      var killed = 0L;
      for (var end = System.nanoTime() + DYING.toNanos();
          System.nanoTime() < end || !load.isDone(); ) {
        killed += kit.number(KILL);
        kit.shareLanes();
        LockSupport.parkNanos(40_000_000);
      }
      load.get();
      kit.number(KILL_LOGS); // unnoticed by the nodes until they look
      kit.settle();
      check(kit);
      assertThat(killed).as("connections that were ended").isGreaterThan(10);
    }
  }

  private static final Duration DYING = Duration.ofSeconds(12);

  private static final String KILL =
      """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND (application_name = 'carillon processor' AND random() < 0.2
              OR application_name = 'carillon log' AND random() < 0.1)
      """;

  private static final String KILL_LOGS =
      """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'carillon log'
      """;

  /** Repeats what was refused, as clients do. */
  private static void accept(Processing node, Operation operation) {
    for (var attempt = 0; ; attempt++) {
      try {
        node.intake().accept(List.of(operation));
        return;
      } catch (IntakeUnavailable refused) {
        assertThat(attempt).as("refusals: %s", refused.getMessage()).isLessThan(1_000);
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  private static void merging(ProcessingKit kit, List<Processing> nodes) throws Exception {
    load(kit, nodes);
    kit.settle();
    check(kit);
  }

  /** Returns how many merges were called for. */
  private static int load(ProcessingKit kit, List<Processing> nodes) throws Exception {
    var work = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < CALLERS; caller++) {
        var me = caller;
        work.add(
            threads.submit(() -> {
              for (var i = 0; i < EACH; i++) {
                var turn = me + i;
                for (var call : calls(kit, me, i)) {
                  accept(nodes.get(turn++ % nodes.size()), call);
                }
              }
            }));
      }
    }
    for (var each : work) {
      each.get();
    }
    return CALLERS * EACH;
  }

  private static void check(ProcessingKit kit) {
    var wrong = new ArrayList<String>();
    for (var caller = 0; caller < CALLERS; caller++) {
      for (var i = 0; i < EACH; i++) {
        if (!"blue".equals(attributes(kit, primary(caller, i)).get("colour"))) {
          wrong.add(primary(caller, i) + " lacks what it was to inherit");
        }
        if (attributes(kit, secondary(caller, i)).containsKey("colour")) {
          wrong.add(secondary(caller, i) + " was never merged");
        }
        if (kit.find(secondary(caller, i)).isPresent() != comesBack(i)) {
          wrong.add(secondary(caller, i) + (comesBack(i) ? " was not created anew" : " is there"));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(kit.deadLetters()).isEmpty();
    kit.assertConsistent();
  }

  /** Empty when nobody has the name. */
  private static Map<String, Object> attributes(ProcessingKit kit, Identifier person) {
    return kit.find(person).isEmpty() ? Map.of() : kit.attributesOf(person);
  }

  /** Whether the secondary is named again after the merge; otherwise it is deleted, to be sure. */
  private static boolean comesBack(int number) {
    return number % 2 == 0;
  }

  private static List<Operation> calls(ProcessingKit kit, int caller, int number) {
    var secondary = secondary(caller, number);
    return List.of(
        kit.identifyOf(primary(caller, number), "plan", "pro"),
        kit.identifyOf(secondary, "colour", "blue"),
        kit.mergeOf(primary(caller, number), secondary),
        comesBack(number)
            ? kit.identifyOf(secondary, "again", true)
            : new Operation.Delete(kit.workspace(), secondary));
  }
}
