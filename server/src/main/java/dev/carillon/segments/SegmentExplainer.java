package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.CompiledCondition.Node;
import dev.carillon.segments.Explanation.Part;
import dev.carillon.segments.Explanation.Read;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells why a person is in a segment or not. Reads without locks: what it tells may be a moment
 * old.
 */
public final class SegmentExplainer {
  /** Choice: how often a value may have been turned by the clock since it was written. */
  private static final int MOST_TURNS = 1_000;

  private final SegmentRepository segments;
  private final CounterRepository counters;
  private final TermsRepository terms;
  private final InstantSource clock;
  private final EventRepository events = new EventRepository();
  private final MembershipRepository memberships = new MembershipRepository();
  private final SurroundingsRepository surroundings = new SurroundingsRepository();

  /** Explains by this clock. */
  public SegmentExplainer(
      SegmentRepository segments, CounterRepository counters, InstantSource clock) {
    this.segments = segments;
    this.counters = counters;
    this.terms = new TermsRepository(counters);
    this.clock = clock;
  }

  /** The explanation; empty when the workspace has no such segment or no such person. */
  public Optional<Explanation> explain(
      Handle handle, WorkspaceId workspace, int segmentId, long personId) {
    var segment = segments.find(handle, workspace, segmentId).orElse(null);
    var person = person(handle, workspace, personId).orElse(null);
    if (segment == null || person == null) {
      return Optional.empty();
    }
    var waits = OpenBuilds.read(handle, new long[] {personId}).leaves(personId, segmentId);
    var compiled = compiled(handle, workspace, segment, waits);
    var known = known(handle, workspace, segment, compiled, person);
    return Optional.of(
        new Explanation(
            segment,
            personId,
            known.facts.now(),
            known.entered.containsKey(segmentId),
            served(handle, segment, personId),
            known.entered.get(segmentId),
            known.timers.get(segmentId),
            waits,
            compiled == null ? null : known.part(compiled.root())));
  }

  /**
   * The conditions that count for the person; for somebody who is left to a build, those the build
   * goes by. Null for a manual segment, and for one nobody is in as its build was cancelled.
   */
  private @Nullable CompiledCondition compiled(
      Handle handle, WorkspaceId workspace, Segment segment, boolean waits) {
    var conditions = segment.conditions();
    if (conditions == null || segment.state() == Segment.State.CANCELLED) {
      return null;
    }
    var before = waits ? segments.before(handle, workspace, segment.id()) : null;
    return before == null
        ? CompiledCondition.compile(conditions, terms.of(handle, workspace))
        : before;
  }

  /** Whether lists show the person as a member: during a build, as before it (S-5). */
  private static boolean served(Handle handle, Segment segment, long personId) {
    return handle
        .createQuery(
            "SELECT EXISTS (SELECT FROM served_member WHERE segment_id = :segment AND person_id = :person)")
        .bind("segment", segment.id())
        .bind("person", personId)
        .mapTo(Boolean.class)
        .one();
  }

  private record Person(long id, Map<String, Object> attributes, Map<String, Object> written) {}

  private static Optional<Person> person(Handle handle, WorkspaceId workspace, long personId) {
    return handle
        .createQuery(
            "SELECT attributes, written FROM person WHERE person_id = :person AND workspace_id = :workspace")
        .bind("person", personId)
        .bind("workspace", workspace.value())
        .map((row, context) ->
            new Person(
                personId,
                AttributesJson.parse(row.getString(1)),
                AttributesJson.parse(row.getString(2))))
        .findOne();
  }

  private Known known(
      Handle handle,
      WorkspaceId workspace,
      Segment segment,
      @Nullable CompiledCondition compiled,
      Person person) {
    var read = new HashSet<>(List.of(segment.id()));
    if (compiled != null) {
      read.addAll(compiled.wakes().segments());
    }
    var entered = new HashMap<Integer, Instant>();
    var timers = new HashMap<Integer, Instant>();
    var ids = new long[] {person.id};
    for (var row :
        memberships.load(handle, ids, read.stream().mapToInt(Integer::intValue).toArray())) {
      (row.timer() ? timers : entered).put(row.segmentId(), row.at());
    }
    var packed = events.counters(handle, ids).get(person.id);
    var counted = packed == null ? Counters.EMPTY : Counters.unpack(packed);
    var names =
        read.size() == 1
            ? Map.<Integer, String>of()
            : segments.list(handle, workspace).stream()
                .collect(Collectors.toMap(Segment::id, Segment::name));
    return new Known(
        new StoredFacts(
            clock.instant(),
            person.id,
            person.attributes,
            counted,
            entered.keySet(),
            compiled == null
                ? Surroundings.NONE
                : surroundings
                    .load(handle, ids, compiled.surroundings())
                    .getOrDefault(person.id, Surroundings.NONE)),
        person.written,
        entered,
        timers,
        names,
        compiled == null ? ShownTimes.none() : shown(handle, compiled, person));
  }

  private ShownTimes shown(Handle handle, CompiledCondition compiled, Person person) {
    var read = compiled.wakes().counters();
    return read.isEmpty()
        ? ShownTimes.none()
        : ShownTimes.read(
            handle,
            person.id,
            counters.byIds(handle, read.stream().mapToInt(Integer::intValue).toArray()),
            clock.instant());
  }

  /** What is known of one person, and how conditions read it. */
  private record Known(
      StoredFacts facts,
      Map<String, Object> written,
      Map<Integer, Instant> entered,
      Map<Integer, Instant> timers,
      Map<Integer, String> names,
      ShownTimes shown) {

    Part part(Node node) {
      return switch (node) {
        case Node.All(var of) -> group(node, "and", of);
        case Node.Any(var of) -> group(node, "or", of);
        case Node.None(var of) -> group(node, "not", List.of(of));
        case Node.Ask(var leaf) -> leaf(node, leaf);
      };
    }

    private Part leaf(Node node, Leaf leaf) {
      return switch (leaf) {
        case ValueLeaf value -> {
          var field = value.condition().test().field();
          var read = ValueTests.read(field, facts::attribute);
          var written = writtenAt(attribute(field));
          yield leaf(node, leaf, new Read.Value(read), turnedAt(value, written));
        }
        case MemberLeaf member -> {
          var segmentId = member.condition().segmentId();
          yield leaf(
              node,
              leaf,
              new Read.Membership(names.getOrDefault(segmentId, ""), facts.inSegment(segmentId)),
              entered.get(segmentId));
        }
        case TimesLeaf times -> times(node, times);
        case SubscriptionLeaf subscription ->
            leaf(
                node,
                leaf,
                new Read.Choice(subscription.chosen(facts), subscription.byDefault()),
                writtenAt(SubscriptionLeaf.PREFERENCES));
        case DeviceLeaf device -> leaf(node, leaf, SurroundingsReads.of(device, facts));
        case RelationLeaf relation -> leaf(node, leaf, SurroundingsReads.of(relation, facts));
        case CampaignLeaf campaign -> leaf(node, leaf, SurroundingsReads.of(campaign, facts));
        case SampleLeaf sample ->
            leaf(node, leaf, new Read.Place(sample.place(facts.personId())), null);
      };
    }

    private String attribute(String field) {
      return facts.attributes().containsKey(field) ? field : ValueTests.root(field);
    }

    private @Nullable Instant writtenAt(String attribute) {
      return written.get(attribute) instanceof Long millis ? Instant.ofEpochMilli(millis) : null;
    }

    /**
     * When the clock has turned the answer since the value was written; else when it was written.
     */
    private @Nullable Instant turnedAt(ValueLeaf leaf, @Nullable Instant written) {
      if (written == null || !leaf.timed()) {
        return written;
      }
      var turned = written;
      var then = facts.at(written);
      for (var i = 0; i < MOST_TURNS; i++) {
        var next = leaf.nextChange(then);
        if (next > facts.now().toEpochMilli()) {
          return turned;
        }
        var later = facts.at(Instant.ofEpochMilli(next));
        if (leaf.holds(later) != leaf.holds(then)) {
          turned = later.now();
        }
        then = later;
      }
      return turned;
    }

    private Part times(Node node, TimesLeaf leaf) {
      var counter = facts.counter(leaf.counterId());
      var newest = shown.of(leaf, facts);
      return leaf(
          node,
          leaf,
          new Read.Times(leaf.counted(facts), counter.total(), newest),
          lastChange(leaf.often(), newest));
    }

    /** The last time something came into the window or left it. */
    private @Nullable Instant lastChange(Occurrences often, List<Instant> newest) {
      var changes = new ArrayList<>(newest);
      if (often.window() instanceof Window.Within(var span)) {
        newest.forEach(time -> changes.add(time.plus(span)));
      }
      return changes.stream()
          .filter(time -> !time.isAfter(facts.now()))
          .max(Instant::compareTo)
          .orElse(null);
    }

    private Part leaf(Node node, Leaf leaf, SurroundingsReads.Told told) {
      return leaf(node, leaf, told.read(), told.changedAt());
    }

    private Part leaf(Node node, Leaf leaf, Read read, @Nullable Instant changedAt) {
      return new Part(
          ConditionJson.toJson(leaf.condition()),
          CompiledCondition.holds(node, facts),
          read,
          changedAt,
          CompiledCondition.changes(node, facts).orElse(null),
          List.of());
    }

    private Part group(Node node, String kind, List<Node> of) {
      var inner = of.stream().map(this::part).toList();
      return new Part(
          group(kind),
          CompiledCondition.holds(node, facts),
          new Read.Parts(),
          inner.stream()
              .map(Part::changedAt)
              .filter(Objects::nonNull)
              .max(Instant::compareTo)
              .orElse(null),
          CompiledCondition.changes(node, facts).orElse(null),
          inner);
    }

    private static ObjectNode group(String kind) {
      return JsonNodeFactory.instance.objectNode().put("group", kind);
    }
  }
}
