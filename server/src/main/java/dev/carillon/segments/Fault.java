package dev.carillon.segments;

/**
 * One thing wrong with a condition, a segment or a campaign.
 *
 * @param path where, such as {@code conditions.and[1].event.count.n}; empty for the whole
 * @param problem what is wrong and what was expected, a sentence without a full stop that goes on
 *     from the path: {@code must be a whole number from 0 to 1000}
 */
public record Fault(String path, String problem) {
  @Override
  public String toString() {
    return path.isEmpty() ? problem : path + " " + problem;
  }
}
