package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.computed.Aggregate;
import dev.carillon.computed.Computation;
import dev.carillon.computed.ComputedAttribute;
import dev.carillon.computed.ComputedBuilder;
import dev.carillon.computed.ComputedDefinition;
import dev.carillon.computed.ComputedOutcome;
import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attributes that are computed from events, live and over the past. */
class ComputedAttributesTest {
  private static final ProcessingKit KIT = ProcessingKit.start(2);
  private static final Identifier ADA = Identifier.id("ada");
  private static final Identifier BOB = Identifier.id("bob");
  private static final Duration DAY = Duration.ofDays(1);

  @AfterAll
  static void stop() {
    KIT.close();
  }

  @BeforeEach
  void newWorkspace() {
    KIT.inNewWorkspace();
  }

  private static int define(
      String name, Aggregate aggregate, @Nullable String property, @Nullable Duration window) {
    return define(name, aggregate, property, window, List.of());
  }

  private static int define(
      String name,
      Aggregate aggregate,
      @Nullable String property,
      @Nullable Duration window,
      List<AttributeTest> where) {
    var definition =
        new ComputedDefinition(
            name,
            "",
            EventKind.EVENT,
            "ordered",
            where,
            new Computation(aggregate, property, window));
    var outcome =
        KIT.database.<ComputedOutcome, RuntimeException>inTransaction(
            handle -> KIT.computed.create(handle, KIT.workspace(), definition));
    assertThat(outcome).isInstanceOf(ComputedOutcome.Saved.class);
    return ((ComputedOutcome.Saved) outcome).attribute().id();
  }

  private static void build() {
    var builder = new ComputedBuilder(KIT.database, KIT.computed, KIT.clock);
    var more = true;
    while (more) {
      more = builder.step();
      KIT.settle();
      due();
    }
  }

  /** Waits until no timer of a computed attribute is due. */
  private static void due() {
    KIT.node(0).wake();
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(10))
        .until(() ->
            KIT.number(
                    "SELECT count(*) FROM computed_timer WHERE due_at <= ?",
                    java.sql.Timestamp.from(KIT.clock.instant()))
                == 0);
  }

  private static void order(Identifier person, String data) {
    KIT.accept(KIT.eventOf(person, "ordered", data));
    KIT.settle();
  }

  @Test
  void shouldKeepEveryAggregateUpToDateWithEachEvent() {
    define("orders", Aggregate.COUNT, null, null);
    define("spent", Aggregate.SUM, "total", null);
    define("least", Aggregate.MIN, "total", null);
    define("most", Aggregate.MAX, "total", null);
    define("first_shop", Aggregate.FIRST, "shop", null);
    define("last_shop", Aggregate.LAST, "shop", null);
    define("usual_shop", Aggregate.MOST_FREQUENT, "shop", null);
    build();
    order(ADA, "{\"total\":10,\"shop\":\"north\"}");
    order(ADA, "{\"total\":2.5,\"shop\":\"south\"}");
    order(ADA, "{\"total\":\"7\",\"shop\":\"south\"}");
    order(ADA, "{\"total\":1,\"shop\":\"west\"}");
    assertThat(KIT.attributesOf(ADA))
        .containsEntry("orders", 4L)
        .containsEntry("spent", 20.5)
        .containsEntry("least", 1L)
        .containsEntry("most", 10L)
        .containsEntry("first_shop", "north")
        .containsEntry("last_shop", "west")
        .containsEntry("usual_shop", "south");
  }

  @Test
  void shouldWakeTheSegmentsThatReadTheAttribute() {
    define("spent", Aggregate.SUM, "total", null);
    build();
    var rich = KIT.segment(new Condition.Attribute(new AttributeTest("spent", Operator.GT, 100L)));
    order(ADA, "{\"total\":60}");
    assertThat(KIT.segmentsOf(ADA)).doesNotContain(rich);
    order(ADA, "{\"total\":60}");
    assertThat(KIT.segmentsOf(ADA)).contains(rich);
  }

  @Test
  void shouldForgetWhatLeavesTheWindow() {
    define("recent", Aggregate.SUM, "total", DAY);
    build();
    var recently =
        KIT.segment(new Condition.Attribute(new AttributeTest("recent", Operator.GT, 0L)));
    order(ADA, "{\"total\":60}");
    KIT.advance(Duration.ofHours(1));
    order(ADA, "{\"total\":5}");
    assertThat(KIT.attributesOf(ADA)).containsEntry("recent", 65L);
    KIT.advance(DAY.minusHours(1).minusSeconds(1));
    due();
    assertThat(KIT.attributesOf(ADA)).containsEntry("recent", 65L);
    KIT.advance(Duration.ofSeconds(1));
    due();
    assertThat(KIT.attributesOf(ADA)).containsEntry("recent", 5L);
    assertThat(KIT.segmentsOf(ADA)).contains(recently);
    KIT.advance(Duration.ofDays(40));
    due();
    assertThat(KIT.attributesOf(ADA)).containsEntry("recent", 0L);
    assertThat(KIT.segmentsOf(ADA)).doesNotContain(recently);
  }

  @Test
  void shouldAddUpThePastAndShowNothingBefore() {
    order(ADA, "{\"total\":60}");
    order(ADA, "{\"total\":40}");
    order(BOB, "{\"total\":\"free\"}");
    define("spent", Aggregate.SUM, "total", null);
    order(ADA, "{\"total\":1}");
    assertThat(KIT.attributesOf(ADA)).doesNotContainKey("spent");
    build();
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 101L);
    assertThat(KIT.attributesOf(BOB)).doesNotContainKey("spent");
  }

  @Test
  void shouldCountOnlyEventsThatFulfilTheTests() {
    var big = List.of(new AttributeTest("total", Operator.GT, 50L));
    define("big_orders", Aggregate.COUNT, null, null, big);
    build();
    order(ADA, "{\"total\":60}");
    order(ADA, "{\"total\":40}");
    assertThat(KIT.attributesOf(ADA)).containsEntry("big_orders", 1L);
  }

  @Test
  void shouldRefuseToHaveTheAttributeWrittenByACall() {
    define("spent", Aggregate.SUM, "total", null);
    build();
    order(ADA, "{\"total\":60}");
    KIT.identify(ADA, "spent", 1_000_000L, "plan", "pro");
    KIT.settle();
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 60L).containsEntry("plan", "pro");
    assertThat(KIT.activityTypes(ADA)).contains("failed_attribute_change");
  }

  @Test
  void shouldAddUpBothSidesOfAMerge() {
    define("spent", Aggregate.SUM, "total", null);
    define("orders", Aggregate.COUNT, null, Duration.ofDays(30));
    build();
    order(ADA, "{\"total\":60}");
    order(BOB, "{\"total\":5}");
    KIT.accept(KIT.mergeOf(ADA, BOB));
    KIT.settle();
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 65L).containsEntry("orders", 2L);
  }

  @Test
  void shouldBeRightForPeopleMergedWhileThePastIsAddedUp() {
    order(ADA, "{\"total\":60}");
    order(BOB, "{\"total\":5}");
    define("spent", Aggregate.SUM, "total", null);
    KIT.accept(KIT.mergeOf(ADA, BOB));
    KIT.settle();
    order(ADA, "{\"total\":1}");
    build();
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 66L);
  }

  @Test
  void shouldDisappearFromProfilesWhenDeletedAndFreeItsName() {
    var id = define("spent", Aggregate.SUM, "total", null);
    build();
    order(ADA, "{\"total\":60}");
    var segment =
        KIT.segment(new Condition.Attribute(new AttributeTest("spent", Operator.EXISTS, null)));
    assertThat(KIT.segmentsOf(ADA)).contains(segment);
    var outcome =
        KIT.database.<ComputedOutcome, RuntimeException>inTransaction(
            handle -> KIT.computed.delete(handle, KIT.workspace(), id));
    assertThat(outcome).isInstanceOf(ComputedOutcome.Deleted.class);
    build();
    assertThat(KIT.attributesOf(ADA)).doesNotContainKey("spent");
    assertThat(KIT.segmentsOf(ADA)).doesNotContain(segment);
    assertThat(KIT.number("SELECT count(*) FROM computed_attribute WHERE computed_id = ?", id))
        .isZero();
    define("spent", Aggregate.COUNT, null, null);
    build();
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 1L);
  }

  @Test
  void shouldLeaveNothingOfADeletedPerson() {
    define("recent", Aggregate.SUM, "total", DAY);
    build();
    order(ADA, "{\"total\":60}");
    var person = KIT.personId(ADA);
    KIT.delete(ADA);
    KIT.settle();
    assertThat(KIT.number("SELECT count(*) FROM person_computed WHERE person_id = ?", person))
        .isZero();
    assertThat(KIT.number("SELECT count(*) FROM computed_timer WHERE person_id = ?", person))
        .isZero();
  }

  @Test
  void shouldTellHowFarItIs() {
    order(ADA, "{\"total\":60}");
    var id = define("spent", Aggregate.SUM, "total", null);
    assertThat(states(id)).isEqualTo(Map.of(ComputedAttribute.State.FILLING, 0));
    build();
    assertThat(
            KIT.database
                .<ComputedAttribute, RuntimeException>read(
                    handle -> KIT.computed.find(handle, KIT.workspace(), id).orElseThrow())
                .state())
        .isEqualTo(ComputedAttribute.State.READY);
  }

  private static Map<ComputedAttribute.State, Integer> states(int id) {
    var attribute =
        KIT.database.<ComputedAttribute, RuntimeException>read(
            handle -> KIT.computed.find(handle, KIT.workspace(), id).orElseThrow());
    var progress = attribute.progress();
    return Map.of(attribute.state(), progress == null ? -1 : progress);
  }
}
