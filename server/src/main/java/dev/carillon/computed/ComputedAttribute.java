package dev.carillon.computed;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attribute that is computed from events.
 *
 * @param epoch of rules it began with; people born under it or later need no filling
 * @param progress how far its state's way through the people is, 0 … 99 percent; null when there is
 *     none
 */
public record ComputedAttribute(
    int id,
    WorkspaceId workspace,
    ComputedDefinition definition,
    State state,
    int epoch,
    @Nullable Integer progress,
    Instant createdAt,
    Instant updatedAt) {

  /** What is being done with it. The wire word is the name in lower case. */
  public enum State {
    /** Past events are being added up; profiles do not show it yet. */
    FILLING,
    /** Values are being written into profiles. */
    PUBLISHING,
    /** Every profile shows it. */
    READY,
    /** It was deleted, and its values are being taken out of profiles. */
    WITHDRAWING
  }

  /** Whether profiles may show the value. */
  public boolean shown() {
    return state == State.PUBLISHING || state == State.READY;
  }
}
