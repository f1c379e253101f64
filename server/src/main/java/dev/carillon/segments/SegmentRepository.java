package dev.carillon.segments;

import dev.carillon.segments.SegmentOutcome.Deleted;
import dev.carillon.segments.SegmentOutcome.InUse;
import dev.carillon.segments.SegmentOutcome.Invalid;
import dev.carillon.segments.SegmentOutcome.NoSuchSegment;
import dev.carillon.segments.SegmentOutcome.Saved;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Segments and who is in them, as the edges see them.
 *
 * <p>A change of conditions waits for the batches that are under way, and every batch after it
 * knows the new conditions. What the people who were there before make of them is found out by a
 * build (class {@link SegmentBuilder}); until then they keep the membership they had.
 */
public final class SegmentRepository {
  private final TermsRepository terms;
  private final InstantSource clock;
  private final BuildRepository builds = new BuildRepository();

  /** Dates what it stores by this clock. */
  public SegmentRepository(CounterRepository counters, InstantSource clock) {
    this.terms = new TermsRepository(counters);
    this.clock = clock;
  }

  /** Stores a new segment. */
  public SegmentOutcome create(Handle handle, WorkspaceId workspace, SegmentDraft draft) {
    Epoch.newRules(handle);
    var faults = faults(handle, workspace, 0, draft);
    if (!faults.isEmpty()) {
      return new Invalid(faults);
    }
    var conditions = draft.conditions();
    var id =
        handle
            .createQuery(
                """
                INSERT INTO segment (workspace_id, name, description, type, conditions, tags, served, created_at, updated_at)
                VALUES (:workspace, :name, :description, :type, :conditions::json, :tags, :served, :now, :now)
                RETURNING segment_id
                """)
            .bind("workspace", workspace.value())
            .bind("name", draft.name().strip())
            .bind("description", draft.description())
            .bind("type", conditions == null ? "manual" : "dynamic")
            .bind(
                "conditions",
                conditions == null ? null : ConditionJson.toJson(conditions).toString())
            .bind("tags", draft.tags().toArray(String[]::new))
            .bind("served", conditions == null ? 1 : 0)
            .bind("now", clock.instant())
            .mapTo(Integer.class)
            .one();
    if (conditions != null) {
      queueBuild(handle, workspace, id, 1, conditions);
    }
    return new Saved(find(handle, workspace, id).orElseThrow());
  }

  /**
   * Changes a segment. Its members are found anew only if the conditions change. A manual segment
   * stays manual, a dynamic one dynamic.
   */
  public SegmentOutcome update(
      Handle handle, WorkspaceId workspace, int segmentId, SegmentDraft draft) {
    Epoch.newRules(handle);
    var present = find(handle, workspace, segmentId).orElse(null);
    if (present == null) {
      return new NoSuchSegment();
    }
    var conditions = draft.conditions();
    var faults = faults(handle, workspace, segmentId, draft);
    if (present.manual() && conditions != null) {
      faults.add(
          new Fault("conditions", "must be absent, as people are added to this segment by hand"));
    } else if (!present.manual() && conditions == null) {
      faults.add(new Fault("conditions", "must be present, as this segment is dynamic"));
    }
    if (!faults.isEmpty()) {
      return new Invalid(faults);
    }
    var changed = conditions != null && !conditions.equals(present.conditions());
    var version = changed ? present.version() + 1 : present.version();
    handle
        .createUpdate(
            """
            UPDATE segment SET name = :name, description = :description, conditions = :conditions::json, tags = :tags,
                               version = :version, updated_at = :now
             WHERE workspace_id = :workspace AND segment_id = :segment
            """)
        .bind("name", draft.name().strip())
        .bind("description", draft.description())
        .bind("conditions", conditions == null ? null : ConditionJson.toJson(conditions).toString())
        .bind("tags", draft.tags().toArray(String[]::new))
        .bind("version", version)
        .bind("now", clock.instant())
        .bind("workspace", workspace.value())
        .bind("segment", segmentId)
        .execute();
    if (conditions != null && changed) {
      queueBuild(handle, workspace, segmentId, version, conditions);
    }
    return new Saved(find(handle, workspace, segmentId).orElseThrow());
  }

  private void queueBuild(
      Handle handle, WorkspaceId workspace, int segmentId, int version, Condition conditions) {
    var reader = CounterReader.segment(segmentId);
    var known = terms.ensure(handle, workspace, reader, List.of(conditions));
    terms.settle(handle, reader, List.of(conditions), known);
    var needed = TermsRepository.countersOf(List.of(conditions), known);
    var campaigns = new ConditionReferences(conditions, "conditions").campaigns();
    handle
        .createUpdate(
            """
            UPDATE segment SET counters = :counters, campaigns = :campaigns WHERE segment_id = :segment
            """)
        .bind("counters", needed.stream().mapToInt(Integer::intValue).sorted().toArray())
        .bind("campaigns", campaigns.stream().mapToInt(Integer::intValue).sorted().toArray())
        .bind("segment", segmentId)
        .execute();
    builds.put(
        handle, BuildRepository.Kind.SEGMENT, segmentId, workspace, version, clock.instant());
  }

  private List<Fault> faults(
      Handle handle, WorkspaceId workspace, int segmentId, SegmentDraft draft) {
    var faults = new ArrayList<>(draft.faults());
    if (draft.conditions() != null) {
      faults.addAll(
          SegmentReferences.faults(draft.conditions(), segmentId, graph(handle, workspace)));
      faults.addAll(
          new ConditionReferences(draft.conditions(), "conditions")
              .faults(handle, workspace, terms.defaults(handle, workspace)));
    }
    return faults;
  }

  /** All segments of a workspace, each with those it reads. */
  private static Map<Integer, Set<Integer>> graph(Handle handle, WorkspaceId workspace) {
    var graph = new HashMap<Integer, Set<Integer>>();
    handle
        .createQuery(
            "SELECT segment_id, conditions::text FROM segment WHERE workspace_id = :workspace")
        .bind("workspace", workspace.value())
        .map((row, context) -> {
          var conditions = condition(row.getString(2));
          var reads =
              conditions == null
                  ? Set.<Integer>of()
                  : Set.copyOf(SegmentReferences.of(conditions).values());
          return graph.put(row.getInt(1), reads);
        })
        .list();
    return graph;
  }

  /**
   * Which segments of a condition the workspace does not have; for conditions that stand elsewhere
   * than in a segment.
   *
   * @return their numbers, ascending
   */
  public List<Integer> unknown(Handle handle, WorkspaceId workspace, Condition condition) {
    var known = graph(handle, workspace).keySet();
    return SegmentReferences.of(condition).values().stream()
        .filter(id -> !known.contains(id))
        .distinct()
        .sorted()
        .toList();
  }

  /** Deletes a segment, unless another segment reads it or {@code others} knows a user (S-9). */
  public SegmentOutcome delete(
      Handle handle, WorkspaceId workspace, int segmentId, SegmentUse.Finder others) {
    Epoch.newRules(handle);
    var users =
        Stream.concat(
                uses(handle, workspace, segmentId).stream(),
                others.of(handle, workspace, segmentId).stream())
            .toList();
    if (!users.isEmpty()) {
      return new InUse(users);
    }
    var deleted =
        handle
            .createUpdate(
                "DELETE FROM segment WHERE workspace_id = :workspace AND segment_id = :segment")
            .bind("workspace", workspace.value())
            .bind("segment", segmentId)
            .execute();
    if (deleted == 0) {
      return new NoSuchSegment();
    }
    builds.remove(handle, BuildRepository.Kind.SEGMENT, segmentId);
    terms.gone(handle, CounterReader.segment(segmentId));
    handle
        .createUpdate("INSERT INTO segment_erasure VALUES (:segment)")
        .bind("segment", segmentId)
        .execute();
    return new Deleted();
  }

  /** The segments that read this one. */
  public List<SegmentUse> uses(Handle handle, WorkspaceId workspace, int segmentId) {
    var readers = new HashSet<Integer>();
    graph(handle, workspace)
        .forEach((id, reads) -> {
          if (reads.contains(segmentId)) {
            readers.add(id);
          }
        });
    return list(handle, workspace).stream()
        .filter(segment -> readers.contains(segment.id()))
        .map(segment -> new SegmentUse("segment", segment.id(), segment.name()))
        .toList();
  }

  /** The segments whose conditions look at a campaign, which therefore must not be deleted. */
  public static List<SegmentUse> usesOfCampaign(
      Handle handle, WorkspaceId workspace, int campaignId) {
    return handle
        .createQuery(
            """
            SELECT segment_id, name FROM segment
             WHERE workspace_id = :workspace AND :campaign = ANY(campaigns) ORDER BY segment_id
            """)
        .bind("workspace", workspace.value())
        .bind("campaign", campaignId)
        .map((row, _) -> new SegmentUse("segment", row.getInt(1), row.getString(2)))
        .list();
  }

  private static final String SEGMENT =
      """
      SELECT s.segment_id, s.workspace_id, s.name, s.description, s.conditions::text, s.version, s.served, s.tags,
             s.created_at, s.updated_at,
             c.people_done, c.people, c.builds, p.people_done, p.people, b.target_id IS NOT NULL
        FROM segment s
        LEFT JOIN build b ON b.kind = 'segment' AND b.target_id = s.segment_id
        LEFT JOIN build_pass p ON p.pass_id = b.pass_id
        LEFT JOIN LATERAL (
             SELECT sum(q.people_done)::bigint AS people_done, sum(q.people)::bigint AS people, count(*) AS builds
               FROM build d LEFT JOIN build_pass q ON q.pass_id = d.pass_id
              WHERE d.kind = 'counter' AND d.target_id = ANY(s.counters)) c ON true
       WHERE s.workspace_id = :workspace
      """;

  /** A segment of the workspace. */
  public Optional<Segment> find(Handle handle, WorkspaceId workspace, int segmentId) {
    return handle
        .createQuery(SEGMENT + " AND s.segment_id = :segment")
        .bind("workspace", workspace.value())
        .bind("segment", segmentId)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** All segments of a workspace, the oldest first. */
  public List<Segment> list(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(SEGMENT + " ORDER BY s.segment_id")
        .bind("workspace", workspace.value())
        .map((row, context) -> read(row))
        .list();
  }

  /** The segments a person is in, the oldest segment first. */
  public List<Segment> ofPerson(Handle handle, WorkspaceId workspace, long personId) {
    return handle
        .createQuery(
            SEGMENT
                + """
                 AND s.segment_id IN (SELECT m.segment_id FROM segment_member m
                                        JOIN person p USING (person_id)
                                       WHERE p.person_id = :person AND p.workspace_id = :workspace)
                 ORDER BY s.segment_id
                """)
        .bind("workspace", workspace.value())
        .bind("person", personId)
        .map((row, context) -> read(row))
        .list();
  }

  private static Segment read(ResultSet row) throws SQLException {
    var filling = row.getInt(13) > 0;
    var done = filling ? row.getLong(11) : row.getLong(14);
    var people = row.getObject(filling ? 12 : 15, Long.class);
    var building = filling || row.getBoolean(16);
    return new Segment(
        row.getInt(1),
        new WorkspaceId(row.getInt(2)),
        row.getString(3),
        row.getString(4),
        condition(row.getString(5)),
        row.getInt(6),
        row.getInt(7),
        List.of((String[]) row.getArray(8).getArray()),
        row.getTimestamp(9).toInstant(),
        row.getTimestamp(10).toInstant(),
        state(building, filling, people != null),
        building ? percent(done, people) : null);
  }

  private static Segment.State state(boolean building, boolean filling, boolean begun) {
    if (!building) {
      return Segment.State.FINISHED;
    }
    if (filling) {
      return begun ? Segment.State.EVENTS : Segment.State.EVENTS_QUEUED;
    }
    return begun ? Segment.State.BUILD : Segment.State.BUILD_QUEUED;
  }

  private static int percent(long done, @Nullable Long people) {
    return people == null ? 0 : (int) Math.min(99, done * 100 / Math.max(1, people));
  }

  private static @Nullable Condition condition(@Nullable String json) {
    return json == null ? null : ConditionJson.stored(json);
  }

  /**
   * A dynamic segment ready for evaluation.
   *
   * @param building whether a build has still to find out who is in it: for people who were there
   *     before it began
   */
  public record Live(
      int segmentId, WorkspaceId workspace, CompiledCondition condition, boolean building) {}

  /** All dynamic segments of all workspaces. */
  public List<Live> live(Handle handle) {
    var all = terms.all(handle);
    return handle
        .createQuery(
            """
            SELECT segment_id, workspace_id, conditions::text, served < version FROM segment
             WHERE type = 'dynamic' ORDER BY segment_id
            """)
        .map((row, context) -> {
          var workspace = new WorkspaceId(row.getInt(2));
          var condition = ConditionJson.stored(row.getString(3));
          return new Live(
              row.getInt(1),
              workspace,
              CompiledCondition.compile(condition, all.of(workspace)),
              row.getBoolean(4));
        })
        .list();
  }

  /** The numbers of all manual segments, by workspace; none for a workspace without any. */
  public Map<WorkspaceId, Set<Integer>> manual(Handle handle) {
    var manual = new HashMap<WorkspaceId, Set<Integer>>();
    handle
        .createQuery("SELECT workspace_id, segment_id FROM segment WHERE type = 'manual'")
        .map((row, context) ->
            manual
                .computeIfAbsent(new WorkspaceId(row.getInt(1)), _ -> new HashSet<>())
                .add(row.getInt(2)))
        .list();
    return manual;
  }

  /**
   * How many people are in a segment of the workspace now; during a build, as far as it got (S-8).
   */
  public long count(Handle handle, WorkspaceId workspace, int segmentId) {
    return handle
        .createQuery(
            """
            SELECT count(*) FROM segment_member m JOIN segment s USING (segment_id)
             WHERE s.workspace_id = :workspace AND m.segment_id = :segment
            """)
        .bind("workspace", workspace.value())
        .bind("segment", segmentId)
        .mapTo(Long.class)
        .one();
  }

  /** Somebody in a segment. */
  public record Member(
      long personId, Instant enteredAt, @Nullable String id, @Nullable String email) {}

  /**
   * A page of the people in a segment, in the order of their keys.
   *
   * @param after the last person of the page before; 0 for the first page
   * @param limit at most this many
   */
  public List<Member> members(
      Handle handle, WorkspaceId workspace, int segmentId, long after, int limit) {
    return handle
        .createQuery(
            """
            SELECT m.person_id, m.entered_at, p.attributes::json ->> 'id', p.attributes::json ->> 'email' FROM segment_member m JOIN person p USING (person_id)
             WHERE m.segment_id = :segment AND p.workspace_id = :workspace AND m.person_id > :after
             ORDER BY m.person_id LIMIT :limit
            """)
        .bind("segment", segmentId)
        .bind("workspace", workspace.value())
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) ->
            new Member(
                row.getLong(1),
                row.getTimestamp(2).toInstant(),
                row.getString(3),
                row.getString(4)))
        .list();
  }
}
