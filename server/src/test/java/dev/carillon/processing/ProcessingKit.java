package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignChange;
import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.CampaignUpkeep;
import dev.carillon.campaigns.ChangedTerms;
import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.computed.Aggregate;
import dev.carillon.computed.Computation;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.computed.ComputedBuilder;
import dev.carillon.computed.ComputedDefinition;
import dev.carillon.computed.ComputedOutcome;
import dev.carillon.computed.TallyRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.AnonymousRepository;
import dev.carillon.events.Counters;
import dev.carillon.events.EventKind;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository;
import dev.carillon.log.IdRanges;
import dev.carillon.objects.AnonymousRelationshipRepository;
import dev.carillon.objects.ObjectRemains;
import dev.carillon.objects.ObjectRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.Belongings;
import dev.carillon.people.CioId;
import dev.carillon.people.DeviceRepository;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.MergerRepository;
import dev.carillon.people.Mergers;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.Suppressions;
import dev.carillon.people.search.IndexedPeople;
import dev.carillon.privacy.ErasureRepository;
import dev.carillon.privacy.Erasures;
import dev.carillon.reporting.ActivityRepository;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.Condition;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.segments.SegmentBuilder;
import dev.carillon.segments.SegmentCounts;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.store.TestDatabase;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.SubscriptionOutcome;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.webhooks.ReportingEvents;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettings;
import dev.carillon.workspaces.WorkspaceSettingsRepository;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The log, its processing, segments and campaigns on a database of their own, under a clock that
 * tests turn. Operations go in as edges put them in; {@link #settle} waits until everything they
 * cause is committed; what came of it is read from the tables.
 */
final class ProcessingKit implements AutoCloseable {
  static final Instant START = Instant.parse("2026-03-02T18:00:00Z");
  static final byte[] SECRET = "a secret of sufficient length".getBytes(StandardCharsets.UTF_8);

  /** Names deliveries in what webhooks are told. */
  static final DeliveryIds DELIVERIES = new DeliveryIds(SECRET);

  /** So few rows move with a merge that tests see the rest move later. */
  final MergerRepository mergers = new MergerRepository(3);

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

  final TestDatabase test = TestDatabase.create();
  final Database database = test.database();
  final TurnableClock clock;
  final ComputedAttributes computed;
  final CounterRepository counters;
  final SegmentRepository segments;
  final CampaignRepository campaigns;
  final SubscriptionRepository subscriptions;
  private final SegmentBuilder builder;
  private final List<Processing> nodes = new CopyOnWriteArrayList<>();
  private WorkspaceId workspace = new WorkspaceId(1);

  private ProcessingKit(TurnableClock clock) {
    this.clock = clock;
    computed = new ComputedAttributes(clock);
    counters = new CounterRepository(clock);
    segments = new SegmentRepository(counters, clock);
    campaigns = new CampaignRepository(database, counters, clock);
    subscriptions = new SubscriptionRepository(clock, new ChangedTerms(segments, campaigns));
    builder = new SegmentBuilder(database, segments, counters, clock);
  }

  /** One node with this many processors. */
  static ProcessingKit start(int processors) {
    return start(new TurnableClock(START), processors);
  }

  /** The same, with a clock that stands still between turns: what is due when is told exactly. */
  static ProcessingKit standing(int processors) {
    return start(new TurnableClock(START, InstantSource.fixed(START)), processors);
  }

  private static ProcessingKit start(TurnableClock clock, int processors) {
    var kit = new ProcessingKit(clock);
    kit.clock.onTurn(() -> kit.nodes.forEach(Processing::wake));
    kit.addNode(processors);
    return kit;
  }

  /** One more process on the same database, with caches and rules of its own. */
  Processing addNode(int processors) {
    var ids =
        new IdRanges(() ->
            database.read(handle ->
                handle.createQuery("SELECT nextval('id_range')").mapTo(Long.class).one()));
    var stores = stores(database, clock, ids, mergers);
    var rules = new RuleBooks(new RuleBookReader(segments, campaigns, counters, computed));
    var node =
        new Processing(
            database, clock, ids, stores, rules, "node-" + nodes.size(), processors, () -> {});
    nodes.add(node);
    return node;
  }

  /**
   * Stops every node, as a whole shutdown does: what was accepted is applied first. Returns when
   * the database has noticed, too: until then the next node would leave them half of the lanes, and
   * nobody looks again here.
   */
  void stop() {
    nodes.forEach(Processing::close);
    nodes.clear();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() ->
            number(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                == 0);
  }

  /** As the server builds them. */
  static Stores stores(
      Database database, InstantSource clock, IdRanges ids, MergerRepository mergers) {
    return new Stores(
        new PeopleRepository(),
        new Suppressions(SECRET),
        new ErasureRepository(SECRET),
        mergers,
        new Belongings(),
        new DeviceRepository(),
        new ObjectTypes(database, clock),
        new ObjectRepository(),
        new RelationshipRepository(),
        new AnonymousRelationshipRepository(),
        new EventRepository(),
        new EventNames(database, clock),
        new AttributeNames(database, clock),
        new AnonymousRepository(),
        new MembershipRepository(),
        new TallyRepository(),
        new ComputedAttributes(clock),
        new JourneyRepository(),
        new DeliveryRepository(database),
        new ActivityRepository(),
        new OptOutRepository(),
        new ReportingEvents(DELIVERIES::text),
        ids);
  }

  /** Lets every node look who shares the lanes until each has its part. */
  void shareLanes() {
    for (var round = 0; round < 3; round++) {
      nodes.forEach(ProcessingKit::shareLanes);
    }
  }

  /** As the server does once a second; where it meets a batch of a former owner, it comes again. */
  private static void shareLanes(Processing node) {
    for (var attempt = 0; ; attempt++) {
      try {
        node.shareLanes(Set.of());
        return;
      } catch (RuntimeException failure) {
        if (!Failures.passing(failure) || attempt == 10) {
          throw failure;
        }
      }
    }
  }

  /** Everything from here on happens in a workspace nobody has used. */
  WorkspaceId inNewWorkspace() {
    workspace = new WorkspaceId(workspace.value() + 1);
    return workspace;
  }

  WorkspaceId workspace() {
    return workspace;
  }

  /** Gives the workspace an object type. */
  void objectType(int typeId) {
    database.inTransaction(handle ->
        handle.execute(
            """
            INSERT INTO object_type (workspace_id, type_id, name, singular_name, slug, singular_slug, created_at)
            VALUES (?, ?, 'Things', 'Thing', 'things', 'thing', now())
            """,
            workspace.value(),
            typeId));
  }

  Processing node(int index) {
    return nodes.get(index);
  }

  // ── what goes in ──────────────────────────────────────────────────────────────────────────────

  /** Attributes in the order given: name, value, name, value … A null value is one to remove. */
  static Map<String, @Nullable Object> attributes(@Nullable Object... namesAndValues) {
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    for (var i = 0; i < namesAndValues.length; i += 2) {
      attributes.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return attributes;
  }

  Operation.Identify identifyOf(Identifier person, @Nullable Object... attributes) {
    return new Operation.Identify(workspace, person, attributes(attributes), 0, false);
  }

  Operation.Event eventOf(Identifier person, String name, String data) {
    return new Operation.Event(
        workspace,
        person,
        null,
        EventKind.EVENT,
        name,
        null,
        0,
        data.getBytes(StandardCharsets.UTF_8));
  }

  /** An event that names a person and an anonymous id. */
  Operation.Event linkingOf(Identifier person, String anonymousId, String name) {
    return new Operation.Event(
        workspace,
        person,
        anonymousId,
        EventKind.EVENT,
        name,
        null,
        0,
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  Operation.Merge mergeOf(Identifier primary, Identifier secondary) {
    return new Operation.Merge(workspace, primary, secondary, false);
  }

  Operation.Suppress suppressOf(Identifier person) {
    return new Operation.Suppress(workspace, person);
  }

  Operation.Unsuppress unsuppressOf(Identifier person) {
    return new Operation.Unsuppress(workspace, person);
  }

  Operation.Event anonymousOf(String anonymousId, String name, Instant at) {
    return new Operation.Event(
        workspace,
        null,
        anonymousId,
        EventKind.EVENT,
        name,
        null,
        at.toEpochMilli(),
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  Operation.Event eventAt(Identifier person, String name, Instant at) {
    return new Operation.Event(
        workspace,
        person,
        null,
        EventKind.EVENT,
        name,
        null,
        at.toEpochMilli(),
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  Operation.Event eventWithId(Identifier person, String name, String eventId) {
    return new Operation.Event(
        workspace,
        person,
        null,
        EventKind.EVENT,
        name,
        eventId,
        0,
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  void identify(Identifier person, @Nullable Object... attributes) {
    accept(identifyOf(person, attributes));
  }

  /** A change that happened at another time than now. */
  void identifyAt(Instant writtenAt, Identifier person, @Nullable Object... attributes) {
    accept(
        new Operation.Identify(
            workspace, person, attributes(attributes), writtenAt.toEpochMilli(), false));
  }

  void event(Identifier person, String name) {
    accept(eventOf(person, name, "{}"));
  }

  void delete(Identifier person) {
    accept(new Operation.Delete(workspace, person));
  }

  void accept(Operation operation) {
    accept(nodes.getFirst(), operation);
  }

  /** Those of one call, as a batch of v2 has them: stored together. */
  void acceptAll(List<Operation> operations) {
    accept(nodes.getFirst(), operations);
  }

  static void accept(Processing node, Operation operation) {
    accept(node, List.of(operation));
  }

  private static void accept(Processing node, List<Operation> operations) {
    try {
      node.intake().accept(operations);
    } catch (IntakeUnavailable unavailable) {
      throw new IllegalStateException("the log takes nothing", unavailable);
    }
  }

  /**
   * All operations in one batch, in this order, on a node with one processor: a first operation
   * that does nothing leads it to the lock that saving rules takes, and while it waits there the
   * others gather in the log.
   */
  void acceptTogether(List<? extends Operation> operations) {
    gather(() -> operations.forEach(this::accept));
  }

  /** Whatever this puts into the log is in one batch. */
  void gather(Runnable accepting) {
    settle();
    database.inTransaction(handle -> {
      Epoch.newRules(handle);
      delete(Identifier.id("nobody at all"));
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() ->
              number(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                  > 0);
      accepting.run();
      return true;
    });
    settle();
  }

  // ── time ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Waits until all accepted operations are applied and nothing is due. Where that takes long, the
   * nodes look once a second who lives, as they do in a server: one whose session of the log ended
   * unnoticed has no lanes until then.
   */
  void settle() {
    var looked = new AtomicLong(System.nanoTime());
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> {
          if (System.nanoTime() - looked.get() > LOOK_NANOS) {
            shareLanes();
            looked.set(System.nanoTime());
          }
          assertThat(unread()).as("blocks of the log not yet read").isZero();
          assertThat(due()).as("timers, journeys and notes about messages due").isZero();
        });
  }

  private long unread() {
    return number(
        """
        SELECT count(*) FROM log_block b JOIN lane_group g ON b.lanes & (15::bigint << (4 * g.lane_group)) <> 0
         WHERE b.seq > coalesce((SELECT s.seq FROM unnest(g.stream_ids, g.seqs) AS s(stream_id, seq)
                                  WHERE s.stream_id = b.stream_id), 0)
        """);
  }

  private long due() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT (SELECT count(*) FROM segment_timer WHERE due_at <= :now)
                     + (SELECT count(*) FROM computed_timer WHERE due_at <= :now)
                     + (SELECT count(*) FROM journey WHERE wake_at <= :now)
                     + (SELECT count(*) FROM message_wake WHERE due_at <= :now)
                     + (SELECT count(*) FROM object_wake) + (SELECT count(*) FROM campaign_wake)
                """)
            .bind("now", clock.instant())
            .mapTo(Long.class)
            .one());
  }

  /** Turns the clock and does what falls due. */
  void advance(Duration by) {
    settle();
    clock.advance(by);
    settle();
  }

  /** Erases what people who were deleted more than two minutes ago left behind. */
  void erase() {
    new Erasures(database, clock, new LoggedOperations()).run();
  }

  /** Moves what merged people left behind, as far as it is due. */
  void moveMerged() {
    new Mergers(database, clock, mergers).run();
  }

  /** Changes settings of the workspace. */
  void settings(UnaryOperator<WorkspaceSettings> edit) {
    database.inTransaction(handle -> {
      handle
          .createUpdate(
              "INSERT INTO workspace (workspace_id, name, created_at) VALUES (:id, 'test', now()) ON CONFLICT DO NOTHING")
          .bind("id", workspace.value())
          .execute();
      var change = new WorkspaceSettingsRepository().change(handle, workspace, edit);
      if (change instanceof WorkspaceSettingsRepository.Change.Saved(var saved, var before)) {
        new ChangedTerms(segments, campaigns).zone(handle, workspace, before.zone(), saved.zone());
      }
      return change;
    });
  }

  /** Makes topics up to this number, or changes it. */
  void topic(int number, boolean byDefault) {
    while (subscribables(Subscribable.Kind.TOPIC).size() < number) {
      save(Subscribable.Kind.TOPIC, null, null, true);
    }
    save(Subscribable.Kind.TOPIC, number, null, byDefault);
  }

  /** Makes a channel, or changes it. */
  void channel(ChannelType type, boolean byDefault) {
    var known =
        subscribables(Subscribable.Kind.CHANNEL).stream()
            .filter(each -> each.type() == type)
            .map(Subscribable::id)
            .findFirst();
    save(Subscribable.Kind.CHANNEL, known.orElse(null), type, byDefault);
  }

  private List<Subscribable> subscribables(Subscribable.Kind kind) {
    return database.read(handle -> subscriptions.list(handle, workspace, kind));
  }

  private void save(
      Subscribable.Kind kind, @Nullable Integer id, @Nullable ChannelType type, boolean byDefault) {
    var draft =
        new Subscribable.Draft(type, new Subscribable.Text("what", ""), byDefault, Map.of());
    var outcome =
        database.<SubscriptionOutcome, RuntimeException>inTransaction(handle ->
            id == null
                ? subscriptions.create(handle, workspace, kind, draft)
                : subscriptions.update(handle, workspace, kind, id, draft));
    assertThat(outcome).isInstanceOf(SubscriptionOutcome.Saved.class);
    build();
  }

  // ── rules ─────────────────────────────────────────────────────────────────────────────────────

  /** A dynamic segment whose build is over. */
  int segment(Condition condition) {
    var draft = new SegmentDraft("segment", "", List.of(), condition);
    return built(database.inTransaction(handle -> segments.create(handle, workspace, draft)));
  }

  /** A segment people are put into by calls. */
  int manualSegment() {
    var draft = new SegmentDraft("by hand", "", List.of(), null);
    var outcome =
        database.<SegmentOutcome, RuntimeException>inTransaction(
            handle -> segments.create(handle, workspace, draft));
    assertThat(outcome).isInstanceOf(SegmentOutcome.Saved.class);
    return ((SegmentOutcome.Saved) outcome).segment().id();
  }

  int changeSegment(int segmentId, Condition condition) {
    var draft = new SegmentDraft("segment", "", List.of(), condition);
    return built(
        database.inTransaction(handle -> segments.update(handle, workspace, segmentId, draft)));
  }

  private int built(SegmentOutcome outcome) {
    assertThat(outcome).isInstanceOf(SegmentOutcome.Saved.class);
    build();
    return ((SegmentOutcome.Saved) outcome).segment().id();
  }

  void deleteSegment(int segmentId) {
    assertThat(
            database.<SegmentOutcome, RuntimeException>inTransaction(
                handle -> segments.delete(handle, workspace, segmentId, campaigns::uses)))
        .isInstanceOf(SegmentOutcome.Deleted.class);
    build();
  }

  void build() {
    var steps = 0;
    while (builder.step()) {
      assertThat(++steps).as("steps of a build").isLessThan(10_000);
    }
  }

  /** An attribute that is computed from events of this name; it is still to be built. */
  int define(
      String attribute,
      String event,
      Aggregate aggregate,
      @Nullable String property,
      @Nullable Duration window) {
    return define(attribute, event, new Computation(aggregate, property, window), List.of());
  }

  int define(String attribute, String event, Computation computation, List<AttributeTest> where) {
    var definition =
        new ComputedDefinition(attribute, "", EventKind.EVENT, event, where, computation);
    var outcome =
        database.<ComputedOutcome, RuntimeException>inTransaction(
            handle -> computed.create(handle, workspace, definition));
    assertThat(outcome).isInstanceOf(ComputedOutcome.Saved.class);
    return ((ComputedOutcome.Saved) outcome).attribute().id();
  }

  /** Brings computed attributes to everybody there is, and takes deleted ones away. */
  void buildComputed() {
    var attributes = new ComputedBuilder(database, computed, clock);
    var steps = 0;
    while (attributes.step()) {
      assertThat(++steps).as("steps of computed attributes").isLessThan(10_000);
      settle();
    }
  }

  /** A stopped campaign of the workspace with these numbers, for what only has to exist. */
  void standing(int campaignId, int mailId) {
    database.<Integer, RuntimeException>inTransaction(handle -> {
      handle.execute(
          """
          INSERT INTO campaign (campaign_id, workspace_id, name, state, version, created_at, updated_at)
          OVERRIDING SYSTEM VALUE VALUES (?, ?, 'standing', 'stopped', 1, now(), now())
          ON CONFLICT (campaign_id) DO UPDATE SET workspace_id = excluded.workspace_id
          """,
          campaignId,
          workspace.value());
      return handle.execute(
          """
          INSERT INTO campaign_version (campaign_id, version, definition, removed, created_at)
          VALUES (?, 1, json_build_object('name', 'standing', 'trigger', json_build_object('event', json_build_object('name', 'never')),
                                          'steps', json_build_array(json_build_object('id', ?, 'type', 'email'))), '{}', now())
          ON CONFLICT DO NOTHING
          """,
          campaignId,
          mailId);
    });
  }

  /** A running campaign. */
  Campaign campaign(CampaignDefinition definition) {
    var draft = campaigns.create(workspace, definition);
    if (!definition.conditions().isEmpty()) {
      build();
    }
    var outcome = campaigns.start(workspace, draft.id());
    if (outcome instanceof CampaignChange.NotAllowed) {
      build();
      outcome = campaigns.start(workspace, draft.id());
    }
    assertThat(outcome).isInstanceOf(CampaignChange.Changed.class);
    return ((CampaignChange.Changed) outcome).campaign();
  }

  /** Does what stopped and edited campaigns leave to be done in the background. */
  void upkeep() {
    var upkeep = new CampaignUpkeep(database, new DeliveryRepository(database));
    clock.advance(Duration.ofSeconds(10));
    var steps = 0;
    while (upkeep.run(clock.instant())) {
      assertThat(++steps).as("steps of the upkeep").isLessThan(10_000);
    }
  }

  // ── what came of it ───────────────────────────────────────────────────────────────────────────

  long number(String sql, @Nullable Object... arguments) {
    return database.read(handle -> handle.select(sql, arguments).mapTo(Long.class).one());
  }

  /** Whom an identifier names. */
  OptionalLong find(Identifier identifier) {
    if (identifier.kind() == IdentifierKind.CIO_ID) {
      return CioId.personId(identifier.value());
    }
    var found =
        database.read(handle ->
            handle
                .select(
                    "SELECT person_id FROM person_identifier WHERE workspace_id = ? AND kind = ? AND value = ?",
                    workspace.value(),
                    identifier.kind().code(),
                    identifier.key())
                .mapTo(Long.class)
                .findOne());
    return found.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  long personId(Identifier identifier) {
    return find(identifier).orElseThrow(() -> new AssertionError(identifier + " names nobody"));
  }

  Identifier cioId(Identifier identifier) {
    return Identifier.cioId(CioId.of(personId(identifier)));
  }

  /** The attributes of a person, identifiers included. */
  Map<String, Object> attributesOf(Identifier identifier) {
    var personId = personId(identifier);
    return storedAttributes(personId)
        .orElseThrow(() -> new AssertionError(identifier + " names a person who does not exist"));
  }

  Optional<Map<String, Object>> storedAttributes(long personId) {
    return database
        .read(handle ->
            handle
                .select("SELECT attributes FROM person WHERE person_id = ?", personId)
                .mapTo(String.class)
                .findOne())
        .map(AttributesJson::parse);
  }

  /** How many people the workspace has. */
  long people() {
    return number("SELECT count(*) FROM person WHERE workspace_id = ?", workspace.value());
  }

  /** An entry of the activity log. */
  record Activity(String type, Map<String, Object> data) {}

  /** What a person's activity log holds, in the order of the operations; {@code 0} for nobody. */
  List<Activity> activities(long personId) {
    return database.read(handle ->
        handle
            .select(
                "SELECT type, data FROM activity WHERE person_id = ? AND workspace_id = ? ORDER BY op, ctid",
                personId,
                workspace.value())
            .map((row, _) -> new Activity(row.getString(1), AttributesJson.parse(row.getString(2))))
            .list());
  }

  List<String> activityTypes(Identifier identifier) {
    return activities(personId(identifier)).stream().map(Activity::type).toList();
  }

  /** Names of a person's stored events, in the order they happened. */
  List<String> events(long personId) {
    return database.read(handle ->
        handle
            .select(
                "SELECT n.name FROM event e JOIN event_name n USING (name_id) WHERE person_id = ? ORDER BY occurred_at, op",
                personId)
            .mapTo(String.class)
            .list());
  }

  List<String> events(Identifier identifier) {
    return events(personId(identifier));
  }

  /** The segments a person is in. */
  Set<Integer> segmentsOf(Identifier identifier) {
    var personId = personId(identifier);
    return database.read(handle ->
        handle
            .select("SELECT segment_id FROM segment_member WHERE person_id = ?", personId)
            .mapTo(Integer.class)
            .set());
  }

  Counters countersOf(long personId) {
    return database
        .read(handle ->
            handle
                .select("SELECT counters FROM person_counters WHERE person_id = ?", personId)
                .mapTo(byte[].class)
                .findOne())
        .map(Counters::unpack)
        .orElse(Counters.EMPTY);
  }

  /** A row of table {@code journey}. */
  record Travel(
      long journeyId,
      int campaignId,
      String state,
      @Nullable Integer node,
      @Nullable String endReason,
      String trigger) {
    private static Travel of(ResultSet row) throws SQLException {
      return new Travel(
          row.getLong("journey_id"),
          row.getInt("campaign_id"),
          row.getString("state"),
          row.getObject("node", Integer.class),
          row.getString("end_reason"),
          row.getString("trigger"));
    }
  }

  List<Travel> journeys(long personId) {
    return database.read(handle ->
        handle
            .select(
                "SELECT * FROM journey WHERE person_id = ? ORDER BY started_at, journey_id",
                personId)
            .map((row, _) -> Travel.of(row))
            .list());
  }

  List<Travel> journeys(Identifier identifier) {
    return journeys(personId(identifier));
  }

  /** {@code reason=times} of the refusals of a person, in alphabetical order. */
  List<String> refusals(Identifier identifier) {
    return database.read(handle ->
        handle
            .select(
                "SELECT reason || '=' || times FROM campaign_refusal WHERE person_id = ? ORDER BY reason, times",
                personId(identifier))
            .mapTo(String.class)
            .list());
  }

  /** The steps whose mails were intended for a person, with the state of each. */
  List<String> deliveries(long personId) {
    return database.read(handle ->
        handle
            .select(
                "SELECT action_id || ' ' || state FROM delivery WHERE person_id = ? ORDER BY created_at, delivery_id",
                personId)
            .mapTo(String.class)
            .list());
  }

  List<String> deliveries(Identifier identifier) {
    return deliveries(personId(identifier));
  }

  /** Reasons of all operations that were put aside. */
  List<String> deadLetters() {
    return database.read(handle ->
        handle.select("SELECT reason FROM dead_letter ORDER BY op").mapTo(String.class).list());
  }

  /**
   * What holds whatever happened: identifiers and profiles agree, nothing belongs to people who do
   * not exist.
   */
  void assertConsistent() {
    var people = new TreeMap<Long, Map<String, Object>>();
    var expected = new ArrayList<String>();
    database.<Integer, RuntimeException>read(handle ->
        handle
            .select(
                "SELECT person_id, workspace_id, attributes FROM person WHERE workspace_id = ?",
                workspace.value())
            .map((row, _) -> {
              var attributes = AttributesJson.parse(row.getString(3));
              people.put(row.getLong(1), attributes);
              for (var name : List.of("id", "email")) {
                if (attributes.get(name) instanceof String value) {
                  var identifier =
                      name.equals("id") ? Identifier.id(value) : Identifier.email(value);
                  expected.add(
                      "%d %s %s → %d"
                          .formatted(row.getInt(2), name, identifier.key(), row.getLong(1)));
                }
              }
              return 1;
            })
            .list()
            .size());
    var stored =
        database.read(handle ->
            handle
                .select(
                    """
                    SELECT workspace_id || ' ' || (CASE kind WHEN 1 THEN 'id' ELSE 'email' END) || ' ' || value || ' → ' || person_id
                      FROM person_identifier WHERE workspace_id = ?
                    """,
                    workspace.value())
                .mapTo(String.class)
                .list());
    assertThat(stored)
        .as("identifiers, as profiles have them")
        .containsExactlyInAnyOrderElementsOf(expected);
    for (var table :
        Arrays.asList(
            "person_counters",
            "segment_member",
            "segment_timer",
            "person_segments",
            "campaign_refusal",
            "device",
            "relationship",
            "sender_opt_out")) {
      assertThat(
              number(
                  "SELECT count(*) FROM %s t WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.person_id = t.person_id)"
                      .formatted(table)))
          .as("rows of %s of people who do not exist", table)
          .isZero();
    }
    assertPacked();
    assertCounted();
    IndexedPeople.assertUpToDate(database);
    new ObjectRemains(database).run();
    assertThat(number("SELECT count(*) FROM object_remains"))
        .as("deleted objects whose relationships are left")
        .isZero();
    for (var table : List.of("relationship", "anonymous_relationship")) {
      assertThat(
              number(
                  "SELECT count(*) FROM %s t WHERE NOT EXISTS (SELECT 1 FROM object o WHERE o.object_key = t.object_key)"
                      .formatted(table)))
          .as("rows of %s of objects that do not exist", table)
          .isZero();
    }
  }

  /** What is packed for each person is what the tables by segment say. */
  private void assertPacked() {
    assertThat(
            number(
                """
                SELECT count(*) FROM person p LEFT JOIN person_segments s USING (person_id)
                 WHERE coalesce(s.packed, '\\x00000000') <>
                       int4send((SELECT count(*) FROM segment_member m WHERE m.person_id = p.person_id)::int)
                       || coalesce((SELECT string_agg(int4send(m.segment_id)
                                                      || int8send((extract(epoch FROM m.entered_at) * 1000000)::bigint),
                                                      ''::bytea ORDER BY m.segment_id)
                                      FROM segment_member m WHERE m.person_id = p.person_id), '')
                       || coalesce((SELECT string_agg(int4send(t.segment_id)
                                                      || int8send((extract(epoch FROM t.due_at) * 1000000)::bigint),
                                                      ''::bytea ORDER BY t.segment_id)
                                      FROM segment_timer t WHERE t.person_id = p.person_id), '')
                """))
        .as("people whose packed segments are not those of the tables")
        .isZero();
  }

  /** The kept counts are those of the rows, before and after they are folded. */
  void assertCounted() {
    for (var round = 0; round < 2; round++) {
      assertThat(
              number(
                  """
                  SELECT count(*) FROM (
                      SELECT segment_id, sum(n) FROM (
                          SELECT segment_id, members AS n FROM segment_count
                          UNION ALL SELECT segment_id, change FROM segment_delta
                          UNION ALL SELECT segment_id, -1 FROM segment_member) c
                       GROUP BY segment_id HAVING sum(n) <> 0) wrong
                  """))
          .as("segments whose kept count is not that of their members")
          .isZero();
      new SegmentCounts(database).fold();
    }
  }

  @Override
  public void close() {
    nodes.forEach(Processing::close);
    test.close();
  }
}
