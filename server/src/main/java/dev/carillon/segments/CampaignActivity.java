package dev.carillon.segments;

/** What a person can have done in a campaign. The wire word is the name in lower case. */
public enum CampaignActivity {
  /** A journey is under way. */
  IN,
  /** A journey was started, whatever became of it. */
  ENTERED,
  /** A journey came to its end. */
  FINISHED,
  /** A journey ended early. */
  EXITED
}
