package dev.carillon.segments;

import dev.carillon.segments.CounterSpec.Subject;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.subscriptions.SubscriptionDefaults;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A condition made ready: what is counted knows its counter, and it is known what wakes it.
 * Evaluation is pure over {@link Facts} and allocates next to nothing. Immutable; shared by
 * threads.
 */
public final class CompiledCondition {
  /**
   * Times kept beyond those a condition compares. Those dated ahead of the clock are kept anyway
   * ({@link dev.carillon.events.Counter#AHEAD}); these are for who evaluates at an instant before
   * that of the last count: clocks of nodes differ, and an operation may have waited in the log.
   */
  private static final int SPARE = 8;

  private final Node root;
  private final Wakes wakes;
  private final Part surroundings;
  private final Set<Integer> underWay;
  private final boolean samples;
  private final boolean timed;

  private CompiledCondition(
      Node root, Wakes wakes, Part surroundings, Set<Integer> underWay, boolean samples) {
    this.root = root;
    this.wakes = wakes;
    this.surroundings = surroundings;
    this.underWay = Set.copyOf(underWay);
    this.samples = samples;
    this.timed = timed(root);
  }

  private static boolean timed(Node node) {
    return switch (node) {
      case Node.All(var of) -> of.stream().anyMatch(CompiledCondition::timed);
      case Node.Any(var of) -> of.stream().anyMatch(CompiledCondition::timed);
      case Node.None(var of) -> timed(of);
      case Node.Ask(var leaf) -> leaf.timed();
    };
  }

  /** The condition with leaves that can be asked. */
  sealed interface Node {
    record All(List<Node> of) implements Node {}

    record Any(List<Node> of) implements Node {}

    record None(Node of) implements Node {}

    record Ask(Leaf leaf) implements Node {}
  }

  /** Prepares a condition. */
  public static CompiledCondition compile(Condition condition, Terms terms) {
    return new Compilation(terms).run(condition);
  }

  /** The counters a condition needs. Fixed bounds of windows are placed in the zone given. */
  public static List<CounterSpec> specsOf(Condition condition, Terms terms) {
    var specs = new ArrayList<CounterSpec>();
    CounterIds collecting =
        spec -> {
          specs.add(spec);
          return 0;
        };
    compile(condition, new Terms(collecting, terms.zone(), terms.defaults()));
    return specs;
  }

  /** The segments a condition reads. */
  public static Set<Integer> segmentsOf(Condition condition) {
    var terms =
        new Terms(_ -> 0, ZoneOffset.UTC, new DefinedSubscriptions(SubscriptionDefaults.NONE));
    return compile(condition, terms).wakes().segments();
  }

  /** One walk through a condition, which takes note of what is read. */
  private static final class Compilation {
    private final Terms terms;
    private final Set<String> attributes = new HashSet<>();
    private final Set<Integer> counters = new HashSet<>();
    private final Set<Integer> segments = new HashSet<>();
    private final Map<Integer, Set<String>> objects = new HashMap<>();
    private final Set<Integer> campaigns = new HashSet<>();
    private final Set<Integer> underWay = new HashSet<>();
    private boolean devices;
    private boolean samples;

    Compilation(Terms terms) {
      this.terms = terms;
    }

    CompiledCondition run(Condition condition) {
      var root = node(condition);
      return new CompiledCondition(
          root,
          new Wakes(attributes, counters, segments, devices, objects.keySet(), campaigns),
          new Part(devices, objects, campaigns),
          underWay,
          samples);
    }

    private Node node(Condition condition) {
      return switch (condition) {
        case Condition.And(var all) -> new Node.All(all.stream().map(this::node).toList());
        case Condition.Or(var any) -> new Node.Any(any.stream().map(this::node).toList());
        case Condition.Not(var inner) -> new Node.None(node(inner));
        case Condition.Attribute attribute -> {
          var field = attribute.test().field();
          attributes.add(field);
          attributes.add(ValueTests.root(field));
          yield new Node.Ask(new ValueLeaf(attribute, terms.zone()));
        }
        case Condition.InSegment member -> {
          segments.add(member.segmentId());
          yield new Node.Ask(new MemberLeaf(member));
        }
        case Condition.Event event ->
            times(
                event,
                event.often(),
                new Subject.Events(
                    event.kind(), event.name(), AttributeTest.in(terms.zone(), event.where())));
        case Condition.Message message ->
            times(message, message.often(), new Subject.Messages(message.filter()));
        case Condition.Subscribed subscribed -> {
          attributes.add(SubscriptionLeaf.PREFERENCES);
          yield new Node.Ask(
              new SubscriptionLeaf(subscribed, terms.defaults().subscribed(subscribed.of())));
        }
        case Condition.Device device -> {
          devices = true;
          yield new Node.Ask(new DeviceLeaf(device, terms.zone()));
        }
        case Condition.Related related -> {
          var names = objects.computeIfAbsent(related.typeId(), _ -> new HashSet<>());
          addNames(related.object(), names);
          addNames(related.relationship(), names);
          yield new Node.Ask(new RelationLeaf(related, terms.zone()));
        }
        case Condition.InCampaign campaign -> {
          campaigns.add(campaign.campaignId());
          if (campaign.activity() == CampaignActivity.IN) {
            underWay.add(campaign.campaignId());
          }
          yield new Node.Ask(new CampaignLeaf(campaign));
        }
        case Condition.Sample sample -> {
          samples = true;
          yield new Node.Ask(new SampleLeaf(sample));
        }
      };
    }

    private static void addNames(List<AttributeTest> tests, Set<String> names) {
      for (var test : tests) {
        names.add(test.field());
        names.add(ValueTests.root(test.field()));
      }
    }

    private Node times(Condition condition, Occurrences often, Subject subject) {
      var counterId = terms.counters().counterOf(spec(often, subject));
      counters.add(counterId);
      return new Node.Ask(new TimesLeaf(condition, often, counterId));
    }

    private CounterSpec spec(Occurrences often, Subject subject) {
      return switch (often.window()) {
        case Window.Ever() -> new CounterSpec(subject, null, null, 0);
        case Window.Within _ -> new CounterSpec(subject, null, null, often.needed() + SPARE);
        case Window.Between(var from, var to) ->
            new CounterSpec(
                subject,
                from == null ? null : from.fixed(terms.zone()),
                to == null ? null : to.fixed(terms.zone()),
                0);
      };
    }
  }

  /** What can change the answer. */
  public Wakes wakes() {
    return wakes;
  }

  /** What it reads beyond profile, counters and memberships. */
  public Part surroundings() {
    return surroundings;
  }

  /**
   * The campaigns of which it asks whether a journey is under way: the only thing about journeys
   * that can become false again.
   */
  public Set<Integer> underWay() {
    return underWay;
  }

  /** Whether it may hold for somebody of whom nothing is known, by who it is alone. */
  public boolean samples() {
    return samples;
  }

  /** Whether its answer can change with no new data: otherwise {@link #nextChange} is empty. */
  public boolean timed() {
    return timed;
  }

  /** Whether it holds. */
  public boolean matches(Facts facts) {
    return holds(root, facts);
  }

  /** How many events or messages count now; empty when it is not a condition of these alone. */
  public OptionalLong counted(Facts facts) {
    return root instanceof Node.Ask(TimesLeaf times)
        ? OptionalLong.of(times.counted(facts))
        : OptionalLong.empty();
  }

  /** Whether a part holds. */
  static boolean holds(Node node, Facts facts) {
    return switch (node) {
      case Node.All(var of) -> {
        for (var each : of) {
          if (!holds(each, facts)) {
            yield false;
          }
        }
        yield true;
      }
      case Node.Any(var of) -> {
        for (var each : of) {
          if (holds(each, facts)) {
            yield true;
          }
        }
        yield false;
      }
      case Node.None(var of) -> !holds(of, facts);
      case Node.Ask(var leaf) -> leaf.holds(facts);
    };
  }

  /**
   * The next instant at which the answer can change with no new data; empty: never. It may be
   * early, never late.
   */
  public Optional<Instant> nextChange(Facts facts) {
    return changes(root, facts);
  }

  /** When a part can change with no new data; empty: never. */
  static Optional<Instant> changes(Node node, Facts facts) {
    var millis = next(node, facts);
    if (millis == ValueTests.NEVER) {
      return Optional.empty();
    }
    // A part may be early; who looks at an instant must never be told to look at it again.
    var next = Instant.ofEpochMilli(millis);
    return Optional.of(
        next.isAfter(facts.now()) ? next : Instant.ofEpochMilli(facts.now().toEpochMilli() + 1));
  }

  private static long next(Node node, Facts facts) {
    return switch (node) {
      case Node.All(var of) -> earliest(of, facts);
      case Node.Any(var of) -> earliest(of, facts);
      case Node.None(var of) -> next(of, facts);
      case Node.Ask(var leaf) -> leaf.nextChange(facts);
    };
  }

  private static long earliest(List<Node> nodes, Facts facts) {
    var earliest = ValueTests.NEVER;
    for (var each : nodes) {
      earliest = Math.min(earliest, next(each, facts));
    }
    return earliest;
  }

  /**
   * The latest instant that a test {@code is_timestamp} names, among those that help the condition
   * to hold: a campaign it starts begins then (S-34). Empty when there is none, or no value.
   */
  public Optional<Instant> named(Facts facts) {
    var seconds = named(root, facts);
    return seconds < 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
  }

  private static long named(Node node, Facts facts) {
    return switch (node) {
      case Node.All(var of) -> latest(of, facts);
      case Node.Any(var of) -> latest(of, facts);
      case Node.None _ -> -1;
      case Node.Ask(ValueLeaf value) -> value.named(facts);
      case Node.Ask _ -> -1;
    };
  }

  private static long latest(List<Node> nodes, Facts facts) {
    return nodes.stream().mapToLong(each -> named(each, facts)).max().orElse(-1);
  }

  /** The tree, for explanations. */
  Node root() {
    return root;
  }
}
