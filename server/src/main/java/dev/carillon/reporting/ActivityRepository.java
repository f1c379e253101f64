package dev.carillon.reporting;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The part of the activity log that is stored nowhere else: changes, failures, deletions. */
public final class ActivityRepository {

  /**
   * One entry.
   *
   * @param personId 0 when it concerns nobody who exists
   * @param objectKey 0 when it does not concern an object
   * @param op number of the operation that caused it
   * @param type a word of journeys §1.5, such as {@code attribute_change}
   * @param data JSON object
   */
  public record NewActivity(
      long personId,
      long objectKey,
      WorkspaceId workspace,
      long op,
      String type,
      Instant occurredAt,
      Instant receivedAt,
      String data) {

    /** An entry about a person. */
    public NewActivity(
        long personId,
        WorkspaceId workspace,
        long op,
        String type,
        Instant occurredAt,
        Instant receivedAt,
        String data) {
      this(personId, 0, workspace, op, type, occurredAt, receivedAt, data);
    }
  }

  /** Stores entries, those of one operation together. */
  public void insert(Handle handle, List<NewActivity> activities) {
    handle
        .createUpdate(
            """
            INSERT INTO activity (person_id, object_key, workspace_id, op, part, type, occurred_at, received_at, data)
            SELECT u.person, nullif(u.object, 0), u.workspace, u.op, u.part, u.type, to_timestamp(u.occurred), to_timestamp(u.received), u.data
              FROM unnest(:people, :objects, :workspaces, :ops, :parts, :types, :occurred, :received, :data)
                AS u(person, object, workspace, op, part, type, occurred, received, data)
            """)
        .bind("people", activities.stream().mapToLong(NewActivity::personId).toArray())
        .bind("objects", activities.stream().mapToLong(NewActivity::objectKey).toArray())
        .bind(
            "workspaces", activities.stream().mapToInt(each -> each.workspace().value()).toArray())
        .bind("ops", activities.stream().mapToLong(NewActivity::op).toArray())
        .bind("parts", parts(activities))
        .bind("types", activities.stream().map(NewActivity::type).toArray(String[]::new))
        .bind("occurred", Seconds.of(activities, NewActivity::occurredAt))
        .bind("received", Seconds.of(activities, NewActivity::receivedAt))
        .bind("data", activities.stream().map(NewActivity::data).toArray(String[]::new))
        .execute();
  }

  /** Counts the entries of each operation. */
  private static short[] parts(List<NewActivity> activities) {
    var counts = new HashMap<Long, Integer>();
    var parts = new short[activities.size()];
    for (var i = 0; i < parts.length; i++) {
      parts[i] = (short) (counts.merge(activities.get(i).op(), 1, Integer::sum) - 1);
    }
    return parts;
  }
}
