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
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What reports, unsubscriptions and memberships come to does not depend on how they fell into
 * batches, among identifies and deletions of the same people.
 */
final class ReportsIndependenceTest {
  private static final int ROUNDS = 3;
  private static final int OPERATIONS = 120;
  private static final int PEOPLE = 4;
  private static final List<String> KINDS =
      List.of(
          "in",
          "in",
          "out",
          "plan",
          "subscribe",
          "unsubscribe",
          "opened",
          "clicked",
          "bounced",
          "delivered",
          "delete");

  /** An operation that is the same in both databases. */
  private record Planned(String what, int person, int number) {
    Operation in(ProcessingKit kit, int manual) {
      var who = id("p" + person);
      return switch (what) {
        case "in" -> new Operation.Membership(kit.workspace(), who, manual, true);
        case "out" -> new Operation.Membership(kit.workspace(), who, manual, false);
        case "plan" -> kit.identifyOf(who, "plan", number % 2 == 0 ? "pro" : "free");
        case "subscribe" -> kit.identifyOf(who, "unsubscribed", false);
        case "unsubscribe" -> new Operation.Unsubscribe(kit.workspace(), 1 + person);
        case "delete" -> new Operation.Delete(kit.workspace(), who);
        default ->
            new Operation.DeliveryReport(
                kit.workspace(),
                1 + person,
                what,
                ProcessingKit.START.plusSeconds(number).toEpochMilli(),
                Map.of("href", "https://shop.example.test/" + number, "reason", "r" + number));
      };
    }
  }

  private static List<Planned> planned(Random random) {
    var operations = new ArrayList<Planned>();
    for (var i = 0; i < OPERATIONS; i++) {
      operations.add(
          new Planned(KINDS.get(random.nextInt(KINDS.size())), random.nextInt(PEOPLE), i));
    }
    return operations;
  }

  @Test
  @DisplayName("I2, I3: batches of one and one batch of all")
  void shouldNotDependOnBatches() {
    for (var round = 0; round < ROUNDS; round++) {
      var seed = System.nanoTime();
      var operations = planned(new Random(seed));
      String alone;
      String together;
      try (var kit = ProcessingKit.start(1)) {
        var manual = prepare(kit);
        for (var operation : operations) {
          kit.accept(operation.in(kit, manual));
          kit.settle();
        }
        alone = outcome(kit);
      }
      try (var kit = ProcessingKit.start(1)) {
        var manual = prepare(kit);
        kit.acceptTogether(operations.stream().map(each -> each.in(kit, manual)).toList());
        together = outcome(kit);
      }
      assertThat(together).as("seed %d, operations %s", seed, operations).isEqualTo(alone);
    }
  }

  /** Rules, people with a mail each; returns the manual segment. */
  private static int prepare(ProcessingKit kit) {
    SegmentOutcome made =
        kit.database.inTransaction(handle ->
            kit.segments.create(
                handle, kit.workspace(), new SegmentDraft("by hand", "", List.of(), null)));
    var manual = ((SegmentOutcome.Saved) made).segment().id();
    var in = new Condition.InSegment(manual);
    var pro = new Condition.Attribute(new AttributeTest("plan", Operator.EQ, "pro"));
    var gone = new Condition.Attribute(new AttributeTest("unsubscribed", Operator.EQ, true));
    var both = kit.segment(new Condition.And(List.of(in, pro)));
    kit.segment(new Condition.Not(in));
    var left = kit.segment(gone);
    for (var segment : List.of(manual, both, left)) {
      kit.campaign(
          new CampaignDefinition(
              "on " + segment,
              "",
              new TriggerRule.SegmentTrigger(segment),
              null,
              Frequency.EVERY_TIME,
              ExitRule.STOP_MATCHING,
              List.of(new Step.Delay(0, "", Duration.ofDays(1)))));
    }
    for (var i = 0; i < PEOPLE; i++) {
      kit.identify(id("p" + i), "n", (long) i);
    }
    kit.settle();
    for (var i = 0; i < PEOPLE; i++) {
      mail(kit, 1 + i, kit.personId(id("p" + i)));
    }
    return manual;
  }

  private static void mail(ProcessingKit kit, long deliveryId, long personId) {
    var intent =
        new NewDelivery(
            deliveryId,
            ProcessingKit.START,
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
      return handle.execute("UPDATE delivery SET state = 'sent', sent_at = created_at");
    });
  }

  /** What is left once the texts about deleted people are erased. */
  private static String outcome(ProcessingKit kit) {
    kit.advance(Duration.ofMinutes(5));
    kit.erase();
    kit.assertConsistent();
    assertThat(kit.deadLetters()).isEmpty();
    var lines = new ArrayList<String>();
    for (var i = 0; i < PEOPLE; i++) {
      var person = id("p" + i);
      lines.add(
          kit.find(person).isEmpty()
              ? "nobody"
              : "%s in %s journeys %s refusals %s"
                  .formatted(
                      kit.attributesOf(person),
                      kit.segmentsOf(person).stream().sorted().toList(),
                      kit.journeys(person).stream()
                          .map(each -> each.campaignId() + each.state())
                          .sorted()
                          .toList(),
                      kit.refusals(person)));
    }
    lines.addAll(
        kit.database.read(handle ->
            handle
                .select(
                    """
                    SELECT concat_ws(' ', delivery_id, state, delivered_at, opened_at, clicked_at, bounced_at,
                                     failure_message, unsubscribed_at IS NOT NULL,
                                     (SELECT string_agg(href, ',' ORDER BY href) FROM delivery_click c
                                       WHERE c.delivery_id = d.delivery_id))
                      FROM delivery d ORDER BY delivery_id
                    """)
                .mapTo(String.class)
                .list()));
    return String.join("\n", lines);
  }
}
