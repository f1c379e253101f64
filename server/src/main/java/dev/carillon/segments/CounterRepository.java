package dev.carillon.segments;

import dev.carillon.segments.CounterSpec.Subject;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The per-person counters that conditions read. A counter counts from the epoch that knows it; what
 * happened before is filled in by a build (class {@link SegmentBuilder}), after which it is
 * complete.
 */
public final class CounterRepository {
  private static final int EVERY_WORKSPACE = 0;
  private static final String COUNTER =
      """
      SELECT c.counter_id, c.workspace_id, c.name_id, n.kind, n.name, c.subject, c.conditions, c.from_at, c.to_at, c.newest,
             c.complete
        FROM counter c LEFT JOIN event_name n USING (name_id)
      """;

  private final InstantSource clock;
  private final BuildRepository builds = new BuildRepository();

  /** Dates what it stores by this clock. */
  public CounterRepository(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A counter.
   *
   * @param nameId number of the event name; null when it counts anything but events of one name
   * @param complete whether it is right for everybody; false while its build is under way
   */
  public record Stored(
      int counterId,
      WorkspaceId workspace,
      @Nullable Integer nameId,
      CounterSpec spec,
      boolean complete) {}

  /** All counters of all workspaces, in the order of their ids. */
  public List<Stored> all(Handle handle) {
    return read(handle, EVERY_WORKSPACE);
  }

  /** Finds counters of a workspace; one that does not exist is an {@link IllegalStateException}. */
  public CounterIds of(Handle handle, WorkspaceId workspace) {
    return new Index(read(handle, workspace.value()));
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

  /** Counters of these workspaces that are still being filled. */
  static List<Stored> unfinished(Handle handle, int[] workspaces) {
    return handle
        .createQuery(
            COUNTER
                + " WHERE NOT c.complete AND c.workspace_id = ANY(:workspaces) ORDER BY c.counter_id")
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
        row.getBoolean(11));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    var time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }

  static CounterIds index(List<Stored> counters) {
    return new Index(counters);
  }

  /**
   * Finds counters among those of one workspace: a complete one before one that is being filled,
   * then the one that keeps least.
   */
  static final class Index implements CounterIds {
    private final Map<Counted, List<Stored>> byEvents = new HashMap<>();

    private record Counted(Subject subject, @Nullable Instant from, @Nullable Instant to) {
      static Counted by(CounterSpec spec) {
        return new Counted(spec.subject(), spec.from(), spec.to());
      }
    }

    Index(List<Stored> counters) {
      counters.stream()
          .sorted(
              Comparator.comparing(Stored::complete)
                  .reversed()
                  .thenComparingInt(each -> each.spec().newest()))
          .forEach(each ->
              byEvents.computeIfAbsent(Counted.by(each.spec()), _ -> new ArrayList<>()).add(each));
    }

    OptionalInt find(CounterSpec spec) {
      return byEvents.getOrDefault(Counted.by(spec), List.of()).stream()
          .filter(each -> each.spec().newest() >= spec.newest())
          .mapToInt(Stored::counterId)
          .findFirst();
    }

    @Override
    public int counterOf(CounterSpec spec) {
      return find(spec).orElseThrow(() -> new IllegalStateException("no counter serves " + spec));
    }
  }

  /**
   * Makes sure that counters exist: one that counts the same events and keeps enough is used again,
   * others are created together with the build that fills them. To be called after {@link
   * dev.carillon.store.Epoch#newRules} in the same transaction.
   */
  public CounterIds ensure(Handle handle, WorkspaceId workspace, Collection<CounterSpec> specs) {
    var known = new Index(read(handle, workspace.value()));
    var largestFirst =
        specs.stream().sorted(Comparator.comparingInt(CounterSpec::newest).reversed()).toList();
    for (var spec : largestFirst) {
      if (known.find(spec).isEmpty()) {
        create(handle, workspace, spec);
        known = new Index(read(handle, workspace.value()));
      }
    }
    return known;
  }

  private void create(Handle handle, WorkspaceId workspace, CounterSpec spec) {
    var counterId =
        handle
            .createQuery(
                """
                INSERT INTO counter (workspace_id, name_id, subject, conditions, newest, from_at, to_at)
                VALUES (:workspace, :name, :subject, :conditions, :newest, :from, :to) RETURNING counter_id
                """)
            .bind("workspace", workspace.value())
            .bindByType("name", nameId(handle, workspace, spec.subject()), Integer.class)
            .bind("subject", CounterSubjects.subject(spec.subject()))
            .bind("conditions", CounterSubjects.conditions(spec.subject()))
            .bind("newest", spec.newest())
            .bindByType("from", spec.from(), Instant.class)
            .bindByType("to", spec.to(), Instant.class)
            .mapTo(Integer.class)
            .one();
    builds.put(handle, BuildRepository.Kind.COUNTER, counterId, workspace, 0, clock.instant());
  }

  /** Here and not through {@code EventNames}: the name must commit with the counter. */
  private @Nullable Integer nameId(Handle handle, WorkspaceId workspace, Subject subject) {
    if (!(subject instanceof Subject.Events events) || CounterSubjects.isPattern(events)) {
      return null;
    }
    handle
        .createUpdate(
            """
            INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (:workspace, :kind, :name, :now)
            ON CONFLICT DO NOTHING
            """)
        .bind("workspace", workspace.value())
        .bind("kind", events.kind().code())
        .bind("name", events.name())
        .bind("now", clock.instant())
        .execute();
    return handle
        .createQuery(
            "SELECT name_id FROM event_name WHERE workspace_id = :workspace AND kind = :kind AND name = :name")
        .bind("workspace", workspace.value())
        .bind("kind", events.kind().code())
        .bind("name", events.name())
        .mapTo(Integer.class)
        .one();
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
