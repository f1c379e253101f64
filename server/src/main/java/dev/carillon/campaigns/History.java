package dev.carillon.campaigns;

/**
 * What a person did in a campaign so far.
 *
 * @param entered has at least one journey, ended ones included
 * @param active has at least one journey that has not ended
 */
public record History(boolean entered, boolean active) {

  /** Never been in the campaign. */
  public static final History NONE = new History(false, false);

  /** This history after one more journey. */
  public History plus(Journey journey) {
    return new History(true, active || !journey.hasEnded());
  }
}
