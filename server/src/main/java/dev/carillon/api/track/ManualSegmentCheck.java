package dev.carillon.api.track;

import dev.carillon.workspaces.WorkspaceId;

/** Tells which segments may be filled by hand. Asked for every call about members. */
@FunctionalInterface
public interface ManualSegmentCheck {

  /** Whether the workspace has this segment, and it is a manual one; may be a second late. */
  boolean isManual(WorkspaceId workspace, int segmentId);
}
