package dev.carillon.api.app;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.reporting.WorkspaceUsage;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET /v1/info/ip_addresses} and {@code /v1/workspaces} (app-data §9). */
final class InfoReads {
  private final List<String> egressAddresses;
  private final WorkspaceUsage usage;

  InfoReads(List<String> egressAddresses, WorkspaceUsage usage) {
    this.egressAddresses = egressAddresses;
    this.usage = usage;
  }

  Reply addresses(Request request) {
    return Reply.json(200, Map.of("ip_addresses", egressAddresses));
  }

  /** Choice: a key opens one workspace, so of others it learns nothing, not even that they are. */
  Reply workspaces(Access access, Request request) {
    return Reply.json(
        200,
        Map.of(
            "workspaces",
            usage.of(access.workspace()).map(InfoReads::json).map(List::of).orElse(List.of())));
  }

  private static Map<String, Object> json(WorkspaceUsage.Usage usage) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", usage.workspace().value());
    json.put("name", usage.name());
    json.put("messages_sent", usage.messagesSent());
    json.put("billable_messages_sent", usage.messagesSent());
    json.put("people", usage.people());
    json.put("object_types", usage.objectTypes());
    json.put("objects", usage.objects());
    return json;
  }
}
