package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Kind;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** Rows of passes: how far builds that go on together have come through the people. */
final class PassRepository {
  /**
   * A pass.
   *
   * @param doneTo everybody up to this person is done, or skipped, or not its business
   * @param skipped people up to there who are still to be done; ascending
   * @param failures how often in a row it went wrong
   */
  record Pass(
      int id, Kind kind, WorkspaceId workspace, long doneTo, SortedSet<Long> skipped, int failures)
      implements Way {}

  private static Pass read(ResultSet row) throws SQLException {
    var skipped = new TreeSet<Long>();
    for (var personId : (Long[]) row.getArray(5).getArray()) {
      skipped.add(personId);
    }
    return new Pass(
        row.getInt(1),
        Kind.of(row.getString(2)),
        new WorkspaceId(row.getInt(3)),
        row.getLong(4),
        skipped,
        row.getInt(6));
  }

  /**
   * Claims a pass that nobody else works on, until the end of the transaction: workspaces take
   * turns, of each the oldest. The more often one has failed, the later it comes, so that it does
   * not hold up the others.
   *
   * @param after the workspace whose turn was last; 0: none
   */
  Optional<Pass> claim(Handle handle, int after) {
    return handle
        .createQuery(
            """
            SELECT pass_id, kind, workspace_id, done_to, skipped, failures FROM build_pass
             ORDER BY failures, workspace_id <= :after, workspace_id, started_at, pass_id LIMIT 1 FOR UPDATE SKIP LOCKED
            """)
        .bind("after", after)
        .map((row, context) -> read(row))
        .findOne();
  }

  /**
   * Begins a pass.
   *
   * @param people how many there are about
   * @return its number
   */
  int begin(Handle handle, Kind kind, WorkspaceId workspace, long people, Instant now) {
    return handle
        .createQuery(
            """
            INSERT INTO build_pass (kind, workspace_id, people, started_at) VALUES (:kind, :workspace, :people, :now)
            RETURNING pass_id
            """)
        .bind("kind", kind.word())
        .bind("workspace", workspace.value())
        .bind("people", people)
        .bind("now", now)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Moves a claimed pass on.
   *
   * @param skipped people up to the cursor who are still to be done
   * @param done how many people were done
   */
  void advance(
      Handle handle, int passId, long doneTo, SequencedCollection<Long> skipped, int done) {
    handle
        .createUpdate(
            """
            UPDATE build_pass SET done_to = :doneTo, skipped = :skipped, people_done = people_done + :done, failures = 0
             WHERE pass_id = :pass
            """)
        .bind("doneTo", doneTo)
        .bind("skipped", skipped.stream().mapToLong(Long::longValue).toArray())
        .bind("done", done)
        .bind("pass", passId)
        .execute();
  }

  /** Notes that a pass went wrong once more. */
  void failed(Handle handle, int passId) {
    handle
        .createUpdate("UPDATE build_pass SET failures = failures + 1 WHERE pass_id = :pass")
        .bind("pass", passId)
        .execute();
  }

  /** Makes a second pass that is as far as a claimed one, and has not failed yet. */
  int copy(Handle handle, int passId) {
    return handle
        .createQuery(
            """
            INSERT INTO build_pass (kind, workspace_id, done_to, skipped, people_done, people, started_at)
            SELECT kind, workspace_id, done_to, skipped, people_done, people, started_at
              FROM build_pass WHERE pass_id = :pass
            RETURNING pass_id
            """)
        .bind("pass", passId)
        .mapTo(Integer.class)
        .one();
  }

  /** Ends a claimed pass that has no builds any more. */
  void remove(Handle handle, int passId) {
    handle
        .createUpdate("DELETE FROM build_pass WHERE pass_id = :pass")
        .bind("pass", passId)
        .execute();
  }
}
