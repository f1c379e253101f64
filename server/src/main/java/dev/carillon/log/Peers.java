package dev.carillon.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one reader knows of how far the others are, asked for only when it meets a {@link Tie}. It
 * waits for a group as long as that moves; one that stands still for five minutes is not waited for
 * until it moves again, so that a process that hangs cannot stop the lanes of all others. (The
 * lanes of one that is gone move on with their next owner.) Time counts only while this reader
 * looks: after an outage or a pause of the machine it begins anew.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Looks further apart than this say nothing about what was between them. */
  private static final long LOOKS_APART_NANOS = Duration.ofSeconds(5).toNanos();

  private final LongSupplier nanoTime;
  private final Map<Integer, Map<Integer, Long>> givenUp = new HashMap<>();
  private @Nullable LanePositions positions;
  private Map<Integer, Map<Integer, Long>> watched = Map.of();
  private long watchedSince;
  private long lookedAt;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Peers(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** What is asked next is read anew. */
  void outdate() {
    positions = null;
  }

  /** Whether nobody has to wait for this any more. */
  boolean isReady(Handle handle, Tie tie) {
    var now = positions(handle);
    if (tie.isReady(now)) {
      return true;
    }
    var given = givenUp.get(tie.group());
    return given != null && given.equals(now.place(tie.group()));
  }

  private LanePositions positions(Handle handle) {
    var known = positions;
    if (known == null) {
      known =
          LanePositions.of(
              handle.createQuery("SELECT lane_group, stream_ids, seqs FROM lane_group"));
      positions = known;
    }
    return known;
  }

  /** Looks again whether all of these are ready. */
  boolean areReady(Handle handle, List<Tie> ties) {
    outdate();
    var late = new HashSet<Integer>();
    for (var tie : ties) {
      if (!isReady(handle, tie)) {
        late.add(tie.group());
      }
    }
    if (late.isEmpty()) {
      return true;
    }
    watch(positions(handle), late);
    return false;
  }

  private void watch(LanePositions now, Set<Integer> late) {
    var places = new HashMap<Integer, Map<Integer, Long>>();
    late.forEach(group -> places.put(group, now.place(group)));
    var looked = nanoTime.getAsLong();
    if (!places.equals(watched) || looked - lookedAt > LOOKS_APART_NANOS) {
      watched = places;
      watchedSince = looked;
    } else if (looked - watchedSince > PATIENCE.toNanos()) {
      LOG.warn(
          "lane groups {} have not moved for {}: merges go on without them, and may come before calls about the same people",
          late,
          PATIENCE);
      givenUp.putAll(places);
    }
    lookedAt = looked;
  }
}
