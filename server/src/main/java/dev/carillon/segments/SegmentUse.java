package dev.carillon.segments;

import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Something that uses a segment, a campaign, a topic or a channel, so that this cannot be deleted
 * (S-9, U-6).
 *
 * @param kind {@code segment}, {@code campaign}
 * @param id number of the user, of its own kind
 */
public record SegmentUse(String kind, int id, String name) {

  /** Names users in a sentence: {@code segment 3 "Pro", campaign 5 "Welcome"}. */
  public static String sentence(List<SegmentUse> by) {
    return by.stream()
        .map(use -> "%s %d \"%s\"".formatted(use.kind, use.id, use.name))
        .collect(Collectors.joining(", "));
  }

  /** Finds the users of a segment that segments know nothing of. */
  @FunctionalInterface
  public interface Finder {
    /** The users, in a steady order; empty when nothing uses it. */
    List<SegmentUse> of(Handle handle, WorkspaceId workspace, int segmentId);
  }
}
