package dev.carillon.webhooks;

import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The webhooks of workspaces. A change begins a new epoch of rules: batches under way are over
 * before it, and every later one knows it, so nothing is stored for a webhook that is gone.
 */
public final class ReportingWebhooks {
  /** Choice: most webhooks of a workspace, as each of them costs a row for every event. */
  public static final int MOST = 100;

  private final SigningKeys keys;
  private final InstantSource clock;

  /**
   * @param keys gets a key for workspaces that have none yet
   */
  public ReportingWebhooks(SigningKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /** The webhooks of a workspace in the order they were made. */
  public List<ReportingWebhook> list(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            "SELECT * FROM reporting_webhook WHERE workspace_id = :workspace ORDER BY webhook_id")
        .bind("workspace", workspace.value())
        .map((row, _) -> webhook(row))
        .list();
  }

  /** One of them. */
  public Optional<ReportingWebhook> find(Handle handle, WorkspaceId workspace, int id) {
    return handle
        .createQuery(
            "SELECT * FROM reporting_webhook WHERE webhook_id = :id AND workspace_id = :workspace")
        .bind("id", id)
        .bind("workspace", workspace.value())
        .map((row, _) -> webhook(row))
        .findOne();
  }

  /** Makes a webhook; empty when the workspace has as many as it may have ({@link #MOST}). */
  public Optional<ReportingWebhook> create(
      Handle handle, WorkspaceId workspace, WebhookDraft draft) {
    Epoch.newRules(handle);
    if (list(handle, workspace).size() >= MOST) {
      return Optional.empty();
    }
    keys.ensure(handle, workspace);
    var made =
        handle
            .createQuery(
                """
                INSERT INTO reporting_webhook (workspace_id, name, endpoint, disabled, full_resolution, with_content,
                                               events, created_at, updated_at)
                VALUES (:workspace, :name, :endpoint, :disabled, :full, :content, :events, :now, :now)
                RETURNING *
                """)
            .bind("workspace", workspace.value())
            .bind("name", draft.name())
            .bind("endpoint", draft.endpoint())
            .bind("disabled", or(draft.disabled(), false))
            .bind("full", or(draft.fullResolution(), false))
            .bind("content", or(draft.withContent(), false))
            .bind("events", draft.events().toArray(String[]::new))
            .bind("now", clock.instant())
            .map((row, _) -> webhook(row))
            .one();
    queue(handle, workspace, made);
    return Optional.of(made);
  }

  /** Replaces a webhook; empty when there is none of this number. */
  public Optional<ReportingWebhook> update(
      Handle handle, WorkspaceId workspace, int id, WebhookDraft draft) {
    Epoch.newRules(handle);
    var before = find(handle, workspace, id);
    if (before.isEmpty()) {
      return before;
    }
    var present = before.get();
    var changed =
        handle
            .createQuery(
                """
                UPDATE reporting_webhook
                   SET name = :name, endpoint = :endpoint, disabled = :disabled, full_resolution = :full,
                       with_content = :content, events = :events, updated_at = :now
                 WHERE webhook_id = :id AND workspace_id = :workspace
                RETURNING *
                """)
            .bind("id", id)
            .bind("workspace", workspace.value())
            .bind("name", draft.name())
            .bind("endpoint", draft.endpoint())
            .bind("disabled", or(draft.disabled(), present.disabled()))
            .bind("full", or(draft.fullResolution(), present.fullResolution()))
            .bind("content", or(draft.withContent(), present.withContent()))
            .bind("events", draft.events().toArray(String[]::new))
            .bind("now", clock.instant())
            .map((row, _) -> webhook(row))
            .one();
    queue(handle, workspace, changed);
    if (!changed.endpoint().equals(present.endpoint())) {
      tryAtOnce(handle, id);
    }
    return Optional.of(changed);
  }

  /** Removes a webhook with all it has still to be told; false when there is none. */
  public boolean delete(Handle handle, WorkspaceId workspace, int id) {
    Epoch.newRules(handle);
    var gone =
        handle
            .createUpdate(
                "DELETE FROM reporting_webhook WHERE webhook_id = :id AND workspace_id = :workspace")
            .bind("id", id)
            .bind("workspace", workspace.value())
            .execute();
    if (gone > 0) {
      leave(handle, id);
    }
    return gone > 0;
  }

  /** A webhook has a queue exactly while it is not disabled (events-out A.5). */
  private void queue(Handle handle, WorkspaceId workspace, ReportingWebhook webhook) {
    if (webhook.disabled()) {
      leave(handle, webhook.id());
      return;
    }
    handle
        .createUpdate(
            """
            INSERT INTO reporting_queue (webhook_id, workspace_id, due_at) VALUES (:id, :workspace, :now)
            ON CONFLICT (webhook_id) WHERE webhook_id IS NOT NULL DO NOTHING
            """)
        .bind("id", webhook.id())
        .bind("workspace", workspace.value())
        .bind("now", clock.instant())
        .execute();
  }

  private static void leave(Handle handle, int id) {
    handle
        .createUpdate(
            """
            UPDATE reporting_queue SET webhook_id = NULL, lease = NULL, leased_until = NULL WHERE webhook_id = :id
            """)
        .bind("id", id)
        .execute();
  }

  /** What waits goes to the new address, without waiting for the next attempt at the former one. */
  private void tryAtOnce(Handle handle, int id) {
    handle
        .createUpdate(
            """
            UPDATE reporting_queue SET due_at = :now, attempts = 0, failing_since = NULL WHERE webhook_id = :id
            """)
        .bind("now", clock.instant())
        .bind("id", id)
        .execute();
  }

  /**
   * The names that webhooks ask for, of all workspaces that have any webhook that is not disabled.
   */
  public static Map<WorkspaceId, Set<String>> asked(Handle handle) {
    var asked = new HashMap<WorkspaceId, Set<String>>();
    handle
        .createQuery("SELECT workspace_id, events FROM reporting_webhook WHERE NOT disabled")
        .map((row, _) ->
            asked
                .computeIfAbsent(new WorkspaceId(row.getInt(1)), _ -> new TreeSet<>())
                .addAll(names(row)))
        .list();
    return asked;
  }

  private static ReportingWebhook webhook(ResultSet row) throws SQLException {
    return new ReportingWebhook(
        row.getInt("webhook_id"),
        row.getString("name"),
        row.getString("endpoint"),
        row.getBoolean("disabled"),
        row.getBoolean("full_resolution"),
        row.getBoolean("with_content"),
        names(row));
  }

  private static List<String> names(ResultSet row) throws SQLException {
    return List.of((String[]) row.getArray("events").getArray());
  }

  private static boolean or(@Nullable Boolean flag, boolean usual) {
    return flag == null ? usual : flag;
  }
}
