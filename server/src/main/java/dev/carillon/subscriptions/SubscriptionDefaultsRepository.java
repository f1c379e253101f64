package dev.carillon.subscriptions;

import dev.carillon.workspaces.WorkspaceId;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The defaults of topics and channels, as rules read them. They change with the epoch of rules
 * alone, so what was read under one epoch holds for all of it.
 */
public final class SubscriptionDefaultsRepository {
  private static final String DEFAULTS =
      """
      SELECT workspace_id, topic_id AS topic, NULL::text AS type, subscribed_by_default FROM subscription_topic
       WHERE deleted_at IS NULL %1$s
       UNION ALL
      SELECT workspace_id, NULL, type, subscribed_by_default FROM subscription_channel
       WHERE deleted_at IS NULL %1$s
      """;

  /** The defaults of all workspaces that have topics or channels. */
  public Map<WorkspaceId, SubscriptionDefaults> all(Handle handle) {
    return read(handle.createQuery(DEFAULTS.formatted("")));
  }

  /** The defaults of one workspace. */
  public SubscriptionDefaults of(Handle handle, WorkspaceId workspace) {
    return read(handle
            .createQuery(DEFAULTS.formatted("AND workspace_id = :workspace"))
            .bind("workspace", workspace.value()))
        .getOrDefault(workspace, SubscriptionDefaults.NONE);
  }

  private static Map<WorkspaceId, SubscriptionDefaults> read(Query query) {
    var topics = new HashMap<WorkspaceId, Map<Integer, Boolean>>();
    var channels = new HashMap<WorkspaceId, Map<ChannelType, Boolean>>();
    query
        .map((row, _) -> {
          var workspace = new WorkspaceId(row.getInt(1));
          var type = SubscriptionRepository.type(row.getString(3));
          var subscribed = row.getBoolean(4);
          return type == null
              ? topics
                  .computeIfAbsent(workspace, _ -> new HashMap<>())
                  .put(row.getInt(2), subscribed)
              : channels
                  .computeIfAbsent(workspace, _ -> new EnumMap<>(ChannelType.class))
                  .put(type, subscribed);
        })
        .list();
    var defaults = new HashMap<WorkspaceId, SubscriptionDefaults>();
    topics.forEach((workspace, of) ->
        defaults.put(
            workspace, new SubscriptionDefaults(of, channels.getOrDefault(workspace, Map.of()))));
    channels.forEach(
        (workspace, of) -> defaults.putIfAbsent(workspace, new SubscriptionDefaults(Map.of(), of)));
    return defaults;
  }
}
