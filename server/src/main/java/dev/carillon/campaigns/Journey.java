package dev.carillon.campaigns;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One person's way through one campaign; a row of the table of that name. Immutable.
 *
 * @param id unique for ever
 * @param version the campaign's version under which it moved last
 * @param node the step it waits in or ended at; null when it ended without one
 * @param visit steps run so far; with the id the key of what a step did (C-70)
 * @param wakeAt when to advance it; null exactly when it has ended
 * @param enteredAt when {@code node} was reached
 * @param endedAt null until it has ended
 * @param endReason null unless {@code state} is {@link State#EXITED}
 * @param path what each step did, the newest 100
 * @param trigger what started it as JSON, frozen (journeys §3.7): {@code
 *     {"name":…,"id":…,"timestamp":…,"data":{…}}} for an event, {@code {"segment":3}} for a segment
 */
public record Journey(
    long id,
    long personId,
    WorkspaceId workspace,
    int campaignId,
    int version,
    State state,
    @Nullable Integer node,
    int visit,
    @Nullable Instant wakeAt,
    Instant startedAt,
    Instant enteredAt,
    @Nullable Instant endedAt,
    @Nullable EndReason endReason,
    JourneyPath path,
    String trigger) {

  /** Where a journey stands (C-43). */
  public enum State {
    /** In a step that waits. */
    WAITING,
    /** At the end of the workflow. */
    FINISHED,
    /** Left early, see {@link Journey#endReason}. */
    EXITED;

    /** The word in {@code journey.state}. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State ofWire(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }

  /** Whether nothing will happen in it any more. */
  public boolean hasEnded() {
    return wakeAt == null;
  }
}
