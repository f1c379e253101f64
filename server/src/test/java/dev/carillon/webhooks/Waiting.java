package dev.carillon.webhooks;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A webhook of a workspace that nobody calls, and what waits to be told to it. */
public record Waiting(Database database, WorkspaceId workspace, ReportingWebhook webhook) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Makes a webhook that wants every event there is. */
  public static Waiting all(
      Database database,
      WorkspaceId workspace,
      InstantSource clock,
      boolean fullResolution,
      boolean withContent) {
    var draft =
        new WebhookDraft(
            "all",
            "http://127.0.0.1:1/",
            false,
            fullResolution,
            withContent,
            List.copyOf(EventNames.ALL));
    var made =
        database.inTransaction(
            handle -> WebhookKit.webhooks(clock).create(handle, workspace, draft));
    return new Waiting(database, workspace, made.orElseThrow());
  }

  /** What waits, in order. */
  public List<JsonNode> events() {
    return database.read(handle ->
        handle
            .select(
                "SELECT e.body FROM reporting_event e JOIN reporting_queue q USING (queue_id) WHERE q.webhook_id = ? ORDER BY e.event_no",
                webhook.id())
            .mapTo(String.class)
            .map(JSON::readTree)
            .list());
  }

  /** Object type and metric of each. */
  public List<String> names() {
    return events().stream()
        .map(each -> each.get("object_type").asString() + " " + each.get("metric").asString())
        .toList();
  }
}
