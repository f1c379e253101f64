package dev.carillon.messages;

/**
 * Turns templates into mails. A template is compiled once per version and shared by all threads.
 */
public final class EmailRenderer {

  /**
   * Names one content that never changes, so that its compiled form can be kept.
   *
   * @param version of the campaign
   */
  public record Key(int campaignId, int version, int actionId) {}
}
