package dev.carillon.api.wire;

import dev.carillon.workspaces.WorkspaceId;

/**
 * Tells which object types a workspace has. Asked for every object a call names, so from memory.
 */
@FunctionalInterface
public interface ObjectTypeCheck {

  /** Whether the workspace has this type; a type made or removed may take a second to show. */
  boolean exists(WorkspaceId workspace, int typeId);
}
