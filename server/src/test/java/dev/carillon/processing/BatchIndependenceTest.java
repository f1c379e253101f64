package dev.carillon.processing;

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
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What people become does not depend on how operations fell into batches: random operations, once
 * each alone and once all at once, lead to the same profiles, counters, memberships, journeys and
 * deliveries.
 */
final class BatchIndependenceTest {
  private static final int ROUNDS = 3;
  private static final int OPERATIONS = 120;
  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  @Test
  @DisplayName("I2, I3: batches of one on one processor and one batch of all on one processor")
  void shouldNotDependOnBatches() {
    for (var round = 0; round < ROUNDS; round++) {
      var seed = System.nanoTime();
      var operations = anyNames(new Random(seed));
      String alone;
      String together;
      try (var kit = ProcessingKit.start(1)) {
        rules(kit);
        for (var operation : operations) {
          kit.accept(operation.in(kit));
          kit.settle();
        }
        alone = outcome(kit);
      }
      try (var kit = ProcessingKit.start(1)) {
        rules(kit);
        kit.acceptTogether(operations.stream().map(operation -> operation.in(kit)).toList());
        together = outcome(kit);
      }
      assertThat(together).as("seed %d, operations %s", seed, operations).isEqualTo(alone);
    }
  }

  @Test
  @DisplayName(
      "I2: all at once over two processors, where each person is named in one way, so by one lane")
  void shouldNotDependOnProcessors() {
    for (var round = 0; round < ROUNDS; round++) {
      var seed = System.nanoTime();
      var operations = oneName(new Random(seed));
      String alone;
      String together;
      try (var kit = ProcessingKit.start(1)) {
        rules(kit);
        for (var operation : operations) {
          kit.accept(operation.in(kit));
          kit.settle();
        }
        alone = outcome(kit);
      }
      try (var kit = ProcessingKit.start(2)) {
        rules(kit);
        operations.forEach(operation -> kit.accept(operation.in(kit)));
        kit.settle();
        together = outcome(kit);
      }
      assertThat(together).as("seed %d, operations %s", seed, operations).isEqualTo(alone);
    }
  }

  // ── rules ─────────────────────────────────────────────────────────────────────────────────────

  private static Condition is(String name, Operator operator, @Nullable Object value) {
    return new Condition.Attribute(new AttributeTest(name, operator, value));
  }

  private static Condition did(String name, Count count, int times, @Nullable Duration within) {
    return new Condition.Event(EventKind.EVENT, name, count, times, within, List.of());
  }

  private static void rules(ProcessingKit kit) {
    var plan = kit.segment(is("plan", Operator.EQ, "pro"));
    var notPlan = kit.segment(is("plan", Operator.NEQ, "pro"));
    var often = kit.segment(did("x", Count.AT_LEAST, 2, null));
    kit.segment(did("x", Count.AT_MOST, 0, Duration.ofDays(1)));
    kit.segment(is("id", Operator.EXISTS, null));
    kit.segment(is("email", Operator.CONTAINS, "a@"));
    var both =
        kit.segment(
            new Condition.And(
                List.of(new Condition.InSegment(plan), new Condition.InSegment(often))));
    kit.segment(
        new Condition.And(
            List.of(
                new Condition.InSegment(plan), new Condition.Not(new Condition.InSegment(both)))));
    var content =
        new EmailTemplate("Hello", "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    var mail = new Step.Email(0, "mail", content, SendingState.AUTOMATIC, null);
    var branch =
        new Step.Branch(0, "", did("y", Count.AT_LEAST, 2, null), List.of(mail), List.of());
    var wait = new Step.Delay(0, "", Duration.ofDays(1));
    var onX = new TriggerRule.EventTrigger(EventKind.EVENT, "x", List.of());
    kit.campaign(
        new CampaignDefinition(
            "x", "", onX, null, Frequency.EVERY_TIME, ExitRule.NEVER, List.of(branch)));
    kit.campaign(
        new CampaignDefinition(
            "once",
            "",
            onX,
            new Condition.InSegment(notPlan),
            Frequency.ONCE,
            ExitRule.STOP_MATCHING,
            List.of(mail, wait, mail)));
    kit.campaign(
        new CampaignDefinition(
            "both",
            "",
            new TriggerRule.SegmentTrigger(both),
            null,
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(branch, mail)));
  }

  // ── operations ────────────────────────────────────────────────────────────────────────────────

  /** An operation that is the same in both databases. */
  private record Planned(
      String what, Identifier person, @Nullable String other, @Nullable String value) {
    Operation in(ProcessingKit kit) {
      return switch (what) {
        case "plan" -> kit.identifyOf(person, "plan", value);
        case "email" -> kit.identifyOf(person, "email", other, "plan", value);
        case "id" -> kit.identifyOf(person, "id", other);
        case "anonymous" -> kit.identifyOf(person, "anonymous_id", other);
        case "delete" -> new Operation.Delete(kit.workspace(), person);
        case "follow" -> kit.anonymousOf(String.valueOf(other), "x", ProcessingKit.START);
        case "repeat" -> kit.eventWithId(person, "x", String.valueOf(other));
        default -> kit.eventOf(person, what, "{}");
      };
    }
  }

  private static Planned planned(Random random, Identifier person, List<String> kinds) {
    var what = kinds.get(random.nextInt(kinds.size()));
    var name = NAMES.get(random.nextInt(NAMES.size()));
    var value = random.nextInt(3) == 0 ? null : random.nextBoolean() ? "pro" : "free";
    return new Planned(what, person, what.equals("email") ? name + "@example.test" : name, value);
  }

  private static List<Planned> anyNames(Random random) {
    var operations = new ArrayList<Planned>();
    for (var i = 0; i < OPERATIONS; i++) {
      var name = NAMES.get(random.nextInt(NAMES.size()));
      var person =
          random.nextBoolean() ? Identifier.id(name) : Identifier.email(name + "@example.test");
      operations.add(
          planned(
              random,
              person,
              List.of(
                  "plan",
                  "plan",
                  "email",
                  "id",
                  "anonymous",
                  "delete",
                  "follow",
                  "repeat",
                  "x",
                  "x",
                  "y",
                  "z")));
    }
    return operations;
  }

  private static List<Planned> oneName(Random random) {
    var operations = new ArrayList<Planned>();
    for (var i = 0; i < OPERATIONS; i++) {
      var person = Identifier.id("person-" + random.nextInt(8));
      operations.add(
          planned(
              random, person, List.of("plan", "plan", "plan", "delete", "x", "x", "x", "y", "z")));
    }
    return operations;
  }

  // ── outcome ───────────────────────────────────────────────────────────────────────────────────

  /** Everything that is left, without the numbers that differ between databases. */
  private static String outcome(ProcessingKit kit) {
    kit.assertConsistent();
    assertThat(kit.deadLetters()).isEmpty();
    var people = new TreeMap<String, String>();
    kit.database.<Integer, RuntimeException>read(handle ->
        handle
            .select("SELECT person_id, attributes FROM person")
            .map((row, _) -> {
              var person = row.getLong(1);
              people.put(
                  new TreeMap<>(kit.storedAttributes(person).orElseThrow()).toString(),
                  "%s %s events=%s refusals=%s journeys=%s deliveries=%s"
                      .formatted(
                          memberships(kit, person),
                          kit.countersOf(person).toString().replaceAll("newest=\\[[^\\]]*\\]", ""),
                          kit.events(person).stream().sorted().toList(),
                          kit.number(
                              "SELECT coalesce(sum(times), 0) FROM campaign_refusal WHERE person_id = ?",
                              person),
                          kit.journeys(person).stream()
                              .map(each -> each.campaignId() + each.state())
                              .sorted()
                              .toList(),
                          kit.number("SELECT count(*) FROM delivery WHERE person_id = ?", person)));
              return 1;
            })
            .list()
            .size());
    return people
        + " journeys in all "
        + kit.number("SELECT count(*) FROM journey")
        + " ids "
        + kit.number("SELECT count(*) FROM event_seen")
        + " waiting "
        + kit.number("SELECT count(*) FROM anonymous_event");
  }

  private static List<Integer> memberships(ProcessingKit kit, long person) {
    return kit.database.read(handle ->
        handle
            .select(
                "SELECT segment_id FROM segment_member WHERE person_id = ? ORDER BY segment_id",
                person)
            .mapTo(Integer.class)
            .list());
  }
}
