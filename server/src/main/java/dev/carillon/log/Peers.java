package dev.carillon.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one reader knows of how far the others are, asked for only when it meets a {@link Tie}. It
 * waits for a group as long as that moves; one that stands still for a minute is not waited for
 * until it moves again, so that a lane nobody reads cannot stop all others.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Duration patience;
  private final Map<Integer, Map<Integer, Long>> given = new HashMap<>();
  private @Nullable LanePositions positions;
  private Map<Integer, Map<Integer, Long>> watched = Map.of();
  private long watchedSince;

  Peers() {
    this(PATIENCE);
  }

  /**
   * @param patience how long a group may stand still that is waited for
   */
  Peers(Duration patience) {
    this.patience = patience;
  }

  /** What is asked next is read anew. */
  void outdate() {
    positions = null;
  }

  /** Whether nobody has to wait for this any more. */
  boolean isReady(Handle handle, Tie tie) {
    var now = positions(handle);
    return tie.isReady(now) || now.place(tie.group()).equals(given.get(tie.group()));
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
    if (!places.equals(watched)) {
      watched = places;
      watchedSince = System.nanoTime();
    } else if (System.nanoTime() - watchedSince > patience.toNanos()) {
      LOG.warn(
          "lane groups {} have not moved for {}: merges go on without them, and may come before calls about the same people",
          late,
          patience);
      given.putAll(places);
    }
  }
}
