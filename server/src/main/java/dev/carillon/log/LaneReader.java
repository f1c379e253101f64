package dev.carillon.log;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
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
 *
 * <p>An operation may keep its place in two lanes ({@link Log.Entry}). Where different readers read
 * them, the one of the first lane applies it, and each waits there for the other ({@link
 * BatchAssembly}).
 */
public final class LaneReader {
  private static final int BLOCKS = 64;

  /**
   * Of one stream and read; the block that reaches it is still taken. Some thousand operations:
   * larger batches are no cheaper, and all they hold outlives the young generation.
   */
  private static final int BYTES = 512 * 1024;

  /**
   * A reader that waits reads again so often: something of another stream may have turned up that
   * comes before.
   */
  private static final long READ_AGAIN_NANOS = Duration.ofMillis(200).toNanos();

  private final LaneOwnership ownership;
  private final int index;
  private final int processors;
  private final LongSupplier nanoTime;
  private final Peers peers;
  private Map<Integer, Long> epochs = Map.of();
  private long mask;
  private int owner;
  private boolean unsaved;
  private LanePositions positions = new LanePositions();

  private long readAt;

  /** Where the batch that was read last ends. */
  private List<Tie> ending = List.of();

  /** Where this reader stands. */
  private List<Tie> awaited = List.of();

  /**
   * @param index which of the node's {@code processors} readers this is, from 0; the node's groups
   *     are dealt out in turn
   */
  public LaneReader(LaneOwnership ownership, int index, int processors) {
    this(ownership, index, processors, System::nanoTime);
  }

  LaneReader(LaneOwnership ownership, int index, int processors, LongSupplier nanoTime) {
    this.ownership = ownership;
    this.index = index;
    this.processors = processors;
    this.nanoTime = nanoTime;
    this.peers = new Peers(nanoTime);
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
    positions = new LanePositions();
    ending = List.of();
    awaited = List.of();
    unsaved = false;
  }

  /**
   * Takes over what the node owns by now: loads positions when the groups changed. Nothing when the
   * database does not say so any more, or not yet: without their positions they would be read from
   * the beginning.
   */
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
    var found = new HashMap<Integer, Long>();
    handle
        .createQuery(
            "SELECT lane_group, epoch, stream_ids, seqs FROM lane_group WHERE owner = :owner AND lane_group = ANY(:groups)")
        .bind("owner", owner)
        .bind("groups", mine.keySet().stream().mapToInt(Integer::intValue).toArray())
        .map((row, context) -> Map.entry(positions.add(row), row.getLong("epoch")))
        .forEach(group -> found.put(group.getKey(), group.getValue()));
    if (!found.equals(mine)) {
      forget();
      return;
    }
    epochs = Map.copyOf(mine);
    mask = Lanes.maskOf(epochs.keySet());
  }

  /**
   * Whether this reader stands at an operation that other readers have a part in, and has to wait
   * for them. Reading is not wrong then, but finds little.
   */
  public boolean waits(Handle handle) {
    return !awaited.isEmpty()
        && !peers.areReady(handle, awaited)
        && nanoTime.getAsLong() - readAt <= READ_AGAIN_NANOS;
  }

  /**
   * Reads what comes next. The positions move only with {@link #confirmed}.
   *
   * @param mostBlocks how many blocks of each stream at most, from 1
   */
  public LaneBatch read(Handle handle, int mostBlocks) {
    var least = positions.least(epochs.keySet());
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
            .bind("streams", least.keySet().stream().mapToInt(Integer::intValue).toArray())
            .bind("froms", least.values().stream().mapToLong(Long::longValue).toArray())
            .bind("mask", mask)
            .bind("bytes", BYTES)
            .bind("limit", Math.min(BLOCKS, mostBlocks))
            .map((row, context) ->
                new BatchAssembly.Row(
                    row.getInt("stream_id"),
                    row.getLong("seq"),
                    row.getTimestamp("latest").toInstant(),
                    block(row),
                    row.getBoolean("cut")))
            .list();
    readAt = nanoTime.getAsLong();
    peers.outdate();
    var assembly = new BatchAssembly(handle, mask, positions, peers);
    var batch = assembly.of(rows);
    ending = assembly.awaited();
    return batch;
  }

  private static @Nullable Block block(ResultSet row) throws SQLException {
    var payload = row.getBytes("payload");
    return payload == null
        ? null
        : new Block(
            row.getInt("stream_id"),
            row.getLong("seq"),
            row.getLong("first_op"),
            row.getTimestamp("received_at").toInstant(),
            payload);
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

  /** Takes note that the batch, the last one that was read, is committed. */
  public void confirmed(LaneBatch batch) {
    positions.raise(epochs.keySet(), batch.reached());
    awaited = ending;
    unsaved |= !batch.reached().isEmpty();
  }

  /**
   * Stores the positions of all groups, also of those that had nothing to apply, so that the log
   * can be trimmed. Called now and then, in a transaction of its own.
   */
  public void flush(Handle handle) {
    if (unsaved && !epochs.isEmpty()) {
      positions.keepOnly(
          new HashSet<>(
              handle.createQuery("SELECT stream_id FROM log_stream").mapTo(Integer.class).list()));
      handle.useTransaction(h -> store(h, groups(), Map.of()));
      unsaved = false;
    }
  }

  private void store(Handle handle, int[] groups, Map<Integer, Long> reached) {
    var keys = new TreeSet<>(positions.keys());
    keys.addAll(reached.keySet());
    var seqs =
        Arrays.stream(groups)
            .mapToObj(group ->
                keys.stream()
                    .map(key -> Math.max(positions.in(key)[group], reached.getOrDefault(key, 0L)))
                    .map(String::valueOf)
                    .collect(Collectors.joining(",", "{", "}")))
            .toArray(String[]::new);
    var moved =
        handle
            .createUpdate(
                """
                UPDATE lane_group g SET stream_ids = :streams, seqs = u.seqs::bigint[]
                  FROM unnest(:groups, :epochs, :seqs) AS u(lane_group, epoch, seqs)
                 WHERE g.lane_group = u.lane_group AND g.owner = :owner AND g.epoch = u.epoch
                """)
            .bind("streams", keys.stream().mapToInt(Integer::intValue).toArray())
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
}
