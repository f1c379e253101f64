package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * People whose messages reached something that rules count (table {@code message_wake}). Noted in
 * the transaction that notes the metric, so that no crash can part the two; whoever takes a note
 * counts the person's messages anew ({@code MessageCounting}).
 */
public final class MessageWakes {

  /** Somebody a message went to, who may be merged into somebody else or gone. */
  public record Recipient(long personId, WorkspaceId workspace) {}

  /**
   * A note.
   *
   * @param target whom it is about now: who has taken the recipient over, as far as that is known;
   *     may be gone
   */
  public record Wake(long wakeId, WorkspaceId workspace, long target) {}

  /** Notes these people, in the caller's transaction. Signal due work after the commit. */
  public void add(Handle handle, Collection<Recipient> recipients) {
    handle
        .createUpdate(
            """
            INSERT INTO message_wake (person_id, workspace_id)
            SELECT u.person, u.workspace FROM unnest(:people, :workspaces) AS u(person, workspace)
            """)
        .bind("people", recipients.stream().mapToLong(Recipient::personId).toArray())
        .bind("workspaces", recipients.stream().mapToInt(each -> each.workspace.value()).toArray())
        .execute();
  }

  /** Whether anything is to be taken, at a look without locks. */
  public boolean any(Handle handle, Instant now) {
    return handle
        .createQuery("SELECT EXISTS (SELECT FROM message_wake WHERE due_at <= :now)")
        .bind("now", now)
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * Takes notes that nobody else has taken, the oldest first, until the end of the transaction.
   *
   * @param limit how many at most
   */
  public List<Wake> claim(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            SELECT w.wake_id, w.workspace_id, coalesce(m.primary_id, w.person_id)
              FROM message_wake w LEFT JOIN merger m ON m.secondary_id = w.person_id
             WHERE w.due_at <= :now ORDER BY w.wake_id LIMIT :limit FOR UPDATE OF w SKIP LOCKED
            """)
        .bind("now", now)
        .bind("limit", limit)
        .map((row, _) -> new Wake(row.getLong(1), new WorkspaceId(row.getInt(2)), row.getLong(3)))
        .list();
  }

  /** The same with those of these notes that are still there. */
  public List<Wake> claim(Handle handle, List<Wake> wakes) {
    return handle
        .createQuery(
            """
            SELECT w.wake_id, w.workspace_id, coalesce(m.primary_id, w.person_id)
              FROM message_wake w LEFT JOIN merger m ON m.secondary_id = w.person_id
             WHERE w.wake_id = ANY(:ids) ORDER BY w.wake_id FOR UPDATE OF w SKIP LOCKED
            """)
        .bind("ids", ids(wakes))
        .map((row, _) -> new Wake(row.getLong(1), new WorkspaceId(row.getInt(2)), row.getLong(3)))
        .list();
  }

  /**
   * Removes taken notes: those about people who were found, and those about people who are gone for
   * good. A note about somebody who has been merged in the meantime stays and is taken again.
   *
   * @param found the targets that were found and locked
   */
  public void done(Handle handle, List<Wake> wakes, Collection<Long> found) {
    handle
        .createUpdate(
            """
            DELETE FROM message_wake w USING unnest(:ids, :targets) AS u(wake_id, target)
             WHERE w.wake_id = u.wake_id
               AND (u.target = ANY(:found) OR NOT EXISTS (SELECT FROM merger m WHERE m.secondary_id = u.target))
            """)
        .bind("ids", ids(wakes))
        .bind("targets", wakes.stream().mapToLong(Wake::target).toArray())
        .bind("found", found.stream().mapToLong(Long::longValue).toArray())
        .execute();
  }

  /** Looks at a note again at another time. */
  public void postpone(Handle handle, Wake wake, Instant at) {
    handle
        .createUpdate("UPDATE message_wake SET due_at = :at WHERE wake_id = :id")
        .bind("at", at)
        .bind("id", wake.wakeId())
        .execute();
  }

  private static long[] ids(List<Wake> wakes) {
    return wakes.stream().mapToLong(Wake::wakeId).toArray();
  }

  /** Forgets people who are gone. The table is nearly always empty, so this reads it as a whole. */
  public void deletePeople(Handle handle, long[] people) {
    handle
        .createUpdate("DELETE FROM message_wake WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
  }
}
