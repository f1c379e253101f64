package dev.carillon.api.app;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.EventNames;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.PeopleQueries;
import dev.carillon.processing.Operation;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.webhooks.WebhookKit;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The App API on a free port, over a real database, at a fixed instant. */
final class AppServer implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  static final DeliveryIds IDS =
      new DeliveryIds("0123456789abcdef".getBytes(StandardCharsets.UTF_8));
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  final SegmentRepository segments;
  final CampaignRepository campaigns;
  final AppApi api;

  /** What was handed in to the log. */
  final List<Operation> accepted = new CopyOnWriteArrayList<>();

  final SubscriptionRepository subscriptions =
      new SubscriptionRepository(CLOCK, SubscriptionReaders.NONE);
  private final HttpServer server;

  AppServer(Database database, RateLimits limits) {
    var counters = new CounterRepository(CLOCK);
    segments = new SegmentRepository(counters, CLOCK);
    campaigns = new CampaignRepository(database, counters, CLOCK);
    api =
        new AppApi(
            new AppSettings(List.of("192.0.2.10", "2001:db8::1")),
            new Credentials(new CredentialRepository(database)),
            limits,
            RateLimits.off(),
            new AppApi.Sources(
                database,
                accepted::addAll,
                new PeopleQueries(database),
                new ActivityQueries(database, CLOCK),
                new WorkspaceActivities(database, CLOCK),
                new AttributeNames(database, CLOCK),
                new EventNames(database, CLOCK),
                segments,
                subscriptions,
                campaigns,
                new CampaignMetrics(database),
                new DeliveryRepository(database),
                IDS,
                new ObjectTypes(database, CLOCK),
                new ObjectQueries(database),
                new TransactionalRepository(CLOCK),
                new IdRanges(() -> 7),
                WebhookKit.webhooks(CLOCK),
                WebhookKit.TARGETS),
            CLOCK);
    server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), List.of(api.routes()));
  }

  JsonClient as(Tenant tenant) {
    return as(tenant.key());
  }

  JsonClient as(String key) {
    return new JsonClient(server.port(), key);
  }

  @Override
  public void close() {
    server.close();
  }
}
