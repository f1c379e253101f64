package dev.carillon.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes a batch out of blocks that were read: picks the operations of the reader's lanes, and ends
 * where the reader has to wait at a {@link Tie}.
 *
 * <p><b>Why nobody waits in a circle.</b> All readers go through the same operations in the same
 * order. So the reader that stands at the earliest of all ties finds the other one there, or behind
 * it with nothing in its way. Blocks of different streams may become visible in another order than
 * they are sorted in; so a reader that waits reads again, and takes what has turned up before its
 * tie.
 *
 * <p><b>Several at once.</b> A reader whose next operations are all applied by others, each tied to
 * another lane of its own, need not stop at each of them: it stands at the last one and waits for
 * all.
 */
final class BatchAssembly {
  private final Handle handle;
  private final long mask;
  private final LanePositions positions;
  private final Peers peers;
  private final List<LogEntry> entries = new ArrayList<>();
  private final Map<Integer, Long> reached = new TreeMap<>();
  private final BitSet moved = new BitSet(Lanes.GROUPS);
  private final List<Tie> awaited = new ArrayList<>();
  private @Nullable Instant standing;
  private boolean met;

  /**
   * @param mask the lanes that are read here, as a bit set of whole groups
   * @param positions of these groups
   */
  BatchAssembly(Handle handle, long mask, LanePositions positions, Peers peers) {
    this.handle = handle;
    this.mask = mask;
    this.positions = positions;
    this.peers = peers;
  }

  /**
   * One block that was read.
   *
   * @param latest orders blocks of all streams
   * @param block null when none of its operations is for this reader
   * @param cut whether its stream goes on behind what was read
   */
  record Row(int stream, long seq, Instant latest, @Nullable Block block, boolean cut) {}

  /** The ties at which the batch ends; empty when it goes to the end of what was read. */
  List<Tie> awaited() {
    return List.copyOf(awaited);
  }

  /**
   * Makes the batch.
   *
   * @param rows in order
   */
  LaneBatch of(List<Row> rows) {
    // A stream that was cut: nothing later than its last block may be applied yet.
    var last = new TreeMap<Integer, Row>();
    rows.forEach(
        row -> last.merge(row.stream, row, (one, other) -> one.seq > other.seq ? one : other));
    var cutoff =
        last.values().stream()
            .filter(Row::cut)
            .map(Row::latest)
            .min(Instant::compareTo)
            .orElse(Instant.MAX);
    for (var row : rows) {
      if (row.latest.isAfter(cutoff)) {
        continue;
      }
      if (row.block != null) {
        take(row, row.block);
        if (!awaited.isEmpty()) {
          break;
        }
      }
      reached.merge(row.stream, row.seq, Math::max);
    }
    var more = !cutoff.equals(Instant.MAX) || !awaited.isEmpty();
    var groups =
        moved.stream()
            .filter(group -> (Lanes.maskOf(group) & mask) != 0)
            .boxed()
            .collect(Collectors.toSet());
    return new LaneBatch(entries, reached, groups, more, standing, met);
  }

  private void take(Row row, Block block) {
    var at = positions.in(row.stream);
    var inside = positions.in(LanePositions.inside(row.stream));
    var standing = new HashSet<Integer>();
    var touched = new BitSet(Lanes.GROUPS);
    for (var entry : block.entries(mask)) {
      var group = Lanes.groupOf(entry.lane());
      var tied = Lanes.groupOf(entry.tied());
      touched.set(group);
      touched.set(tied);
      if (isRead(entry.lane())) {
        if (at[group] >= row.seq || inside[group] > entry.op()) {
          continue; // done; after a take-over groups may stand at different places
        }
        if (!awaited.isEmpty()) {
          return;
        }
        if (!isRead(entry.tied())) {
          var tie = new Tie(tied, row.stream, row.seq, entry.op(), false);
          if (!peers.isReady(handle, tie)) {
            stand(tie, entry);
            return;
          }
          met = true;
        }
        entries.add(entry);
        moved.set(group);
        moved.set(tied); // if it is read here, the batch holds only while it still is
      } else if (at[tied] < row.seq) {
        var tie = new Tie(group, row.stream, row.seq, entry.op(), true);
        if (!peers.isReady(handle, tie)) {
          if (!standing.add(entry.tied())) {
            return;
          }
          stand(tie, entry);
          if (inside[tied] < entry.op()) {
            met = true;
            moved.set(tied);
          }
        }
      }
    }
    if (awaited.isEmpty()) {
      moved.or(touched); // also those of which nothing was left to do here
    }
  }

  private boolean isRead(int lane) {
    return (mask >>> lane & 1) != 0;
  }

  private void stand(Tie tie, LogEntry entry) {
    if (awaited.isEmpty()) {
      standing = entry.receivedAt();
    }
    awaited.add(tie);
    reached.put(LanePositions.inside(tie.stream()), tie.op());
  }
}
