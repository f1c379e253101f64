package dev.carillon.reporting;

import dev.carillon.events.EventKind;
import org.jspecify.annotations.Nullable;

/**
 * Which activities to list.
 *
 * @param type only these; null for all
 * @param name only events of this name and changes of the attribute of this name; null for all
 * @param deleted whether those of people who no longer exist are listed as well (P-52)
 * @param after only entries behind this place; null from the newest
 * @param limit entries on the page, 1 to {@value #LONGEST_PAGE}
 */
public record ActivityFilter(
    @Nullable ActivityType type,
    @Nullable String name,
    boolean deleted,
    @Nullable ActivityPlace after,
    int limit) {
  /** Entries on one page, at most. */
  public static final int LONGEST_PAGE = 100;

  /**
   * Checks the page size.
   *
   * @throws IllegalArgumentException for a limit out of range
   */
  public ActivityFilter {
    if (limit < 1 || limit > LONGEST_PAGE) {
      throw new IllegalArgumentException("a page holds 1 to 100 activities, not " + limit);
    }
  }

  ActivityPlace place() {
    return after == null ? ActivityPlace.NEWEST : after;
  }

  @Nullable String wire() {
    return type == null ? null : type.wire();
  }

  boolean wantsCreations() {
    return name == null && (type == null || type == ActivityType.Of.PROFILE_CREATE);
  }

  boolean wantsMessages() {
    return name == null && (type == null || type instanceof ActivityType.OfMessage);
  }

  boolean wantsEvents() {
    return type == null || !type.eventKinds().isEmpty();
  }

  boolean wantsLog() {
    return type == null || type.eventKinds().isEmpty();
  }

  /** Numbers of the kinds of events wanted; all of them when no type is asked for. */
  int[] kinds() {
    var kinds = type == null ? java.util.List.of(EventKind.values()) : type.eventKinds();
    return kinds.stream().mapToInt(EventKind::code).toArray();
  }
}
