package dev.carillon.reporting;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Activities of one page, newest first.
 *
 * @param activities fewer than asked for, even none, when the rest lies behind more entries than
 *     one call looks at
 * @param next the place behind which the list goes on; null at its end
 */
public record ActivityPage(List<Activity> activities, @Nullable ActivityPlace next) {
  /** Copies the list. */
  public ActivityPage {
    activities = List.copyOf(activities);
  }
}
