package dev.carillon;

import dev.carillon.api.app.AppApi;
import dev.carillon.api.app.AppSettings;
import dev.carillon.api.hooks.HooksApi;
import dev.carillon.api.manage.ManageApi;
import dev.carillon.api.manage.OperationsApi;
import dev.carillon.api.pipelines.PipelinesApi;
import dev.carillon.api.pipelines.PipelinesSettings;
import dev.carillon.api.track.TrackApi;
import dev.carillon.api.track.TrackSettings;
import dev.carillon.campaigns.CampaignExplainer;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.CampaignUpkeep;
import dev.carillon.campaigns.ChangedTerms;
import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.computed.ComputedBuilder;
import dev.carillon.computed.TallyRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.DeliverySettings;
import dev.carillon.delivery.DeliveryWorker;
import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.MailLinks;
import dev.carillon.delivery.MailTrap;
import dev.carillon.delivery.Mailer;
import dev.carillon.delivery.SendKeys;
import dev.carillon.delivery.Signing;
import dev.carillon.delivery.SmtpMailer;
import dev.carillon.delivery.SmtpSettings;
import dev.carillon.delivery.TransactionalTemplates;
import dev.carillon.delivery.domains.DkimKeys;
import dev.carillon.delivery.domains.DnsRecords;
import dev.carillon.delivery.domains.SendingDomains;
import dev.carillon.events.AnonymousRepository;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.AnonymousRelationshipRepository;
import dev.carillon.objects.KnownObjects;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectRemains;
import dev.carillon.objects.ObjectRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.Belongings;
import dev.carillon.people.DeviceRepository;
import dev.carillon.people.MergerRepository;
import dev.carillon.people.Mergers;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.PersonLookup;
import dev.carillon.people.Suppressions;
import dev.carillon.people.search.SearchIndexer;
import dev.carillon.privacy.ErasureRecords;
import dev.carillon.privacy.ErasureRepository;
import dev.carillon.privacy.Erasures;
import dev.carillon.privacy.PersonExport;
import dev.carillon.processing.LoggedOperations;
import dev.carillon.processing.Processing;
import dev.carillon.processing.RuleBookReader;
import dev.carillon.processing.RuleBooks;
import dev.carillon.processing.Stores;
import dev.carillon.processing.TurnableClock;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.ActivityRepository;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.reporting.WorkspaceUsage;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.FactsReader;
import dev.carillon.segments.ManualSegments;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.segments.SegmentBuilder;
import dev.carillon.segments.SegmentCounts;
import dev.carillon.segments.SegmentExplainer;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.SignedUp;
import dev.carillon.store.Database;
import dev.carillon.store.DatabaseSettings;
import dev.carillon.store.DatabaseSettings.Embedded;
import dev.carillon.store.Partitions;
import dev.carillon.store.SecretBox;
import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import dev.carillon.workspaces.NewCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole program, built in reading order and closed in reverse. */
final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  /** Farther behind, processing needs the machine more than the search does. */
  private static final Duration INDEXER_RESTS = Duration.ofMillis(500);

  private final Settings settings;
  private final Closing closing = new Closing();
  private final AtomicInteger port = new AtomicInteger();
  private final HttpServer http;
  private Optional<NewCredentials> created = Optional.empty();

  private Server(Settings settings) {
    this.settings = settings;
    try {
      this.http = build();
    } catch (RuntimeException failure) {
      closing.close();
      throw failure;
    }
  }

  /**
   * Starts everything and returns when the server answers.
   *
   * @throws RuntimeException with a sentence for the operator when something is in the way
   */
  static Server start(Settings settings) {
    return new Server(settings);
  }

  private HttpServer build() {
    checkPort();

    // the platform: time, secrets, storage
    var clock = clock();
    var secret =
        settings
            .secretKey()
            .orElseGet(() -> SecretKeyFile.readOrCreate(settings.data(), new SecureRandom()));
    var database = closing.add(Database.open(databaseSettings()));
    var partitions = new Partitions(database);
    partitions.maintain(clock.instant());
    var ids =
        new IdRanges(() ->
            database.read(handle ->
                handle.createQuery("SELECT nextval('id_range')").mapTo(Long.class).one()));

    // what reacts
    var counters = new CounterRepository(clock);
    var segments = new SegmentRepository(counters, clock);
    var campaigns = new CampaignRepository(database, counters, clock);
    var computed = new ComputedAttributes(clock);
    var ruleBooks = new RuleBooks(new RuleBookReader(segments, campaigns, counters, computed));

    // the first workspace, with what it begins with
    created =
        FirstStart.ensure(
            database,
            clock,
            givenKeys(),
            (handle, workspace) -> segments.create(handle, workspace, SignedUp.DRAFT));
    created.ifPresent(keys -> CredentialsFile.write(settings.data(), keys));

    // what goes out
    var transactional = new TransactionalRepository(clock);
    var deliveries = new DeliveryRepository(database);
    var deliveryIds = new DeliveryIds(secret.getEncoded());
    var domains = new SendingDomains(new SecretBox(secret, new SecureRandom()), clock);
    var mailer = closing.add(mailer(new DkimKeys(database, domains)::of));
    var links = new MailLinks(new LinkTokens(secret.getEncoded()), this::publicUrl);

    // the log and its processing
    var outbox = new DeliverySignal();
    var suppressions = new Suppressions(secret.getEncoded());
    var erasures = new ErasureRepository(secret.getEncoded());
    var mergers = new MergerRepository();
    var objectTypes = new ObjectTypes(database, clock);
    var eventNames = new EventNames(database, clock);
    var attributeNames = new AttributeNames(database, clock);
    var stores =
        new Stores(
            new PeopleRepository(),
            suppressions,
            erasures,
            mergers,
            new Belongings(),
            new DeviceRepository(),
            objectTypes,
            new ObjectRepository(),
            new RelationshipRepository(),
            new AnonymousRelationshipRepository(),
            new EventRepository(),
            eventNames,
            attributeNames,
            new AnonymousRepository(),
            new MembershipRepository(),
            new TallyRepository(),
            computed,
            new JourneyRepository(),
            deliveries,
            new ActivityRepository(),
            new OptOutRepository(),
            ids);
    var isWorker = settings.roles().contains(Role.WORKER);
    var processing =
        closing.add(
            new Processing(
                database,
                clock,
                ids,
                stores,
                ruleBooks,
                node(),
                isWorker ? settings.processors() : 0,
                outbox));
    var sender =
        new DeliveryWorker(
            DeliverySettings.standard(processing.incarnation(), mailDomain()),
            database,
            deliveryIds,
            links,
            new CampaignTemplates(campaigns, settings.mailFrom()),
            new TransactionalTemplates(database, transactional, settings.mailFrom()),
            mailer,
            clock,
            new Random(),
            processing::messagesReached);
    var upkeep = new Upkeep();
    if (isWorker) {
      closing.add(sender);
      outbox.connect(sender::signal);
      upkeep.every(
          Duration.ofSeconds(1),
          "lane-sharing",
          () -> sender.reclaim(processing.shareLanes(sender.holders())));
      var builder = new SegmentBuilder(database, segments, counters, clock);
      upkeep.every(Duration.ofMillis(200), "segment-builder", () -> runToEnd(builder));
      var computedBuilder = new ComputedBuilder(database, computed, clock);
      upkeep.every(Duration.ofMillis(200), "computed-attributes", () -> runToEnd(computedBuilder));
      var campaignUpkeep = new CampaignUpkeep(database, deliveries);
      upkeep.every(
          Duration.ofMillis(500), "campaign-upkeep", () -> runToEnd(campaignUpkeep, clock));
      upkeep.every(
          Duration.ofSeconds(30),
          "erasures",
          new Erasures(database, clock, new LoggedOperations())::run);
      upkeep.every(Duration.ofSeconds(30), "mergers", new Mergers(database, clock, mergers)::run);
      upkeep.every(Duration.ofSeconds(10), "object-remains", new ObjectRemains(database)::run);
      var anonymousRelationships = new AnonymousRelationshipRepository();
      upkeep.every(
          Duration.ofMinutes(10),
          "anonymous-relationships",
          () -> runToEnd(database, anonymousRelationships, clock));
      upkeep.every(Duration.ofSeconds(1), "segment-counts", new SegmentCounts(database)::fold);
      upkeep.every(
          Duration.ofMinutes(5), "workspace-usage", new WorkspaceUsage(database, clock)::refresh);
      var searchIndexer = new SearchIndexer(database);
      upkeep.every(
          Duration.ofMillis(500),
          "search-indexer",
          () -> searchIndexer.run(() -> processing.lag().compareTo(INDEXER_RESTS) > 0));
      var sendKeys = new SendKeys();
      upkeep.every(
          Duration.ofMinutes(1),
          "send-keys",
          () ->
              database.<Integer, RuntimeException>inTransaction(
                  handle -> sendKeys.forget(handle, clock.instant())));
      upkeep.every(Duration.ofSeconds(30), "log-trimmer", processing::trim);
      upkeep.every(Duration.ofHours(1), "partitions", () -> partitions.maintain(clock.instant()));
    }
    closing.add(upkeep);
    if (clock instanceof TurnableClock turnable) {
      turnable.onTurn(() -> partitions.maintain(turnable.instant()));
      turnable.onTurn(processing::wake);
      turnable.onTurn(sender::signal);
    }

    // the edges
    var credentials = new Credentials(new CredentialRepository(database));
    var forms = new FormRepository(database, clock);
    var track =
        new TrackApi(
            new TrackSettings(this::publicUrl, settings.region().name().toLowerCase(Locale.ROOT)),
            credentials,
            limits(settings.trackRate()),
            processing.intake(),
            new TrackApi.Sources(
                deliveryIds,
                forms,
                objectTypes::exists,
                new KnownObjects(database)::exists,
                new ManualSegments(database)::isManual));
    var pipelines =
        new PipelinesApi(
            new PipelinesSettings(this::publicUrl, settings.pipelinesStrict()),
            credentials,
            settings.rateLimits()
                ? RateLimits.of(settings.pipelinesRate(), Duration.ofSeconds(3))
                : RateLimits.off(),
            processing.intake(),
            new PipelinesApi.Sources(objectTypes::exists, deliveryIds, clock));
    var people = new PeopleQueries(database);
    var subscriptions = new SubscriptionRepository(clock, new ChangedTerms(segments, campaigns));
    var app =
        new AppApi(
            new AppSettings(settings.egressAddresses()),
            credentials,
            limits(settings.appRate()),
            limits(settings.sendRate()),
            new AppApi.Sources(
                database,
                processing.intake(),
                people,
                new ActivityQueries(database, clock),
                new WorkspaceActivities(database, clock),
                attributeNames,
                eventNames,
                segments,
                subscriptions,
                campaigns,
                new CampaignMetrics(database),
                deliveries,
                deliveryIds,
                objectTypes,
                new ObjectQueries(database),
                transactional,
                ids),
            clock);
    var manage =
        new ManageApi(
            credentials,
            limits(settings.appRate()),
            new ManageApi.Sources(
                database,
                segments,
                new SegmentExplainer(segments, counters, clock),
                campaigns,
                new CampaignExplainer(new JourneyRepository()),
                new FactsReader(clock),
                new PersonLookup(people),
                forms,
                objectTypes,
                computed,
                people,
                processing.intake(),
                new ManageApi.Privacy(
                    new PersonExport(
                        database, suppressions, deliveryIds, new LoggedOperations(), clock),
                    new ErasureRecords(database, erasures),
                    ids),
                subscriptions,
                transactional,
                domains,
                new DnsRecords(settings.dnsServer()),
                new ManageApi.Mails(deliveries, deliveryIds, mailDomain(), settings.mailFrom())),
            clock);
    var hooks =
        new HooksApi(
            new HooksApi.Sources(
                database, processing.intake(), links, deliveries, people, subscriptions),
            clock);
    var operations =
        new OperationsApi(
            new OperationsApi.Sources(
                () -> database.read(handle -> handle.execute("SELECT 1")),
                processing::stats,
                sender::stats,
                pipelines::dropped,
                processing::lag));
    var server =
        closing.add(
            HttpServer.start(
                HttpSettings.at(settings.host(), settings.port()),
                new ErrorEnvelope(),
                Stream.concat(
                        track.routes().stream(),
                        Stream.of(
                            pipelines.routes(),
                            app.routes(),
                            manage.routes(),
                            hooks.routes(),
                            operations.routes()))
                    .toList()));
    port.set(server.port());
    if (isWorker) {
      sender.start(); // mails name the port
    }
    return server;
  }

  /** Before anything is made: a port that is taken is the most likely thing in the way. */
  private void checkPort() {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(settings.host(), settings.port()));
    } catch (IOException taken) {
      throw new IllegalStateException(
          "Cannot listen on %s:%d: %s. Choose another address with --port or --host (CARILLON_PORT, CARILLON_HOST)."
              .formatted(settings.host(), settings.port(), taken.getMessage()),
          taken);
    }
  }

  private RateLimits limits(int perSecond) {
    return settings.rateLimits() ? RateLimits.perSecond(perSecond) : RateLimits.off();
  }

  private InstantSource clock() {
    return settings.clock().<InstantSource>map(TurnableClock::new).orElseGet(InstantSource::system);
  }

  private DatabaseSettings databaseSettings() {
    return settings
        .databaseUrl()
        .map(DatabaseSettings::external)
        .orElseGet(() ->
            DatabaseSettings.embedded(
                new Embedded(settings.data(), null, settings.postgresSharedBuffers(), false)));
  }

  private GivenKeys givenKeys() {
    return new GivenKeys(
        settings.siteId().orElse(null),
        settings.trackKey().orElse(null),
        settings.appKey().orElse(null),
        settings.cdpKey().orElse(null));
  }

  private Mailer mailer(Signing signing) {
    return settings
        .smtpUrl()
        .<Mailer>map(url -> new SmtpMailer(SmtpSettings.parse(url.toString(), hostName()), signing))
        .orElseGet(MailTrap::new);
  }

  private String mailDomain() {
    var from = settings.mailFrom();
    var at = from.lastIndexOf('@');
    return at < 0 ? hostName() : from.substring(at + 1).replace(">", "").strip();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "localhost";
    }
  }

  private static String node() {
    return hostName() + ":" + ProcessHandle.current().pid();
  }

  private static void runToEnd(CampaignUpkeep upkeep, InstantSource clock) {
    while (upkeep.run(clock.instant())) {
      LOG.trace("a part of the upkeep of campaigns is done");
    }
  }

  private static void runToEnd(
      Database database, AnonymousRelationshipRepository relationships, InstantSource clock) {
    while (database.<Boolean, RuntimeException>inTransaction(
        handle -> relationships.expire(handle, clock.instant()))) {
      LOG.trace("some relationships of nobody are past their time");
    }
  }

  private static void runToEnd(ComputedBuilder builder) {
    while (builder.step()) {
      LOG.trace("a step of a computed attribute is done");
    }
  }

  private static void runToEnd(SegmentBuilder builder) {
    while (builder.step()) {
      LOG.trace("a step of a segment build is done");
    }
  }

  /**
   * The credentials this start has made, to be shown once; empty when the workspace existed, or
   * when the operator gave the keys and so knows them.
   */
  Optional<NewCredentials> created() {
    return created.filter(_ -> settings.trackKey().isEmpty() && settings.appKey().isEmpty());
  }

  /** The port the server answers on. */
  int port() {
    return http.port();
  }

  /** Where this machine reaches the server, without a slash at the end. */
  String localUrl() {
    var host =
        settings.host().equals("0.0.0.0") || settings.host().equals("::")
            ? "127.0.0.1"
            : settings.host();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port.get();
  }

  /** Where clients reach the server, without a slash at the end. */
  String publicUrl() {
    return settings.publicUrl().map(URI::toString).orElseGet(this::localUrl);
  }

  /** Answers requests in flight, works off what was accepted, stops PostgreSQL. */
  @Override
  public void close() {
    closing.close();
  }
}
