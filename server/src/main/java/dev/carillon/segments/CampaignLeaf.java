package dev.carillon.segments;

/** What the person did in a campaign. */
record CampaignLeaf(Condition.InCampaign condition) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return facts.surroundings().in(condition.campaignId()).contains(condition.activity());
  }
}
