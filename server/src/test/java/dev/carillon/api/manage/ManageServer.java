package dev.carillon.api.manage;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.campaigns.CampaignExplainer;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.ChangedTerms;
import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.domains.DnsRecords;
import dev.carillon.delivery.domains.SendingDomains;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PersonLookup;
import dev.carillon.people.Suppressions;
import dev.carillon.privacy.ErasureRecords;
import dev.carillon.privacy.ErasureRepository;
import dev.carillon.privacy.PersonExport;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.LoggedOperations;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.FactsReader;
import dev.carillon.segments.SegmentBuilder;
import dev.carillon.segments.SegmentExplainer;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.store.SecretBox;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The management API on a free port, over a real database. */
final class ManageServer implements AutoCloseable {
  final ManageApi api;
  private final HttpServer server;
  private final SegmentBuilder builder;

  ManageServer(Database database, InstantSource clock, RateLimits limits) {
    this(database, clock, limits, null, null);
  }

  ManageServer(
      Database database, InstantSource clock, RateLimits limits, SubscriptionReaders readers) {
    this(database, clock, limits, readers, null);
  }

  /** Asks this name server, {@code host:port}. */
  ManageServer(Database database, InstantSource clock, RateLimits limits, String nameServer) {
    this(database, clock, limits, null, nameServer);
  }

  private ManageServer(
      Database database,
      InstantSource clock,
      RateLimits limits,
      @Nullable SubscriptionReaders readers,
      @Nullable String nameServer) {
    var counters = new CounterRepository(clock);
    var segments = new SegmentRepository(counters, clock);
    var campaigns = new CampaignRepository(database, counters, clock);
    var computed = new ComputedAttributes(clock);
    builder = new SegmentBuilder(database, segments, counters, clock);
    api =
        new ManageApi(
            new Credentials(new CredentialRepository(database)),
            limits,
            new ManageApi.Sources(
                database,
                segments,
                new SegmentExplainer(segments, counters, clock),
                campaigns,
                new CampaignExplainer(new JourneyRepository()),
                new FactsReader(clock),
                new PersonLookup(new PeopleQueries(database)),
                new FormRepository(database, clock),
                new ObjectTypes(database, clock),
                computed,
                new PeopleQueries(database),
                _ -> {
                  throw new IntakeUnavailable("there is no log here", 1);
                },
                privacy(database, clock),
                new SubscriptionRepository(
                    clock, readers == null ? new ChangedTerms(segments, campaigns) : readers),
                new TransactionalRepository(clock),
                new SendingDomains(
                    new SecretBox(new SecretKeySpec(new byte[32], "AES"), new SecureRandom()),
                    clock),
                new DnsRecords(Optional.ofNullable(nameServer)),
                new ManageApi.Mails(
                    new DeliveryRepository(database),
                    new DeliveryIds(
                        "a secret of sufficient length".getBytes(StandardCharsets.UTF_8)),
                    "carillon.test",
                    "Shop <shop@example.test>")),
            clock);
    server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), List.of(api.routes()));
  }

  private static ManageApi.Privacy privacy(Database database, InstantSource clock) {
    var secret = "a secret of sufficient length".getBytes(StandardCharsets.UTF_8);
    return new ManageApi.Privacy(
        new PersonExport(
            database,
            new Suppressions(secret),
            new DeliveryIds(secret),
            new LoggedOperations(),
            clock),
        new ErasureRecords(database, new ErasureRepository(secret)),
        new IdRanges(() -> 1));
  }

  /** Finishes all builds that are queued. */
  void build() {
    var more = true;
    while (more) {
      more = builder.step();
    }
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
