package dev.carillon.workspaces;

/**
 * Where calls of the Pipelines API come from: a write key, such as that of one website or app.
 *
 * @param access the workspace; a write key may only send data there and read its own settings
 * @param id names the source in logs; 0 when the workspace has none and a Track credential was used
 * @param convertsTimes whether texts that are ISO 8601 dates become Unix seconds (pipelines §5.1)
 */
public record Source(Access access, int id, boolean convertsTimes) {

  /** The only workspace it reaches. */
  public WorkspaceId workspace() {
    return access.workspace();
  }
}
