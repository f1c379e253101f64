package dev.carillon.campaigns;

import dev.carillon.segments.SegmentUse;
import java.util.List;

/** What became of a request to delete a campaign. */
public sealed interface CampaignDeletion {

  /** It is gone; its journeys end within moments. */
  record Deleted() implements CampaignDeletion {}

  /** It was not deleted because conditions of others look at it (S-9). */
  record InUse(List<SegmentUse> by) implements CampaignDeletion {
    /** Copies the list. */
    public InUse {
      by = List.copyOf(by);
    }

    /** Says so to whoever wants it deleted, and names the users. */
    public String sentence() {
      return "the campaign is used by " + SegmentUse.sentence(by);
    }
  }

  /** The workspace has no such campaign. */
  record NoSuchCampaign() implements CampaignDeletion {}
}
