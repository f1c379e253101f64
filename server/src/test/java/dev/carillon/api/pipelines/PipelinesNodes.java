package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.api.app.AppApi;
import dev.carillon.api.app.AppSettings;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.computed.TallyRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.AnonymousRepository;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.AnonymousRelationshipRepository;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.Belongings;
import dev.carillon.people.DeviceRepository;
import dev.carillon.people.MergerRepository;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.Suppressions;
import dev.carillon.privacy.ErasureRepository;
import dev.carillon.processing.Processing;
import dev.carillon.processing.RuleBookReader;
import dev.carillon.processing.RuleBooks;
import dev.carillon.processing.Stores;
import dev.carillon.processing.TurnableClock;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.ActivityRepository;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.webhooks.ReportingEvents;
import dev.carillon.webhooks.WebhookKit;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Nodes of a cluster on one database, each with the Pipelines API, the log, its processing and the
 * App API: calls go in on the wire, and what became of them is read on the wire.
 */
final class PipelinesNodes implements AutoCloseable {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  static final DeliveryIds DELIVERIES = new DeliveryIds("0123456789abcdef".getBytes(UTF_8));

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger KEYS = new AtomicInteger();

  final TestDatabase test = TestDatabase.create();
  final Database database = test.database();
  final TurnableClock clock = new TurnableClock(START);
  private final List<Node> nodes = new ArrayList<>();

  private record Node(Processing processing, HttpServer server) {}

  /** This many nodes, which share the lanes. */
  PipelinesNodes(int count) {
    for (var i = 0; i < count; i++) {
      nodes.add(node("node-" + i));
    }
    for (var round = 0; round < 3; round++) {
      nodes.forEach(node -> node.processing.shareLanes(Set.of()));
    }
  }

  private Node node(String name) {
    var ids =
        new IdRanges(() ->
            database.read(handle ->
                handle.createQuery("SELECT nextval('id_range')").mapTo(Long.class).one()));
    var counters = new CounterRepository(clock);
    var segments = new SegmentRepository(counters, clock);
    var campaigns = new CampaignRepository(database, counters, clock);
    var deliveries = new DeliveryRepository(database);
    var types = new ObjectTypes(database, clock);
    var eventNames = new EventNames(database, clock);
    var attributeNames = new AttributeNames(database, clock);
    var stores =
        new Stores(
            new PeopleRepository(),
            new Suppressions("a secret of sufficient length".getBytes(UTF_8)),
            new ErasureRepository("a secret of sufficient length".getBytes(UTF_8)),
            new MergerRepository(),
            new Belongings(),
            new DeviceRepository(),
            types,
            new ObjectRepository(),
            new RelationshipRepository(),
            new AnonymousRelationshipRepository(),
            new EventRepository(),
            eventNames,
            attributeNames,
            new AnonymousRepository(),
            new MembershipRepository(),
            new TallyRepository(),
            new ComputedAttributes(clock),
            new JourneyRepository(),
            deliveries,
            new ActivityRepository(),
            new OptOutRepository(),
            new ReportingEvents(DELIVERIES::text),
            ids);
    var rules =
        new RuleBooks(
            new RuleBookReader(segments, campaigns, counters, new ComputedAttributes(clock)));
    var processing = new Processing(database, clock, ids, stores, rules, name, 1, () -> {});
    var credentials = new Credentials(new CredentialRepository(database));
    var pipelines =
        new PipelinesApi(
            new PipelinesSettings(() -> "https://cio.example.test", false),
            credentials,
            RateLimits.off(),
            processing.intake(),
            new PipelinesApi.Sources(types::exists, DELIVERIES, clock));
    var app =
        new AppApi(
            new AppSettings(List.of()),
            credentials,
            RateLimits.off(),
            RateLimits.off(),
            new AppApi.Sources(
                database,
                processing.intake(),
                new PeopleQueries(database),
                new ActivityQueries(database, clock),
                new WorkspaceActivities(database, clock),
                attributeNames,
                eventNames,
                segments,
                new SubscriptionRepository(clock, SubscriptionReaders.NONE),
                campaigns,
                new CampaignMetrics(database),
                deliveries,
                DELIVERIES,
                types,
                new ObjectQueries(database),
                new TransactionalRepository(clock),
                new IdRanges(() -> 7),
                WebhookKit.webhooks(clock),
                WebhookKit.TARGETS),
            clock);
    var server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0),
            new ErrorEnvelope(),
            List.of(pipelines.routes(), app.routes()));
    return new Node(processing, server);
  }

  /** A workspace of its own, with a write key. */
  Shop shop() {
    var number = KEYS.incrementAndGet();
    var tenant = Tenant.create(database, "app-" + number);
    var writeKey = "wk-" + number;
    database.inTransaction(handle ->
        handle.execute(
            "INSERT INTO credential (workspace_id, kind, secret_hash, created_at) VALUES (?, 'cdp', sha256(?::text::bytea), now())",
            tenant.workspace().value(),
            writeKey));
    return new Shop(this, tenant, writeKey);
  }

  /**
   * A workspace as its programs see it.
   *
   * @param writeKey of its source
   */
  record Shop(PipelinesNodes nodes, Tenant tenant, String writeKey) {
    /** Sends a call in strict mode, so that a refusal shows, and waits until it is applied. */
    void call(String target, String body) {
      send(0, target, body);
      nodes.settle();
    }

    /** Sends a call of type track. */
    void track(String event, String members) {
      call("/v1/track", "{\"event\":\"%s\",%s}".formatted(event, members));
    }

    /** Sends a call to one of the nodes, without waiting for its effect. */
    void send(int node, String target, String body) {
      try {
        PipelinesServer.assertDone(
            RawHttp.once(
                nodes.port(node),
                "POST",
                target,
                PipelinesServer.basic(writeKey + ":") + PipelinesServer.STRICT,
                body.getBytes(UTF_8)));
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }

    /** The App API. */
    JsonClient app() {
      return new JsonClient(nodes.port(0), tenant.key());
    }

    /** Whether there is somebody with this id. */
    boolean exists(String person) {
      return app().get("/v1/customers/" + person + "/attributes").status() == 200;
    }

    /** A person as the App API shows it. */
    JsonNode person(String person) {
      return app()
          .get("/v1/customers/" + person + "/attributes")
          .expect(200)
          .json()
          .get("customer");
    }

    /** An attribute as text; empty when the person lacks it. */
    String attribute(String person, String name) {
      var value = person(person).get("attributes").get(name);
      return value == null ? "" : value.asString();
    }

    /** Devices of a person: token, platform and time of last use. */
    List<String> devices(String person) {
      return person(person)
          .get("devices")
          .valueStream()
          .map(device ->
              "%s %s %d"
                  .formatted(
                      device.get("id").asString(),
                      device.get("platform").asString(),
                      device.get("last_used").asLong()))
          .toList();
    }

    /** What happened to a person, oldest first. */
    List<JsonNode> activities(String person) {
      return newestLast(app().get("/v1/customers/" + person + "/activities?limit=100"));
    }

    /** What happened in the workspace, oldest first. */
    List<JsonNode> activities() {
      return newestLast(app().get("/v1/activities?limit=100&deleted=true"));
    }

    private static List<JsonNode> newestLast(JsonClient.Answer answer) {
      return answer.expect(200).json().get("activities").valueStream().toList().reversed();
    }

    /** Kind and name of the events, pages and screens of a person, oldest first. */
    List<String> events(String person) {
      return activities(person).stream()
          .filter(each -> each.has("name") || each.has("url"))
          .map(each ->
              each.get("type").asString()
                  + " "
                  + (each.has("name") ? each.get("name") : each.get("url")).asString())
          .toList();
    }

    /** Ids of the objects somebody is related to. */
    List<String> related(String person) {
      return app()
          .get("/v1/customers/" + person + "/relationships")
          .expect(200)
          .json()
          .get("cio_relationships")
          .valueStream()
          .map(each -> each.get("identifiers").get("object_id").asString())
          .toList();
    }
  }

  int port(int node) {
    return nodes.get(node).server.port();
  }

  /** Waits until everything that was accepted is applied. */
  void settle() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(unread()).as("blocks of the log not yet read").isZero());
  }

  private long unread() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM log_block b JOIN lane_group g ON b.lanes & (15::bigint << (4 * g.lane_group)) <> 0
                 WHERE b.seq > coalesce((SELECT s.seq FROM unnest(g.stream_ids, g.seqs) AS s(stream_id, seq)
                                          WHERE s.stream_id = b.stream_id), 0)
                """)
            .mapTo(Long.class)
            .one());
  }

  /** How many operations were put aside because they could not be applied. */
  long deadLetters() {
    return database.read(
        handle -> handle.createQuery("SELECT count(*) FROM dead_letter").mapTo(Long.class).one());
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.server.close());
    nodes.forEach(node -> node.processing.close());
    test.close();
  }
}
