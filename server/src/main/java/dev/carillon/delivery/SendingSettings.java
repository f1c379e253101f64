package dev.carillon.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettings;
import dev.carillon.workspaces.WorkspaceSettingsRepository;
import java.time.Duration;

/**
 * What a workspace decided about sending, read through a cache: a change shows a second later. Any
 * number of threads may ask.
 */
public final class SendingSettings {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int WORKSPACES = 1_000;

  private final Database database;
  private final WorkspaceSettingsRepository settings = new WorkspaceSettingsRepository();
  private final Cache<WorkspaceId, WorkspaceSettings> cache =
      Caffeine.newBuilder().maximumSize(WORKSPACES).expireAfterWrite(FRESH).build();

  /** Reads from this database. */
  public SendingSettings(Database database) {
    this.database = database;
  }

  /** The workspace's settings. */
  public WorkspaceSettings of(WorkspaceId workspace) {
    return cache.get(workspace, _ -> database.read(handle -> settings.of(handle, workspace)));
  }
}
