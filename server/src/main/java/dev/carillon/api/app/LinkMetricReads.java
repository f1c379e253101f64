package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.LinkMetrics;
import dev.carillon.campaigns.LinkMetrics.Link;
import dev.carillon.campaigns.LinkMetrics.Of;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET …/metrics/links}: the clicks on each link (app-messaging §0.5). */
final class LinkMetricReads {
  private final Database database;
  private final CampaignRepository campaigns;
  private final TransactionalRepository messages;
  private final LinkMetrics metrics;
  private final InstantSource clock;

  LinkMetricReads(
      Database database,
      CampaignRepository campaigns,
      TransactionalRepository messages,
      InstantSource clock) {
    this.database = database;
    this.campaigns = campaigns;
    this.messages = messages;
    this.metrics = new LinkMetrics(database);
    this.clock = clock;
  }

  Reply ofCampaign(Access access, Request request) {
    var campaign =
        campaigns
            .find(access.workspace(), Parameters.pathId(request, "campaign"))
            .orElseThrow(() -> Parameters.notFound("campaign not found"));
    return answer(access, request, Of.CAMPAIGN, campaign.id());
  }

  Reply ofTransactional(Access access, Request request) {
    var id = Parameters.pathId(request, "transactional message");
    if (id != TransactionalMessage.UNCATEGORIZED
        && database.read(handle -> messages.find(handle, access.workspace(), id)).isEmpty()) {
      throw Parameters.notFound("transactional message not found");
    }
    return answer(access, request, Of.TRANSACTIONAL, id);
  }

  private Reply answer(Access access, Request request, Of of, int id) {
    var unique = Parameters.flag(request, "unique");
    var buckets = MetricsQuestion.last(request, clock.instant()).buckets();
    var links =
        metrics.of(access.workspace(), of, id, unique, buckets).stream()
            .map(LinkMetricReads::link)
            .toList();
    return Reply.json(200, Map.of("links", links));
  }

  private static Map<String, Object> link(Link link) {
    var named = new LinkedHashMap<String, Object>();
    named.put("id", link.id());
    named.put("href", link.href());
    var series = new LinkedHashMap<String, List<Integer>>();
    series.put("clicked", link.clicked());
    series.put("human_clicked", link.byHuman());
    var json = new LinkedHashMap<String, Object>();
    json.put("link", named);
    json.put("metric", Map.of("series", series));
    return json;
  }
}
