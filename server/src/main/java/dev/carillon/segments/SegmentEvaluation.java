package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.BuildRepository.Kind;
import dev.carillon.segments.MembershipRepository.Changes;
import dev.carillon.segments.PeopleRange.Found;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
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
  private @Nullable Arranged arranged;

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

  /** What builds go by, range after range. */
  private record Arranged(Rules rules, List<Build> builds, EvaluationOrder order) {}

  private synchronized EvaluationOrder order(Handle handle, List<Build> builds, Epoch epoch) {
    var present = rules(handle, epoch);
    var known = arranged;
    if (known == null || known.rules.epoch != present.epoch || !known.builds.equals(builds)) {
      known = new Arranged(present, builds, EvaluationOrder.of(present.live, builds));
      arranged = known;
    }
    return known.order;
  }

  /** Evaluates the segments of builds for locked people who are their business. */
  void evaluate(Handle handle, List<Build> builds, PeopleRange range, Epoch epoch) {
    var order = order(handle, builds, epoch);
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
              state.entered.keySet(),
              around.getOrDefault(personId, Surroundings.NONE));
      evaluate(found, order, facts, state, underWay, changes);
    });
  }

  /**
   * Takes people out of a segment nobody is to be in, and evaluates what reads it.
   *
   * @param most how many at once
   * @return false when nobody was in it
   */
  boolean empty(Handle handle, int segmentId, int most, Epoch epoch) {
    var range = PeopleRange.members(handle, segmentId, most);
    if (range == null) {
      return false;
    }
    if (!range.people().isEmpty()) {
      var everybody = Integer.MAX_VALUE;
      var build = new Build(Kind.SEGMENT, segmentId, new WorkspaceId(0), 0, everybody);
      evaluate(handle, List.of(build), range, epoch);
    }
    return true;
  }

  /** What is stored of a person: the segments, kept up to date, and the timers. */
  private static final class State {
    private final Map<Integer, Instant> entered = new HashMap<>();
    private final Map<Integer, Instant> timers = new HashMap<>();
  }

  private Map<Long, State> load(Handle handle, long[] ids, EvaluationOrder order) {
    var states = new HashMap<Long, State>();
    for (var row : memberships.load(handle, ids, order.read())) {
      var state = states.computeIfAbsent(row.personId(), _ -> new State());
      if (row.timer()) {
        state.timers.put(row.segmentId(), row.at());
      } else {
        state.entered.put(row.segmentId(), row.at());
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
      var segment = order.segment(i);
      var segmentId = segment.segmentId();
      if (!concerned
          && (!due[i] || isWoken(segment.wakes(), state.timers.get(segmentId), facts.now()))) {
        continue;
      }
      var condition = segment.condition(!concerned && underWay.leaves(personId, segmentId));
      if (condition == null) {
        continue;
      }
      var before = state.entered.get(segmentId);
      var matches = condition.matches(facts);
      if (matches == (before == null)) {
        if (matches) {
          state.entered.put(segmentId, facts.now());
          changes.enter(personId, segmentId, facts.now());
        } else {
          state.entered.remove(segmentId);
          changes.leave(personId, segmentId);
        }
        if (build != null && concerned && segment.served()) {
          changes.former(personId, segmentId, build.version(), before);
        }
        for (var reader : order.readers(i)) {
          due[reader] = true;
        }
      }
      var next = condition.nextChange(facts).orElse(null);
      if (!Objects.equals(next, state.timers.get(segmentId))) {
        changes.timer(personId, segmentId, next);
      }
    }
  }

  /**
   * Whether something has woken a segment that reads surroundings, and due work is about to look:
   * who comes into it then has just entered it.
   */
  private static boolean isWoken(Wakes wakes, @Nullable Instant due, Instant now) {
    return due != null && !due.isAfter(now) && wakes.surroundings();
  }
}
