package dev.carillon.workspaces;

import dev.carillon.http.BadJson;
import dev.carillon.http.Json;
import dev.carillon.http.JsonReader;
import dev.carillon.store.Epoch;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The settings of workspaces as JSON in column {@code workspace.settings}; what is absent has its
 * default.
 */
public final class WorkspaceSettingsRepository {
  private static final JsonReader JSON = new JsonReader();

  /** What became of a change. */
  public sealed interface Change {
    /**
     * It holds from the next batch of operations on, on every node.
     *
     * @param before what held until now
     */
    record Saved(WorkspaceSettings settings, WorkspaceSettings before) implements Change {}

    /** The identifiers cannot change any more: people are named by them. */
    record IdentifiersInUse() implements Change {}
  }

  /** The settings of all workspaces that decided anything. */
  public Map<WorkspaceId, WorkspaceSettings> all(Handle handle) {
    var all = new LinkedHashMap<WorkspaceId, WorkspaceSettings>();
    handle
        .createQuery(
            "SELECT workspace_id, settings FROM workspace WHERE settings::text <> '{}' ORDER BY workspace_id")
        .map((row, _) -> all.put(new WorkspaceId(row.getInt(1)), parse(row.getString(2))))
        .list();
    return all;
  }

  /** The settings of one workspace. */
  public WorkspaceSettings of(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery("SELECT settings FROM workspace WHERE workspace_id = :workspace")
        .bind("workspace", workspace.value())
        .mapTo(String.class)
        .findOne()
        .map(WorkspaceSettingsRepository::parse)
        .orElse(WorkspaceSettings.DEFAULT);
  }

  /**
   * Changes the settings, in the caller's transaction. Batches that run are over first, so that
   * each knows one version of the settings.
   *
   * @param edit makes the new settings of the present ones
   */
  public Change change(
      Handle handle, WorkspaceId workspace, UnaryOperator<WorkspaceSettings> edit) {
    Epoch.newRules(handle);
    var present = of(handle, workspace);
    var settings = edit.apply(present);
    if (!present.identifiers().equals(settings.identifiers()) && hasPeople(handle, workspace)) {
      return new Change.IdentifiersInUse();
    }
    // Members this version does not know stay as they are.
    handle
        .createUpdate(
            """
            UPDATE workspace SET settings = (settings::jsonb || :settings::jsonb)::json
             WHERE workspace_id = :workspace
            """)
        .bind("settings", new String(Json.bytes(toMap(settings)), StandardCharsets.UTF_8))
        .bind("workspace", workspace.value())
        .execute();
    return new Change.Saved(settings, present);
  }

  private static boolean hasPeople(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery("SELECT EXISTS (SELECT FROM person WHERE workspace_id = :workspace)")
        .bind("workspace", workspace.value())
        .mapTo(Boolean.class)
        .one();
  }

  /** The settings as JSON shows them. */
  public static Map<String, @Nullable Object> toMap(WorkspaceSettings settings) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("auto_merge", settings.autoMerge());
    map.put("email_updates_by_id", settings.emailUpdatesById());
    map.put("merge_anonymous_events", settings.mergeAnonymousEvents());
    map.put("identifiers", settings.identifiers());
    map.put("timezone", settings.zone().equals(ZoneOffset.UTC) ? "UTC" : settings.zone().getId());
    map.put("link_parameters", settings.linkParameters());
    map.put("send_mode", settings.sendMode().wire());
    map.put("test_address", settings.testAddress());
    return map;
  }

  private static WorkspaceSettings parse(String json) {
    try {
      var map = JSON.object(json.getBytes(StandardCharsets.UTF_8));
      var usual = WorkspaceSettings.DEFAULT;
      return new WorkspaceSettings(
          flag(map.get("auto_merge"), usual.autoMerge()),
          flag(map.get("email_updates_by_id"), usual.emailUpdatesById()),
          flag(map.get("merge_anonymous_events"), usual.mergeAnonymousEvents()),
          map.get("identifiers") instanceof List<?> list
              ? list.stream().map(String::valueOf).toList()
              : usual.identifiers(),
          map.get("timezone") instanceof String zone && !zone.equals("UTC")
              ? ZoneId.of(zone)
              : usual.zone(),
          texts(map.get("link_parameters")),
          map.get("send_mode") instanceof String word
              ? SendMode.ofWire(word).orElse(usual.sendMode())
              : usual.sendMode(),
          map.get("test_address") instanceof String address ? address : usual.testAddress());
    } catch (BadJson damaged) {
      throw new IllegalStateException("workspace.settings holds no JSON object", damaged);
    }
  }

  private static Map<String, String> texts(@Nullable Object value) {
    var texts = new LinkedHashMap<String, String>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, text) -> texts.put(String.valueOf(name), String.valueOf(text)));
    }
    return texts;
  }

  private static boolean flag(@Nullable Object value, boolean usual) {
    return value instanceof Boolean flag ? flag : usual;
  }
}
