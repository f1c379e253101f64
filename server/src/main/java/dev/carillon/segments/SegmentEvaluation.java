package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.MembershipRepository.Changes;
import dev.carillon.segments.PeopleRange.Found;
import dev.carillon.store.Epoch;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates segments for a range of people, and the segments that read them for those whose
 * membership changed.
 */
final class SegmentEvaluation {
  private final SegmentRepository segments;
  private final InstantSource clock;
  private final EventRepository events = new EventRepository();
  private final MembershipRepository memberships = new MembershipRepository();
  private final SurroundingsRepository surroundings = new SurroundingsRepository();
  private @Nullable Rules rules;

  SegmentEvaluation(SegmentRepository segments, InstantSource clock) {
    this.segments = segments;
    this.clock = clock;
  }

  /** All segments at one epoch. */
  private record Rules(long epoch, List<SegmentRepository.Live> live) {}

  private synchronized Rules rules(Handle handle, Epoch epoch) {
    var known = rules;
    if (known == null || known.epoch != epoch.rules()) {
      known = new Rules(epoch.rules(), segments.live(handle));
      rules = known;
    }
    return known;
  }

  /** Evaluates the segments of builds for locked people who are their business. */
  void evaluate(Handle handle, List<Build> builds, PeopleRange range, Epoch epoch) {
    var order = EvaluationOrder.of(rules(handle, epoch).live, builds);
    var changes = new Changes();
    evaluate(handle, range.people(), order, clock.instant(), changes);
    memberships.write(handle, changes);
  }

  /** Evaluates locked people; fewer at a time when they have too many relationships together. */
  private void evaluate(
      Handle handle,
      NavigableMap<Long, Found> range,
      EvaluationOrder order,
      Instant now,
      Changes changes) {
    var ids = range.keySet().stream().mapToLong(Long::longValue).toArray();
    Map<Long, Surroundings> around;
    try {
      around = surroundings.load(handle, ids, order.surroundings());
    } catch (TooManyRelationships tooMany) {
      var middle = ids[ids.length / 2];
      evaluate(handle, range.headMap(middle, false), order, now, changes);
      evaluate(handle, range.tailMap(middle, true), order, now, changes);
      return;
    }
    var states = load(handle, ids, order);
    var packed = events.counters(handle, ids);
    var born = new HashMap<Long, Integer>();
    range.forEach((personId, found) -> born.put(personId, found.born()));
    var underWay = OpenBuilds.read(handle, born);
    range.forEach((personId, found) -> {
      var state = states.getOrDefault(personId, new State());
      var bytes = packed.get(personId);
      var facts =
          new StoredFacts(
              now,
              personId,
              AttributesJson.parse(found.attributes()),
              bytes == null ? Counters.EMPTY : Counters.unpack(bytes),
              state.segments,
              around.getOrDefault(personId, Surroundings.NONE));
      evaluate(found, order, facts, state, underWay, changes);
    });
  }

  /** What is stored of a person: the segments, kept up to date, and the timers. */
  private static final class State {
    private final Set<Integer> segments = new HashSet<>();
    private final Map<Integer, Instant> timers = new HashMap<>();
  }

  private Map<Long, State> load(Handle handle, long[] ids, EvaluationOrder order) {
    var states = new HashMap<Long, State>();
    for (var row : memberships.load(handle, ids, order.read())) {
      var state = states.computeIfAbsent(row.personId(), _ -> new State());
      if (row.timer()) {
        state.timers.put(row.segmentId(), row.at());
      } else {
        state.segments.add(row.segmentId());
      }
    }
    return states;
  }

  /**
   * One person: the built segments, and what follows from their changes. Each segment comes after
   * all it reads, so it is looked at once.
   */
  private static void evaluate(
      Found found,
      EvaluationOrder order,
      StoredFacts facts,
      State state,
      OpenBuilds underWay,
      Changes changes) {
    var personId = facts.personId();
    var due = new boolean[order.size()];
    for (var i = 0; i < order.size(); i++) {
      var build = order.build(i);
      var concerned = build != null && found.concerns(build);
      var segmentId = order.segmentId(i);
      if (!concerned
          && (!due[i]
              || underWay.leaves(personId, segmentId)
              || isWoken(order.condition(i), state.timers.get(segmentId), facts.now()))) {
        continue;
      }
      var before = state.segments.contains(segmentId);
      var matches = order.condition(i).matches(facts);
      if (matches != before) {
        if (matches) {
          state.segments.add(segmentId);
          changes.enter(personId, segmentId, facts.now());
        } else {
          state.segments.remove(segmentId);
          changes.leave(personId, segmentId);
        }
        for (var reader : order.readers(i)) {
          due[reader] = true;
        }
      }
      var next = order.condition(i).nextChange(facts).orElse(null);
      if (!Objects.equals(next, state.timers.get(segmentId))) {
        changes.timer(personId, segmentId, next);
      }
    }
  }

  /**
   * Whether something has woken a segment that reads surroundings, and due work is about to look:
   * who comes into it then has just entered it.
   */
  private static boolean isWoken(
      CompiledCondition condition, @Nullable Instant due, Instant now) {
    return due != null && !due.isAfter(now) && condition.wakes().surroundings();
  }
}
