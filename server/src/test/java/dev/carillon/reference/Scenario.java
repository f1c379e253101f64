package dev.carillon.reference;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * What to do with a workspace, step by step.
 *
 * @param start what the clock shows before the first step
 * @param zone of the workspace
 */
public record Scenario(Instant start, ZoneId zone, List<Step> steps) {
  /** Copies the steps. */
  public Scenario {
    steps = List.copyOf(steps);
  }
}
