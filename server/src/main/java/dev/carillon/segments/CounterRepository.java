package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;

/**
 * The per-person counters that conditions read. A counter counts from the epoch that knows it; what
 * happened before is filled in by a build (class {@link SegmentBuilder}), after which it is
 * complete.
 */
public final class CounterRepository {
  private static final int EVERY_WORKSPACE = 0;
  private static final String COUNTER =
      """
      SELECT c.counter_id, c.workspace_id, c.name_id, n.kind, n.name, c.conditions, c.newest, c.complete
        FROM counter c JOIN event_name n USING (name_id)
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
   * @param nameId number of the event name
   * @param where which events it counts, by their data
   * @param newest how many newest times it keeps
   * @param complete whether it is right for everybody; false while its build is under way
   */
  public record Stored(
      int counterId,
      WorkspaceId workspace,
      int nameId,
      EventKind kind,
      String name,
      List<AttributeTest> where,
      int newest,
      boolean complete) {
    /** Copies the tests. */
    public Stored {
      where = List.copyOf(where);
    }
  }

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
        row.getInt(3),
        EventKind.of(row.getInt(4)),
        row.getString(5),
        ConditionJson.storedTests(row.getString(6)),
        row.getInt(7),
        row.getBoolean(8));
  }

  /**
   * Finds counters among those of one workspace: a complete one before one that is being filled,
   * then the one that keeps least.
   */
  static final class Index implements CounterIds {
    private final Map<Counted, List<Stored>> byEvents = new HashMap<>();

    private record Counted(EventKind kind, String name, List<AttributeTest> where) {}

    Index(List<Stored> counters) {
      counters.stream()
          .sorted(
              Comparator.comparing(Stored::complete).reversed().thenComparingInt(Stored::newest))
          .forEach(each ->
              byEvents
                  .computeIfAbsent(
                      new Counted(each.kind(), each.name(), each.where()), _ -> new ArrayList<>())
                  .add(each));
    }

    OptionalInt find(CounterSpec spec) {
      return byEvents
          .getOrDefault(new Counted(spec.kind(), spec.name(), spec.where()), List.of())
          .stream()
          .filter(each -> each.newest() >= spec.newest())
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
                INSERT INTO counter (workspace_id, name_id, conditions, newest)
                VALUES (:workspace, :name, :conditions, :newest) RETURNING counter_id
                """)
            .bind("workspace", workspace.value())
            .bind("name", nameId(handle, workspace, spec))
            .bind("conditions", ConditionJson.testsText(spec.where()))
            .bind("newest", spec.newest())
            .mapTo(Integer.class)
            .one();
    builds.put(handle, BuildRepository.Kind.COUNTER, counterId, workspace, 0, clock.instant());
  }

  /** Here and not through {@code EventNames}: the name must commit with the counter. */
  private int nameId(Handle handle, WorkspaceId workspace, CounterSpec spec) {
    handle
        .createUpdate(
            """
            INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (:workspace, :kind, :name, :now)
            ON CONFLICT DO NOTHING
            """)
        .bind("workspace", workspace.value())
        .bind("kind", spec.kind().code())
        .bind("name", spec.name())
        .bind("now", clock.instant())
        .execute();
    return handle
        .createQuery(
            "SELECT name_id FROM event_name WHERE workspace_id = :workspace AND kind = :kind AND name = :name")
        .bind("workspace", workspace.value())
        .bind("kind", spec.kind().code())
        .bind("name", spec.name())
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
