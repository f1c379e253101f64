package dev.carillon.segments;

import dev.carillon.workspaces.WorkspaceId;
import java.util.SortedSet;

/** How far something has come on its way through the people of a workspace. */
public interface Way {
  /** In place of a cursor: everybody is reached, but for those who were skipped. */
  long EVERYBODY = Long.MAX_VALUE;

  /** Whose people. */
  WorkspaceId workspace();

  /** Everybody up to this person is done, or skipped, or not its business. */
  long doneTo();

  /** People up to there who are still to be done; ascending. */
  SortedSet<Long> skipped();

  /** Whether only the end is missing. */
  default boolean isComplete() {
    return doneTo() == EVERYBODY && skipped().isEmpty();
  }
}
