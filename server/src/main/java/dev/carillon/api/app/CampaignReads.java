package dev.carillon.api.app;

import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.workspaces.Access;
import java.time.InstantSource;
import java.util.Map;

/** {@code GET /v1/campaigns…}: campaigns and what became of their messages (app-messaging §5). */
final class CampaignReads {
  private static final int ALL = Integer.MAX_VALUE;

  private final CampaignRepository campaigns;
  private final CampaignMetrics metrics;
  private final InstantSource clock;

  CampaignReads(CampaignRepository campaigns, CampaignMetrics metrics, InstantSource clock) {
    this.campaigns = campaigns;
    this.metrics = metrics;
    this.clock = clock;
  }

  Reply list(Access access, Request request) {
    var all =
        campaigns.list(access.workspace(), 0, ALL).stream().map(CampaignView::campaign).toList();
    return Reply.json(200, Map.of("campaigns", all));
  }

  Reply one(Access access, Request request) {
    return Reply.json(200, Map.of("campaign", CampaignView.campaign(find(access, request))));
  }

  Reply metrics(Access access, Request request) {
    var campaign = find(access, request);
    var question = MetricsQuestion.of(request, clock.instant());
    var series =
        metrics.series(
            access.workspace(), campaign.id(), null, Channels.type(request), question.buckets());
    return Reply.json(200, question.answer(series));
  }

  private Campaign find(Access access, Request request) {
    return campaigns
        .find(access.workspace(), Parameters.pathId(request, "campaign"))
        .orElseThrow(() -> Parameters.notFound("campaign not found"));
  }
}
