package dev.carillon.segments;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which segments read which: references must lead somewhere, and never back (S-10). */
final class SegmentReferences {
  private SegmentReferences() {}

  /** The segments a condition reads, by where they stand. */
  static Map<String, Integer> of(Condition condition) {
    var found = new LinkedHashMap<String, Integer>();
    collect(condition, "conditions", found);
    return found;
  }

  private static void collect(Condition condition, String path, Map<String, Integer> found) {
    switch (condition) {
      case Condition.And(var all) -> collect(all, path + ".and", found);
      case Condition.Or(var any) -> collect(any, path + ".or", found);
      case Condition.Not(var inner) -> collect(inner, path + ".not", found);
      case Condition.InSegment(var id) -> found.put(path + ".segment.id", id);
      case Condition.Attribute _,
          Condition.Event _,
          Condition.Message _,
          Condition.Subscribed _,
          Condition.Device _,
          Condition.Related _,
          Condition.InCampaign _,
          Condition.Sample _ -> {}
    }
  }

  private static void collect(List<Condition> conditions, String path, Map<String, Integer> found) {
    for (var i = 0; i < conditions.size(); i++) {
      collect(conditions.get(i), "%s[%d]".formatted(path, i), found);
    }
  }

  /**
   * What is wrong with the references of a segment.
   *
   * @param segmentId the segment itself; 0 while it has no number
   * @param graph all segments of the workspace, each with those it reads
   */
  static List<Fault> faults(Condition condition, int segmentId, Map<Integer, Set<Integer>> graph) {
    var faults = new ArrayList<Fault>();
    of(condition)
        .forEach((path, id) -> {
          if (!graph.containsKey(id)) {
            faults.add(
                new Fault(
                    path, "must be the number of a segment; there is no segment %d".formatted(id)));
          } else if (leads(id, segmentId, graph)) {
            faults.add(
                new Fault(
                    path,
                    id == segmentId
                        ? "must not be the segment itself"
                        : "must not lead back; segment %d reads this segment".formatted(id)));
          }
        });
    return faults;
  }

  private static boolean leads(int from, int to, Map<Integer, Set<Integer>> graph) {
    var seen = new HashSet<Integer>();
    var waiting = new ArrayDeque<>(List.of(from));
    while (!waiting.isEmpty()) {
      var each = waiting.poll();
      if (each == to) {
        return true;
      }
      if (seen.add(each)) {
        waiting.addAll(graph.getOrDefault(each, Set.of()));
      }
    }
    return false;
  }
}
