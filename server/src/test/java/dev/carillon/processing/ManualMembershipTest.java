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
import dev.carillon.messages.EmailTemplate;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Manual segments under live operations (track §5.3, journeys S-1, S-2). */
final class ManualMembershipTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static int manual(ProcessingKit kit) {
    var draft = new SegmentDraft("by hand", "", List.of(), null);
    SegmentOutcome made =
        kit.database.inTransaction(handle -> kit.segments.create(handle, kit.workspace(), draft));
    return ((SegmentOutcome.Saved) made).segment().id();
  }

  private static Operation.Membership put(Identifier person, int segment) {
    return new Operation.Membership(KIT.workspace(), person, segment, true);
  }

  private static Operation.Membership take(Identifier person, int segment) {
    return new Operation.Membership(KIT.workspace(), person, segment, false);
  }

  private static void accept(Operation... operations) {
    for (var operation : operations) {
      KIT.accept(operation);
    }
    KIT.settle();
  }

  private static Instant enteredAt(Identifier person, int segment) {
    return KIT.database.read(handle ->
        handle
            .select(
                "SELECT entered_at FROM segment_member WHERE person_id = ? AND segment_id = ?",
                KIT.personId(person),
                segment)
            .mapTo(Instant.class)
            .one());
  }

  private static void campaignOn(ProcessingKit kit, int segment, Frequency frequency) {
    var content =
        new EmailTemplate("Hello", "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    kit.campaign(
        new CampaignDefinition(
            "welcome",
            "",
            new TriggerRule.SegmentTrigger(segment),
            null,
            frequency,
            ExitRule.NEVER,
            List.of(new Step.Email(0, "mail", content, SendingState.AUTOMATIC, null))));
  }

  @Test
  @DisplayName("track §5.3: put in and taken out; twice is once, and the time of entry stays")
  void shouldPutInAndTakeOut() {
    var segment = manual(KIT);
    KIT.identify(ADA, "plan", "pro");
    accept(put(ADA, segment));
    var at = enteredAt(ADA, segment);
    assertThat(at).isBetween(KIT.clock.instant().minusSeconds(30), KIT.clock.instant());
    KIT.advance(Duration.ofMinutes(1));
    accept(put(ADA, segment));
    assertThat(enteredAt(ADA, segment)).isEqualTo(at);
    accept(take(ADA, segment), take(ADA, segment));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    accept(put(ADA, segment));
    assertThat(enteredAt(ADA, segment)).isAfter(at.plusSeconds(59));
  }

  @Test
  @DisplayName(
      "track §5.3: unknown people are created when put in by id or e-mail, never otherwise")
  void shouldCreateWhoIsPutIn() {
    var segment = manual(KIT);
    var forNobody =
        KIT.segment(
            new Condition.Not(
                new Condition.Attribute(new AttributeTest("plan", Operator.EXISTS, null))));
    accept(
        put(ADA, segment),
        put(email("Bob@example.test"), segment),
        put(cioId(CioId.of(4711)), segment),
        take(id("cleo"), segment));
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(segment, forNobody);
    assertThat(KIT.segmentsOf(email("bob@example.test"))).contains(segment);
    accept(take(KIT.cioId(ADA), segment));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(forNobody);
  }

  @Test
  @DisplayName(
      "S-2, I5: dynamic, deleted and foreign segments are left alone, and nobody is created")
  void shouldIgnoreOtherSegments() {
    var foreign = manual(KIT);
    KIT.inNewWorkspace();
    var dynamic =
        KIT.segment(new Condition.Attribute(new AttributeTest("plan", Operator.EQ, "pro")));
    var deleted = manual(KIT);
    KIT.deleteSegment(deleted);
    accept(put(ADA, foreign), put(ADA, dynamic), put(ADA, deleted), put(ADA, 999_999));
    assertThat(KIT.people()).isZero();
    KIT.identify(ADA, "plan", "pro");
    accept(take(ADA, dynamic));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(dynamic);
  }

  @Test
  @DisplayName("S-20, S-53: segments that read a manual one follow it")
  void shouldWakeSegmentsThatReadIt() {
    var segment = manual(KIT);
    var in = new Condition.InSegment(segment);
    var reader =
        KIT.segment(
            new Condition.And(
                List.of(
                    in, new Condition.Attribute(new AttributeTest("plan", Operator.EQ, "pro")))));
    var outside = KIT.segment(new Condition.Not(in));
    var third = KIT.segment(new Condition.InSegment(reader));
    KIT.identify(ADA, "plan", "pro");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(outside);
    accept(put(ADA, segment));
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(segment, reader, third);
    accept(take(ADA, segment));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(outside);
  }

  @Test
  @DisplayName("§3.1, C-21: being put in starts campaigns of the segment and of those that read it")
  void shouldStartCampaigns() {
    var segment = manual(KIT);
    var reader = KIT.segment(new Condition.InSegment(segment));
    campaignOn(KIT, segment, Frequency.EVERY_TIME);
    campaignOn(KIT, reader, Frequency.ONCE);
    accept(put(ADA, segment), put(ADA, segment));
    assertThat(KIT.deliveries(ADA)).hasSize(2);
    accept(take(ADA, segment));
    assertThat(KIT.deliveries(ADA)).hasSize(2);
    accept(put(ADA, segment));
    assertThat(KIT.deliveries(ADA)).hasSize(3);
    assertThat(KIT.refusals(ADA)).containsExactly("already_entered=1");
  }

  @Test
  @DisplayName("I2, I3: all in one batch do what they do one after the other")
  void shouldNotDependOnBatches() {
    var segment = manual(KIT);
    campaignOn(KIT, segment, Frequency.EVERY_TIME);
    accept(put(ADA, segment));
    var at = enteredAt(ADA, segment);
    KIT.advance(Duration.ofMinutes(1));
    KIT.acceptTogether(
        List.of(
            take(ADA, segment),
            put(ADA, segment),
            put(ADA, segment),
            put(id("bob"), segment),
            new Operation.Delete(KIT.workspace(), id("bob")),
            put(id("cleo"), segment),
            take(id("cleo"), segment)));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(enteredAt(ADA, segment)).isAfter(at.plusSeconds(59));
    assertThat(KIT.deliveries(ADA)).hasSize(2);
    assertThat(KIT.find(id("bob"))).isEmpty();
    assertThat(KIT.segmentsOf(id("cleo"))).isEmpty();
    assertThat(KIT.deliveries(id("cleo"))).hasSize(1);
  }

  @Test
  @DisplayName("design §3.4: people named in two ways are put in by two nodes once each")
  void shouldPutInOnceOnTwoNodes() {
    try (var kit = ProcessingKit.start(2)) {
      var second = kit.addNode(2);
      kit.shareLanes();
      var segment = manual(kit);
      kit.segment(new Condition.InSegment(segment));
      campaignOn(kit, segment, Frequency.EVERY_TIME);
      var people = 50;
      for (var i = 0; i < people; i++) {
        kit.identify(id("p" + i), "email", "p" + i + "@example.test");
      }
      kit.settle();
      // when
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var caller = 0; caller < 6; caller++) {
          var me = caller;
          threads.submit(() -> {
            var node = me % 2 == 0 ? kit.node(0) : second;
            for (var i = 0; i < people; i++) {
              var person = me < 3 ? id("p" + i) : email("p" + i + "@example.test");
              ProcessingKit.accept(
                  node, new Operation.Membership(kit.workspace(), person, segment, true));
            }
          });
        }
      }
      kit.settle();
      // then
      assertThat(kit.number("SELECT count(*) FROM segment_member")).isEqualTo(2L * people);
      assertThat(kit.number("SELECT count(*) FROM delivery")).isEqualTo(people);
      assertThat(kit.people()).isEqualTo(people);
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
    }
  }
}
