package dev.carillon.reporting;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Reads what happened in a workspace, newest first by when it became known here, so that what is
 * new stands in front: a walk over the pages meets everything that was there when it began, once,
 * whatever comes in meanwhile. Safe for many threads.
 *
 * <p>Each source (new people, the log's table, events, events of nobody, each metric of deliveries)
 * is read on its own, all in one snapshot: deliveries along indexes in order of time, the others
 * span by span. It gives its newest entries behind the place at which the page begins, but looks at
 * no more than about {@link ActivityReader#LONGEST_LOOK} rows; what the filters leave of those may
 * be few or none. The page then ends where the source that came least far has stopped, and the next
 * one goes on there.
 */
public final class WorkspaceActivities {
  private final Database database;
  private final InstantSource clock;

  /** Reads from this database. */
  public WorkspaceActivities(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A page of what happened in the workspace. */
  public ActivityPage page(WorkspaceId workspace, ActivityFilter filter) {
    var now = clock.instant();
    var window =
        new ActivityReader.Window(
            workspace, filter.place(), now.minus(ActivityRows.KEPT), now, filter.limit() + 1);
    var slices =
        database.inTransaction(handle -> {
          handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
          // A block range index tells the planner so little that it may prefer to read all there
          // is.
          handle.execute("SET LOCAL enable_seqscan = off");
          return ActivitySources.of(handle, window, filter).stream()
              .map(scan -> scan.read(handle))
              .toList();
        });
    return merged(slices, filter.limit());
  }

  private static ActivityPage merged(List<ActivityReader.Slice> slices, int limit) {
    var reached =
        slices.stream()
            .map(ActivityReader.Slice::reached)
            .filter(Objects::nonNull)
            .max(Comparator.naturalOrder())
            .orElse(null);
    var entries =
        slices.stream()
            .flatMap(slice -> slice.entries().stream())
            .filter(entry -> reached == null || place(entry).compareTo(reached) >= 0)
            .sorted(Comparator.comparing(WorkspaceActivities::place).reversed())
            .toList();
    if (entries.size() > limit) {
      var page = entries.subList(0, limit);
      return new ActivityPage(page, place(page.getLast()));
    }
    return new ActivityPage(entries, reached);
  }

  private static ActivityPlace place(Activity entry) {
    return entry.origin().placeByReceipt();
  }
}
