package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Activity;
import dev.carillon.reporting.ActivityFilter;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reports about deliveries and contents, and unsubscriptions (track §5, §5.2; pipelines §6). */
final class ReportsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final WorkspaceId NOBODYS = new WorkspaceId(0);
  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  // ── what tests put in ─────────────────────────────────────────────────────────────────────────

  private static long person(Identifier identifier) {
    KIT.identify(identifier, "first_name", "Somebody");
    KIT.settle();
    return KIT.personId(identifier);
  }

  private static long mail(ProcessingKit kit, long personId, long deliveryId) {
    var intent =
        new NewDelivery(
            deliveryId,
            kit.clock.instant(),
            kit.workspace(),
            personId,
            null,
            null,
            null,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    kit.database.inTransaction(handle -> {
      new DeliveryRepository(kit.database).insertIntents(handle, List.of(intent));
      return handle.execute("DELETE FROM outbox WHERE delivery_id = ?", deliveryId);
    });
    change(kit, deliveryId, "state = 'sent', sent_at = created_at");
    return deliveryId;
  }

  /** A mail that was sent to a person. */
  private static long mail(long personId) {
    return mail(KIT, personId, KIT.number("SELECT nextval('id_range')") * 1_000_000);
  }

  private static void change(ProcessingKit kit, long deliveryId, String change) {
    kit.database.inTransaction(handle ->
        handle.execute("UPDATE delivery SET " + change + " WHERE delivery_id = ?", deliveryId));
  }

  private static Operation.DeliveryReport report(
      long deliveryId, String metric, @Nullable Instant at, @Nullable Object... details) {
    return new Operation.DeliveryReport(
        NOBODYS,
        deliveryId,
        metric,
        at == null ? 0 : at.toEpochMilli(),
        ProcessingKit.attributes(details));
  }

  private static void accept(Operation... operations) {
    for (var operation : operations) {
      KIT.accept(operation);
    }
    KIT.settle();
  }

  // ── what came of it ───────────────────────────────────────────────────────────────────────────

  private static String state(long deliveryId) {
    return text("state", deliveryId);
  }

  private static String text(String column, long deliveryId) {
    return KIT.database.read(handle ->
        handle
            .select(
                "SELECT coalesce(%s, '') FROM delivery WHERE delivery_id = ?".formatted(column),
                deliveryId)
            .mapTo(String.class)
            .one());
  }

  /** The metrics a delivery has beyond being created and sent. */
  private static Map<String, Instant> metrics(long deliveryId) {
    var metrics = new LinkedHashMap<String, Instant>();
    for (var metric :
        List.of(
            "delivered",
            "deferred",
            "opened",
            "clicked",
            "converted",
            "bounced",
            "dropped",
            "spammed",
            "unsubscribed")) {
      KIT.database
          .read(handle ->
              handle
                  .select(
                      "SELECT %s_at FROM delivery WHERE delivery_id = ? AND %s_at IS NOT NULL"
                          .formatted(metric, metric),
                      deliveryId)
                  .mapTo(Instant.class)
                  .findOne())
          .ifPresent(at -> metrics.put(metric, at));
    }
    return metrics;
  }

  /** What the activity log shows of a person, the newest first. */
  private static List<String> shown(long personId) {
    return new ActivityQueries(KIT.database, KIT.clock)
            .ofPerson(KIT.workspace(), personId, new ActivityFilter(null, null, false, null, 100))
            .activities()
            .stream()
            .map(entry -> entry.type())
            .filter(type -> !type.equals("profile_create"))
            .toList();
  }

  // ── reports ───────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName(
      "M-1, track §5.2: the first time counts, as given or as received; repeats move nothing")
  void shouldKeepTheFirstTime() {
    var ada = person(ADA);
    var mail = mail(ada);
    accept(report(mail, "delivered", NOON));
    var before = KIT.clock.instant();
    accept(report(mail, "delivered", NOON.plusSeconds(60)), report(mail, "converted", null));
    var after = KIT.clock.instant();
    KIT.advance(Duration.ofHours(1));
    accept(report(mail, "converted", null), report(mail, "delivered", null));
    assertThat(metrics(mail)).containsOnlyKeys("delivered", "converted");
    assertThat(metrics(mail).get("delivered")).isEqualTo(NOON);
    assertThat(metrics(mail).get("converted")).isBetween(before, after);
    assertThat(shown(ada))
        .containsExactlyInAnyOrder("converted_email", "sent_email", "delivered_email");
    assertThat(KIT.activityTypes(ADA)).as("entries of the log's own table").isEmpty();
  }

  @Test
  @DisplayName("M-1: several reports of one delivery in one batch do the same")
  void shouldKeepTheFirstTimeOfABatch() {
    var mail = mail(person(ADA));
    KIT.acceptTogether(
        List.of(
            report(mail, "opened", NOON.plusSeconds(30)),
            report(mail, "opened", NOON.plusSeconds(20)),
            report(mail, "delivered", NOON),
            report(mail, "clicked", NOON.plusSeconds(40))));
    assertThat(metrics(mail))
        .isEqualTo(
            Map.of(
                "delivered", NOON.plusSeconds(30),
                "opened", NOON.plusSeconds(30),
                "clicked", NOON.plusSeconds(40)));
  }

  @Test
  @DisplayName("M-3, M-76: a click opens and delivers where that is missing")
  void shouldImplyWhatComesBefore() {
    var mail = mail(person(ADA));
    accept(report(mail, "delivered", NOON), report(mail, "clicked", NOON.plusSeconds(9)));
    assertThat(metrics(mail))
        .isEqualTo(
            Map.of(
                "delivered", NOON,
                "opened", NOON.plusSeconds(9),
                "clicked", NOON.plusSeconds(9)));
  }

  @Test
  @DisplayName(
      "M-2: the last step of the way is the state; engagement and latecomers do not change it")
  void shouldMoveTheState() {
    var mail = mail(person(ADA));
    accept(report(mail, "deferred", null));
    assertThat(state(mail)).isEqualTo("deferred");
    accept(report(mail, "delivered", null), report(mail, "deferred", null));
    assertThat(state(mail)).isEqualTo("delivered");
    accept(
        report(mail, "bounced", null, "reason", "mailbox full", "recipient", "ada@example.test"));
    assertThat(state(mail)).isEqualTo("bounced");
    accept(
        report(mail, "clicked", null),
        report(mail, "spammed", null),
        report(mail, "dropped", null, "reason", "listed"),
        report(mail, "bounced", null, "reason", "again"));
    assertThat(state(mail)).isEqualTo("bounced");
    assertThat(text("failure_message", mail)).isEqualTo("mailbox full");
  }

  @Test
  @DisplayName("M-2: a delivery that does not count as sent keeps its state")
  void shouldLeaveTheStateOfWhatIsNotSent() {
    var mail = mail(person(ADA));
    for (var state : List.of("queued", "attempted", "failed", "undeliverable", "cancelled")) {
      change(KIT, mail, "state = '" + state + "', bounced_at = NULL");
      accept(report(mail, "bounced", null));
      assertThat(state(mail)).isEqualTo(state);
      assertThat(metrics(mail)).containsOnlyKeys("bounced");
    }
  }

  @Test
  @DisplayName(
      "track §5.2: a metric its channel does not have, an unknown word and an unknown delivery are ignored")
  void shouldIgnoreWhatIsNotAllowed() {
    var ada = person(ADA);
    var mail = mail(ada);
    var message = mail(ada);
    change(KIT, message, "channel = 'in_app'");
    KIT.acceptTogether(
        List.of(
            report(mail, "sent", null),
            report(mail, "unsubscribed", null),
            report(mail, "OPENED", null),
            report(message, "bounced", null),
            report(message, "clicked", NOON),
            report(4711, "opened", null),
            new Operation.Unsubscribe(NOBODYS, 4711),
            KIT.eventOf(ADA, "after", "{}")));
    assertThat(metrics(mail)).isEmpty();
    assertThat(metrics(message)).isEqualTo(Map.of("opened", NOON, "clicked", NOON));
    assertThat(KIT.events(ADA)).containsExactly("after");
  }

  @Test
  @DisplayName("M-1: every click keeps its link or action; nothing of people who are gone")
  void shouldKeepClicks() {
    var ada = person(ADA);
    var mail = mail(ada);
    var link = "https://shop.example.test/a";
    accept(
        report(mail, "clicked", NOON, "href", link),
        report(mail, "clicked", NOON.plusSeconds(1), "href", link),
        report(mail, "clicked", NOON, "action_name", "cta", "action_value", "app://x"),
        report(mail, "clicked", NOON),
        report(mail, "opened", NOON, "href", link));
    assertThat(clicks(mail)).isEqualTo(3);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM delivery_click WHERE delivery_id = ? AND href = ?",
                mail,
                link))
        .isEqualTo(2);
    KIT.delete(ADA);
    accept(report(mail, "bounced", NOON, "reason", "no ada@example.test here"));
    accept(report(mail, "clicked", NOON, "href", link));
    assertThat(text("failure_message", mail)).isEmpty();
    assertThat(clicks(mail)).isEqualTo(3);
    KIT.advance(Duration.ofMinutes(5));
    KIT.erase();
    assertThat(clicks(mail)).isZero();
    assertThat(metrics(mail))
        .as("metrics stay (P-15)")
        .containsOnlyKeys("delivered", "opened", "clicked", "bounced");
  }

  private static long clicks(long deliveryId) {
    return KIT.number("SELECT count(*) FROM delivery_click WHERE delivery_id = ?", deliveryId);
  }

  // ── unsubscriptions ───────────────────────────────────────────────────────────────────────────

  private static Operation unsubscribe(long deliveryId) {
    return new Operation.Unsubscribe(NOBODYS, deliveryId);
  }

  private static Condition unsubscribed() {
    return new Condition.Attribute(new AttributeTest("unsubscribed", Operator.EQ, true));
  }

  @Test
  @DisplayName(
      "track §5, M-93: the person is unsubscribed as by an identify, and the delivery tells")
  void shouldUnsubscribe() {
    var gone = KIT.segment(unsubscribed());
    KIT.campaign(
        new CampaignDefinition(
            "goodbye",
            "",
            new TriggerRule.SegmentTrigger(gone),
            null,
            Frequency.ONCE,
            ExitRule.NEVER,
            List.of(new Step.Delay(0, "", Duration.ofDays(1)))));
    var ada = person(ADA);
    var mail = mail(ada);
    accept(unsubscribe(mail));
    assertThat(KIT.attributesOf(ADA)).containsEntry("unsubscribed", true);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(gone);
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.activities(ada))
        .containsExactly(
            new Activity(
                "attribute_change", Map.of("unsubscribed", Map.of("from", "", "to", true))));
    var before = metrics(mail);
    assertThat(before).containsOnlyKeys("unsubscribed");
    KIT.advance(Duration.ofMinutes(1));
    accept(unsubscribe(mail));
    assertThat(metrics(mail)).isEqualTo(before);
    assertThat(state(mail)).isEqualTo("sent");
    assertThat(shown(ada))
        .containsExactlyInAnyOrder(
            "skipped_update", "unsubscribed_email", "attribute_change", "sent_email");
  }

  @Test
  @DisplayName("I5: the delivery decides the workspace and the person, whatever the call names")
  void shouldUnsubscribeInTheWorkspaceOfTheDelivery() {
    var ada = person(ADA);
    var mail = mail(ada);
    var here = KIT.workspace();
    KIT.inNewWorkspace();
    var stranger = person(ADA);
    accept(new Operation.Unsubscribe(KIT.workspace(), mail));
    assertThat(KIT.storedAttributes(ada).orElseThrow()).containsEntry("unsubscribed", true);
    assertThat(KIT.storedAttributes(stranger).orElseThrow()).doesNotContainKey("unsubscribed");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM activity WHERE person_id = ? AND workspace_id = ?",
                ada,
                here.value()))
        .isEqualTo(1);
  }

  @Test
  @DisplayName("I2: what is said before and after in one batch counts in that order")
  void shouldUnsubscribeInOrder() {
    var mail = mail(person(ADA));
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "unsubscribed", false),
            unsubscribe(mail),
            KIT.identifyOf(ADA, "plan", "pro")));
    assertThat(KIT.attributesOf(ADA))
        .containsEntry("unsubscribed", true)
        .containsEntry("plan", "pro");
    KIT.acceptTogether(List.of(unsubscribe(mail), KIT.identifyOf(ADA, "unsubscribed", false)));
    assertThat(KIT.attributesOf(ADA)).containsEntry("unsubscribed", false);
  }

  @Test
  @DisplayName("P-14: somebody with all the attributes a person may have can still unsubscribe")
  void shouldUnsubscribeAFullProfile() {
    var attributes = new ArrayList<@Nullable Object>();
    for (var i = 0; i < 300; i++) {
      attributes.add("a" + i);
      attributes.add("x");
    }
    KIT.identify(ADA, attributes.toArray());
    KIT.settle();
    accept(unsubscribe(mail(KIT.personId(ADA))));
    assertThat(KIT.attributesOf(ADA)).containsEntry("unsubscribed", true).hasSize(302);
  }

  @Test
  @DisplayName("P-11: an unsubscription holds, also against a call dated in the future")
  void shouldUnsubscribeWhateverTheFutureSays() {
    var mail = mail(person(ADA));
    var later = KIT.clock.instant().plusSeconds(86_400).toEpochMilli();
    accept(
        new Operation.Identify(KIT.workspace(), ADA, Map.of("unsubscribed", false), later, false));
    accept(unsubscribe(mail));
    assertThat(KIT.attributesOf(ADA)).containsEntry("unsubscribed", true);
  }

  @Test
  @DisplayName("P-15: who was deleted stays deleted; the delivery still tells")
  void shouldUnsubscribeNobody() {
    var mail = mail(person(ADA));
    KIT.acceptTogether(List.of(new Operation.Delete(KIT.workspace(), ADA), unsubscribe(mail)));
    accept(unsubscribe(mail));
    assertThat(KIT.people()).isZero();
    assertThat(metrics(mail)).containsOnlyKeys("unsubscribed");
  }

  @Test
  @DisplayName("P-26: who survives a merge is unsubscribed, before the delivery is moved as well")
  void shouldUnsubscribeWhoSurvives() {
    var ada = person(ADA);
    person(id("bob"));
    person(id("cleo"));
    // more than a merge moves at once
    var mails = IntStream.range(0, 8).mapToObj(_ -> mail(ada)).toList();
    accept(KIT.mergeOf(id("bob"), ADA));
    accept(KIT.mergeOf(id("cleo"), id("bob")));
    for (var mail : mails) {
      accept(KIT.identifyOf(id("cleo"), "unsubscribed", false));
      accept(unsubscribe(mail));
      assertThat(KIT.attributesOf(id("cleo"))).containsEntry("unsubscribed", true);
    }
  }

  @Test
  @DisplayName(
      "I2, design §3.4: unsubscriptions race with identifies on two nodes, and none is lost")
  void shouldNotLoseUnsubscriptions() {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      kit.segment(unsubscribed());
      var people = 40;
      for (var i = 0; i < people; i++) {
        kit.identify(id("p" + i), "email", "p" + i + "@example.test");
      }
      kit.settle();
      for (var i = 0; i < people; i++) {
        mail(kit, kit.personId(id("p" + i)), 1_000 + i);
      }
      // when
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var caller = 0; caller < 8; caller++) {
          var me = caller;
          threads.submit(() -> {
            var node = me % 2 == 0 ? kit.node(0) : second;
            for (var i = 0; i < people; i++) {
              ProcessingKit.accept(
                  node,
                  switch (me) {
                    case 0, 1 -> unsubscribe(1_000 + i);
                    case 2, 3 -> report(1_000 + i, "clicked", null, "href", "https://x.test");
                    case 4, 5 -> kit.identifyOf(id("p" + i), "a" + me, (long) i);
                    default ->
                        kit.identifyOf(
                            Identifier.email("p" + i + "@example.test"), "a" + me, (long) i);
                  });
            }
          });
        }
      }
      kit.settle();
      // then
      for (var i = 0; i < people; i++) {
        assertThat(kit.attributesOf(id("p" + i)))
            .containsEntry("unsubscribed", true)
            .containsKeys("a4", "a5", "a6", "a7");
        assertThat(kit.segmentsOf(id("p" + i))).hasSize(1);
      }
      assertThat(kit.number("SELECT count(*) FROM delivery_click")).isEqualTo(2L * people);
      assertThat(
              kit.number(
                  "SELECT count(*) FROM delivery WHERE unsubscribed_at IS NOT NULL AND clicked_at IS NOT NULL AND opened_at IS NOT NULL AND state = 'delivered'"))
          .isEqualTo(people);
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
    }
  }

  // ── contents ──────────────────────────────────────────────────────────────────────────────────

  private static Operation content(
      @Nullable Identifier person, @Nullable String anonymousId, boolean clicked) {
    return new Operation.ContentReport(
        KIT.workspace(),
        person,
        anonymousId,
        clicked,
        NOON.toEpochMilli(),
        ProcessingKit.attributes("content_id", "7", "action_name", clicked ? "cta" : null));
  }

  @Test
  @DisplayName(
      "track §6, pipelines §6: contents that were seen or clicked stand in the activity log")
  void shouldNoteContents() {
    var ada = person(ADA);
    accept(
        content(ADA, null, false),
        content(ADA, null, true),
        content(null, "anon-1", true),
        content(id("nobody"), null, true));
    assertThat(KIT.activities(ada))
        .containsExactly(
            new Activity("viewed_content", Map.of("content_id", "7")),
            new Activity("clicked_content", Map.of("content_id", "7", "action_name", "cta")));
    assertThat(KIT.activities(0))
        .containsExactly(
            new Activity(
                "clicked_content",
                Map.of("anonymous_id", "anon-1", "content_id", "7", "action_name", "cta")));
    assertThat(
            KIT.number(
                "SELECT count(*) FROM activity WHERE person_id = ? AND occurred_at = '%s'"
                    .formatted(NOON),
                ada))
        .isEqualTo(2);
    assertThat(KIT.find(id("nobody"))).isEmpty();
  }

  @Test
  @DisplayName(
      "P-19: an address that bounces or complains suppresses nobody; unsuppress has no part in it")
  void shouldNotSuppressPeopleByReports() {
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    var ada = KIT.personId(ADA);
    var mail = mail(ada);
    accept(report(mail, "bounced", NOON), report(mail, "spammed", NOON));
    assertThat(KIT.number("SELECT count(*) FROM suppression")).isZero();
    KIT.identify(ADA, "plan", "pro");
    KIT.event(Identifier.email("ada@example.test"), "bought");
    KIT.accept(KIT.unsuppressOf(ADA));
    KIT.settle();
    assertThat(KIT.personId(ADA)).isEqualTo(ada);
    assertThat(KIT.attributesOf(ADA)).containsEntry("plan", "pro");
    assertThat(KIT.events(ADA)).containsExactly("bought");
    assertThat(metrics(mail)).containsKeys("bounced", "spammed");
  }
}
