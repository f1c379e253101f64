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

/** Rows of builds under way: what they fill and how far they are. */
final class BuildRepository {
  /** In place of a cursor: everybody is reached. */
  static final long EVERYBODY = Long.MAX_VALUE;

  /** What a build fills. */
  enum Kind {
    COUNTER,
    SEGMENT;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A build.
   *
   * @param targetId the counter or segment
   * @param version of the segment; 0 for a counter
   * @param epoch people born under it or later are not its business
   * @param doneTo everybody else up to this person is done; {@link #EVERYBODY}: only the end is
   *     missing
   * @param people how many there are about; null: it has not begun
   */
  record Build(
      Kind kind,
      int targetId,
      WorkspaceId workspace,
      int version,
      int epoch,
      long doneTo,
      @Nullable Long people) {}

  private static final String COLUMNS =
      "b.kind, b.target_id, b.workspace_id, b.version, b.epoch, b.done_to, b.people";

  private static Build read(ResultSet row) throws SQLException {
    return new Build(
        Kind.valueOf(row.getString(1).toUpperCase(Locale.ROOT)),
        row.getInt(2),
        new WorkspaceId(row.getInt(3)),
        row.getInt(4),
        row.getInt(5),
        row.getLong(6),
        row.getObject(7, Long.class));
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
               SET version = excluded.version, epoch = excluded.epoch, done_to = 0, people_done = 0, people = NULL,
                   started_at = excluded.started_at
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
               SET version = excluded.version, epoch = excluded.epoch, done_to = 0, people_done = 0, people = NULL,
                   started_at = excluded.started_at
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

  /** Whether there is any build, or anything to erase. */
  boolean anything(Handle handle) {
    return handle
        .createQuery(
            "SELECT EXISTS (SELECT 1 FROM build) OR EXISTS (SELECT 1 FROM segment_erasure)")
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * Claims the oldest build that nobody else works on, until the end of the transaction. A segment
   * waits for the counters it reads.
   */
  Optional<Build> claim(Handle handle) {
    return handle
        .createQuery(
            "SELECT "
                + COLUMNS
                + """
                 FROM build b
                 WHERE b.kind = 'counter'
                    OR NOT EXISTS (SELECT 1 FROM segment s JOIN counter c ON c.counter_id = ANY(s.counters)
                                    WHERE s.segment_id = b.target_id AND NOT c.complete)
                 ORDER BY b.started_at, b.kind, b.target_id LIMIT 1 FOR UPDATE OF b SKIP LOCKED
                """)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Puts a claimed build behind all others. */
  void postpone(Handle handle, Build build, Instant now) {
    handle
        .createUpdate(
            "UPDATE build SET started_at = :now WHERE kind = :kind AND target_id = :target")
        .bind("now", now)
        .bind("kind", build.kind().word())
        .bind("target", build.targetId())
        .execute();
  }

  /** Claims the counters that are just as far as a claimed one, so that events are read once. */
  List<Build> claimBeside(Handle handle, Build counter, int limit) {
    return handle
        .createQuery(
            "SELECT "
                + COLUMNS
                + """
                 FROM build b
                 WHERE b.kind = 'counter' AND b.workspace_id = :workspace AND b.epoch = :epoch
                   AND b.done_to = :doneTo AND b.people IS NOT NULL
                 ORDER BY b.target_id LIMIT :limit FOR UPDATE SKIP LOCKED
                """)
        .bind("workspace", counter.workspace().value())
        .bind("epoch", counter.epoch())
        .bind("doneTo", counter.doneTo())
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Notes how many people the builds of a workspace that have not begun go through. */
  int begin(Handle handle, Build build, long people) {
    return handle
        .createUpdate(
            """
            UPDATE build SET people = :people
             WHERE workspace_id = :workspace AND kind = :kind AND epoch = :epoch AND people IS NULL
            """)
        .bind("people", people)
        .bind("workspace", build.workspace().value())
        .bind("kind", build.kind().word())
        .bind("epoch", build.epoch())
        .execute();
  }

  /** Moves claimed builds on. */
  void advance(Handle handle, List<Build> builds, long doneTo, int people) {
    var moved =
        handle
            .createUpdate(
                """
                UPDATE build SET done_to = :doneTo, people_done = people_done + :people
                 WHERE kind = :kind AND target_id = ANY(:targets)
                """)
            .bind("doneTo", doneTo)
            .bind("people", people)
            .bind("kind", builds.getFirst().kind().word())
            .bind("targets", builds.stream().mapToInt(Build::targetId).toArray())
            .execute();
    if (moved != builds.size()) {
      throw new IllegalStateException(
          "%d of the claimed builds %s moved on".formatted(moved, builds));
    }
  }

  /**
   * Ends the builds that have reached everybody. The caller has begun a new epoch.
   *
   * @return what they have built, in words
   */
  List<String> finish(Handle handle) {
    return handle
        .createQuery(
            """
            WITH done AS (DELETE FROM build WHERE done_to = :everybody RETURNING kind, target_id, version),
                 counted AS (UPDATE counter c SET complete = true FROM done d
                              WHERE d.kind = 'counter' AND c.counter_id = d.target_id),
                 served AS (UPDATE segment s SET served = d.version FROM done d
                             WHERE d.kind = 'segment' AND s.segment_id = d.target_id)
            SELECT kind || ' ' || target_id FROM done
            """)
        .bind("everybody", EVERYBODY)
        .mapTo(String.class)
        .list();
  }
}
