package dev.carillon.log;

import dev.carillon.store.Database;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Shares the lane groups among the living workers. Each worker looks once a second: it takes groups
 * nobody living owns, up to its fair share, and lets go of what it has beyond it.
 *
 * <p>Who lives is read from the locks that log sessions hold, so a killed process is seen as soon
 * as its connections are gone. Ownership here only keeps two nodes from doing the same work; what
 * makes it safe is the epoch: taking a group raises it, and a batch commits only while the row
 * still carries the owner and the epoch the batch began with.
 */
public final class LaneOwnership {
  /** Advisory lock under which groups change hands. */
  private static final int ASSIGNMENT_LOCK = 7003;

  private static final int MISSING_TICKS = 3;

  private final Database database;
  private final LogWriter writer;
  private volatile Map<Integer, Long> owned = Map.of();
  private volatile Set<Integer> dead = Set.of();
  private volatile boolean shared;
  private Map<Integer, Integer> missing = Map.of();

  /** Owns nothing until the first {@link #tick}. */
  public LaneOwnership(Database database, LogWriter writer) {
    this.database = database;
    this.writer = writer;
  }

  /** The groups this node owns, with the epoch each was taken in. Immutable. */
  public Map<Integer, Long> owned() {
    return owned;
  }

  /** Whether other nodes write to the log. */
  public boolean shared() {
    return shared;
  }

  /**
   * Suspects that died: their incarnations held no lock at the last {@value #MISSING_TICKS} ticks.
   * Anything they had taken may be taken over.
   */
  public Set<Integer> dead() {
    return dead;
  }

  /** This node's name as an owner; 0 while the log has no session. */
  int self() {
    return writer.streamId();
  }

  /**
   * Looks who lives and takes or releases groups. Called at start, once a second, and when the
   * log's session was renewed.
   *
   * @param suspects incarnations that still hold something: told apart into living and {@link
   *     #dead}
   * @return whether this node's groups changed
   */
  public boolean tick(Set<Integer> suspects) {
    var self = writer.streamId();
    if (self == 0) {
      return adopt(Map.of());
    }
    return adopt(database.inTransaction(handle -> share(handle, self, suspects)));
  }

  /** Gives all groups back at once, at a graceful stop. */
  public void release() {
    var self = writer.streamId();
    adopt(Map.of());
    database.inTransaction(handle ->
        handle
            .createUpdate("UPDATE lane_group SET owner = NULL WHERE owner = :self")
            .bind("self", self)
            .execute());
  }

  private boolean adopt(Map<Integer, Long> groups) {
    var changed = !groups.equals(owned);
    owned = Map.copyOf(groups);
    return changed;
  }

  private Map<Integer, Long> share(Handle handle, int self, Set<Integer> suspects) {
    handle
        .createQuery("SELECT pg_advisory_xact_lock(:lock)::text")
        .bind("lock", ASSIGNMENT_LOCK)
        .mapTo(String.class)
        .one();
    var workers = liveSessions(handle, LogWriter.WORKER_LOCK);
    shared = liveSessions(handle, LogWriter.STREAM_LOCK).size() > 1;
    writer.shared(shared);
    noteMissing(handle, suspects);
    var mine = new TreeMap<Integer, Long>();
    var free = new ArrayList<Integer>();
    handle
        .createQuery("SELECT lane_group, owner, epoch FROM lane_group ORDER BY lane_group")
        .map((row, context) ->
            new Row(row.getInt("lane_group"), row.getInt("owner"), row.getLong("epoch")))
        .forEach(row -> {
          if (row.owner == self) {
            mine.put(row.group, row.epoch);
          } else if (!workers.contains(row.owner)) {
            free.add(row.group);
          }
        });
    var fair = fairShare(workers, self);
    if (mine.size() > fair) {
      var surplus = List.copyOf(mine.keySet()).subList(fair, mine.size());
      handle
          .createUpdate(
              "UPDATE lane_group SET owner = NULL WHERE lane_group = ANY(:groups) AND owner = :self")
          .bind("groups", surplus.stream().mapToInt(Integer::intValue).toArray())
          .bind("self", self)
          .execute();
      surplus.forEach(mine::remove);
    } else if (mine.size() < fair && !free.isEmpty()) {
      var taken = free.subList(0, Math.min(free.size(), fair - mine.size()));
      handle
          .createQuery(
              """
              UPDATE lane_group SET owner = :self, epoch = epoch + 1 WHERE lane_group = ANY(:groups)
              RETURNING lane_group, epoch
              """)
          .bind("self", self)
          .bind("groups", taken.stream().mapToInt(Integer::intValue).toArray())
          .map((row, context) -> Map.entry(row.getInt("lane_group"), row.getLong("epoch")))
          .forEach(group -> mine.put(group.getKey(), group.getValue()));
    }
    return mine;
  }

  /**
   * A session that breaks and is opened again is missing for a moment; only who is missing for
   * several ticks is dead.
   */
  private void noteMissing(Handle handle, Set<Integer> suspects) {
    var alive = liveSessions(handle, LogWriter.INCARNATION_LOCK);
    var counted = new TreeMap<Integer, Integer>();
    for (var known : suspects) {
      if (!alive.contains(known)) {
        counted.put(known, missing.getOrDefault(known, 0) + 1);
      }
    }
    missing = Map.copyOf(counted);
    dead =
        counted.entrySet().stream()
            .filter(entry -> entry.getValue() >= MISSING_TICKS)
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Groups divided evenly; the remainder goes to the oldest sessions. */
  private static int fairShare(Set<Integer> workers, int self) {
    var older = workers.stream().filter(worker -> worker < self).count();
    var count = Math.max(1, workers.size());
    return Lanes.GROUPS / count + (older < Lanes.GROUPS % count ? 1 : 0);
  }

  private static Set<Integer> liveSessions(Handle handle, int lockClass) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                SELECT objid::bigint::int FROM pg_locks
                 WHERE locktype = 'advisory' AND classid::bigint = :class AND objsubid = 2 AND granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            .bind("class", lockClass)
            .mapTo(Integer.class)
            .list());
  }

  private record Row(int group, int owner, long epoch) {}
}
