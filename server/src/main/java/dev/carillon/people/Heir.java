package dev.carillon.people;

import dev.carillon.workspaces.WorkspaceId;
import java.util.Collection;

/**
 * One merge: what the secondary had becomes the primary's.
 *
 * @param primaryId who survives
 * @param secondaryId who is gone
 */
public record Heir(WorkspaceId workspace, long primaryId, long secondaryId) {

  /** The primaries, in the order of the merges. */
  public static long[] primaries(Collection<Heir> heirs) {
    return heirs.stream().mapToLong(Heir::primaryId).toArray();
  }

  /** The secondaries, in the order of the merges. */
  public static long[] secondaries(Collection<Heir> heirs) {
    return heirs.stream().mapToLong(Heir::secondaryId).toArray();
  }
}
