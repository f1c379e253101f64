package dev.carillon.segments;

import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Something that uses a segment, so that the segment cannot be deleted (S-9).
 *
 * @param kind {@code segment}, {@code campaign}
 * @param id number of the user, of its own kind
 */
public record SegmentUse(String kind, int id, String name) {

  /** Finds the users of a segment that segments know nothing of. */
  @FunctionalInterface
  public interface Finder {
    /** The users, in a steady order; empty when nothing uses it. */
    List<SegmentUse> of(Handle handle, WorkspaceId workspace, int segmentId);
  }
}
