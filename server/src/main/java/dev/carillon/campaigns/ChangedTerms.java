package dev.carillon.campaigns;

import dev.carillon.segments.DayReading;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.workspaces.WorkspaceId;
import java.time.ZoneId;
import org.jdbi.v3.core.Handle;

/**
 * What follows when something changes that a workspace gives to its conditions ({@link
 * dev.carillon.segments.Terms}). To be called in the transaction of the change, after it and after
 * {@link dev.carillon.store.Epoch#newRules}: so the change and everything that follows are seen
 * together or not at all.
 */
public final class ChangedTerms {
  private final SegmentRepository segments;
  private final CampaignRepository campaigns;

  /** For these segments and campaigns. */
  public ChangedTerms(SegmentRepository segments, CampaignRepository campaigns) {
    this.segments = segments;
    this.campaigns = campaigns;
  }

  /**
   * The zone in which days begin is another one: segments that read days are built anew, and the
   * counters that dated windows need exist from now on. Campaigns ask with the new days at once.
   */
  public void zone(Handle handle, WorkspaceId workspace, ZoneId before, ZoneId after) {
    if (!before.getRules().equals(after.getRules())) {
      segments.rebuild(handle, workspace, before, DayReading::of);
      campaigns.recount(handle, workspace, DayReading::of);
    }
  }
}
