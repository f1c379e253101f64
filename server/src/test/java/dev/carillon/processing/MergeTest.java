package dev.carillon.processing;

import static dev.carillon.people.Identifier.cioId;
import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.SendingState;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.events.EventKind;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.objects.ObjectRemains;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Activity;
import dev.carillon.processing.ProcessingKit.Travel;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.segments.Occurrences.Count;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two people become one because a call says so (track §9.3, P-21 … P-28). */
final class MergeTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Identifier CID = id("cid");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static void merge(Identifier primary, Identifier secondary) {
    KIT.accept(KIT.mergeOf(primary, secondary));
    KIT.settle();
  }

  private static void both() {
    KIT.identify(ADA);
    KIT.identify(BOB);
    KIT.settle();
  }

  // ── the profile ───────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("P-21, P-22: what the primary lacks is filled, what it has stays")
  void shouldFillAttributes() {
    // given
    KIT.identify(ADA, "plan", "pro", "city", "Linz", "gone", "x");
    KIT.identify(ADA, "gone", null);
    KIT.identify(BOB, "plan", "free", "zip", "4020", "gone", "kept");
    KIT.settle();
    var bob = KIT.personId(BOB);
    // when
    merge(ADA, BOB);
    // then
    assertThat(KIT.attributesOf(ADA))
        .isEqualTo(
            Map.of("id", "ada", "plan", "pro", "city", "Linz", "zip", "4020", "gone", "kept"));
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.find(BOB)).as("an id the primary has no room for is free").isEmpty();
    assertThat(KIT.activities(KIT.personId(ADA)))
        .contains(
            new Activity(
                "profile_merge",
                Map.of("secondary", Map.of("cio_id", CioId.of(bob), "id", "bob"))));
  }

  @Test
  @DisplayName("P-11, P-22: values keep the time they were written at")
  void shouldKeepWriteTimes() {
    // given
    var now = KIT.clock.instant();
    KIT.identify(ADA);
    KIT.identifyAt(now.minusSeconds(60), BOB, "plan", "free");
    merge(ADA, BOB);
    // when
    KIT.identifyAt(now.minusSeconds(90), ADA, "plan", "older");
    KIT.settle();
    // then
    assertThat(KIT.attributesOf(ADA)).containsEntry("plan", "free");
    // when
    KIT.identifyAt(now.minusSeconds(30), ADA, "plan", "newer");
    KIT.settle();
    // then
    assertThat(KIT.attributesOf(ADA)).containsEntry("plan", "newer");
  }

  @Test
  @DisplayName("P-28: identifiers fill what the primary lacks")
  void shouldMoveAnIdentifierThePrimaryLacks() {
    KIT.identify(ADA);
    KIT.identify(email("Bob@example.test"));
    KIT.settle();
    merge(ADA, email("bob@example.test"));
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "email", "Bob@example.test"));
    assertThat(KIT.personId(email("bob@example.test"))).isEqualTo(KIT.personId(ADA));
  }

  @Test
  @DisplayName(
      "P-28, track §9.3: freed identifiers name somebody new; the secondary's cio_id is dead")
  void shouldFreeOtherIdentifiers() {
    both();
    var cioId = KIT.cioId(BOB);
    merge(ADA, BOB);
    KIT.identify(cioId, "plan", "pro");
    KIT.identify(BOB, "plan", "new");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.attributesOf(BOB)).isEqualTo(Map.of("id", "bob", "plan", "new"));
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada"));
    assertThat(KIT.cioId(BOB)).isNotEqualTo(cioId);
  }

  @Test
  @DisplayName("P-27: unsubscribed if either is; topics as the primary chose")
  void shouldMergeSubscriptions() {
    KIT.identify(
        ADA,
        "unsubscribed",
        false,
        "cio_subscription_preferences",
        Map.of("topics", Map.of("topic_1", true)));
    KIT.identify(
        BOB,
        "unsubscribed",
        "TRUE",
        "cio_subscription_preferences",
        Map.of(
            "topics",
            Map.of("topic_1", false, "topic_2", false),
            "channels",
            Map.of("push", false)));
    KIT.settle();
    merge(ADA, BOB);
    assertThat(KIT.attributesOf(ADA))
        .containsEntry("unsubscribed", "TRUE")
        .containsEntry(
            "cio_subscription_preferences",
            Map.of(
                "topics",
                Map.of("topic_1", true, "topic_2", false),
                "channels",
                Map.of("push", false)));
  }

  @Test
  @DisplayName("P-14: a profile that is full takes no more, and says so")
  void shouldNotOverfillAProfile() {
    var attributes = new ArrayList<Object>();
    for (var i = 0; i < 299; i++) {
      attributes.addAll(List.of("a" + i, "v"));
    }
    KIT.identify(ADA, attributes.toArray());
    KIT.identify(BOB, "b1", "v", "b2", "v");
    KIT.settle();
    merge(ADA, BOB);
    assertThat(KIT.attributesOf(ADA)).hasSize(301).containsKey("b1").doesNotContainKey("b2");
    assertThat(KIT.activityTypes(ADA)).contains("failed_attribute_change");
  }

  @Test
  @DisplayName("P-21: nothing happens when either is unknown, or both are the same")
  void shouldIgnoreUnknownPeople() {
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    merge(ADA, BOB);
    merge(BOB, ADA);
    merge(ADA, email("ADA@example.test"));
    merge(ADA, cioId("a300000000ffff"));
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.activityTypes(ADA)).doesNotContain("profile_merge");
  }

  // ── what reacts ───────────────────────────────────────────────────────────────────────────────

  private static Condition did(int times) {
    return new Condition.Event(EventKind.EVENT, "bought", Count.AT_LEAST, times, null, List.of());
  }

  private static Condition is(String name, String value) {
    return new Condition.Attribute(new AttributeTest(name, Operator.EQ, value));
  }

  private static Step.Email mail() {
    var content =
        new EmailTemplate("Hello", "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    return new Step.Email(0, "mail", content, SendingState.AUTOMATIC, null);
  }

  private static int campaign(TriggerRule trigger) {
    var wait = new Step.Delay(0, "", Duration.ofDays(1));
    return KIT.campaign(
            new CampaignDefinition(
                "c",
                "",
                trigger,
                null,
                Frequency.ONCE,
                ExitRule.NEVER,
                List.of(mail(), wait, mail())))
        .id();
  }

  private static TriggerRule onEvent(String name) {
    return new TriggerRule.EventTrigger(EventKind.EVENT, name, List.of());
  }

  @Test
  @DisplayName(
      "P-23, P-24: events count together, data-driven segments are evaluated anew and may start campaigns")
  void shouldEvaluateSegments() {
    // given
    var four = KIT.segment(did(4));
    var entered = campaign(new TriggerRule.SegmentTrigger(four));
    campaign(onEvent("bought"));
    var zip = KIT.segment(is("zip", "4020"));
    for (var i = 0; i < 2; i++) {
      KIT.event(ADA, "bought");
      KIT.event(BOB, "bought");
    }
    KIT.identify(BOB, "zip", "4020");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    // when
    merge(ADA, BOB);
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(four, zip);
    assertThat(KIT.journeys(ADA)).extracting(Travel::campaignId).contains(entered);
    assertThat(KIT.journeys(ADA)).as("no event starts a journey again").hasSize(3);
    assertThat(KIT.events(ADA)).hasSize(4);
    // when
    KIT.event(ADA, "bought");
    KIT.settle();
    // then
    assertThat(KIT.number("SELECT count(*) FROM person_counters")).isPositive();
    assertThat(KIT.countersOf(KIT.personId(ADA)).toString()).contains("total=5");
  }

  @Test
  @DisplayName("P-24: manual segments are united")
  void shouldUniteManualSegments() {
    // given
    both();
    var mine = KIT.manualSegment();
    var shared = KIT.manualSegment();
    var theirs = KIT.manualSegment();
    var readsManual = KIT.segment(new Condition.InSegment(theirs));
    for (var each : List.of(mine, shared)) {
      enter(KIT.personId(ADA), each);
    }
    for (var each : List.of(shared, theirs)) {
      enter(KIT.personId(BOB), each);
    }
    // when
    merge(ADA, BOB);
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(mine, shared, theirs, readsManual);
  }

  private static void enter(long personId, int segmentId) {
    KIT.database.inTransaction(handle -> {
      handle.execute(
          "INSERT INTO segment_member (person_id, segment_id, entered_at) VALUES (?, ?, now())",
          personId,
          segmentId);
      MembershipRepository.repack(handle, new long[] {personId});
      return segmentId;
    });
  }

  @Test
  @DisplayName("P-25: journeys move and go on; in a campaign both are in, the primary's stays")
  void shouldMoveJourneys() {
    // given
    var shared = campaign(onEvent("shared"));
    var theirs = campaign(onEvent("theirs"));
    KIT.event(ADA, "shared");
    KIT.event(BOB, "shared");
    KIT.event(BOB, "theirs");
    KIT.settle();
    var own = KIT.journeys(ADA).getFirst().journeyId();
    // when
    merge(ADA, BOB);
    // then
    var journeys = KIT.journeys(ADA);
    assertThat(journeys)
        .extracting(Travel::campaignId, Travel::state, Travel::endReason)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(shared, "waiting", null),
            org.assertj.core.groups.Tuple.tuple(shared, "exited", "merged_person"),
            org.assertj.core.groups.Tuple.tuple(theirs, "waiting", null));
    assertThat(journeys)
        .anyMatch(each -> each.journeyId() == own && each.state().equals("waiting"));
    assertThat(KIT.deliveries(ADA))
        .as("what the ended journey had queued is cancelled")
        .hasSize(3)
        .filteredOn(each -> each.endsWith("cancelled"))
        .hasSize(1);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM outbox WHERE person_id = ? AND workspace_id = ?",
                KIT.personId(ADA),
                KIT.workspace().value()))
        .isEqualTo(2);
    // when: history counts for re-entry, and journeys go on
    KIT.event(ADA, "theirs");
    KIT.advance(Duration.ofDays(2));
    // then
    assertThat(KIT.refusals(ADA)).containsExactly("already_entered=1");
    assertThat(KIT.journeys(ADA))
        .extracting(Travel::state)
        .containsExactlyInAnyOrder("finished", "exited", "finished");
  }

  @Test
  @DisplayName("I7: refusals add up")
  void shouldAddRefusals() {
    campaign(onEvent("shared"));
    for (var person : List.of(ADA, BOB)) {
      KIT.event(person, "shared");
      KIT.event(person, "shared");
    }
    KIT.settle();
    merge(ADA, BOB);
    assertThat(KIT.refusals(ADA)).containsExactly("already_entered=2");
  }

  // ── what belongs to a person ──────────────────────────────────────────────────────────────────

  private static void device(long personId, String token, int age) {
    KIT.database.read(handle ->
        handle.execute(
            "INSERT INTO device (workspace_id, token, person_id, last_used, created_at, updated_at) VALUES (?, ?, ?, now() - ? * interval '1 day', now(), now())",
            KIT.workspace().value(),
            token,
            personId,
            age));
  }

  private static void relationship(long personId, long object, String attributes) {
    KIT.database.inTransaction(handle -> {
      handle.execute(
          "INSERT INTO object VALUES (?, ?, 1, ?, now(), now(), '{}', '{}') ON CONFLICT DO NOTHING",
          object,
          KIT.workspace().value(),
          "o" + object);
      return handle.execute(
          "INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written) VALUES (?, ?, ?, now(), now(), ?, '{}')",
          personId,
          object,
          KIT.workspace().value(),
          attributes);
    });
  }

  private static List<String> texts(String sql, Object... arguments) {
    return KIT.database.read(handle -> handle.select(sql, arguments).mapTo(String.class).list());
  }

  @Test
  @DisplayName("P-26, track §5.1: devices move; of more than 25 those used longest ago go")
  void shouldMoveDevices() {
    both();
    for (var i = 0; i < 20; i++) {
      device(KIT.personId(ADA), "a" + i, 2 * i);
      device(KIT.personId(BOB), "b" + i, 2 * i + 1);
    }
    merge(ADA, BOB);
    assertThat(texts("SELECT token FROM device WHERE person_id = ?", KIT.personId(ADA)))
        .hasSize(25)
        .contains("a0", "a12", "b0", "b11")
        .doesNotContain("a13", "b12");
    assertThat(texts("SELECT token FROM device WHERE workspace_id = ?", KIT.workspace().value()))
        .hasSize(25);
  }

  @Test
  @DisplayName("P-26: relationships the primary lacks move; on conflict its own stays")
  void shouldMoveRelationships() {
    both();
    relationship(KIT.personId(ADA), 1, "{\"of\":\"ada\"}");
    relationship(KIT.personId(BOB), 1, "{\"of\":\"bob\"}");
    relationship(KIT.personId(BOB), 2, "{\"of\":\"bob\"}");
    merge(ADA, BOB);
    assertThat(
            texts(
                "SELECT object_key || attributes FROM relationship WHERE workspace_id = ? AND person_id = ? ORDER BY 1",
                KIT.workspace().value(),
                KIT.personId(ADA)))
        .containsExactly("1{\"of\":\"ada\"}", "2{\"of\":\"bob\"}");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM relationship WHERE workspace_id = ?",
                KIT.workspace().value()))
        .isEqualTo(2);
  }

  @Test
  @DisplayName("track §9.3: anonymous ids move")
  void shouldMoveAnonymousIds() {
    KIT.identify(ADA);
    KIT.identify(BOB, "anonymous_id", "anon");
    KIT.settle();
    merge(ADA, BOB);
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("looked");
    assertThat(KIT.attributesOf(ADA)).containsEntry("anonymous_id", "anon");
  }

  // ── what is too much to move at once ──────────────────────────────────────────────────────────

  private static void events(Identifier person, int count) {
    for (var i = 0; i < count; i++) {
      KIT.accept(KIT.eventAt(person, "bought", KIT.clock.instant().minusSeconds(i)));
    }
  }

  private static long mergers() {
    return KIT.number(
        "SELECT count(*) FROM merger WHERE workspace_id = ?", KIT.workspace().value());
  }

  @Test
  @DisplayName(
      "P-23: the newest events move at once, the rest soon; late ones of a running batch follow after two minutes")
  void shouldMoveTheRestInTheBackground() {
    // given: three rows move at once here
    KIT.identify(ADA);
    events(BOB, 8);
    for (var i = 0; i < 5; i++) {
      KIT.identify(BOB, "plan", "p" + i);
    }
    KIT.settle();
    var bob = KIT.personId(BOB);
    // when
    merge(ADA, BOB);
    // then
    assertThat(KIT.events(ADA)).hasSize(3);
    // when
    KIT.moveMerged();
    // then
    assertThat(KIT.events(ADA)).hasSize(8);
    assertThat(KIT.activityTypes(ADA)).filteredOn("attribute_change"::equals).hasSize(5);
    assertThat(mergers()).isEqualTo(1);
    // when
    var ada = KIT.personId(ADA);
    KIT.database.read(handle ->
        handle.execute(
            "INSERT INTO event SELECT ?, workspace_id, name_id, op, occurred_at, received_at, NULL, data FROM event WHERE person_id = ? LIMIT 1",
            bob,
            ada));
    KIT.advance(Duration.ofSeconds(90));
    KIT.moveMerged();
    assertThat(KIT.events(ADA)).hasSize(8);
    KIT.advance(Duration.ofSeconds(31));
    KIT.moveMerged();
    // then
    assertThat(KIT.events(ADA)).hasSize(9);
    assertThat(mergers()).isZero();
  }

  @Test
  @DisplayName("P-21: merged and merged again before everything has moved")
  void shouldFollowChains() {
    both();
    KIT.identify(CID);
    events(BOB, 8);
    KIT.settle();
    merge(ADA, BOB);
    events(ADA, 4);
    KIT.settle();
    merge(CID, ADA);
    assertThat(KIT.events(CID)).hasSizeBetween(1, 11);
    KIT.moveMerged();
    KIT.advance(Duration.ofMinutes(3));
    KIT.moveMerged();
    assertThat(KIT.events(CID)).hasSize(12);
    assertThat(mergers()).isZero();
  }

  @Test
  @DisplayName("P-15: a primary that is deleted takes what has not moved yet along")
  void shouldEraseWhatHasNotMovedYet() {
    both();
    events(BOB, 8);
    KIT.settle();
    var bob = KIT.personId(BOB);
    merge(ADA, BOB);
    var ada = KIT.personId(ADA);
    KIT.delete(ADA);
    KIT.settle();
    assertThat(mergers()).isZero();
    KIT.advance(Duration.ofMinutes(3));
    KIT.moveMerged();
    KIT.erase();
    assertThat(KIT.events(ada)).isEmpty();
    assertThat(KIT.events(bob)).isEmpty();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM event WHERE workspace_id = ?", KIT.workspace().value()))
        .isZero();
  }

  @Test
  @DisplayName("S-4: counters are exact when people are merged while they are being filled")
  void shouldCountExactlyDuringABuild() {
    // given: Bob was there before the counter, Ada came after it, and the build has not begun
    events(BOB, 5);
    events(CID, 5);
    KIT.settle();
    var draft = new SegmentDraft("four", "", List.of(), did(4));
    KIT.database.<SegmentOutcome, RuntimeException>inTransaction(
        handle -> KIT.segments.create(handle, KIT.workspace(), draft));
    events(ADA, 2);
    events(BOB, 1);
    KIT.settle();
    // when
    merge(ADA, BOB);
    merge(CID, ADA);
    // then
    assertThat(KIT.countersOf(KIT.personId(CID)).toString()).contains("total=13");
    // when: the build finds some events still under the keys of those who are gone
    KIT.build();
    // then
    assertThat(KIT.countersOf(KIT.personId(CID)).toString()).contains("total=13");
    assertThat(KIT.segmentsOf(CID)).hasSize(1);
    KIT.advance(Duration.ofMinutes(3));
    KIT.moveMerged();
    assertThat(KIT.events(CID)).hasSize(13);
  }

  // ── many at once ──────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("I3: merges among other operations of one batch, each in its place")
  void shouldMergeWithinABatch() {
    var operations = new ArrayList<Operation>();
    for (var i = 0; i < 30; i++) {
      operations.add(KIT.identifyOf(id("p" + i), "own", (long) i, "n" + i, "v"));
      operations.add(
          KIT.eventWithId(id("p" + i), "bought", "first-" + i + KIT.workspace().value()));
    }
    for (var i = 0; i < 30; i += 3) { // three become one, in a chain
      operations.add(KIT.mergeOf(id("p" + i), id("p" + (i + 1))));
      operations.add(KIT.mergeOf(id("p" + (i + 2)), id("p" + i)));
    }
    for (var i = 0; i < 30; i++) {
      operations.add(
          KIT.eventWithId(id("p" + i), "bought", "first-" + i + KIT.workspace().value()));
      operations.add(
          KIT.eventWithId(id("p" + i), "later", "second-" + i + KIT.workspace().value()));
    }
    KIT.acceptTogether(operations);
    assertThat(KIT.people()).isEqualTo(30);
    for (var i = 2; i < 30; i += 3) {
      assertThat(KIT.attributesOf(id("p" + i)))
          .containsEntry("own", (long) i)
          .containsKeys("n" + i, "n" + (i - 1), "n" + (i - 2));
      assertThat(KIT.events(id("p" + i)))
          .containsExactlyInAnyOrder("bought", "bought", "bought", "later");
      assertThat(KIT.attributesOf(id("p" + (i - 1)))).isEqualTo(Map.of("id", "p" + (i - 1)));
    }
  }

  @Test
  @DisplayName("pipelines §5.2: an alias of nobody known claims an anonymous id")
  void shouldClaimTheAnonymousIdOfAnAlias() {
    // given
    KIT.identify(ADA);
    KIT.identify(BOB);
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.settle();
    // when
    KIT.acceptTogether(
        List.of(
            new Operation.Merge(KIT.workspace(), ADA, id("anon"), true),
            new Operation.Merge(KIT.workspace(), ADA, BOB, true),
            new Operation.Merge(KIT.workspace(), CID, id("other"), true)));
    // then
    assertThat(KIT.events(ADA)).containsExactly("looked");
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.activityTypes(ADA)).contains("anon_merge", "profile_merge");
    assertThat(
            texts(
                "SELECT anonymous_id FROM anonymous_link WHERE workspace_id = ? AND person_id IS NOT NULL",
                KIT.workspace().value()))
        .containsExactly("anon");
  }

  @Test
  @DisplayName("P-15, P-21: what was merged is gone with a deletion in the same batch")
  void shouldDeleteTheMergedWithinABatch() {
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA),
            KIT.identifyOf(BOB, "email", "bob@example.test"),
            KIT.eventOf(BOB, "bought", "{}"),
            KIT.mergeOf(ADA, BOB),
            new Operation.Delete(KIT.workspace(), email("bob@example.test")),
            KIT.eventOf(ADA, "new", "{}")));
    KIT.advance(Duration.ofMinutes(3));
    KIT.erase();
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.events(ADA)).containsExactly("new");
    assertThat(
            AttributesJson.parse(
                texts(
                        "SELECT attributes FROM person WHERE workspace_id = ?",
                        KIT.workspace().value())
                    .getFirst()))
        .isEqualTo(Map.of("id", "ada"));
  }

  @Test
  @DisplayName(
      "P-23, I3: very many rows move in the background, by two nodes whose connections die: each once")
  void shouldMoveVeryManyRowsThroughKills() throws Exception {
    var count = 400;
    try (var kit = ProcessingKit.start(1)) {
      for (var i = 0; i < count; i++) {
        kit.accept(kit.eventAt(BOB, "bought", ProcessingKit.START.minusSeconds(i)));
      }
      kit.identify(ADA);
      kit.accept(kit.mergeOf(ADA, BOB));
      kit.settle();
      assertThat(kit.events(ADA)).hasSizeLessThan(count / 2);
      // when
      var killed = 0L;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var movers = List.of(threads.submit(() -> move(kit)), threads.submit(() -> move(kit)));
        while (killed < 10 && !movers.stream().allMatch(Future::isDone)) {
          killed +=
              kit.number(
                  """
                  SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%merger%'
                  """);
        }
      }
      // then
      assertThat(killed).as("connections that were ended").isPositive();
      assertThat(kit.events(ADA)).hasSize(count);
      assertThat(kit.number("SELECT count(DISTINCT op) FROM event")).isEqualTo(count);
      kit.advance(Duration.ofMinutes(3));
      kit.moveMerged();
      assertThat(kit.number("SELECT count(*) FROM merger")).isZero();
    }
  }

  /** As the server does, again after each failure. */
  private static void move(ProcessingKit kit) {
    while (true) {
      try {
        kit.moveMerged();
        return;
      } catch (RuntimeException killed) {
        assertThat(killed).isNotNull();
      }
    }
  }

  @Test
  @DisplayName(
      "P-26, track §6: a relationship that moves while its object is deleted goes with the object")
  void shouldDeleteWhatMovesMeanwhile() {
    // given: a merge on another node, not committed yet
    both();
    relationship(KIT.personId(BOB), 7, "{}");
    try (var other = KIT.database.jdbi().open()) {
      other.begin();
      other.execute(
          "UPDATE relationship SET person_id = ? WHERE person_id = ?",
          KIT.personId(ADA),
          KIT.personId(BOB));
      // when: what a merge holds is passed over, and stays to be done
      KIT.accept(new Things(KIT).delete(Things.object("o7")));
      KIT.settle();
      new ObjectRemains(KIT.database).run();
      assertThat(KIT.number("SELECT count(*) FROM object_remains")).isPositive();
      other.commit();
    }
    new ObjectRemains(KIT.database).run();
    // then
    assertThat(
            KIT.number(
                "SELECT count(*) FROM relationship WHERE workspace_id = ?",
                KIT.workspace().value()))
        .isZero();
  }
}
