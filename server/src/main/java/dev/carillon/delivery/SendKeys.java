package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Which calls have been answered with which delivery (table {@code send_key}). */
public final class SendKeys {
  /** Choice: how long an {@code Idempotency-Key} is remembered. */
  public static final Duration KEPT = Duration.ofHours(24);

  private static final int AT_ONCE = 10_000;

  /**
   * What makes a call the same.
   *
   * @param hash 32 bytes, as hexadecimal digits
   */
  public record Key(WorkspaceId workspace, String hash) {}

  /** The delivery a call was answered with. */
  public record Answered(Key key, long deliveryId, Instant createdAt) {}

  /** What these keys were answered with last; unknown ones are absent. */
  public Map<Key, Answered> find(Handle handle, Collection<Key> keys) {
    var found = new HashMap<Key, Answered>();
    if (!keys.isEmpty()) {
      handle
          .createQuery(
              """
              SELECT k.workspace_id, encode(k.key, 'hex'), k.delivery_id, k.created_at
                FROM unnest(:workspaces, :hashes) AS w(workspace_id, hash)
                JOIN send_key k ON k.workspace_id = w.workspace_id AND k.key = decode(w.hash, 'hex')
              """)
          .bind("workspaces", keys.stream().mapToInt(each -> each.workspace.value()).toArray())
          .bind("hashes", keys.stream().map(Key::hash).toArray(String[]::new))
          .map((row, _) ->
              new Answered(
                  new Key(new WorkspaceId(row.getInt(1)), row.getString(2)),
                  row.getLong(3),
                  row.getTimestamp(4).toInstant()))
          .forEach(each -> found.put(each.key, each));
    }
    return found;
  }

  /** The same for one. */
  public Optional<Answered> find(Handle handle, Key key) {
    return Optional.ofNullable(find(handle, List.of(key)).get(key));
  }

  /**
   * Remembers answers, each in place of what the key was answered with before.
   *
   * @param answers at most one for each key
   */
  public void put(Handle handle, List<Answered> answers) {
    if (answers.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            """
            INSERT INTO send_key (workspace_id, key, delivery_id, created_at)
            SELECT workspace_id, decode(hash, 'hex'), delivery_id, created_at
              FROM unnest(:workspaces, :hashes, :ids, :createdAt) AS a(workspace_id, hash, delivery_id, created_at)
             ORDER BY workspace_id, hash
            ON CONFLICT (workspace_id, key)
            DO UPDATE SET delivery_id = excluded.delivery_id, created_at = excluded.created_at
            """)
        .bind("workspaces", answers.stream().mapToInt(each -> each.key.workspace.value()).toArray())
        .bind("hashes", answers.stream().map(each -> each.key.hash).toArray(String[]::new))
        .bind("ids", answers.stream().mapToLong(Answered::deliveryId).toArray())
        .bind("createdAt", answers.stream().map(Answered::createdAt).toArray(Instant[]::new))
        .execute();
  }

  /** Forgets what is older than {@link #KEPT}, a bounded number; returns how many. */
  public int forget(Handle handle, Instant now) {
    return handle
        .createUpdate(
            """
            DELETE FROM send_key WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM send_key WHERE created_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED))
            """)
        .bind("before", now.minus(KEPT))
        .bind("limit", AT_ONCE)
        .execute();
  }
}
