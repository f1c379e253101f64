package dev.carillon.segments;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group of people: filled by hand, or by a condition.
 *
 * @param conditions null exactly for a manual segment
 * @param version moves when the conditions change
 * @param served the version whose build has finished; 0 when none has yet
 * @param progress how far the build is, 0 … 99 percent; null when there is none
 */
public record Segment(
    int id,
    WorkspaceId workspace,
    String name,
    String description,
    @Nullable Condition conditions,
    int version,
    int served,
    List<String> tags,
    Instant createdAt,
    Instant updatedAt,
    State state,
    @Nullable Integer progress) {

  /** Copies the tags. */
  public Segment {
    tags = List.copyOf(tags);
  }

  /** What is being done to make the membership right. The wire word is the name in lower case. */
  public enum State {
    /** Events of the past are about to be counted. */
    EVENTS_QUEUED,
    /** Events of the past are being counted. */
    EVENTS,
    /** People are about to be gone through. */
    BUILD_QUEUED,
    /** People are being gone through. */
    BUILD,
    /** The membership is right. */
    FINISHED,
    /** The first build was cancelled: nobody is in it until it is saved again. */
    CANCELLED
  }

  /** Whether members are served that are not those found so far, as a build is under way. */
  public boolean servesEarlier() {
    return served < version;
  }

  /** Whether people are added by hand. */
  public boolean manual() {
    return conditions == null;
  }
}
