package dev.carillon.campaigns;

import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.DeliveryRepository.EndedJourney;
import dev.carillon.segments.SurroundingsWakes;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Does in the background what a saved, stopped or deleted campaign means for people inside, a
 * thousand journeys with each transaction.
 *
 * <p>Nothing here decides anything: processing reads the new rules from the moment they are saved,
 * so a journey that comes due before this gets to it ends or waits on all the same. What is left is
 * to reach those that sleep. Journeys that a batch holds are stepped over and looked at again next
 * time, so batches and this never wait for each other in a circle; several nodes may run it at
 * once.
 */
public final class CampaignUpkeep {
  private static final int AT_ONCE = 1_000;

  private final Database database;
  private final DeliveryRepository deliveries;
  private final SurroundingsWakes wakes = new SurroundingsWakes();

  public CampaignUpkeep(Database database, DeliveryRepository deliveries) {
    this.database = database;
    this.deliveries = deliveries;
  }

  /**
   * Does the next part of the work of every campaign that has some.
   *
   * @return whether there is more to do right now. Campaigns that wait for their last journey to
   *     finish are looked at with each call and are no reason to call at once
   */
  public boolean run(Instant now) {
    var pending =
        database.read(handle ->
            handle
                .createQuery("SELECT campaign_id FROM campaign WHERE upkeep ORDER BY campaign_id")
                .mapTo(Integer.class)
                .list());
    var more = false;
    for (var campaignId : pending) {
      more |= database.inTransaction(handle -> step(handle, campaignId, now));
    }
    return more;
  }

  /** Locks the campaign's row, so that its state cannot change meanwhile. */
  private boolean step(Handle handle, int campaignId, Instant now) {
    Epoch.join(
        handle); // who saves a segment that reads the campaign waits, and its build sees all of
    // this
    var campaign = claim(handle, campaignId);
    if (campaign.isEmpty()) {
      return false;
    }
    var work = campaign.get();
    var ended = end(handle, work, now);
    var cancelled = cancelUnsent(handle, work);
    var moved = ended == 0 ? moveFromRemoved(handle, work, now) + retime(handle, work) : 0;
    if (ended + cancelled + moved > 0) {
      return true;
    }
    if (!hasLeft(handle, work)) {
      finish(handle, work, now);
    }
    return false;
  }

  private static Optional<Campaign> claim(Handle handle, int campaignId) {
    return handle
        .createQuery(
            """
            SELECT c.*, v.definition, v.removed
              FROM campaign c JOIN campaign_version v ON v.campaign_id = c.campaign_id AND v.version = c.version
             WHERE c.campaign_id = :id AND c.upkeep
               FOR UPDATE OF c SKIP LOCKED
            """)
        .bind("id", campaignId)
        .map(CampaignRepository::campaign)
        .findOne();
  }

  /** C-31: ends journeys of a run that was stopped at once, and what they have queued (C-42). */
  private int end(Handle handle, Campaign campaign, Instant now) {
    var ended =
        handle
            .createQuery(
                """
                WITH chosen AS MATERIALIZED (
                    SELECT journey_id FROM journey
                     WHERE campaign_id = :campaign AND wake_at IS NOT NULL AND version <= :ended
                     LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
                UPDATE journey j
                   SET state = 'exited', end_reason = 'campaign_stopped', wake_at = NULL, ended_at = :now
                  FROM chosen WHERE j.journey_id = chosen.journey_id
                RETURNING j.journey_id, j.person_id
                """)
            .bind("campaign", campaign.id())
            .bind("ended", campaign.endedVersion())
            .bind("limit", AT_ONCE)
            .bind("now", now)
            .map((row, _) -> new EndedJourney(row.getLong("journey_id"), row.getLong("person_id")))
            .list();
    deliveries.cancelForJourneys(handle, ended);
    wakes.journeysEnded(handle, ended.stream().map(EndedJourney::journeyId).toList(), now);
    return ended.size();
  }

  /** C-31: what journeys that have run to their end left queued, and drafts. */
  private static int cancelUnsent(Handle handle, Campaign campaign) {
    if (campaign.endedVersion() == 0) {
      return 0;
    }
    // In the order of keys, like every statement that locks several deliveries.
    return handle
        .createUpdate(
            """
            WITH gone AS MATERIALIZED (
                SELECT d.delivery_id, d.created_at FROM delivery d
                  JOIN journey j ON j.journey_id = d.journey_id AND j.version <= :ended
                 WHERE d.campaign_id = :campaign AND d.state IN ('queued', 'attempted', 'drafted')
                 ORDER BY d.delivery_id LIMIT :limit
                   FOR NO KEY UPDATE OF d),
            work AS (
                DELETE FROM outbox o USING gone
                 WHERE o.delivery_id = gone.delivery_id AND o.lease IS NULL)
            UPDATE delivery d SET state = 'cancelled'
              FROM gone WHERE d.delivery_id = gone.delivery_id AND d.created_at = gone.created_at
            """)
        .bind("campaign", campaign.id())
        .bind("ended", campaign.endedVersion())
        .bind("limit", AT_ONCE)
        .execute();
  }

  /** §3.8: who waits in a deleted delay moves on at once. */
  private static int moveFromRemoved(Handle handle, Campaign campaign, Instant now) {
    return handle
        .createUpdate(
            """
            WITH chosen AS MATERIALIZED (
                SELECT journey_id FROM journey
                 WHERE campaign_id = :campaign AND node = ANY (:removed) AND wake_at > :now
                 LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE journey j SET wake_at = :now FROM chosen WHERE j.journey_id = chosen.journey_id
            """)
        .bind("campaign", campaign.id())
        .bind("removed", removed(campaign))
        .bind("now", now)
        .bind("limit", AT_ONCE)
        .execute();
  }

  /** §3.8: a delay is due at arrival plus its present length. */
  private static int retime(Handle handle, Campaign campaign) {
    return handle
        .createUpdate(
            """
            WITH chosen AS MATERIALIZED (
                SELECT j.journey_id, j.entered_at + d.seconds * interval '1 second' AS wake_at
                  FROM unnest(:delays, :seconds) AS d(node, seconds)
                  JOIN journey j ON j.campaign_id = :campaign AND j.node = d.node
                 WHERE j.wake_at <> j.entered_at + d.seconds * interval '1 second'
                 LIMIT :limit FOR NO KEY UPDATE OF j SKIP LOCKED)
            UPDATE journey j SET wake_at = chosen.wake_at
              FROM chosen WHERE j.journey_id = chosen.journey_id
            """)
        .bind("campaign", campaign.id())
        .bind("delays", delays(campaign).stream().mapToInt(Step.Delay::id).toArray())
        .bind("seconds", seconds(campaign))
        .bind("limit", AT_ONCE)
        .execute();
  }

  /** Whether journeys are left that were stepped over, or that a stopping campaign waits for. */
  private static boolean hasLeft(Handle handle, Campaign campaign) {
    return handle
        .createQuery(
            """
            SELECT EXISTS (
                SELECT FROM journey j
                  LEFT JOIN unnest(:delays, :seconds) AS d(node, seconds) ON j.node = d.node
                 WHERE j.campaign_id = :campaign AND j.wake_at IS NOT NULL
                   AND (:stopping OR j.version <= :ended OR j.node = ANY (:removed)
                        OR j.wake_at <> j.entered_at + d.seconds * interval '1 second'))
            """)
        .bind("campaign", campaign.id())
        .bind("stopping", campaign.state() == CampaignState.STOPPING)
        .bind("ended", campaign.endedVersion())
        .bind("removed", removed(campaign))
        .bind("delays", delays(campaign).stream().mapToInt(Step.Delay::id).toArray())
        .bind("seconds", seconds(campaign))
        .mapTo(Boolean.class)
        .one();
  }

  private static void finish(Handle handle, Campaign campaign, Instant now) {
    handle
        .createUpdate(
            """
            UPDATE campaign
               SET upkeep = false,
                   updated_at = CASE WHEN state = 'stopping' THEN :now ELSE updated_at END,
                   state = CASE WHEN state = 'stopping' THEN 'stopped' ELSE state END
             WHERE campaign_id = :id
            """)
        .bind("id", campaign.id())
        .bind("now", now)
        .execute();
  }

  private static int[] removed(Campaign campaign) {
    return campaign.removed().keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  private static List<Step.Delay> delays(Campaign campaign) {
    return Workflow.steps(campaign.definition().steps())
        .filter(Step.Delay.class::isInstance)
        .map(Step.Delay.class::cast)
        .toList();
  }

  private static long[] seconds(Campaign campaign) {
    return delays(campaign).stream().mapToLong(delay -> delay.length().toSeconds()).toArray();
  }
}
