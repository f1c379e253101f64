package dev.carillon.campaigns;

import dev.carillon.segments.Fault;
import java.util.List;

/** What became of a change to a campaign. */
public sealed interface CampaignChange {

  /** It is done; this is the campaign now. */
  record Changed(Campaign campaign) implements CampaignChange {}

  /** The campaign is not in a state, or not complete enough, for it (C-30, C-38). */
  record NotAllowed(List<Fault> problems) implements CampaignChange {
    /** Copies the problems. */
    public NotAllowed {
      problems = List.copyOf(problems);
    }
  }

  /** Somebody else has changed the campaign since the caller read it. */
  record Outdated() implements CampaignChange {}

  /** This workspace has no such campaign. */
  record NoSuchCampaign() implements CampaignChange {}
}
