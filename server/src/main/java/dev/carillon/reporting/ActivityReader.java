package dev.carillon.reporting;

import dev.carillon.reporting.Activity.Source;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads what one table adds to a page of a workspace's activities. */
sealed interface ActivityReader permits ActivityScan, ActivitySweep {
  /** Rows of the workspace one reader looks at, about and at most. */
  int LONGEST_LOOK = 20_000;

  String EVERY_ROW = "true";

  /** The newest entries behind the place where the page begins. */
  Slice read(Handle handle);

  /** What it reads. */
  Rows rows();

  /**
   * Rows of a table in order of time.
   *
   * @param time the column that is indexed together with the workspace
   * @param key the column that orders rows of one instant
   * @param part orders rows of one key: a column, or a number for rows of a kind of their own
   * @param also a condition that lets partitions be passed over; begins with AND, or is empty
   * @param columns further ones, {@code person_id} and {@code occurred_at} among them
   * @param shown what is computed of a row {@code s} that is wanted; begins with a comma
   */
  record Rows(
      Source source,
      String table,
      String time,
      String key,
      String part,
      String also,
      String columns,
      String shown) {}

  /**
   * What a page is read from.
   *
   * @param place only what stands behind it
   * @param from nothing older than this
   * @param now most of what there is became known before
   * @param limit rows wanted, at most
   */
  record Window(WorkspaceId workspace, ActivityPlace place, Instant from, Instant now, int limit) {}

  /**
   * What was found.
   *
   * @param entries newest first
   * @param reached everything up to this place was looked at; null: everything there is, or enough
   */
  record Slice(List<Activity> entries, @Nullable ActivityPlace reached) {}
}
