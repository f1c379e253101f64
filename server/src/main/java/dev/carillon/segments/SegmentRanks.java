package dev.carillon.segments;

import dev.carillon.segments.SegmentRepository.Live;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How deep each segment stands on others: what is read comes before what reads it. */
public final class SegmentRanks {
  private SegmentRanks() {}

  /**
   * The ranks: that of a segment is higher than that of every segment it reads. References never
   * lead back (S-10).
   *
   * @return by segment; 0 for one that is absent
   */
  public static Map<Integer, Integer> of(List<Live> live) {
    var ranks = new HashMap<Integer, Integer>();
    for (var changed = true; changed; ) {
      changed = false;
      for (var each : live) {
        var below =
            each.wakes().segments().stream().mapToInt(read -> ranks.getOrDefault(read, 0)).max();
        var rank = Math.min(below.orElse(-1) + 1, live.size());
        if (ranks.getOrDefault(each.segmentId(), 0) < rank) {
          ranks.put(each.segmentId(), rank);
          changed = true;
        }
      }
    }
    return ranks;
  }
}
