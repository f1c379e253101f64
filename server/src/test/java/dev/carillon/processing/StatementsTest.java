package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignChange;
import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.computed.Aggregate;
import dev.carillon.computed.Computation;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.computed.ComputedDefinition;
import dev.carillon.computed.ComputedOutcome;
import dev.carillon.delivery.Channel;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.events.EventKind;
import dev.carillon.log.IdRanges;
import dev.carillon.people.MergerRepository;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Epoch;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a batch says to the database: a constant number of statements, and none for kinds of
 * operations that do not occur (design §3.3).
 */
final class StatementsTest {
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final AtomicLong numbers = new AtomicLong(1_000);
  private final CounterRepository counters = new CounterRepository(CLOCK);
  private final SegmentRepository segments = new SegmentRepository(counters, CLOCK);
  private final CampaignRepository campaigns =
      new CampaignRepository(test.database(), counters, CLOCK);
  private final RuleBooks ruleBooks =
      new RuleBooks(
          new RuleBookReader(segments, campaigns, counters, new ComputedAttributes(CLOCK)));
  private final Stores stores =
      ProcessingKit.stores(
          test.database(), CLOCK, new IdRanges(numbers::incrementAndGet), new MergerRepository());

  /** Applies a batch; returns its statements, in order. */
  private List<String> statements(List<? extends Operation> operations) {
    var statements = new ArrayList<String>();
    test.database()
        .<Integer, RuntimeException>inTransaction(handle -> {
          var epoch = Epoch.join(handle);
          var rules = ruleBooks.under(epoch.rules(), handle);
          var accepted =
              operations.stream()
                  .map(operation -> new Accepted(numbers.incrementAndGet(), NOW, operation))
                  .toList();
          SeenNames.learn(stores, accepted);
          handle.setSqlLogger(
              new SqlLogger() {
                @Override
                public void logBeforeExecution(StatementContext context) {
                  statements.add(context.getRenderedSql());
                }
              });
          var scope =
              new BatchScope(handle, stores, rules, epoch.identity(), new IdentifierCache(), CLOCK);
          new OperationBatch(scope, accepted).run();
          return accepted.size();
        });
    return statements;
  }

  private static List<Operation> identifies(int count) {
    return IntStream.range(0, count)
        .<Operation>mapToObj(
            i -> new Operation.Identify(SHOP, id("p" + i), Map.of("n", (long) i), 0, false))
        .toList();
  }

  private long mail() {
    var deliveryId = numbers.incrementAndGet();
    var intent =
        new NewDelivery(
            deliveryId,
            NOW,
            SHOP,
            1,
            null,
            null,
            null,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    test.database()
        .inTransaction(handle -> {
          stores.deliveries().insertIntents(handle, List.of(intent));
          return deliveryId;
        });
    return deliveryId;
  }

  private List<Operation> reports(int count) {
    return IntStream.range(0, count)
        .<Operation>mapToObj(_ -> new Operation.DeliveryReport(SHOP, mail(), "opened", 0, Map.of()))
        .toList();
  }

  @Test
  @DisplayName("reports: one statement to read and one to write, however many there are")
  void shouldReadAndWriteReportsTogether() {
    assertThat(statements(reports(1))).hasSize(2);
    assertThat(statements(reports(100))).hasSize(2);
  }

  @Test
  @DisplayName("reports of what rules count: one statement more, however many there are")
  void shouldNoteWhomReportsAreAbout() {
    var condition =
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"opened\",\"count\":{\"op\":\"gte\",\"n\":1}}}");
    var draft = new SegmentDraft("opened", "", List.of(), condition);
    test.database().inTransaction(handle -> segments.create(handle, SHOP, draft));
    assertThat(statements(reports(1))).hasSize(3);
    assertThat(statements(reports(100))).hasSize(3).last().asString().contains("message_wake");
  }

  @Test
  @DisplayName("messages that reached something: as many statements for many people as for one")
  void shouldCountMessagesTogether() {
    statements(identifies(60));
    var condition =
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"opened\",\"count\":{\"op\":\"gte\",\"n\":1}}}");
    var draft = new SegmentDraft("opened", "", List.of(), condition);
    test.database().inTransaction(handle -> segments.create(handle, SHOP, draft));
    opened(1, 1);
    due(); // reads the rules
    opened(2, 2);
    var one = due();
    opened(3, 50);
    assertThat(due()).isEqualTo(one);
    assertThat(due()).as("nothing is left but to look").hasSize(1);
  }

  /** Opened mails of the people made from {@code first} to {@code last}, and notes about them. */
  private void opened(int first, int last) {
    test.database()
        .inTransaction(handle ->
            handle.execute(
                """
                WITH who AS (
                    SELECT person_id, row_number() OVER (ORDER BY person_id) AS n FROM person WHERE workspace_id = 1),
                mail AS (
                    INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, channel, state, opened_at)
                    SELECT person_id, now(), 1, person_id, 'email', 'sent', now() FROM who WHERE n BETWEEN ? AND ?
                    RETURNING person_id)
                INSERT INTO message_wake (person_id, workspace_id) SELECT person_id, 1 FROM mail
                """,
                first,
                last));
  }

  /** What due work says about all notes there are. */
  private List<String> due() {
    var statements = new ArrayList<String>();
    try (var handle = test.database().dedicatedHandle("due work")) {
      handle.setSqlLogger(
          new SqlLogger() {
            @Override
            public void logBeforeExecution(StatementContext context) {
              statements.add(context.getRenderedSql());
            }
          });
      new MessageWork(stores, ruleBooks, new IdentifierCache(), CLOCK, () -> {}).step(handle);
    }
    return statements;
  }

  @Test
  @DisplayName("events: patterns cost no statement, however many names there are")
  void shouldFindPatternsInMemory() {
    var plain = statements(pages(1));
    for (var name : List.of("https://shop.test/*", "*")) {
      var condition =
          ConditionJson.stored(
              "{\"event\":{\"name\":\"%s\",\"type\":\"page\",\"count\":{\"op\":\"gte\",\"n\":1}}}"
                  .formatted(name));
      var draft = new SegmentDraft("seen", "", List.of(), condition);
      test.database().inTransaction(handle -> segments.create(handle, SHOP, draft));
    }
    var one = statements(pages(1));
    assertThat(statements(pages(100))).isEqualTo(one).hasSizeGreaterThan(plain.size());
  }

  private List<Operation> pages(int count) {
    return IntStream.range(0, count)
        .<Operation>mapToObj(_ ->
            new Operation.Event(
                SHOP,
                id("p0"),
                null,
                EventKind.PAGE,
                "https://shop.test/" + numbers.incrementAndGet(),
                null,
                0,
                "{}".getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  @Test
  @DisplayName("reports that say nothing new only read")
  void shouldOnlyReadForRepeats() {
    var reports = reports(3);
    statements(reports);
    assertThat(statements(reports)).hasSize(1);
  }

  @Test
  @DisplayName(
      "app-data §2.3: the search is told whom to look at in the statement that writes people")
  void shouldTellTheSearchWithThePeople() {
    var created = statements(identifies(100));
    assertThat(created).filteredOn(sql -> sql.contains("search_pending")).hasSize(1);
    assertThat(created)
        .filteredOn(sql -> sql.contains("search_pending"))
        .allMatch(sql -> sql.contains("INSERT INTO person "));
    var changed =
        statements(
            IntStream.range(0, 100)
                .mapToObj(
                    i -> new Operation.Identify(SHOP, id("p" + i), Map.of("n", "other"), 0, false))
                .toList());
    assertThat(changed)
        .filteredOn(sql -> sql.contains("search_pending"))
        .singleElement()
        .satisfies(sql -> assertThat(sql).contains("UPDATE person "));
    var same =
        statements(List.of(new Operation.Identify(SHOP, id("p1"), Map.of("n", "other"), 0, false)));
    assertThat(same).noneMatch(sql -> sql.contains("search_pending"));
  }

  @Test
  @DisplayName("memberships: people and their segments are read and written together")
  void shouldReadAndWriteMembershipsTogether() {
    statements(identifies(100));
    var draft = new SegmentDraft("by hand", "", List.of(), null);
    SegmentOutcome made =
        test.database().inTransaction(handle -> segments.create(handle, SHOP, draft));
    var segment = ((SegmentOutcome.Saved) made).segment().id();
    var all =
        IntStream.range(0, 100)
            .mapToObj(i -> new Operation.Membership(SHOP, id("p" + i), segment, true))
            .toList();
    var one = statements(all.subList(0, 1));
    assertThat(statements(all.subList(1, 100))).isEqualTo(one);
  }

  @Test
  @DisplayName("a batch without reports and memberships says nothing about them")
  void shouldSayNothingAboutWhatDoesNotOccur() {
    assertThat(statements(identifies(3)))
        .isNotEmpty()
        .noneMatch(sql -> sql.contains("delivery"))
        .noneMatch(sql -> sql.contains("merger"))
        .noneMatch(sql -> sql.contains("segment"));
  }

  // ── devices, objects and journeys in conditions ───────────────────────────────────────────────

  private void segment(Condition condition) {
    var draft = new SegmentDraft("segment", "", List.of(), condition);
    SegmentOutcome made =
        test.database().inTransaction(handle -> segments.create(handle, SHOP, draft));
    assertThat(made).isInstanceOf(SegmentOutcome.Saved.class);
  }

  private static List<Operation> devices(String people, int count, boolean withEvents) {
    return IntStream.range(0, count)
        .boxed()
        .<Operation>mapMulti((i, each) -> {
          each.accept(
              new Operation.DeviceUpdate(
                  SHOP, id(people + i), people + i, "ios", 0, Map.of("app", "2")));
          if (withEvents) {
            each.accept(bought(people + i));
          }
        })
        .toList();
  }

  private static Operation.Event bought(String person) {
    return new Operation.Event(
        SHOP,
        id(person),
        null,
        EventKind.EVENT,
        "bought",
        null,
        0,
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  private static List<Operation> objects(int count, String plan) {
    return IntStream.range(0, count)
        .<Operation>mapToObj(i ->
            new Operation.ObjectIdentify(SHOP, Things.object("o" + i), Map.of("plan", plan), 0))
        .toList();
  }

  private void workspace() {
    test.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO workspace (workspace_id, name, created_at) VALUES (1, 'shop', now()) ON CONFLICT DO NOTHING"));
  }

  @Test
  @DisplayName("devices: segments that look at them cost the same few statements for any number")
  void shouldWakeTogether() {
    segment(Around.device(Around.is("app", "2")));
    statements(devices("one", 1, false));
    statements(devices("many", 100, false));
    var one = statements(devices("one", 1, false));
    assertThat(statements(devices("many", 100, false))).isEqualTo(one);
  }

  @Test
  @DisplayName(
      "devices and events in turn: a campaign that looks at devices costs the same few statements for any number")
  void shouldReadSurroundingsTogether() {
    statements(devices("one", 1, true));
    statements(devices("many", 100, true));
    var plain = statements(devices("many", 100, true));
    campaign(Around.everyTime(Around.onEvent("bought"), Around.device(), Around.exit()));
    var one = statements(devices("one", 1, true));
    var many = statements(devices("many", 100, true));
    assertThat(many).isEqualTo(one);
    assertThat(many.size() - plain.size())
        .as("who has the devices, what conditions look at, and the journeys")
        .isLessThanOrEqualTo(6);
  }

  private void campaign(CampaignDefinition definition) {
    var draft = campaigns.create(SHOP, definition);
    assertThat(campaigns.start(SHOP, draft.id())).isInstanceOf(CampaignChange.Changed.class);
  }

  @Test
  @DisplayName(
      "objects: that they changed is noted in one statement, and only when a segment looks at their type")
  void shouldNoteChangedObjectsTogether() {
    workspace();
    statements(objects(100, "a"));
    assertThat(statements(objects(100, "b"))).noneMatch(sql -> sql.contains("object_wake"));
    segment(Around.related(Around.is("size", 3L)));
    assertThat(statements(objects(100, "c")))
        .as("nobody asks for the plan")
        .noneMatch(sql -> sql.contains("object_wake"));
    segment(Around.related(Around.is("plan", "d")));
    var one = statements(objects(1, "d"));
    var many = statements(objects(100, "e"));
    assertThat(many).isEqualTo(one).filteredOn(sql -> sql.contains("object_wake")).hasSize(1);
    assertThat(statements(objects(100, "e")))
        .as("nothing changes")
        .noneMatch(sql -> sql.contains("object_wake"));
  }

  @Test
  @DisplayName("computed attributes: the same statements for many events, and none without them")
  void shouldComputeTogether() {
    statements(devices("p", 100, true));
    var plain = statements(buys(100));
    assertThat(plain).noneMatch(sql -> sql.contains("computed"));
    var definition =
        new ComputedDefinition(
            "buys",
            "",
            EventKind.EVENT,
            "bought",
            List.of(),
            new Computation(Aggregate.COUNT, null, null));
    ComputedOutcome made =
        test.database()
            .inTransaction(
                handle -> new ComputedAttributes(CLOCK).create(handle, SHOP, definition));
    assertThat(made).isInstanceOf(ComputedOutcome.Saved.class);
    var one = statements(buys(1));
    assertThat(statements(buys(100))).isEqualTo(one);
    assertThat(one).filteredOn(sql -> sql.contains("computed")).hasSize(3);
    assertThat(statements(pages(1))).noneMatch(sql -> sql.contains("computed"));
  }

  private static List<Operation> buys(int count) {
    return IntStream.range(0, count).<Operation>mapToObj(i -> bought("p" + i)).toList();
  }

  @Test
  @DisplayName("the hot path: rules that do not look at surroundings cost no statement for them")
  void shouldCostNothingWithoutSuchRules() {
    segment(Around.attribute("plan", "pro"));
    campaign(
        Around.everyTime(Around.onEvent("bought"), Around.attribute("plan", "pro"), Around.exit()));
    statements(devices("p", 3, true));
    assertThat(statements(devices("p", 3, true)))
        .noneMatch(sql -> sql.contains("_wake"))
        .noneMatch(sql -> sql.contains("relationship"))
        .filteredOn(sql -> sql.contains("device"))
        .as("lock, and update")
        .hasSize(1);
  }
}
