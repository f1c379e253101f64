package dev.carillon.segments;

import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Rows of builds: what is to be filled. Those that are begun belong to a pass ({@link
 * PassRepository}). Rows change only in transactions that begin a new epoch of rules, but for a
 * build's pass.
 */
final class BuildRepository {

  /** What a build fills. */
  enum Kind {
    COUNTER,
    SEGMENT;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * A build.
   *
   * @param targetId the counter or segment
   * @param version of the segment; 0 for a counter
   * @param epoch people born under it or later are not its business
   */
  record Build(Kind kind, int targetId, WorkspaceId workspace, int version, int epoch) {}

  private static final String COLUMNS = "b.kind, b.target_id, b.workspace_id, b.version, b.epoch";

  /**
   * Builds that may begin: a segment waits for the counters it reads. All that are incomplete are
   * gathered once, as there may be hundreds of builds.
   */
  private static final String READY =
      """
      b.pass_id IS NULL
        AND (b.kind = 'counter'
             OR NOT coalesce((SELECT s.counters FROM segment s WHERE s.segment_id = b.target_id)
                             && (SELECT array_agg(c.counter_id) FROM counter c WHERE NOT c.complete), false))
      """;

  private static Build read(ResultSet row) throws SQLException {
    return new Build(
        Kind.of(row.getString(1)),
        row.getInt(2),
        new WorkspaceId(row.getInt(3)),
        row.getInt(4),
        row.getInt(5));
  }

  /** Starts a build from the beginning; one of the same target that is under way is over. */
  void put(
      Handle handle, Kind kind, int targetId, WorkspaceId workspace, int version, Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO build (kind, target_id, workspace_id, version, epoch, started_at)
            SELECT :kind, :target, :workspace, :version, rules, :now FROM epoch
            ON CONFLICT (kind, target_id) DO UPDATE
               SET version = excluded.version, epoch = excluded.epoch, pass_id = NULL, started_at = excluded.started_at
            """)
        .bind("kind", kind.word())
        .bind("target", targetId)
        .bind("workspace", workspace.value())
        .bind("version", version)
        .bind("now", now)
        .execute();
  }

  /** The same for segments: their present versions are built. */
  void putSegments(Handle handle, int[] segmentIds, Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO build (kind, target_id, workspace_id, version, epoch, started_at)
            SELECT 'segment', s.segment_id, s.workspace_id, s.version, e.rules, :now
              FROM segment s, epoch e WHERE s.segment_id = ANY(:segments)
            ON CONFLICT (kind, target_id) DO UPDATE
               SET version = excluded.version, epoch = excluded.epoch, pass_id = NULL, started_at = excluded.started_at
            """)
        .bind("now", now)
        .bind("segments", segmentIds)
        .execute();
  }

  /** Ends the build of a segment that is gone, if there is one. */
  void remove(Handle handle, Kind kind, int targetId) {
    handle
        .createUpdate("DELETE FROM build WHERE kind = :kind AND target_id = :target")
        .bind("kind", kind.word())
        .bind("target", targetId)
        .execute();
  }

  /**
   * Whether there is anything to do.
   *
   * @param builds any build, or any pass
   * @param erasures any segment whose members are to be removed
   */
  record Work(boolean builds, boolean erasures) {}

  /** Looks for work. */
  Work work(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT EXISTS (SELECT 1 FROM build) OR EXISTS (SELECT 1 FROM build_pass),
                   EXISTS (SELECT 1 FROM segment_erasure)
            """)
        .map((row, context) -> new Work(row.getBoolean(1), row.getBoolean(2)))
        .one();
  }

  /** The oldest build that may begin, in a workspace where no pass of its kind is under way. */
  Optional<Build> firstReady(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT %s FROM build b
             WHERE %s AND NOT EXISTS (SELECT FROM build_pass p WHERE p.workspace_id = b.workspace_id AND p.kind = b.kind)
             ORDER BY b.started_at, b.kind, b.target_id LIMIT 1
            """
                .formatted(COLUMNS, READY))
        .map((row, context) -> read(row))
        .findOne();
  }

  /**
   * Claims builds that may begin and are of the same kind and workspace as a given one, until the
   * end of the transaction.
   */
  List<Build> claimReady(Handle handle, Build like, int limit) {
    return handle
        .createQuery(
            """
            SELECT %s FROM build b WHERE b.kind = :kind AND b.workspace_id = :workspace AND %s
             ORDER BY b.started_at, b.target_id LIMIT :limit FOR UPDATE OF b SKIP LOCKED
            """
                .formatted(COLUMNS, READY))
        .bind("kind", like.kind().word())
        .bind("workspace", like.workspace().value())
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Makes builds of one kind part of a pass. */
  void assign(Handle handle, Kind kind, List<Build> builds, int passId) {
    var assigned =
        handle
            .createUpdate(
                "UPDATE build SET pass_id = :pass WHERE kind = :kind AND target_id = ANY(:targets)")
            .bind("pass", passId)
            .bind("kind", kind.word())
            .bind("targets", builds.stream().mapToInt(Build::targetId).toArray())
            .execute();
    if (assigned != builds.size()) {
      throw new IllegalStateException(
          "%d of %d builds became part of pass %d".formatted(assigned, builds.size(), passId));
    }
  }

  /** The builds of a pass, by what they fill. */
  List<Build> ofPass(Handle handle, int passId) {
    return handle
        .createQuery(
            "SELECT %s FROM build b WHERE b.pass_id = :pass ORDER BY b.target_id"
                .formatted(COLUMNS))
        .bind("pass", passId)
        .map((row, context) -> read(row))
        .list();
  }

  /**
   * What a build has built.
   *
   * @param conditions of a segment
   * @param counters of a segment: those it reads, and no others any more
   */
  record Finished(
      Kind kind, int targetId, @Nullable Condition conditions, List<Integer> counters) {}

  /**
   * Ends the builds of passes that have reached everybody, and those passes. The caller has begun a
   * new epoch.
   *
   * @return all of them
   */
  List<Finished> finish(Handle handle) {
    return handle
        .createQuery(
            """
            WITH over AS (DELETE FROM build_pass WHERE done_to = :everybody AND skipped = '{}' RETURNING pass_id),
                 done AS (DELETE FROM build WHERE pass_id IN (SELECT pass_id FROM over) RETURNING kind, target_id, version),
                 counted AS (UPDATE counter c SET complete = true FROM done d
                              WHERE d.kind = 'counter' AND c.counter_id = d.target_id),
                 served AS (UPDATE segment s SET served = d.version, before_conditions = NULL, before_zone = NULL, mixed = false
                              FROM done d WHERE d.kind = 'segment' AND s.segment_id = d.target_id
                            RETURNING s.segment_id, s.counters, s.conditions),
                 former AS (INSERT INTO segment_erasure (segment_id, what)
                            SELECT segment_id, 'former' FROM served s
                             WHERE EXISTS (SELECT FROM segment_former f WHERE f.segment_id = s.segment_id)
                            ON CONFLICT DO NOTHING)
            SELECT d.kind, d.target_id, s.counters, s.conditions::text FROM done d
              LEFT JOIN served s ON d.kind = 'segment' AND s.segment_id = d.target_id ORDER BY 1, 2
            """)
        .bind("everybody", Way.EVERYBODY)
        .map((row, context) ->
            new Finished(
                Kind.of(row.getString(1)),
                row.getInt(2),
                row.getString(4) == null ? null : ConditionJson.stored(row.getString(4)),
                row.getArray(3) == null
                    ? List.<Integer>of()
                    : List.of((Integer[]) row.getArray(3).getArray())))
        .list();
  }
}
