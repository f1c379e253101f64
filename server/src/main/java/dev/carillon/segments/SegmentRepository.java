package dev.carillon.segments;

import dev.carillon.segments.SegmentOutcome.Deleted;
import dev.carillon.segments.SegmentOutcome.InUse;
import dev.carillon.segments.SegmentOutcome.Invalid;
import dev.carillon.segments.SegmentOutcome.NoSuchSegment;
import dev.carillon.segments.SegmentOutcome.NotBuilding;
import dev.carillon.segments.SegmentOutcome.Saved;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Segments and who is in them, as the edges see them.
 *
 * <p>A change of conditions waits for the batches that are under way, and every batch after it
 * knows the new conditions. What the people who were there before make of them is found out by a
 * build (class {@link SegmentBuilder}); until it has reached them the conditions before hold.
 */
public final class SegmentRepository {
  private final TermsRepository terms;
  private final InstantSource clock;
  private final BuildRepository builds = new BuildRepository();
  private final SegmentBuilds building;

  /** Dates what it stores by this clock. */
  public SegmentRepository(CounterRepository counters, InstantSource clock) {
    this.terms = new TermsRepository(counters);
    this.clock = clock;
    this.building = new SegmentBuilds(counters, clock);
  }

  /** Stores a new segment. */
  public SegmentOutcome create(Handle handle, WorkspaceId workspace, SegmentDraft draft) {
    var faults = faults(handle, workspace, 0, draft);
    if (faults.isEmpty()) { // or nobody has to wait for it
      Epoch.newRules(handle);
      faults = faults(handle, workspace, 0, draft);
    }
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
      building.first(handle, workspace, id, conditions);
    }
    return new Saved(find(handle, workspace, id).orElseThrow());
  }

  /**
   * Changes a segment. Its members are found anew only if the conditions change. A manual segment
   * stays manual, a dynamic one dynamic.
   */
  public SegmentOutcome update(
      Handle handle, WorkspaceId workspace, int segmentId, SegmentDraft draft) {
    var refused = refused(handle, workspace, segmentId, draft);
    if (refused == null) {
      Epoch.newRules(handle);
      refused = refused(handle, workspace, segmentId, draft);
    }
    if (refused != null) {
      return refused;
    }
    var conditions = draft.conditions();
    handle
        .createUpdate(
            """
            UPDATE segment SET name = :name, description = :description, tags = :tags, updated_at = :now
             WHERE workspace_id = :workspace AND segment_id = :segment
            """)
        .bind("name", draft.name().strip())
        .bind("description", draft.description())
        .bind("tags", draft.tags().toArray(String[]::new))
        .bind("now", clock.instant())
        .bind("workspace", workspace.value())
        .bind("segment", segmentId)
        .execute();
    if (conditions != null) {
      building.change(handle, workspace, segmentId, conditions);
    }
    return new Saved(find(handle, workspace, segmentId).orElseThrow());
  }

  /**
   * Builds segments anew whose conditions stay but mean something else, because something has
   * changed that the workspace gives to them ({@link Terms}): new versions of these segments and no
   * others, with the counters they need. To be called after {@link Epoch#newRules} and after the
   * change, in the same transaction.
   *
   * @param before the zone in which they were asked until now; it still holds for people the build
   *     has not reached. Null: what they meant cannot be said in a zone; these people stay as they
   *     are until they are reached
   * @param affected whether a condition means something else now
   * @return numbers of the segments, ascending
   */
  public List<Integer> rebuild(
      Handle handle,
      WorkspaceId workspace,
      @Nullable ZoneId before,
      Predicate<Condition> affected) {
    return building.rebuild(handle, workspace, before, affected);
  }

  /**
   * Takes back the build that is under way: the segment returns to the conditions it had before,
   * which takes a build as well. One that has never been built has no members then, until it is
   * saved again.
   *
   * @return Saved, NoSuchSegment, or NotBuilding when there is nothing to take back
   */
  public SegmentOutcome cancelBuild(Handle handle, WorkspaceId workspace, int segmentId) {
    if (find(handle, workspace, segmentId).isEmpty()) {
      return new NoSuchSegment();
    }
    Epoch.newRules(handle);
    var refused = building.cancel(handle, workspace, segmentId);
    if (refused != null) {
      return new NotBuilding(refused);
    }
    handle
        .createUpdate("UPDATE segment SET updated_at = :now WHERE segment_id = :segment")
        .bind("now", clock.instant())
        .bind("segment", segmentId)
        .execute();
    return new Saved(find(handle, workspace, segmentId).orElseThrow());
  }

  /** Why a segment cannot become this; null when it can. */
  private @Nullable SegmentOutcome refused(
      Handle handle, WorkspaceId workspace, int segmentId, SegmentDraft draft) {
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
    return faults.isEmpty() ? null : new Invalid(faults);
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

  /** All segments of a workspace, each with those it reads, or still reads until it is built. */
  private static Map<Integer, Set<Integer>> graph(Handle handle, WorkspaceId workspace) {
    var graph = new HashMap<Integer, Set<Integer>>();
    handle
        .createQuery(
            """
            SELECT segment_id, conditions::text, before_conditions::text FROM segment WHERE workspace_id = :workspace
            """)
        .bind("workspace", workspace.value())
        .map((row, context) -> {
          var reads = new HashSet<Integer>();
          for (var conditions : Arrays.asList(row.getString(2), row.getString(3))) {
            if (conditions != null) {
              reads.addAll(SegmentReferences.of(ConditionJson.stored(conditions)).values());
            }
          }
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
    if (find(handle, workspace, segmentId).isEmpty()) {
      return new NoSuchSegment();
    }
    var users = users(handle, workspace, segmentId, others);
    if (users.isEmpty()) {
      Epoch.newRules(handle);
      users = users(handle, workspace, segmentId, others);
    }
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
        .createUpdate("INSERT INTO segment_erasure (segment_id) VALUES (:segment)")
        .bind("segment", segmentId)
        .execute();
    return new Deleted();
  }

  /**
   * The segments whose conditions ask about a topic or channel, or still ask until they are built.
   */
  public static List<SegmentUse> usesOfSubscription(
      Handle handle, WorkspaceId workspace, Condition.Subscription subscription) {
    return handle
        .createQuery(
            """
            SELECT segment_id, name, conditions::text, before_conditions::text FROM segment
             WHERE workspace_id = :workspace ORDER BY segment_id
            """)
        .bind("workspace", workspace.value())
        .map((row, _) ->
            asks(row.getString(3), subscription) || asks(row.getString(4), subscription)
                ? Optional.of(new SegmentUse("segment", row.getInt(1), row.getString(2)))
                : Optional.<SegmentUse>empty())
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static boolean asks(@Nullable String conditions, Condition.Subscription subscription) {
    return conditions != null
        && new ConditionReferences(ConditionJson.stored(conditions), "conditions")
            .names(subscription);
  }

  private List<SegmentUse> users(
      Handle handle, WorkspaceId workspace, int segmentId, SegmentUse.Finder others) {
    return Stream.concat(
            uses(handle, workspace, segmentId).stream(),
            others.of(handle, workspace, segmentId).stream())
        .toList();
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

  private static final Condition NOBODY = new Condition.Or(List.of());

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
                 AND s.segment_id IN (SELECT m.segment_id FROM served_member m
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
    var building = row.getBoolean(16);
    var filling = building && row.getInt(13) > 0;
    var done = filling ? row.getLong(11) : row.getLong(14);
    var people = row.getObject(filling ? 12 : 15, Long.class);
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
        building
            ? state(filling, people != null)
            : row.getInt(7) == 0 ? Segment.State.CANCELLED : Segment.State.FINISHED,
        building ? percent(done, people) : null);
  }

  private static Segment.State state(boolean filling, boolean begun) {
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
   * @param condition of who is in it; for people a build has to reach, once it has
   * @param before of who is in it among people a build has still to reach; null: they are left to
   *     it
   * @param building whether a build is under way: for people who were there before it began
   * @param served whether it was ever built to the end
   */
  public record Live(
      int segmentId,
      WorkspaceId workspace,
      CompiledCondition condition,
      @Nullable CompiledCondition before,
      boolean building,
      boolean served) {

    /** What can change the answer, for anybody. */
    public Wakes wakes() {
      return before == null || before == condition
          ? condition.wakes()
          : condition.wakes().plus(before.wakes());
    }

    /** What is looked at beyond profile, counters and memberships. */
    Part surroundings() {
      var part = condition.surroundings();
      return before == null ? part : part.plus(before.surroundings());
    }

    /** The condition that counts; null: a build will find out. */
    public @Nullable CompiledCondition condition(boolean leftToBuild) {
      return leftToBuild ? before : condition;
    }
  }

  /** All dynamic segments of all workspaces. */
  public List<Live> live(Handle handle) {
    var all = terms.all(handle);
    return handle
        .createQuery(
            """
            SELECT s.segment_id, s.workspace_id, s.conditions::text, s.served, b.target_id IS NOT NULL,
                   CASE WHEN NOT s.mixed THEN s.before_conditions::text END, s.before_zone
              FROM segment s LEFT JOIN build b ON b.kind = 'segment' AND b.target_id = s.segment_id
             WHERE s.type = 'dynamic' ORDER BY s.segment_id
            """)
        .map((row, context) -> live(row, all.of(new WorkspaceId(row.getInt(2)))))
        .list();
  }

  /**
   * The condition of people a build of the segment has still to reach; null when there is no build,
   * or they are left to it.
   */
  @Nullable CompiledCondition before(Handle handle, WorkspaceId workspace, int segmentId) {
    return handle
        .createQuery(
            """
            SELECT before_conditions::text, before_zone FROM segment
             WHERE workspace_id = :workspace AND segment_id = :segment AND before_conditions IS NOT NULL AND NOT mixed
            """)
        .bind("workspace", workspace.value())
        .bind("segment", segmentId)
        .map((row, context) ->
            CompiledCondition.compile(
                ConditionJson.stored(row.getString(1)),
                terms.of(handle, workspace).in(ZoneId.of(row.getString(2)))))
        .findOne()
        .orElse(null);
  }

  private static Live live(ResultSet row, Terms terms) throws SQLException {
    var served = row.getInt(4) > 0;
    var building = row.getBoolean(5);
    var before = row.getString(6);
    var condition =
        served || building ? ConditionJson.stored(row.getString(3)) : NOBODY; // cancelled
    return new Live(
        row.getInt(1),
        new WorkspaceId(row.getInt(2)),
        CompiledCondition.compile(condition, terms),
        before == null
            ? null
            : CompiledCondition.compile(
                ConditionJson.stored(before), terms.in(ZoneId.of(row.getString(7)))),
        building,
        served);
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
   * How many people are in a segment (S-8): while it is built, who was in it before (S-5). Then it
   * takes a look at each person the build has changed; otherwise nothing is counted.
   *
   * @param segment as {@link #find} has found it in its workspace
   */
  public long count(Handle handle, Segment segment) {
    if (segment.served() == 0) {
      return 0;
    }
    var members = SegmentCounts.of(handle, segment.id());
    return segment.servesEarlier() ? members + formerChange(handle, segment) : members;
  }

  private static long formerChange(Handle handle, Segment segment) {
    return handle
        .createQuery(
            """
            SELECT count(*) FILTER (WHERE f.entered_at IS NOT NULL) - count(m.person_id)
              FROM segment_former f LEFT JOIN segment_member m USING (segment_id, person_id)
             WHERE f.segment_id = :segment AND f.version > :served
            """)
        .bind("segment", segment.id())
        .bind("served", segment.served())
        .mapTo(Long.class)
        .one();
  }

  /** Somebody in a segment. */
  public record Member(
      long personId, Instant enteredAt, @Nullable String id, @Nullable String email) {}

  /**
   * A page of the people in a segment as {@link #count} counts them, in the order of their keys.
   *
   * @param segment as {@link #find} has found it in this transaction
   * @param after the last person of the page before; 0 for the first page
   * @param limit at most this many
   */
  public List<Member> members(
      Handle handle, WorkspaceId workspace, Segment segment, long after, int limit) {
    return handle
        .createQuery(
            """
            SELECT m.person_id, m.entered_at, p.attributes::json ->> 'id', p.attributes::json ->> 'email'
              FROM %s m CROSS JOIN LATERAL (
                   SELECT attributes FROM person p
                    WHERE p.person_id = m.person_id AND p.workspace_id = :workspace OFFSET 0) p -- one look at a time
             WHERE m.segment_id = :segment AND m.person_id > :after
             ORDER BY m.person_id LIMIT :limit
            """
                .formatted(segment.servesEarlier() ? "served_member" : "segment_member"))
        .bind("segment", segment.id())
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
