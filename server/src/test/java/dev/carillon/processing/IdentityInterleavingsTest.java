package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.workspaces.WorkspaceSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random calls about a few people who are named in many ways, all under way at once: whatever two
 * workers on each of two nodes make of them is what {@link PeopleModel} makes of them in some
 * order, in which calls that name the same person, or anonymous id, or object, in the same way keep
 * theirs (promise I2).
 *
 * <p>A case is a dozen calls, each in the log before the next. Many cases share a round, a
 * workspace with settings of its own. The search through the orders remembers what it has seen: how
 * far each name has come, and what the model holds then.
 *
 * <p>{@code -Dcarillon.identity.rounds} runs more of them, {@code -Dcarillon.identity.seed} the
 * same calls again.
 */
final class IdentityInterleavingsTest {
  private static final int ROUNDS = Integer.getInteger("carillon.identity.rounds", 14);
  private static final int CASES = 25;
  private static final int MOST_CALLS = 14;
  private static final int NAMES = 2;

  @ParameterizedTest(name = "gathered in the log before anybody looks: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("I2, I3, track §3, §9: calls at once end in a state that calls in some order reach")
  void shouldEndAsSomeOrderDoes(boolean gathered) {
    long seed = Long.getLong("carillon.identity.seed", System.nanoTime());
    System.out.printf("%d cases, -Dcarillon.identity.seed=%d%n", ROUNDS * CASES, seed);
    for (var round = 0; round < ROUNDS; ) {
      try (var kit = ProcessingKit.start(2)) {
        kit.addNode(2);
        kit.shareLanes();
        for (var left = 40; left > 0 && round < ROUNDS; left--, round++) {
          round(
              kit, new Random(seed + round), gathered, "seed %d, round %d".formatted(seed, round));
        }
      }
    }
  }

  /** Calls about names nobody else uses. */
  private record Case(IdentityCalls caller, List<Operation> calls) {}

  private static void round(ProcessingKit kit, Random random, boolean gathered, String story) {
    kit.inNewWorkspace();
    var settings =
        new WorkspaceSettings(
            random.nextInt(4) != 0,
            random.nextInt(4) == 0,
            random.nextInt(4) != 0,
            List.of("id", "email"),
            java.time.ZoneOffset.UTC);
    kit.settings(_ -> settings);
    var segment = kit.manualSegment();
    kit.segment(new Condition.Attribute(new AttributeTest("b0", Operator.EXISTS, null)));
    kit.segment(new Condition.InSegment(segment));
    var cases = new ArrayList<Case>();
    for (var i = 0; i < CASES; i++) {
      var caller = new IdentityCalls(kit, random, "c" + i + "-", NAMES, segment, IdentityCalls.ALL);
      var calls = new ArrayList<Operation>();
      for (var number = 3 + random.nextInt(MOST_CALLS - 2); number > 0; number--) {
        calls.add(caller.next(calls.size()));
      }
      cases.add(new Case(caller, calls));
    }
    if (gathered) {
      kit.gather(() -> accept(kit, cases));
    } else {
      accept(kit, cases);
    }
    IdentityState.finish(kit);
    assertThat(kit.deadLetters()).as(story).isEmpty();
    var state =
        new IdentityState(
            kit, cases.stream().flatMap(each -> each.caller.identifiers().stream()).toList());
    for (var each : cases) {
      var seen = state.seen(each.caller.prefix());
      var orders = new Orders(each.calls, seen);
      assertThat(orders.reach(new PeopleModel(settings)))
          .as(
              "%s: no order of these calls, of %d looked at, leads to what is stored. Settings %s, calls%n%s%nstored%n%s%nin their own order it would be%n%s",
              story,
              orders.looked(),
              settings,
              String.join("\n", each.calls.stream().map(Operation::toString).toList()),
              seen,
              inOrder(new PeopleModel(settings), each.calls))
          .isTrue();
    }
  }

  /** Each case on a thread of its own and by one node, whose numbers then tell who is older. */
  private static void accept(ProcessingKit kit, List<Case> cases) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < cases.size(); i++) {
        var node = kit.node(i % 2);
        var calls = cases.get(i).calls;
        threads.submit(() -> calls.forEach(call -> ProcessingKit.accept(node, call)));
      }
    }
  }

  private static String inOrder(PeopleModel model, List<Operation> calls) {
    for (var i = 0; i < calls.size(); i++) {
      model.apply(calls.get(i), i);
    }
    return model.seen();
  }

  /** All orders in which calls may have been applied. */
  private static final class Orders {
    private final List<Operation> calls;
    private final String wanted;
    private final List<List<Integer>> names;
    private final Set<String> looked = new HashSet<>();

    Orders(List<Operation> calls, String wanted) {
      this.calls = calls;
      this.wanted = wanted;
      var byName = new LinkedHashMap<String, List<Integer>>();
      for (var i = 0; i < calls.size(); i++) {
        byName.computeIfAbsent(calls.get(i).laneKey(), _ -> new ArrayList<>()).add(i);
      }
      this.names = List.copyOf(byName.values());
    }

    int looked() {
      return looked.size();
    }

    /** Whether some order leads from there to what is wanted. */
    boolean reach(PeopleModel from) {
      return reach(from, new int[names.size()]);
    }

    private boolean reach(PeopleModel model, int[] done) {
      if (!looked.add(Arrays.toString(done) + model.all())) {
        return false;
      }
      var ended = true;
      for (var name : inOrder(done)) {
        ended = false;
        var call = names.get(name).get(done[name]);
        var next = model.copy();
        next.apply(calls.get(call), call);
        var further = done.clone();
        further[name]++;
        if (reach(next, further)) {
          return true;
        }
      }
      return ended && model.seen().equals(wanted);
    }

    /** Names that have calls left, those with the earliest call first: mostly it was the first. */
    private List<Integer> inOrder(int[] done) {
      var left = new ArrayList<Integer>();
      for (var name = 0; name < done.length; name++) {
        if (done[name] < names.get(name).size()) {
          left.add(name);
        }
      }
      left.sort((one, other) ->
          Integer.compare(names.get(one).get(done[one]), names.get(other).get(done[other])));
      return left;
    }
  }
}
