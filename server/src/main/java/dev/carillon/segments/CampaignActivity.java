package dev.carillon.segments;

/** What a person can have done in a campaign. The wire word is the name in lower case. */
public enum CampaignActivity {
  /** A journey is under way. */
  IN,
  /** A journey was started, whatever became of it. */
  ENTERED,
  /** A journey came to the end of its workflow. */
  FINISHED,
  /**
   * A journey ended early (C-43): filters or trigger stopped matching, the campaign was stopped, a
   * step said so, or it could not go on. Not one that ended because two people became one.
   */
  EXITED
}
