package dev.carillon.segments;

import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Begins builds of segments and takes them back (docs/decisions/0013).
 *
 * <p>A segment that has been built once goes on by the conditions it had before, for everybody its
 * new build has not reached. That needs to be known of each of these people, so it ends when a
 * build is replaced that has reached somebody: then all wait as they are for the new one.
 *
 * <p>Everything here belongs after {@link dev.carillon.store.Epoch#newRules}, in its transaction.
 */
final class SegmentBuilds {
  private final TermsRepository terms;
  private final CounterRepository counters;
  private final InstantSource clock;
  private final BuildRepository builds = new BuildRepository();

  SegmentBuilds(CounterRepository counters, InstantSource clock) {
    this.terms = new TermsRepository(counters);
    this.counters = counters;
    this.clock = clock;
  }

  /**
   * A dynamic segment as it is stored.
   *
   * @param before the conditions before, while newer ones are built; null: none, or nothing is
   *     built
   * @param beforeZone the zone they are asked in; null like {@code before}
   * @param mixed whether people a build has to reach may be in it by conditions of different times
   * @param building whether a build is under way
   * @param reached whether it has reached anybody
   */
  private record Stored(
      int id,
      Condition conditions,
      int served,
      @Nullable Condition before,
      @Nullable ZoneId beforeZone,
      boolean mixed,
      boolean building,
      boolean reached) {

    private static Stored of(ResultSet row) throws SQLException {
      var before = row.getString(4);
      var zone = row.getString(5);
      return new Stored(
          row.getInt(1),
          ConditionJson.stored(row.getString(2)),
          row.getInt(3),
          before == null ? null : ConditionJson.stored(before),
          zone == null ? null : ZoneId.of(zone),
          row.getBoolean(6),
          row.getBoolean(7),
          row.getBoolean(8));
    }
  }

  private static List<Stored> stored(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            """
            SELECT s.segment_id, s.conditions::text, s.served, s.before_conditions::text, s.before_zone, s.mixed,
                   b.target_id IS NOT NULL, coalesce(p.people_done > 0, false)
              FROM segment s
              LEFT JOIN build b ON b.kind = 'segment' AND b.target_id = s.segment_id
              LEFT JOIN build_pass p USING (pass_id)
             WHERE s.workspace_id = :workspace AND s.type = 'dynamic' ORDER BY s.segment_id
            """)
        .bind("workspace", workspace.value())
        .map((row, context) -> Stored.of(row))
        .list();
  }

  private static @Nullable Stored stored(Handle handle, WorkspaceId workspace, int segmentId) {
    return stored(handle, workspace).stream()
        .filter(each -> each.id == segmentId)
        .findFirst()
        .orElse(null);
  }

  /** Begins the build of a segment that was just stored with these conditions. */
  void first(Handle handle, WorkspaceId workspace, int segmentId, Condition conditions) {
    start(handle, workspace, Map.of(segmentId, conditions));
  }

  /**
   * Gives a segment conditions, if they are other ones, and begins their build; also when it has
   * the same but was never built, as its build was cancelled.
   */
  void change(Handle handle, WorkspaceId workspace, int segmentId, Condition conditions) {
    var segment = Objects.requireNonNull(stored(handle, workspace, segmentId));
    var idle = segment.served == 0 && !segment.building;
    if (idle || !conditions.equals(segment.conditions)) {
      replace(handle, workspace, Map.of(segment, conditions), terms.of(handle, workspace).zone());
    }
  }

  /**
   * Builds segments anew whose conditions stay but mean something else.
   *
   * @param before the zone in which they were asked; null: people who are not reached stay as they
   *     are
   * @return their numbers
   */
  List<Integer> rebuild(
      Handle handle,
      WorkspaceId workspace,
      @Nullable ZoneId before,
      Predicate<Condition> affected) {
    var replaced = new LinkedHashMap<Stored, Condition>();
    for (var segment : stored(handle, workspace)) {
      if (affected.test(segment.conditions) && (segment.served > 0 || segment.building)) {
        replaced.put(segment, segment.conditions);
      }
    }
    replace(handle, workspace, replaced, before);
    return replaced.keySet().stream().map(Stored::id).toList();
  }

  /**
   * Takes a build back: the segment returns to the conditions before, by a build of these; without
   * any it has no members until its conditions are saved again.
   *
   * @return null when it is done; otherwise why it cannot be, a sentence
   */
  @Nullable String cancel(Handle handle, WorkspaceId workspace, int segmentId) {
    var segment = stored(handle, workspace, segmentId);
    if (segment == null || !segment.building) {
      return "no build of this segment is under way";
    }
    var before = segment.before;
    if (before == null && segment.served > 0) {
      return "the build began under an earlier version of the program and goes to its end";
    }
    if (before == null) {
      builds.remove(handle, BuildRepository.Kind.SEGMENT, segmentId);
      terms.gone(handle, CounterReader.segment(segmentId));
      handle
          .createUpdate("UPDATE segment SET counters = '{}' WHERE segment_id = :segment")
          .bind("segment", segmentId)
          .execute();
      handle
          .createUpdate(
              "INSERT INTO segment_erasure (segment_id, what) VALUES (:segment, 'members') ON CONFLICT DO NOTHING")
          .bind("segment", segmentId)
          .execute();
      return null;
    }
    if (before.equals(segment.conditions)) {
      return "the segment is built by the conditions it had before; there are none to return to";
    }
    replace(handle, workspace, Map.of(segment, before), terms.of(handle, workspace).zone());
    return null;
  }

  /**
   * @param zone in which the present conditions have been asked until now; null: they meant
   *     something that cannot be asked any more
   */
  private void replace(
      Handle handle,
      WorkspaceId workspace,
      Map<Stored, Condition> segments,
      @Nullable ZoneId zone) {
    for (var entry : segments.entrySet()) {
      var segment = entry.getKey();
      var clean = segment.served > 0 && !segment.building;
      var before = clean ? segment.conditions : segment.before;
      var beforeZone = clean ? zone : segment.beforeZone;
      handle
          .createUpdate(
              """
              UPDATE segment SET conditions = :conditions::json, version = version + 1,
                     before_conditions = :before::json, before_zone = :zone, mixed = :mixed
               WHERE workspace_id = :workspace AND segment_id = :segment
              """)
          .bind("conditions", ConditionJson.toJson(entry.getValue()).toString())
          .bind("before", before == null ? null : ConditionJson.toJson(before).toString())
          .bind("zone", beforeZone == null ? null : beforeZone.getId())
          .bind("mixed", before != null && (segment.mixed || segment.reached || zone == null))
          .bind("workspace", workspace.value())
          .bind("segment", segment.id)
          .execute();
    }
    var started = new LinkedHashMap<Integer, Condition>();
    segments.forEach((segment, conditions) -> started.put(segment.id, conditions));
    start(handle, workspace, started);
  }

  private void start(Handle handle, WorkspaceId workspace, Map<Integer, Condition> segments) {
    segments.forEach((segmentId, conditions) -> {
      // What the conditions before read is read on until the build is over.
      var known =
          terms.ensure(handle, workspace, CounterReader.segment(segmentId), List.of(conditions));
      var campaigns = new ConditionReferences(conditions, "conditions").campaigns();
      handle
          .createUpdate(
              """
              UPDATE segment SET counters = :counters,
                     campaigns = CASE WHEN before_conditions IS NULL THEN :campaigns ELSE campaigns || :campaigns END
               WHERE segment_id = :segment
              """)
          .bind("counters", sorted(TermsRepository.countersOf(List.of(conditions), known)))
          .bind("campaigns", sorted(campaigns))
          .bind("segment", segmentId)
          .execute();
    });
    var ids = segments.keySet().stream().mapToInt(Integer::intValue).toArray();
    handle
        .createUpdate(
            "DELETE FROM segment_erasure WHERE segment_id = ANY(:segments) AND what = 'members'")
        .bind("segments", ids)
        .execute();
    builds.putSegments(handle, ids, clock.instant());
  }

  /**
   * A build is over that gave a segment other conditions than before: those are not read any more.
   */
  void over(Handle handle, int segmentId, Condition conditions, Collection<Integer> counterIds) {
    counters.settle(handle, CounterReader.segment(segmentId), counterIds);
    handle
        .createUpdate("UPDATE segment SET campaigns = :campaigns WHERE segment_id = :segment")
        .bind("campaigns", sorted(new ConditionReferences(conditions, "conditions").campaigns()))
        .bind("segment", segmentId)
        .execute();
  }

  private static int[] sorted(Collection<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sorted().toArray();
  }
}
