package dev.carillon.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lanes of one processor in order, out of all streams, and moves their positions. Used by
 * one thread.
 *
 * <p>Within a stream blocks are numbered without holes by one session, so what is visible is
 * complete. Between streams the order is that of the database's clock at the insert (a block counts
 * as no earlier than those before it, should that clock be set back), and all streams are read in
 * one snapshot: if a caller was answered by one node before it called another, the first block is
 * visible whenever the second is, and its time is earlier. So one caller's sequential calls stay in
 * order whichever nodes took them.
 */
public final class LaneReader {
  private static final int BLOCKS = 64;

  /** Of one stream and read; the block that reaches it is still taken. */
  private static final int BYTES = 2 * 1024 * 1024;

  private final LaneOwnership ownership;
  private final int index;
  private final int processors;
  private Map<Integer, Long> epochs = Map.of();
  private long mask;
  private int owner;
  private boolean unsaved;

  /** Stream → position of each lane group. */
  private final Map<Integer, long[]> positions = new TreeMap<>();

  /**
   * @param index which of the node's {@code processors} readers this is, from 0; the node's groups
   *     are dealt out in turn
   */
  public LaneReader(LaneOwnership ownership, int index, int processors) {
    this.ownership = ownership;
    this.index = index;
    this.processors = processors;
  }

  /** The lanes this reader reads, as a bit set; 0 when the node owns none for it. */
  public long mask() {
    return mask;
  }

  /** The lane groups this reader reads. */
  public int[] groups() {
    return epochs.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /**
   * Forgets groups and positions, so that the next {@link #adopt} reads them again: after a
   * rollback, a lost connection, lost lanes.
   */
  public void forget() {
    epochs = Map.of();
    mask = 0;
    positions.clear();
    unsaved = false;
  }

  /** Takes over what the node owns by now: loads positions when the groups changed. */
  public void adopt(Handle handle) {
    var mine = new HashMap<Integer, Long>();
    ownership
        .owned()
        .forEach((group, epoch) -> {
          if (group % processors == index) {
            mine.put(group, epoch);
          }
        });
    if (mine.equals(epochs) && owner == ownership.self()) {
      return;
    }
    forget();
    owner = ownership.self();
    handle
        .createQuery(
            "SELECT lane_group, stream_ids, seqs FROM lane_group WHERE owner = :owner AND lane_group = ANY(:groups)")
        .bind("owner", owner)
        .bind("groups", mine.keySet().stream().mapToInt(Integer::intValue).toArray())
        .map((row, context) -> {
          var streams = (Integer[]) row.getArray("stream_ids").getArray();
          var seqs = (Long[]) row.getArray("seqs").getArray();
          for (var i = 0; i < streams.length; i++) {
            of(streams[i])[row.getInt("lane_group")] = seqs[i];
          }
          return row.getInt("lane_group");
        })
        .list();
    epochs = Map.copyOf(mine);
    mask = Lanes.maskOf(epochs.keySet());
  }

  private long[] of(int stream) {
    return positions.computeIfAbsent(stream, _ -> new long[Lanes.GROUPS]);
  }

  private long least(long[] groups) {
    return epochs.keySet().stream().mapToLong(group -> groups[group]).min().orElse(0);
  }

  /**
   * Reads what comes next. The positions move only with {@link #confirmed}.
   *
   * @param mostBlocks how many blocks of each stream at most, from 1
   */
  public LaneBatch read(Handle handle, int mostBlocks) {
    var streams = positions.keySet().stream().mapToInt(Integer::intValue).toArray();
    var froms = positions.values().stream().mapToLong(this::least).toArray();
    var rows =
        handle
            .createQuery(
                """
                SELECT s.stream_id, b.seq, b.first_op, b.received_at, b.latest, b.payload, b.cut
                  FROM log_stream s
                  LEFT JOIN unnest(:streams, :froms) AS p(stream_id, seq) ON p.stream_id = s.stream_id
                 CROSS JOIN LATERAL (
                       SELECT c.seq, c.first_op, c.received_at, c.latest, c.total > :bytes OR c.blocks = :limit AS cut,
                              CASE WHEN c.lanes & :mask <> 0 THEN c.payload END AS payload
                         FROM (SELECT l.*, max(l.written_at) OVER so_far AS latest,
                                      sum(octet_length(l.payload)) OVER so_far - octet_length(l.payload) AS before,
                                      sum(octet_length(l.payload)) OVER () AS total, count(*) OVER () AS blocks
                                 FROM (SELECT * FROM log_block
                                        WHERE stream_id = s.stream_id AND seq > coalesce(p.seq, 0)
                                        ORDER BY seq LIMIT :limit) l
                               WINDOW so_far AS (ORDER BY l.seq)) c
                        WHERE c.before <= :bytes) b
                 ORDER BY b.latest, s.stream_id, b.seq
                """)
            .bind("streams", streams)
            .bind("froms", froms)
            .bind("mask", mask)
            .bind("bytes", BYTES)
            .bind("limit", Math.min(BLOCKS, mostBlocks))
            .map((row, context) ->
                new Row(
                    row.getInt("stream_id"),
                    row.getLong("seq"),
                    row.getLong("first_op"),
                    row.getTimestamp("received_at").toInstant(),
                    row.getTimestamp("latest").toInstant(),
                    row.getBytes("payload"),
                    row.getBoolean("cut")))
            .list();
    return batchOf(rows);
  }

  private LaneBatch batchOf(List<Row> rows) {
    var cutoff = Instant.MAX;
    var more = false;
    var last = new HashMap<Integer, Row>();
    rows.forEach(
        row -> last.merge(row.stream, row, (one, other) -> one.seq > other.seq ? one : other));
    for (var row : last.values()) {
      // A stream that was cut: nothing later than its last block may be applied yet.
      if (row.cut) {
        more = true;
        cutoff = row.latest.isBefore(cutoff) ? row.latest : cutoff;
      }
    }
    var entries = new ArrayList<LogEntry>();
    var reached = new TreeMap<Integer, Long>();
    for (var row : rows) {
      if (row.latest.isAfter(cutoff)) {
        continue;
      }
      reached.merge(row.stream, row.seq, Math::max);
      if (row.payload != null) {
        new Block(row.stream, row.seq, row.firstOp, row.receivedAt, row.payload)
            .collect(open(row), entries);
      }
    }
    var groups = new HashSet<Integer>();
    entries.forEach(entry -> groups.add(Lanes.groupOf(entry.lane())));
    return new LaneBatch(entries, reached, groups, more);
  }

  /**
   * The lanes whose groups have not passed this block yet; after a take-over groups may stand at
   * different places.
   */
  private long open(Row row) {
    var at = positions.get(row.stream);
    if (at == null) {
      return mask;
    }
    var behind = epochs.keySet().stream().filter(group -> at[group] < row.seq).toList();
    return behind.size() == epochs.size() ? mask : Lanes.maskOf(behind);
  }

  /**
   * Moves the stored positions of the batch's groups, inside the batch's transaction.
   *
   * @throws LanesLost when another node has taken one of them: roll back
   */
  public void advance(Handle handle, LaneBatch batch) {
    if (!batch.groups().isEmpty()) {
      store(
          handle,
          batch.groups().stream().mapToInt(Integer::intValue).sorted().toArray(),
          batch.reached());
    }
  }

  /** Takes note that the batch is committed. */
  public void confirmed(LaneBatch batch) {
    batch
        .reached()
        .forEach((stream, seq) -> {
          var at = of(stream);
          for (int group : epochs.keySet()) {
            at[group] = Math.max(at[group], seq);
          }
        });
    unsaved |= !batch.reached().isEmpty();
  }

  /**
   * Stores the positions of all groups, also of those that had nothing to apply, so that the log
   * can be trimmed. Called now and then, in a transaction of its own.
   */
  public void flush(Handle handle) {
    if (unsaved && !epochs.isEmpty()) {
      var live =
          new HashSet<>(
              handle.createQuery("SELECT stream_id FROM log_stream").mapTo(Integer.class).list());
      positions.keySet().retainAll(live);
      handle.useTransaction(h -> store(h, groups(), Map.of()));
      unsaved = false;
    }
  }

  private void store(Handle handle, int[] groups, Map<Integer, Long> reached) {
    var streams = new TreeMap<Integer, long @Nullable []>(positions);
    reached.keySet().forEach(stream -> streams.putIfAbsent(stream, null));
    var seqs = new String[groups.length];
    for (var i = 0; i < groups.length; i++) {
      var text = new StringBuilder("{");
      for (var stream : streams.entrySet()) {
        var at = stream.getValue() == null ? 0 : stream.getValue()[groups[i]];
        text.append(text.length() > 1 ? "," : "")
            .append(Math.max(at, reached.getOrDefault(stream.getKey(), 0L)));
      }
      seqs[i] = text.append('}').toString();
    }
    var moved =
        handle
            .createUpdate(
                """
                UPDATE lane_group g SET stream_ids = :streams, seqs = u.seqs::bigint[]
                  FROM unnest(:groups, :epochs, :seqs) AS u(lane_group, epoch, seqs)
                 WHERE g.lane_group = u.lane_group AND g.owner = :owner AND g.epoch = u.epoch
                """)
            .bind("streams", streams.keySet().stream().mapToInt(Integer::intValue).toArray())
            .bind("groups", groups)
            .bind(
                "epochs",
                Arrays.stream(groups).mapToLong(group -> epochs.getOrDefault(group, -1L)).toArray())
            .bind("seqs", seqs)
            .bind("owner", owner)
            .execute();
    if (moved != groups.length) {
      throw new LanesLost(
          "lane groups %s: expected to own all of them as %d, found %d"
              .formatted(Arrays.toString(groups), owner, moved));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Row(
      int stream,
      long seq,
      long firstOp,
      Instant receivedAt,
      Instant latest,
      byte @Nullable [] payload,
      boolean cut) {}
}
