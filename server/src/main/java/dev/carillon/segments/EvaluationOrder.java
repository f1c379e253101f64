package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.SegmentRepository.Live;
import dev.carillon.segments.Surroundings.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The segments that are built together and all that may change with them, in an order in which each
 * comes after all it reads.
 */
final class EvaluationOrder {
  private final List<Live> segments;
  private final List<@Nullable Build> builds;
  private final List<List<Integer>> readers;
  private final int[] read;

  private EvaluationOrder(
      List<Live> segments, List<@Nullable Build> builds, List<List<Integer>> readers, int[] read) {
    this.segments = segments;
    this.builds = builds;
    this.readers = readers;
    this.read = read;
  }

  /**
   * Arranges segments.
   *
   * @param live all there are
   */
  static EvaluationOrder of(List<Live> live, List<Build> builds) {
    var byId = new HashMap<Integer, Live>();
    live.forEach(each -> byId.put(each.segmentId(), each));
    var readers = new HashMap<Integer, List<Integer>>();
    for (var each : live) {
      for (var read : each.wakes().segments()) {
        readers.computeIfAbsent(read, _ -> new ArrayList<>()).add(each.segmentId());
      }
    }
    var ranks = SegmentRanks.of(live);
    var ordered =
        reached(builds, readers).stream()
            .map(segmentId -> known(byId, segmentId))
            .sorted(
                Comparator.<Live>comparingInt(each -> ranks.getOrDefault(each.segmentId(), 0))
                    .thenComparingInt(Live::segmentId))
            .toList();
    var places = new HashMap<Integer, Integer>();
    ordered.forEach(each -> places.put(each.segmentId(), places.size()));
    var building = new HashMap<Integer, Build>();
    builds.forEach(each -> building.put(each.targetId(), each));
    var read = new HashSet<Integer>(places.keySet());
    var own = new ArrayList<@Nullable Build>();
    var following = new ArrayList<List<Integer>>();
    for (var each : ordered) {
      read.addAll(each.wakes().segments());
      own.add(building.get(each.segmentId()));
      following.add(
          readers.getOrDefault(each.segmentId(), List.of()).stream().map(places::get).toList());
    }
    return new EvaluationOrder(
        ordered, own, following, read.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Set<Integer> reached(List<Build> builds, Map<Integer, List<Integer>> readers) {
    var reached = new HashSet<Integer>();
    var waiting = new ArrayDeque<Integer>();
    builds.forEach(each -> waiting.add(each.targetId()));
    while (!waiting.isEmpty()) {
      var each = waiting.poll();
      if (reached.add(each)) {
        waiting.addAll(readers.getOrDefault(each, List.of()));
      }
    }
    return reached;
  }

  private static Live known(Map<Integer, Live> byId, int segmentId) {
    var live = byId.get(segmentId);
    if (live == null) {
      throw new IllegalStateException(
          "segment %d is built, but has no conditions".formatted(segmentId));
    }
    return live;
  }

  /** How many segments there are. */
  int size() {
    return segments.size();
  }

  int segmentId(int place) {
    return segments.get(place).segmentId();
  }

  Live segment(int place) {
    return segments.get(place);
  }

  /** The build of this segment; null when it is here as a reader alone. */
  @Nullable Build build(int place) {
    return builds.get(place);
  }

  /** Places of the segments that read this one; each is behind it. */
  List<Integer> readers(int place) {
    return readers.get(place);
  }

  /** Ids of all segments whose membership is looked at. */
  int[] read() {
    return read;
  }

  /** What these segments read of the surroundings. */
  Part surroundings() {
    var part = Part.NONE;
    for (var each : segments) {
      part = part.plus(each.surroundings());
    }
    return part;
  }
}
