package dev.carillon.workspaces;

/** The default workspace's credentials, to be shown once: only their hashes are kept. */
public record NewCredentials(
    WorkspaceId workspace, String siteId, String trackKey, String appKey, String cdpKey) {

  @Override
  public String toString() {
    return "NewCredentials[workspace=" + workspace.value() + ", ***]";
  }
}
