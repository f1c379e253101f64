package dev.carillon.people;

import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What belongs to a person and to nobody else beside the profile: devices, relationships to
 * objects, anonymous ids, memberships in manual segments, opt-outs from senders. Passed on in a
 * merge, removed in a deletion; for many people with each statement, under the locks of their rows.
 * Rows are locked in the order of their keys, as batches that write them do.
 */
public final class Belongings {
  /** Devices a person may have (track §5.1); those used longest ago go. */
  private static final int DEVICES = 25;

  /** The anonymous ids of these people, as {@code workspace, id} in no order. */
  public List<AnonymousId> anonymousIds(Handle handle, long[] people) {
    return handle
        .createQuery(
            "SELECT workspace_id, anonymous_id FROM anonymous_link WHERE person_id = ANY(:people)")
        .bind("people", people)
        .map((row, _) -> new AnonymousId(row.getInt(1), row.getString(2)))
        .list();
  }

  /** An anonymous id somebody has. */
  public record AnonymousId(int workspace, String id) {}

  /** Gives what the secondaries have to the primaries (track §9.3); nobody occurs twice. */
  public void pass(Handle handle, Collection<Heir> heirs) {
    var primaries = Heir.primaries(heirs);
    var secondaries = Heir.secondaries(heirs);
    for (var statement :
        List.of(
            MOVE_DEVICES,
            MOVE_RELATIONSHIPS,
            MOVE_ANONYMOUS_IDS,
            COPY_MANUAL_MEMBERSHIPS,
            COPY_OPT_OUTS)) {
      handle
          .createUpdate(statement)
          .bind("primaries", primaries)
          .bind("secondaries", secondaries)
          .execute();
    }
    dropOldDevices(handle, primaries);
    handle
        .createUpdate("DELETE FROM relationship WHERE person_id = ANY(:people)") // primary wins
        .bind("people", secondaries)
        .execute();
    handle
        .createUpdate("DELETE FROM sender_opt_out WHERE person_id = ANY(:people)")
        .bind("people", secondaries)
        .execute();
  }

  private static final String MOVE_DEVICES =
      """
      WITH moved AS MATERIALIZED (
        SELECT d.workspace_id, d.token, u.primary_id
          FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
          JOIN device d ON d.person_id = u.secondary_id
         ORDER BY d.workspace_id, d.token FOR NO KEY UPDATE OF d)
      UPDATE device d SET person_id = m.primary_id FROM moved m
       WHERE d.workspace_id = m.workspace_id AND d.token = m.token
      """;

  private static final String MOVE_RELATIONSHIPS =
      """
      UPDATE relationship r SET person_id = u.primary_id
        FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
       WHERE r.person_id = u.secondary_id
         AND NOT EXISTS (SELECT FROM relationship own
                          WHERE own.person_id = u.primary_id AND own.object_key = r.object_key)
      """;

  private static final String MOVE_ANONYMOUS_IDS =
      """
      UPDATE anonymous_link l SET person_id = u.primary_id
        FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
       WHERE l.person_id = u.secondary_id
      """;

  private static final String COPY_MANUAL_MEMBERSHIPS =
      """
      INSERT INTO segment_member (person_id, segment_id, entered_at)
      SELECT u.primary_id, m.segment_id, m.entered_at
        FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
        JOIN segment_member m ON m.person_id = u.secondary_id
        JOIN segment s ON s.segment_id = m.segment_id AND s.type = 'manual'
       ORDER BY u.primary_id, m.segment_id
      ON CONFLICT DO NOTHING
      """;

  /** Who opted out stays out, whichever of the two did. */
  private static final String COPY_OPT_OUTS =
      """
      INSERT INTO sender_opt_out (person_id, channel, sender, workspace_id, written, opted_out_at)
      SELECT u.primary_id, o.channel, o.sender, o.workspace_id, o.written, o.opted_out_at
        FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
        JOIN sender_opt_out o ON o.person_id = u.secondary_id
       ORDER BY u.primary_id, o.channel, o.sender
      ON CONFLICT DO NOTHING
      """;

  private static void dropOldDevices(Handle handle, long[] people) {
    handle
        .createUpdate(
            """
            DELETE FROM device d USING (
              SELECT workspace_id, token,
                     row_number() OVER (PARTITION BY person_id ORDER BY last_used DESC, token) AS place
                FROM device WHERE person_id = ANY(:people)) old
             WHERE d.workspace_id = old.workspace_id AND d.token = old.token AND old.place > :most
            """)
        .bind("people", people)
        .bind("most", DEVICES)
        .execute();
  }

  /**
   * Removes what deleted people have. Their anonymous ids are freed with the erasure: batches lock
   * those before people.
   */
  public void remove(Handle handle, long[] people) {
    handle
        .createUpdate("DELETE FROM device WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
    handle
        .createUpdate("DELETE FROM relationship WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
    handle
        .createUpdate("DELETE FROM sender_opt_out WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
  }
}
