package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.MembershipRepository.Changes;
import dev.carillon.segments.MembershipRepository.Unbuilt;
import dev.carillon.segments.PeopleRange.Reached;
import dev.carillon.store.Epoch;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates a segment for a range of people, and the segments that read it for those whose
 * membership changed.
 */
final class SegmentEvaluation {
  private final PeopleRange people;
  private final SegmentRepository segments;
  private final InstantSource clock;
  private final EventRepository events = new EventRepository();
  private final MembershipRepository memberships = new MembershipRepository();
  private @Nullable Rules rules;

  SegmentEvaluation(PeopleRange people, SegmentRepository segments, InstantSource clock) {
    this.people = people;
    this.segments = segments;
    this.clock = clock;
  }

  /** The conditions of all segments, and which of them read a segment; valid for one epoch. */
  private record Rules(
      long epoch, Map<Integer, CompiledCondition> conditions, Map<Integer, List<Integer>> readers) {

    /** A segment and whatever may change with it. */
    Set<Integer> follow(int segmentId) {
      var reached = new LinkedHashSet<Integer>();
      var waiting = new ArrayDeque<>(List.of(segmentId));
      while (!waiting.isEmpty()) {
        var each = waiting.poll();
        if (reached.add(each)) {
          waiting.addAll(readers.getOrDefault(each, List.of()));
        }
      }
      return reached;
    }

    CompiledCondition condition(int segmentId) {
      var condition = conditions.get(segmentId);
      if (condition == null) {
        throw new IllegalStateException(
            "segment %d is built, but has no conditions".formatted(segmentId));
      }
      return condition;
    }
  }

  private synchronized Rules rules(Handle handle, Epoch epoch) {
    var known = rules;
    if (known == null || known.epoch != epoch.rules()) {
      var conditions = new HashMap<Integer, CompiledCondition>();
      var readers = new HashMap<Integer, List<Integer>>();
      for (var live : segments.live(handle)) {
        conditions.put(live.segmentId(), live.condition());
        live.condition()
            .wakes()
            .segments()
            .forEach(read ->
                readers.computeIfAbsent(read, _ -> new ArrayList<>()).add(live.segmentId()));
      }
      known = new Rules(epoch.rules(), conditions, readers);
      rules = known;
    }
    return known;
  }

  /** Evaluates the next people. */
  Reached evaluate(Handle handle, Build build, Epoch epoch) {
    var range = people.lock(handle, build);
    if (range.attributes().isEmpty()) {
      return range.reached();
    }
    var known = rules(handle, epoch);
    var now = clock.instant();
    var ids = range.people();
    var states = load(handle, ids, known, build.targetId());
    var packed = events.counters(handle, ids);
    var unbuilt = new HashSet<>(memberships.unbuilt(handle, ids));
    var changes = new Changes();
    range
        .attributes()
        .forEach((personId, attributes) -> {
          var state = states.getOrDefault(personId, new State());
          var bytes = packed.get(personId);
          var facts =
              new StoredFacts(
                  now,
                  personId,
                  AttributesJson.parse(attributes),
                  bytes == null ? Counters.EMPTY : Counters.unpack(bytes),
                  state.segments,
                  Surroundings.NONE);
          unbuilt.remove(new Unbuilt(personId, build.targetId()));
          evaluate(personId, build.targetId(), known, facts, state, unbuilt, changes);
        });
    memberships.write(handle, changes);
    return range.reached();
  }

  /** What is stored of a person: the segments, kept up to date, and the timers. */
  private static final class State {
    private final Set<Integer> segments = new HashSet<>();
    private final Map<Integer, Instant> timers = new HashMap<>();
  }

  private Map<Long, State> load(Handle handle, long[] ids, Rules known, int segmentId) {
    var read = new HashSet<Integer>();
    for (var each : known.follow(segmentId)) {
      read.add(each);
      read.addAll(known.condition(each).wakes().segments());
    }
    var states = new HashMap<Long, State>();
    for (var row :
        memberships.load(handle, ids, read.stream().mapToInt(Integer::intValue).toArray())) {
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
   * One person, from the built segment to all that follow. References never lead back (S-10), so
   * this ends.
   */
  private static void evaluate(
      long personId,
      int segmentId,
      Rules known,
      StoredFacts facts,
      State state,
      Set<Unbuilt> unbuilt,
      Changes changes) {
    var before = Set.copyOf(state.segments);
    var looked = new LinkedHashSet<Integer>();
    var waiting = new ArrayDeque<>(List.of(segmentId));
    while (!waiting.isEmpty()) {
      var each = waiting.poll();
      if (unbuilt.contains(new Unbuilt(personId, each))) {
        continue;
      }
      looked.add(each);
      var matches = known.condition(each).matches(facts);
      if (matches != state.segments.contains(each)) {
        if (matches) {
          state.segments.add(each);
        } else {
          state.segments.remove(each);
        }
        waiting.addAll(known.readers.getOrDefault(each, List.of()));
      }
    }
    for (var each : looked) {
      if (state.segments.contains(each) != before.contains(each)) {
        if (before.contains(each)) {
          changes.leave(personId, each);
        } else {
          changes.enter(personId, each, facts.now());
        }
      }
      var next = known.condition(each).nextChange(facts).orElse(null);
      if (!Objects.equals(next, state.timers.get(each))) {
        changes.timer(personId, each, next);
      }
    }
  }
}
