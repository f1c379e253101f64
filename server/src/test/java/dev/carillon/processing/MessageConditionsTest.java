package dev.carillon.processing;

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
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Travel;
import dev.carillon.segments.ConditionJson;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Conditions on messages, live (journeys §2.5). */
final class MessageConditionsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Mailbox MAILBOX = new Mailbox(KIT, KIT.node(0));

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Duration DAY = Duration.ofDays(1);
  private static final String SALE = "https://shop.example/sale";

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    KIT.database.inTransaction(handle ->
        handle.execute(
            "INSERT INTO workspace (workspace_id, name, created_at) VALUES (?, 'test', now())",
            KIT.workspace().value()));
    Mailbox.reachable(KIT, ADA);
    Mailbox.reachable(KIT, BOB);
    KIT.settle();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
    assertThat(KIT.number("SELECT count(*) FROM message_wake")).isZero();
  }

  /** Messages that fulfil these members at least once. */
  private static int segment(String members) {
    return KIT.segment(ConditionJson.stored("{\"message\":{%s}}".formatted(members)));
  }

  private static int segment(String members, String op, int n) {
    return segment("%s,\"count\":{\"op\":\"%s\",\"n\":%d}".formatted(members, op, n));
  }

  private static void report(long deliveryId, String metric, Object... details) {
    MAILBOX.report(deliveryId, metric, details);
    KIT.settle();
  }

  // ── metrics ───────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("§2.5, §2.7: what the sender finds out counts: sent, failed, undeliverable")
  void shouldCountOutcomes() {
    var sent = segment("\"metric\":\"sent\"", "gte", 2);
    var failed = segment("\"metric\":\"failed\"");
    var undeliverable = segment("\"metric\":\"undeliverable\"");
    KIT.identify(id("nameless"), "email", "nameless@example.test");
    KIT.identify(id("unreachable"), "first_name", "Carl");
    KIT.settle();
    MAILBOX.sent(ADA);
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    MAILBOX.sent(ADA);
    MAILBOX.sent(id("nameless"));
    MAILBOX.sent(id("unreachable"));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(sent);
    assertThat(KIT.segmentsOf(id("nameless"))).containsExactly(failed);
    assertThat(KIT.segmentsOf(id("unreachable"))).containsExactly(undeliverable);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
  }

  @Test
  @DisplayName("§2.5, §2.7: what is reported counts, each metric for itself")
  void shouldCountReports() {
    var segments = new LinkedHashMap<String, Integer>();
    for (var metric :
        List.of("delivered", "opened", "clicked", "converted", "bounced", "dropped", "spammed")) {
      segments.put(metric, segment("\"metric\":\"%s\"".formatted(metric)));
    }
    segments.forEach((metric, segment) -> {
      var person = id("who " + metric);
      Mailbox.reachable(KIT, person);
      KIT.settle();
      report(MAILBOX.sent(person), metric);
      var implied =
          Map.of("opened", List.of("delivered"), "clicked", List.of("delivered", "opened"))
              .getOrDefault(metric, List.of());
      assertThat(KIT.segmentsOf(person))
          .as(metric)
          .contains(segment)
          .hasSize(1 + implied.size())
          .containsAll(implied.stream().map(segments::get).toList());
    });
  }

  @Test
  @DisplayName("§2.5, track §5: an unsubscription by a link counts for the message")
  void shouldCountUnsubscriptions() {
    var left = segment("\"metric\":\"unsubscribed\"");
    var mail = MAILBOX.sent(ADA);
    KIT.accept(new Operation.Unsubscribe(KIT.workspace(), mail));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(left);
    assertThat(KIT.attributesOf(ADA)).containsEntry("unsubscribed", true);
  }

  @Test
  @DisplayName("§2.5, M-1: messages are counted, each once, at the first time")
  void shouldCountEachMessageOnce() {
    var twice = segment("\"metric\":\"opened\"", "gte", 2);
    var once = segment("\"metric\":\"opened\"", "eq", 1);
    var mail = MAILBOX.sent(ADA);
    for (var i = 0; i < 3; i++) {
      report(mail, "opened");
    }
    assertThat(KIT.segmentsOf(ADA)).containsExactly(once);
    var next = MAILBOX.sent(ADA);
    KIT.acceptTogether(
        List.of(
            Mailbox.reportOf(next, "opened"),
            Mailbox.reportOf(next, "opened"),
            Mailbox.reportOf(mail, "opened")));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(twice);
  }

  @Test
  @DisplayName("§2.5, S-41, S-42, S-43: windows go by when a message first reached the metric")
  void shouldCountWithinWindows() {
    var window = ",\"window\":{\"kind\":\"within_past\",\"n\":1,\"unit\":\"day\"}";
    var opened = segment("\"metric\":\"opened\"" + window);
    var quiet = segment("\"metric\":\"opened\",\"performed\":false" + window);
    var early =
        segment(
            "\"metric\":\"opened\",\"window\":{\"kind\":\"before\",\"to\":{\"at\":%d}}"
                .formatted(KIT.clock.instant().minus(DAY).getEpochSecond()));
    KIT.identify(id("new"), "first_name", "New");
    KIT.settle();
    assertThat(KIT.segmentsOf(id("new"))).as("never is not within the past").containsExactly(quiet);
    var mail = MAILBOX.sent(ADA);
    KIT.accept(
        new Operation.DeliveryReport(
            KIT.workspace(),
            mail,
            "opened",
            KIT.clock.instant().minus(DAY.multipliedBy(2)).toEpochMilli(),
            Map.of()));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).as("told late").containsExactlyInAnyOrder(quiet, early);
    report(MAILBOX.sent(ADA), "opened");
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(opened, early);
    KIT.advance(Duration.ofHours(23));
    report(mail, "opened");
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(opened, early);
    KIT.advance(Duration.ofHours(2));
    assertThat(KIT.segmentsOf(ADA))
        .as("a repeat postpones nothing")
        .containsExactlyInAnyOrder(quiet, early);
  }

  @Test
  @DisplayName("§2.5: opens and clicks by machines do not count where humans are asked for")
  void shouldTellHumansFromMachines() {
    var any = segment("\"metric\":\"opened\"");
    var human = segment("\"metric\":\"opened\",\"engagement\":\"human\"");
    var clicked = segment("\"metric\":\"clicked\",\"engagement\":\"human\"");
    var mail = MAILBOX.sent(ADA);
    // given: a machine has opened it; no code of today tells machines apart
    MAILBOX.change(mail, "opened_at = sent_at");
    report(mail, "converted");
    report(MAILBOX.sent(BOB), "opened");
    KIT.deleteSegment(any);
    var built = segment("\"metric\":\"opened\"");
    assertThat(KIT.segmentsOf(ADA)).containsExactly(built);
    assertThat(KIT.segmentsOf(BOB)).containsExactlyInAnyOrder(built, human);
    // when: a human opens and clicks what the machine has opened
    report(mail, "clicked");
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(built, human, clicked);
  }

  // ── scopes ────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("§2.5: any message, those of a campaign, of one action")
  void shouldCountByScope() {
    var any = segment("\"metric\":\"opened\"", "gte", 2);
    KIT.standing(7007, 70071);
    var campaign = segment("\"metric\":\"opened\",\"campaign\":7007");
    var action = segment("\"metric\":\"opened\",\"action\":70071");
    report(MAILBOX.sent(ADA, 7007, 70), "opened");
    assertThat(KIT.segmentsOf(ADA)).containsExactly(campaign);
    report(MAILBOX.sent(ADA, 8, 70071), "opened");
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(campaign, any, action);
  }

  @Test
  @DisplayName("§2.5: channels; deliveries call SMS twilio")
  void shouldCountByChannel() {
    var email = segment("\"metric\":\"opened\",\"channel\":\"email\"");
    var sms = segment("\"metric\":\"opened\",\"channel\":\"sms\"");
    var push = segment("\"metric\":\"opened\",\"channel\":\"push\"");
    var stored = Map.of(email, "email", sms, "twilio", push, "push");
    stored.forEach((segment, channel) -> {
      var person = id("by " + channel);
      Mailbox.reachable(KIT, person);
      KIT.settle();
      var message = MAILBOX.sent(person);
      MAILBOX.change(message, "channel = '" + channel + "'");
      report(message, "opened");
      assertThat(KIT.segmentsOf(person)).as(channel).containsExactly(segment);
    });
  }

  @Test
  @DisplayName("§2.5: clicks on one link, each message once; other links do not count")
  void shouldCountClicksOnALink() {
    var once = segment("\"metric\":\"clicked\",\"link\":\"%s\"".formatted(SALE), "eq", 1);
    var twice =
        segment(
            "\"metric\":\"clicked\",\"engagement\":\"human\",\"link\":\"%s\"".formatted(SALE),
            "gte",
            2);
    var mail = MAILBOX.sent(ADA);
    report(mail, "clicked", "href", "https://shop.example/about");
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    report(mail, "clicked", "href", SALE);
    assertThat(KIT.segmentsOf(ADA))
        .as("the second click, the first on this link")
        .containsExactly(once);
    report(mail, "clicked", "href", SALE);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(once);
    report(MAILBOX.sent(ADA), "clicked", "href", SALE);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(twice);
    // when
    KIT.deleteSegment(once);
    KIT.deleteSegment(twice);
    // then: a build finds the same
    var built = segment("\"metric\":\"clicked\",\"link\":\"%s\"".formatted(SALE), "eq", 2);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(built);
  }

  // ── what else happens ─────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("§2.5: messages from before the segment count, and the build starts nothing")
  void shouldFillFromWhatIsStored() {
    report(MAILBOX.sent(ADA), "opened");
    report(MAILBOX.sent(ADA), "opened");
    report(MAILBOX.sent(BOB), "opened");
    var twice =
        segment(
            "\"metric\":\"opened\",\"window\":{\"kind\":\"within_past\",\"n\":1,\"unit\":\"day\"}",
            "gte",
            2);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(twice);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
    report(MAILBOX.sent(BOB), "opened");
    assertThat(KIT.segmentsOf(BOB)).containsExactly(twice);
    KIT.advance(DAY.plusSeconds(10));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
  }

  @Test
  @DisplayName(
      "§2.5, P-26: who was merged brings the messages along, also those that have still to move")
  void shouldCountMessagesOfMergedPeople() {
    var six = segment("\"metric\":\"opened\"", "eq", 6);
    var five = segment("\"metric\":\"opened\"", "eq", 5);
    report(MAILBOX.sent(ADA), "opened");
    for (var i = 0; i < 4; i++) {
      report(MAILBOX.sent(BOB), "opened");
    }
    var late = MAILBOX.sent(BOB);
    var ada = KIT.personId(ADA);
    // when: three rows move with the merge
    KIT.accept(KIT.mergeOf(ADA, BOB));
    KIT.settle();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM delivery WHERE workspace_id = ? AND person_id <> ?",
                KIT.workspace().value(),
                ada))
        .isPositive();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(five);
    // when: something is told about a message that may still be the former person's
    report(late, "opened");
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactly(six);
    // when
    KIT.advance(Duration.ofMinutes(3));
    KIT.moveMerged();
    // then
    assertThat(KIT.number("SELECT count(*) FROM delivery WHERE person_id = ?", ada)).isEqualTo(6);
    var next = MAILBOX.sent(ADA);
    report(next, "opened");
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("P-15: what is told about messages of who is deleted wakes nobody")
  void shouldForgetTheDeleted() {
    segment("\"metric\":\"opened\"");
    var mail = MAILBOX.sent(ADA);
    KIT.delete(ADA);
    KIT.settle();
    report(mail, "opened");
    assertThat(KIT.find(ADA)).isEmpty();
  }

  @Test
  @DisplayName(
      "C-10, W-53, §2.7: campaigns start by such segments, and filter and branch by such conditions")
  void shouldServeCampaigns() {
    var opened = segment("\"metric\":\"opened\"");
    var content =
        new EmailTemplate("Hello", "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    var mail = new Step.Email(0, "mail", content, SendingState.AUTOMATIC, null);
    var clicked =
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"clicked\",\"count\":{\"op\":\"gte\",\"n\":1}}}");
    var filter =
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"sent\",\"count\":{\"op\":\"gte\",\"n\":2}}}");
    // given: filters ask for two mails that were sent before the campaign was
    MAILBOX.sent(ADA);
    KIT.campaign(
        new CampaignDefinition(
            "opened",
            "",
            new TriggerRule.SegmentTrigger(opened),
            filter,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(
                new Step.Delay(0, "", DAY),
                new Step.Branch(0, "", clicked, List.of(mail), List.of()))));
    KIT.campaign(
        new CampaignDefinition(
            "left",
            "",
            new TriggerRule.EventTrigger(EventKind.EVENT, "left", List.of()),
            filter,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(new Step.Exit(0, ""))));
    // when
    var second = MAILBOX.sent(ADA);
    report(second, "opened");
    report(MAILBOX.sent(BOB), "opened");
    KIT.event(BOB, "left");
    KIT.event(ADA, "left");
    KIT.settle();
    // then
    assertThat(KIT.journeys(ADA))
        .extracting(Travel::state)
        .containsExactlyInAnyOrder("waiting", "exited");
    assertThat(KIT.journeys(BOB)).isEmpty();
    assertThat(KIT.refusals(BOB)).containsExactly("filters_not_met=1", "filters_not_met=1");
    // when
    report(second, "clicked");
    KIT.advance(DAY.plusSeconds(1));
    // then
    assertThat(
            KIT.number(
                "SELECT count(*) FROM delivery WHERE person_id = ? AND state = 'queued'",
                KIT.personId(ADA)))
        .isEqualTo(1);
  }

  @Test
  @DisplayName("§2.7: metrics no rule asks for leave no note; one does that some rule asks for")
  void shouldNoteOnlyWhatRulesCount() {
    segment("\"metric\":\"opened\"");
    var other = KIT.workspace();
    KIT.inNewWorkspace();
    KIT.database.inTransaction(handle ->
        handle.execute(
            "INSERT INTO workspace (workspace_id, name, created_at) VALUES (?, 'test', now())",
            KIT.workspace().value()));
    Mailbox.reachable(KIT, ADA);
    KIT.settle();
    var before = KIT.number("SELECT last_value FROM message_wake_wake_id_seq");
    report(MAILBOX.sent(ADA), "opened");
    assertThat(KIT.number("SELECT last_value FROM message_wake_wake_id_seq"))
        .as("opened is asked for in workspace %s alone", other)
        .isEqualTo(before);
    segment("\"metric\":\"sent\"");
    MAILBOX.sent(ADA);
    assertThat(KIT.number("SELECT last_value FROM message_wake_wake_id_seq")).isGreaterThan(before);
  }
}
