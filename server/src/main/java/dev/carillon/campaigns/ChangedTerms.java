package dev.carillon.campaigns;

import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionReferences;
import dev.carillon.segments.DayReading;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.SegmentUse;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.workspaces.WorkspaceId;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * What follows when something changes that a workspace gives to its conditions ({@link
 * dev.carillon.segments.Terms}). To be called in the transaction of the change, after it and after
 * {@link dev.carillon.store.Epoch#newRules}: so the change and everything that follows are seen
 * together or not at all.
 */
public final class ChangedTerms implements SubscriptionReaders {
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

  @Override
  public List<String> using(Handle handle, WorkspaceId workspace, Subscribable used) {
    var named = named(used);
    return Stream.concat(
            SegmentRepository.usesOfSubscription(handle, workspace, named).stream(),
            CampaignRepository.usesOfSubscription(handle, workspace, named).stream())
        .map(use -> SegmentUse.sentence(List.of(use)))
        .toList();
  }

  /** Segments that ask about it are built anew (U-7); campaigns ask by the new default at once. */
  @Override
  public void changed(Handle handle, WorkspaceId workspace, Subscribable changed) {
    var named = named(changed);
    segments.rebuild(
        handle,
        workspace,
        null,
        condition -> new ConditionReferences(condition, "conditions").names(named));
  }

  private static Condition.Subscription named(Subscribable of) {
    return switch (of.kind()) {
      case TOPIC -> new Condition.Subscription.Topic(of.id());
      case CHANNEL ->
          new Condition.Subscription.Channel(Objects.requireNonNull(of.type()).preference());
    };
  }
}
