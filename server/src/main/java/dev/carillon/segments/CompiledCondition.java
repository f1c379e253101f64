package dev.carillon.segments;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A condition made ready: event conditions know their counters, and it is known what wakes it.
 * Evaluation is pure over {@link Facts} and allocates next to nothing. Immutable; shared by
 * threads.
 */
public final class CompiledCondition {
  /**
   * Times kept beyond those a condition compares, so that events dated in the future do not push
   * out the ones that count: the answer is exact while at most so many of a person's events of one
   * name are ahead of the clock. With more it may count too few until their time has come.
   */
  private static final int SPARE = 8;

  private static final long NEVER = Long.MAX_VALUE;

  private final Node root;
  private final Wakes wakes;

  private CompiledCondition(Node root, Wakes wakes) {
    this.root = root;
    this.wakes = wakes;
  }

  /** The condition with counters in place of event leaves. */
  sealed interface Node {
    record All(List<Node> of) implements Node {}

    record Any(List<Node> of) implements Node {}

    record None(Node of) implements Node {}

    record Value(AttributeTest test) implements Node {}

    record Member(int segmentId) implements Node {}

    record Times(Condition.Event event, int counterId) implements Node {}
  }

  /** Prepares a condition. */
  public static CompiledCondition compile(Condition condition, CounterIds counters) {
    var attributes = new HashSet<String>();
    var counterIds = new HashSet<Integer>();
    var segments = new HashSet<Integer>();
    var root = node(condition, counters, attributes, counterIds, segments);
    return new CompiledCondition(root, new Wakes(attributes, counterIds, segments));
  }

  private static Node node(
      Condition condition,
      CounterIds counters,
      Set<String> attributes,
      Set<Integer> counterIds,
      Set<Integer> segments) {
    return switch (condition) {
      case Condition.And(var all) ->
          new Node.All(
              all.stream()
                  .map(each -> node(each, counters, attributes, counterIds, segments))
                  .toList());
      case Condition.Or(var any) ->
          new Node.Any(
              any.stream()
                  .map(each -> node(each, counters, attributes, counterIds, segments))
                  .toList());
      case Condition.Not(var inner) ->
          new Node.None(node(inner, counters, attributes, counterIds, segments));
      case Condition.Attribute(var test) -> {
        attributes.add(test.field());
        attributes.add(Values.root(test.field()));
        yield new Node.Value(test);
      }
      case Condition.InSegment(var segmentId) -> {
        segments.add(segmentId);
        yield new Node.Member(segmentId);
      }
      case Condition.Event event -> {
        var counterId = counters.counterOf(specOf(event));
        counterIds.add(counterId);
        yield new Node.Times(event, counterId);
      }
    };
  }

  /** The counter an event condition needs. */
  static CounterSpec specOf(Condition.Event event) {
    var newest =
        event.within() == null
            ? 0
            : event.times() + SPARE + (event.count() == Condition.Count.AT_MOST ? 1 : 0);
    return new CounterSpec(event.kind(), event.name(), event.where(), newest);
  }

  /** The counters a condition needs. */
  public static List<CounterSpec> specsOf(Condition condition) {
    var specs = new ArrayList<CounterSpec>();
    compile(
        condition,
        spec -> {
          specs.add(spec);
          return 0;
        });
    return specs;
  }

  /** What can change the answer. */
  public Wakes wakes() {
    return wakes;
  }

  /** Whether it holds. */
  public boolean matches(Facts facts) {
    return matches(root, facts);
  }

  private static boolean matches(Node node, Facts facts) {
    return switch (node) {
      case Node.All(var of) -> {
        for (var each : of) {
          if (!matches(each, facts)) {
            yield false;
          }
        }
        yield true;
      }
      case Node.Any(var of) -> {
        for (var each : of) {
          if (matches(each, facts)) {
            yield true;
          }
        }
        yield false;
      }
      case Node.None(var of) -> !matches(of, facts);
      case Node.Value(var test) -> Values.holds(test, facts::attribute);
      case Node.Member(var segmentId) -> facts.inSegment(segmentId);
      case Node.Times(var event, var counterId) -> happened(event, count(event, counterId, facts));
    };
  }

  private static boolean happened(Condition.Event event, long count) {
    return switch (event.count()) {
      case AT_LEAST -> count >= event.times();
      case AT_MOST -> count <= event.times();
    };
  }

  /** How many events count now: all, or those in (now − T, now]. */
  private static long count(Condition.Event event, int counterId, Facts facts) {
    var counter = facts.counter(counterId);
    if (event.within() == null) {
      return counter.total();
    }
    var now = facts.now().toEpochMilli();
    var from = now - event.within().toMillis();
    var count = 0L;
    for (var time : counter.newest()) {
      if (time > from && time <= now) {
        count++;
      }
    }
    return count;
  }

  /**
   * The next instant at which the answer can change with no new data; empty: never. It may be
   * early, never late.
   */
  public Optional<Instant> nextChange(Facts facts) {
    return changes(root, facts);
  }

  private static long next(Node node, Facts facts) {
    return switch (node) {
      case Node.All(var of) -> earliest(of, facts);
      case Node.Any(var of) -> earliest(of, facts);
      case Node.None(var of) -> next(of, facts);
      case Node.Value _, Node.Member _ -> NEVER;
      case Node.Times(var event, var counterId) -> next(event, counterId, facts);
    };
  }

  private static long earliest(List<Node> nodes, Facts facts) {
    var earliest = NEVER;
    for (var each : nodes) {
      earliest = Math.min(earliest, next(each, facts));
    }
    return earliest;
  }

  /**
   * Walks the instants at which an event enters or leaves the window, until one turns the answer
   * round (S-42, S-43).
   */
  private static long next(Condition.Event event, int counterId, Facts facts) {
    if (event.within() == null) {
      return NEVER;
    }
    var now = facts.now().toEpochMilli();
    var window = event.within().toMillis();
    var times = facts.counter(counterId).newest();
    var count = count(event, counterId, facts);
    var holds = happened(event, count);
    var leaving = 0;
    while (leaving < times.length && times[leaving] <= now - window) {
      leaving++;
    }
    var entering = 0;
    while (entering < times.length && times[entering] <= now) {
      entering++;
    }
    while (leaving < times.length) {
      var leaves = times[leaving] + window;
      var enters = entering < times.length ? times[entering] : NEVER;
      var at = Math.min(leaves, enters);
      while (entering < times.length && times[entering] == at) {
        entering++;
        count++;
      }
      while (leaving < times.length && times[leaving] + window == at) {
        leaving++;
        count--;
      }
      if (happened(event, count) != holds) {
        return at;
      }
    }
    return NEVER;
  }

  /** The tree, for explanations. */
  Node root() {
    return root;
  }

  /** Whether a part holds, for explanations. */
  static boolean holds(Node node, Facts facts) {
    return matches(node, facts);
  }

  /** When a part can change with no new data, for explanations. */
  static Optional<Instant> changes(Node node, Facts facts) {
    var millis = next(node, facts);
    return millis == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  /** How many events an event leaf counts now, for explanations. */
  static long counted(Node.Times times, Facts facts) {
    return count(times.event(), times.counterId(), facts);
  }
}
