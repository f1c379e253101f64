package dev.carillon.segments;

/** What the person did in a campaign. */
record CampaignLeaf(Condition.InCampaign condition) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    var travels = facts.surroundings().travels(condition.campaignId());
    return travels != null && travels.activities().contains(condition.activity());
  }
}
