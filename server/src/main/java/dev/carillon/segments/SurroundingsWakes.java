package dev.carillon.segments;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;

/**
 * What is noted about people who have to be looked at again, because something around them has
 * changed that is not changed under their locks: an object with all its people, a journey that was
 * ended with thousands of others. Notes are stored in the transaction of their cause and worked off
 * in the background, so nothing is lost with a crash.
 */
public final class SurroundingsWakes {

  /** An object that has changed, or is gone. */
  public record ChangedObject(WorkspaceId workspace, int typeId, Instant at) {}

  /**
   * Notes objects that have changed; for one that is noted already the circle begins anew where it
   * stands, so that everybody is reached even if it changes all the time.
   *
   * @param objects by key, locked
   */
  public void objectsChanged(Handle handle, SortedMap<Long, ChangedObject> objects) {
    handle
        .createUpdate(
            """
            INSERT INTO object_wake AS w (object_key, workspace_id, type_id, changed_at)
            SELECT u.key, u.workspace, u.type, to_timestamp(u.at)
              FROM unnest(:keys, :workspaces, :types, :at) AS u(key, workspace, type, at)
            ON CONFLICT (object_key) DO UPDATE
               SET changed_at = greatest(w.changed_at, excluded.changed_at), turn = w.turn + 1, begun_at = w.done_to,
                   came_round = false
            """)
        .bind("keys", objects.keySet().stream().mapToLong(Long::longValue).toArray())
        .bind(
            "workspaces",
            objects.values().stream().mapToInt(each -> each.workspace.value()).toArray())
        .bind("types", objects.values().stream().mapToInt(ChangedObject::typeId).toArray())
        .bind("at", Seconds.of(objects.values(), ChangedObject::at))
        .execute();
  }

  /** Notes the people of journeys that have ended, if some segment reads their campaign. */
  public void journeysEnded(Handle handle, Collection<Long> journeys, Instant at) {
    if (journeys.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            """
            INSERT INTO campaign_wake (person_id, workspace_id, campaign_id, ended_at)
            SELECT j.person_id, j.workspace_id, j.campaign_id, :at FROM journey j
             WHERE j.journey_id = ANY(:journeys)
               AND EXISTS (SELECT FROM segment s
                            WHERE s.workspace_id = j.workspace_id AND j.campaign_id = ANY(s.campaigns))
            """)
        .bind("journeys", journeys.stream().mapToLong(Long::longValue).toArray())
        .bind("at", at)
        .execute();
  }

  /** A person one of whose journeys has ended. */
  public record Ended(
      long wakeId, long personId, WorkspaceId workspace, int campaignId, Instant at) {}

  /**
   * The oldest notes about journeys of people in these groups ({@code person_id mod 16}); to be
   * removed under the locks of these people.
   */
  public List<Ended> ended(Handle handle, int[] groups, int limit) {
    return handle
        .createQuery(
            """
            SELECT wake_id, person_id, workspace_id, campaign_id, ended_at FROM campaign_wake
             WHERE (person_id & 15)::int = ANY(:groups) ORDER BY wake_id LIMIT :limit
            """)
        .bind("groups", groups)
        .bind("limit", limit)
        .map((row, _) ->
            new Ended(
                row.getLong(1),
                row.getLong(2),
                new WorkspaceId(row.getInt(3)),
                row.getInt(4),
                row.getTimestamp(5).toInstant()))
        .list();
  }

  /**
   * Forgets journeys of people who are gone. The table is nearly always empty, so this reads it as
   * a whole.
   */
  public void deletePeople(Handle handle, long[] people) {
    handle
        .createUpdate("DELETE FROM campaign_wake WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
  }

  /** Removes notes that are worked off. */
  public void removeEnded(Handle handle, Collection<Ended> worked) {
    handle
        .createUpdate("DELETE FROM campaign_wake WHERE wake_id = ANY(:ids)")
        .bind("ids", worked.stream().mapToLong(Ended::wakeId).toArray())
        .execute();
  }

  /**
   * How far an object is with its people: in a circle of their keys, from behind {@code begunAt} up
   * and then from 0 up to it.
   *
   * @param object the object and its last change
   * @param turn moves with each change
   * @param doneTo everybody before it is done, in this part of the circle
   * @param cameRound whether this is the part from 0 on
   */
  public record Circle(
      long objectKey,
      ChangedObject object,
      int turn,
      long begunAt,
      long doneTo,
      boolean cameRound) {
    private static Circle of(ResultSet row) throws SQLException {
      return new Circle(
          row.getLong("object_key"),
          new ChangedObject(
              new WorkspaceId(row.getInt("workspace_id")),
              row.getInt("type_id"),
              row.getTimestamp("changed_at").toInstant()),
          row.getInt("turn"),
          row.getLong("begun_at"),
          row.getLong("done_to"),
          row.getBoolean("came_round"));
    }

    /**
     * How far it is when these were the next people.
     *
     * @param last the last of them; 0: there were none
     * @param all whether nobody comes after them in this part of the circle
     * @return empty: everybody is done
     */
    public Optional<Circle> after(long last, boolean all) {
      if (!all) {
        return Optional.of(new Circle(objectKey, object, turn, begunAt, last, cameRound));
      }
      return cameRound || begunAt == 0
          ? Optional.empty()
          : Optional.of(new Circle(objectKey, object, turn, begunAt, 0, true));
    }

    private long until() {
      return cameRound ? begunAt : Long.MAX_VALUE;
    }
  }

  /**
   * The circles of objects in these groups ({@code object_key mod 16}), the longest waiting first.
   */
  public List<Circle> circles(Handle handle, int[] groups, int limit) {
    return handle
        .createQuery(
            """
            SELECT * FROM object_wake WHERE (object_key & 15)::int = ANY(:groups)
             ORDER BY changed_at, object_key LIMIT :limit
            """)
        .bind("groups", groups)
        .bind("limit", limit)
        .map((row, _) -> Circle.of(row))
        .list();
  }

  /** Somebody related to an object. */
  public record Related(long objectKey, long personId) {}

  /** The next people of each circle, at most so many of each, in the order of their keys. */
  public List<Related> next(Handle handle, List<Circle> circles, int mostOfEach) {
    return handle
        .createQuery(
            """
            SELECT c.key, r.person_id
              FROM unnest(:keys, :after, :until) AS c(key, after, until)
             CROSS JOIN LATERAL (
                   SELECT person_id FROM relationship
                    WHERE object_key = c.key AND person_id > c.after AND person_id <= c.until
                    ORDER BY person_id LIMIT :most) r
             ORDER BY c.key, r.person_id
            """)
        .bind("keys", circles.stream().mapToLong(Circle::objectKey).toArray())
        .bind("after", circles.stream().mapToLong(Circle::doneTo).toArray())
        .bind("until", circles.stream().mapToLong(Circle::until).toArray())
        .bind("most", mostOfEach)
        .map((row, _) -> new Related(row.getLong(1), row.getLong(2)))
        .list();
  }

  /**
   * Locks circles and tells which of them are as they were read. Those somebody else has at that
   * moment are not: a change of the object begins the circle anew, or another node has done this
   * part.
   */
  public Set<Long> lockUnchanged(Handle handle, List<Circle> circles) {
    return handle
        .createQuery(
            """
            SELECT w.object_key
              FROM object_wake w
              JOIN unnest(:keys, :turns, :done, :round) AS u(key, turn, done, round)
                ON w.object_key = u.key AND w.turn = u.turn AND w.done_to = u.done AND w.came_round = u.round
             ORDER BY w.object_key FOR UPDATE OF w SKIP LOCKED
            """)
        .bind("keys", circles.stream().mapToLong(Circle::objectKey).toArray())
        .bind("turns", circles.stream().mapToInt(Circle::turn).toArray())
        .bind("done", circles.stream().mapToLong(Circle::doneTo).toArray())
        .bind("round", circles.stream().map(Circle::cameRound).toArray(Boolean[]::new))
        .mapTo(Long.class)
        .set();
  }

  /** Stores how far locked circles are now. */
  public void move(Handle handle, List<Circle> moved) {
    handle
        .createUpdate(
            """
            UPDATE object_wake w SET done_to = u.done, came_round = u.round
              FROM unnest(:keys, :done, :round) AS u(key, done, round) WHERE w.object_key = u.key
            """)
        .bind("keys", moved.stream().mapToLong(Circle::objectKey).toArray())
        .bind("done", moved.stream().mapToLong(Circle::doneTo).toArray())
        .bind("round", moved.stream().map(Circle::cameRound).toArray(Boolean[]::new))
        .execute();
  }

  /** Removes locked circles that are closed. */
  public void close(Handle handle, List<Circle> closed) {
    handle
        .createUpdate("DELETE FROM object_wake WHERE object_key = ANY(:keys)")
        .bind("keys", closed.stream().mapToLong(Circle::objectKey).toArray())
        .execute();
  }
}
