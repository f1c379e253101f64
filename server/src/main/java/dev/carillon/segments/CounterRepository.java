package dev.carillon.segments;

import dev.carillon.events.EventNames;
import dev.carillon.segments.CounterSpec.Subject;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The per-person counters that conditions read. A counter counts from the epoch that knows it; what
 * happened before is filled in by a build (class {@link SegmentBuilder}), after which it is
 * complete.
 *
 * <p>A counter lives as long as some rule reads it ({@link CounterReader}). When the last one goes
 * it is unused from the next epoch on: nothing counts it any more. Should the same be counted again
 * later, that is a new counter with a number and a build of its own, so nobody ever reads a count
 * that stood still for a while.
 */
public final class CounterRepository {
  /** Longer than it takes to explain a rule that was read before it changed. */
  private static final Duration UNUSED_KEPT = Duration.ofMinutes(10);

  private static final int EVERY_WORKSPACE = 0;
  private static final String COUNTER =
      """
      SELECT c.counter_id, c.workspace_id, c.name_id, n.kind, n.name, c.subject, c.conditions, c.from_at, c.to_at, c.newest,
             c.complete, c.unused_at IS NULL
        FROM counter c LEFT JOIN event_name n USING (name_id)
      """;

  private final InstantSource clock;
  private final BuildRepository builds = new BuildRepository();
  private final CounterReaders readers = new CounterReaders();

  /** Dates what it stores by this clock. */
  public CounterRepository(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A counter.
   *
   * @param nameId number of the event name; null when it counts anything but events of one name
   * @param complete whether it is right for everybody; false while its build is under way
   * @param used whether any rule reads it; false: it is not counted any more
   */
  public record Stored(
      int counterId,
      WorkspaceId workspace,
      @Nullable Integer nameId,
      CounterSpec spec,
      boolean complete,
      boolean used) {}

  /**
   * All counters of all workspaces, in the order of their ids, those as well that are not used any
   * more.
   */
  public List<Stored> all(Handle handle) {
    return read(handle, EVERY_WORKSPACE);
  }

  /** Finds counters of a workspace; one that does not exist is an {@link IllegalStateException}. */
  public CounterIds of(Handle handle, WorkspaceId workspace) {
    return new CounterIndex(read(handle, workspace.value()));
  }

  private static List<Stored> read(Handle handle, int workspace) {
    return handle
        .createQuery(COUNTER + " WHERE :workspace IN (c.workspace_id, 0) ORDER BY c.counter_id")
        .bind("workspace", workspace)
        .map((row, context) -> read(row))
        .list();
  }

  /** These counters, in the order of their ids. */
  List<Stored> byIds(Handle handle, int[] counterIds) {
    return handle
        .createQuery(COUNTER + " WHERE c.counter_id = ANY(:ids) ORDER BY c.counter_id")
        .bind("ids", counterIds)
        .map((row, context) -> read(row))
        .list();
  }

  /**
   * Counters of these workspaces that two people's cannot simply be added to: those that are still
   * being filled, and those of messages, which are always counted anew.
   */
  static List<Stored> notToAdd(Handle handle, int[] workspaces) {
    return handle
        .createQuery(
            COUNTER
                + """
                 WHERE c.workspace_id = ANY(:workspaces) AND c.unused_at IS NULL
                   AND (NOT c.complete OR c.metric IS NOT NULL)
                 ORDER BY c.counter_id
                """)
        .bind("workspaces", workspaces)
        .map((row, context) -> read(row))
        .list();
  }

  private static Stored read(ResultSet row) throws SQLException {
    return new Stored(
        row.getInt(1),
        new WorkspaceId(row.getInt(2)),
        row.getObject(3, Integer.class),
        new CounterSpec(
            CounterSubjects.stored(
                row.getObject(4, Integer.class),
                row.getString(5),
                row.getString(6),
                row.getString(7)),
            instant(row, 8),
            instant(row, 9),
            row.getInt(10)),
        row.getBoolean(11),
        row.getBoolean(12));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    var time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }

  /** The numbers of the counters of a workspace that are kept. */
  static Set<Integer> kept(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            "SELECT counter_id FROM counter WHERE workspace_id = :workspace AND unused_at IS NULL")
        .bind("workspace", workspace.value())
        .mapTo(Integer.class)
        .set();
  }

  /**
   * Makes sure that counters exist: one that counts the same and keeps enough is used again, others
   * are created together with the build that fills them. The reader now reads them too, beside
   * those it read before. To be called after {@link dev.carillon.store.Epoch#newRules} in the same
   * transaction.
   */
  public CounterIds ensure(
      Handle handle, WorkspaceId workspace, CounterReader reader, Collection<CounterSpec> specs) {
    var known = new CounterIndex(used(handle, workspace));
    var largestFirst =
        specs.stream().sorted(Comparator.comparingInt(CounterSpec::newest).reversed()).toList();
    for (var spec : largestFirst) {
      if (known.find(spec).isEmpty()) {
        create(handle, workspace, spec);
        known = new CounterIndex(used(handle, workspace));
      }
    }
    readers.add(handle, reader, specs.stream().mapToInt(known::counterOf).distinct().toArray());
    return known;
  }

  private static List<Stored> used(Handle handle, WorkspaceId workspace) {
    return read(handle, workspace.value()).stream().filter(Stored::used).toList();
  }

  /**
   * The reader reads these counters alone from now on; none when it is gone. Those it was the last
   * to read are not used any more, and their builds are over. To be called after {@link
   * dev.carillon.store.Epoch#newRules} in the same transaction.
   */
  public void settle(Handle handle, CounterReader reader, Collection<Integer> counterIds) {
    readers.settle(handle, reader, counterIds, clock.instant());
  }

  /** Whether rows of unused counters can go. */
  boolean anyToErase(Handle handle) {
    return handle
        .createQuery("SELECT EXISTS (SELECT FROM counter WHERE unused_at < :before)")
        .bind("before", clock.instant().minus(UNUSED_KEPT))
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * Removes the rows of counters that have not been used for a while. What people's packed counters
   * hold of them goes when those are written the next time.
   *
   * @return whether there were any
   */
  boolean erase(Handle handle) {
    return handle
            .createUpdate("DELETE FROM counter WHERE unused_at < :before")
            .bind("before", clock.instant().minus(UNUSED_KEPT))
            .execute()
        > 0;
  }

  private void create(Handle handle, WorkspaceId workspace, CounterSpec spec) {
    var counterId =
        handle
            .createQuery(
                """
                INSERT INTO counter (workspace_id, name_id, subject, conditions, metric, newest, from_at, to_at)
                VALUES (:workspace, :name, :subject, :conditions, :metric, :newest, :from, :to) RETURNING counter_id
                """)
            .bind("workspace", workspace.value())
            .bindByType("name", nameId(handle, workspace, spec.subject()), Integer.class)
            .bind("subject", CounterSubjects.subject(spec.subject()))
            .bind("conditions", CounterSubjects.conditions(spec.subject()))
            .bind("metric", CounterSubjects.metric(spec.subject()))
            .bind("newest", spec.newest())
            .bindByType("from", spec.from(), Instant.class)
            .bindByType("to", spec.to(), Instant.class)
            .mapTo(Integer.class)
            .one();
    builds.put(handle, BuildRepository.Kind.COUNTER, counterId, workspace, 0, clock.instant());
  }

  private @Nullable Integer nameId(Handle handle, WorkspaceId workspace, Subject subject) {
    if (!(subject instanceof Subject.Events events) || events.isPattern()) {
      return null;
    }
    return EventNames.reserve(handle, workspace, events.kind(), events.name(), clock.instant());
  }

  /**
   * Whether all of these counters are right for everybody, so that what reads them may be trusted.
   */
  public boolean complete(Handle handle, Collection<Integer> counterIds) {
    return handle
        .createQuery(
            "SELECT NOT EXISTS (SELECT 1 FROM counter WHERE counter_id = ANY(:ids) AND NOT complete)")
        .bind("ids", counterIds.stream().mapToInt(Integer::intValue).toArray())
        .mapTo(Boolean.class)
        .one();
  }
}
