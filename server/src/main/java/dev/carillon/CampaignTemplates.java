package dev.carillon;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.delivery.CampaignEmail;
import dev.carillon.delivery.TemplateSource;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.Optional;

/**
 * What campaign steps say, read through a cache: an edit shows in mails rendered a second later
 * (journeys §3.8).
 */
final class CampaignTemplates implements TemplateSource {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int CAMPAIGNS = 1_000;

  private final CampaignRepository campaigns;
  private final String defaultSender;
  private final Cache<Key, Optional<Campaign>> cache =
      Caffeine.newBuilder().maximumSize(CAMPAIGNS).expireAfterWrite(FRESH).build();

  /**
   * @param defaultSender who sends when a step names nobody
   */
  CampaignTemplates(CampaignRepository campaigns, String defaultSender) {
    this.campaigns = campaigns;
    this.defaultSender = defaultSender;
  }

  private record Key(WorkspaceId workspace, int campaignId) {}

  @Override
  public Optional<CampaignEmail> find(WorkspaceId workspace, int campaignId, int actionId) {
    return cache
        .get(new Key(workspace, campaignId), key -> campaigns.find(key.workspace, key.campaignId))
        .flatMap(campaign ->
            campaign
                .email(actionId)
                .map(step ->
                    new CampaignEmail(
                        campaign.name(),
                        campaign.type(),
                        step.name(),
                        step.content().fromUnlessGiven(defaultSender))));
  }
}
