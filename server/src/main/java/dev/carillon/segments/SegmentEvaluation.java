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
    var now = clock.instant();
    var ids = range.ids();
    var states = load(handle, ids, order);
    var packed = events.counters(handle, ids);
    var underWay = OpenBuilds.read(handle, range.born());
    var changes = new Changes();
    range
        .people()
        .forEach((personId, found) -> {
          var state = states.getOrDefault(personId, new State());
          var bytes = packed.get(personId);
          var facts =
              new StoredFacts(
                  now,
                  personId,
                  AttributesJson.parse(found.attributes()),
                  bytes == null ? Counters.EMPTY : Counters.unpack(bytes),
                  state.segments,
                  Surroundings.NONE);
          evaluate(found, order, facts, state, underWay, changes);
        });
    memberships.write(handle, changes);
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
      if (!concerned && (!due[i] || underWay.leaves(personId, segmentId))) {
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
}
