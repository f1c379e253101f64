package dev.carillon.api.wire;

import dev.carillon.workspaces.WorkspaceId;

/** Tells which objects a workspace has; almost always from memory. */
@FunctionalInterface
public interface ObjectCheck {

  /**
   * Whether the workspace has the object with this {@code cio_object_id}, which may be any text.
   */
  boolean exists(WorkspaceId workspace, String cioObjectId);
}
