package dev.carillon.people;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Rows of devices (track §5.1), read and written for whole batches. Every method is one statement,
 * whatever the number of rows.
 */
public final class DeviceRepository {

  /** A token in a workspace; it has one owner at most. */
  public record Key(WorkspaceId workspace, String token) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.<Key>comparingInt(key -> key.workspace.value()).thenComparing(Key::token);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A device as stored.
   *
   * @param platform {@code ios} or {@code android}; null when nobody said
   * @param attributes JSON object
   */
  public record Device(
      Key key,
      long personId,
      @Nullable String platform,
      Instant lastUsed,
      String attributes,
      Instant createdAt) {}

  /**
   * Locks the devices with these tokens and all devices of these people, in key order, and reads
   * them as they are once the lock is held.
   */
  public List<Device> lockAndLoad(Handle handle, SortedSet<Key> keys, long[] people) {
    return bound(
            handle.createQuery(
                """
                SELECT d.* FROM (
                    SELECT * FROM unnest(:workspaces, :tokens) AS k(workspace_id, token)
                    UNION SELECT workspace_id, token FROM device WHERE person_id = ANY(:people)) k
                  JOIN device d USING (workspace_id, token)
                 ORDER BY d.workspace_id, d.token COLLATE "C" FOR UPDATE OF d
                """),
            keys)
        .bind("people", people)
        .map((row, _) -> device(row))
        .list();
  }

  /** Who has the devices with these tokens, at a look without locks; nobody has those absent. */
  public Map<Key, Long> owners(Handle handle, Collection<Key> keys) {
    var owners = new HashMap<Key, Long>();
    bound(
            handle.createQuery(
                """
                SELECT d.workspace_id, d.token, d.person_id
                  FROM unnest(:workspaces, :tokens) AS k(workspace_id, token)
                  JOIN device d USING (workspace_id, token)
                """),
            keys)
        .map((row, _) ->
            owners.put(new Key(new WorkspaceId(row.getInt(1)), row.getString(2)), row.getLong(3)))
        .list();
    return owners;
  }

  /**
   * Adds devices.
   *
   * @param devices in key order, so that two batches cannot wait for each other in a circle
   * @return how many were added; fewer than given means that a token was taken meanwhile: roll back
   *     and read again
   */
  public int insert(Handle handle, List<Device> devices, Instant now) {
    return bound(
            handle.createUpdate(
                """
                INSERT INTO device (workspace_id, token, person_id, platform, last_used, attributes, created_at, updated_at)
                SELECT u.workspace, u.token, u.person, u.platform, to_timestamp(u.used), u.attributes, to_timestamp(u.created), :now
                  FROM unnest(:workspaces, :tokens, :people, :platforms, :used, :attributes, :created)
                    AS u(workspace, token, person, platform, used, attributes, created)
                ON CONFLICT DO NOTHING
                """),
            devices,
            now)
        .execute();
  }

  /** Stores changed devices that are locked. */
  public void update(Handle handle, List<Device> devices, Instant now) {
    bound(
            handle.createUpdate(
                """
                UPDATE device d
                   SET person_id = u.person, platform = u.platform, last_used = to_timestamp(u.used),
                       attributes = u.attributes, created_at = to_timestamp(u.created), updated_at = :now
                  FROM unnest(:workspaces, :tokens, :people, :platforms, :used, :attributes, :created)
                    AS u(workspace, token, person, platform, used, attributes, created)
                 WHERE d.workspace_id = u.workspace AND d.token = u.token
                """),
            devices,
            now)
        .execute();
  }

  /** Removes devices that are locked. */
  public void delete(Handle handle, SortedSet<Key> keys) {
    bound(
            handle.createUpdate(
                """
                DELETE FROM device d USING unnest(:workspaces, :tokens) AS k(workspace_id, token)
                 WHERE d.workspace_id = k.workspace_id AND d.token = k.token
                """),
            keys)
        .execute();
  }

  /** The devices of these people of this workspace, of each the last used first. */
  public List<Device> ofPeople(Handle handle, WorkspaceId workspace, Collection<Long> people) {
    return handle
        .createQuery(
            """
            SELECT * FROM device WHERE person_id = ANY(:people) AND workspace_id = :workspace
             ORDER BY person_id, last_used DESC, created_at DESC, token
            """)
        .bind("people", people.stream().mapToLong(Long::longValue).toArray())
        .bind("workspace", workspace.value())
        .map((row, _) -> device(row))
        .list();
  }

  private static <S extends SqlStatement<S>> S bound(S statement, Collection<Key> keys) {
    return statement
        .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("tokens", keys.stream().map(Key::token).toArray(String[]::new));
  }

  private static <S extends SqlStatement<S>> S bound(
      S statement, List<Device> devices, Instant now) {
    return bound(statement, devices.stream().map(Device::key).toList())
        .bind("people", devices.stream().mapToLong(Device::personId).toArray())
        .bind("platforms", devices.stream().map(Device::platform).toArray(String[]::new))
        .bind("used", Seconds.of(devices, Device::lastUsed))
        .bind("attributes", devices.stream().map(Device::attributes).toArray(String[]::new))
        .bind("created", Seconds.of(devices, Device::createdAt))
        .bind("now", now);
  }

  private static Device device(ResultSet row) throws SQLException {
    return new Device(
        new Key(new WorkspaceId(row.getInt("workspace_id")), row.getString("token")),
        row.getLong("person_id"),
        row.getString("platform"),
        row.getTimestamp("last_used").toInstant(),
        row.getString("attributes"),
        row.getTimestamp("created_at").toInstant());
  }
}
