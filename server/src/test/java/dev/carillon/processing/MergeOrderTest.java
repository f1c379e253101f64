package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
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
  @DisplayName("I2: identify both, merge, name the secondary again: each caller's calls in order")
  void shouldKeepTheOrderOfCallersWhoMerge() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      merging(kit, List.of(kit.node(0)));
    }
  }

  private static void merging(ProcessingKit kit, List<Processing> nodes) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < CALLERS; caller++) {
        var me = caller;
        threads.submit(() -> {
          for (var i = 0; i < EACH; i++) {
            var node = nodes.get((me + i) % nodes.size());
            for (var call : calls(kit, me, i)) {
              ProcessingKit.accept(node, call);
            }
          }
        });
      }
    }
    kit.settle();
    var wrong = new ArrayList<String>();
    for (var caller = 0; caller < CALLERS; caller++) {
      for (var i = 0; i < EACH; i++) {
        if (!"blue".equals(attributes(kit, primary(caller, i)).get("colour"))) {
          wrong.add(primary(caller, i) + " lacks what it was to inherit");
        }
        if (attributes(kit, secondary(caller, i)).containsKey("colour")) {
          wrong.add(secondary(caller, i) + " was never merged");
        }
        if (!attributes(kit, secondary(caller, i)).containsKey("again")) {
          wrong.add(secondary(caller, i) + " was not created anew");
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

  private static List<Operation> calls(ProcessingKit kit, int caller, int number) {
    return List.of(
        kit.identifyOf(primary(caller, number), "plan", "pro"),
        kit.identifyOf(secondary(caller, number), "colour", "blue"),
        kit.mergeOf(primary(caller, number), secondary(caller, number)),
        kit.identifyOf(secondary(caller, number), "again", true));
  }
}
