package dev.carillon.log;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Query;

/**
 * How far lane groups have come: in each stream, the last block whose operations are done. Not
 * thread-safe.
 *
 * <p>A group may also stand inside the block that follows, at a {@link Tie}. Then the stream's
 * negative number leads to the operation it stands at; what comes before that is done, too. Numbers
 * of operations grow within a stream, so this one says nothing any more once the block is done.
 */
final class LanePositions {
  private static final long[] NOWHERE = new long[Lanes.GROUPS];

  private final Map<Integer, long[]> byStream = new TreeMap<>();

  /**
   * Reads what is stored.
   *
   * @param query selects {@code lane_group}, {@code stream_ids} and {@code seqs}
   */
  static LanePositions of(Query query) {
    var positions = new LanePositions();
    query.map((row, context) -> positions.add(row)).list();
    return positions;
  }

  /** Takes over what is stored of one group, and returns that. */
  int add(ResultSet row) throws SQLException {
    var group = row.getInt("lane_group");
    var streams = (Integer[]) row.getArray("stream_ids").getArray();
    var seqs = (Long[]) row.getArray("seqs").getArray();
    for (var i = 0; i < streams.length; i++) {
      at(streams[i])[group] = seqs[i];
    }
    return group;
  }

  private long[] at(int stream) {
    return byStream.computeIfAbsent(stream, _ -> new long[Lanes.GROUPS]);
  }

  /** The key under which it lies where a group stands inside a block of this stream. */
  static int inside(int stream) {
    return -stream;
  }

  /** The position of each group in a stream, or {@link #inside} one; 0 at the beginning. */
  long[] in(int key) {
    return byStream.getOrDefault(key, NOWHERE);
  }

  /** Whether this operation of a block is done. */
  boolean passed(int group, int stream, long seq, long op) {
    return in(stream)[group] >= seq || in(inside(stream))[group] > op;
  }

  /** Whether everything before this operation of a block is done. */
  boolean reached(int group, int stream, long seq, long op) {
    return in(stream)[group] >= seq || in(inside(stream))[group] >= op;
  }

  /** All streams, and {@link #inside} of them. */
  Set<Integer> keys() {
    return Set.copyOf(byStream.keySet());
  }

  /**
   * For each of the {@link #keys}, in ascending order, the position of the group that has come
   * least far.
   */
  SortedMap<Integer, Long> least(Set<Integer> groups) {
    var least = new TreeMap<Integer, Long>();
    byStream.forEach(
        (key, at) -> least.put(key, groups.stream().mapToLong(group -> at[group]).min().orElse(0)));
    return least;
  }

  /** Everything about one group. */
  Map<Integer, Long> place(int group) {
    return least(Set.of(group));
  }

  /** Notes that these groups have come at least so far. */
  void raise(Set<Integer> groups, Map<Integer, Long> reached) {
    reached.forEach((key, position) -> {
      var at = at(key);
      for (int group : groups) {
        at[group] = Math.max(at[group], position);
      }
    });
  }

  /** Forgets streams that are gone. */
  void keepOnly(Set<Integer> streams) {
    byStream.keySet().removeIf(key -> !streams.contains(Math.abs(key)));
  }
}
