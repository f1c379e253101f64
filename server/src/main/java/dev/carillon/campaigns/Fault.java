package dev.carillon.campaigns;

/**
 * One thing wrong with a campaign.
 *
 * @param path where, such as {@code steps[2].true[0].subject}; empty for the whole campaign
 * @param problem what is wrong and what was expected, a sentence without a full stop
 */
public record Fault(String path, String problem) {
  @Override
  public String toString() {
    return path.isEmpty() ? problem : path + ": " + problem;
  }
}
