package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.computed.Aggregate;
import dev.carillon.computed.Computation;
import dev.carillon.computed.ComputedAttribute;
import dev.carillon.computed.ComputedBuilder;
import dev.carillon.computed.ComputedDefinition;
import dev.carillon.computed.ComputedOutcome;
import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.people.Profile;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Attributes that are computed from events, live and over the past. */
class ComputedAttributesTest {
  private static final ProcessingKit KIT = ProcessingKit.start(2);
  private static final Identifier ADA = Identifier.id("ada");
  private static final Identifier BOB = Identifier.id("bob");
  private static final Identifier CARL = Identifier.id("carl");
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
    return KIT.define(name, "ordered", new Computation(aggregate, property, window), where);
  }

  private static void build() {
    KIT.buildComputed();
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
    assertThat(KIT.attributesOf(ADA)).containsEntry("recent", 65L);
    KIT.advance(Duration.ofSeconds(1));
    assertThat(KIT.attributesOf(ADA)).containsEntry("recent", 5L);
    assertThat(KIT.segmentsOf(ADA)).contains(recently);
    KIT.advance(Duration.ofDays(40));
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
    delete(id);
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

  private static void delete(int id) {
    var outcome =
        KIT.database.<ComputedOutcome, RuntimeException>inTransaction(
            handle -> KIT.computed.delete(handle, KIT.workspace(), id));
    assertThat(outcome).isInstanceOf(ComputedOutcome.Deleted.class);
  }

  // ── who never did it, and who once did ────────────────────────────────────────────────────────

  @Test
  void shouldHaveNoValueForPeopleWhoNeverDidIt() {
    var id = define("orders", Aggregate.COUNT, null, DAY);
    KIT.define("spent_looking", "looked", Aggregate.SUM, "seconds", null);
    KIT.accept(KIT.eventOf(CARL, "looked", "{\"seconds\":3}"));
    build();
    assertThat(KIT.attributesOf(CARL)).containsKey("spent_looking").doesNotContainKey("orders");
    KIT.identify(ADA, "plan", "pro");
    KIT.identify(BOB, "plan", "free");
    KIT.accept(KIT.mergeOf(ADA, BOB));
    KIT.settle();
    assertThat(KIT.attributesOf(ADA)).doesNotContainKey("orders");
    delete(id);
    build();
    assertThat(KIT.attributesOf(ADA)).doesNotContainKey("orders");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM person_computed WHERE person_id = ?", KIT.personId(ADA)))
        .isZero();
  }

  @Test
  void shouldHaveTheValueZeroForWhoDidItOnceThroughMergesAndFillings() {
    order(ADA, "{}");
    KIT.identify(BOB, "plan", "free");
    KIT.advance(DAY.multipliedBy(3));
    var id = define("orders", Aggregate.COUNT, null, DAY);
    build();
    assertThat(KIT.attributesOf(ADA)).containsEntry("orders", 0L);
    assertThat(KIT.attributesOf(BOB)).doesNotContainKey("orders");
    KIT.accept(KIT.mergeOf(BOB, ADA));
    KIT.settle();
    assertThat(KIT.attributesOf(BOB)).containsEntry("orders", 0L);
    delete(id);
    build();
    assertThat(KIT.attributesOf(BOB)).doesNotContainKey("orders");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM person_computed WHERE workspace_id = ?",
                KIT.workspace().value()))
        .isZero();
  }

  // ── what does not fit, and what is taken ──────────────────────────────────────────────────────

  @Test
  @DisplayName("P-14, I7: a value there is no room for is told once, until it has fitted")
  void shouldTellOnceThatAValueDoesNotFit() {
    define("spent", Aggregate.SUM, "total", null);
    build();
    var attributes = new ArrayList<@Nullable Object>();
    for (var i = 0; i < Profile.ATTRIBUTES; i++) {
      attributes.addAll(List.of("a" + i, "x"));
    }
    KIT.identify(ADA, attributes.toArray());
    order(ADA, "{\"total\":60}");
    order(ADA, "{\"total\":1}");
    assertThat(KIT.attributesOf(ADA)).doesNotContainKey("spent");
    assertThat(KIT.activityTypes(ADA)).containsOnlyOnce("failed_attribute_change");
    assertThat(KIT.activities(KIT.personId(ADA)))
        .filteredOn(each -> each.type().equals("failed_attribute_change"))
        .first()
        .asString()
        .contains("a person has at most 300 attributes", "spent=60");
    KIT.identify(ADA, "a1", null);
    order(ADA, "{\"total\":1}");
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 62L);
    assertThat(KIT.activityTypes(ADA)).containsOnlyOnce("failed_attribute_change");
  }

  @Test
  @DisplayName("0008, 37: a name that calls have written is not computed over")
  void shouldRefuseANameThatCallsHaveWritten() {
    KIT.identify(ADA, "spent", 5L);
    KIT.settle();
    assertThat(create("spent")).isInstanceOf(ComputedOutcome.WrittenByCalls.class);
    KIT.inNewWorkspace();
    assertThat(create("spent")).isInstanceOf(ComputedOutcome.Saved.class);
    build();
  }

  private static ComputedOutcome create(String name) {
    var count = new Computation(Aggregate.COUNT, null, null);
    var definition = new ComputedDefinition(name, "", EventKind.EVENT, "ordered", List.of(), count);
    return KIT.database.inTransaction(
        handle -> KIT.computed.create(handle, KIT.workspace(), definition));
  }

  // ── builds ────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("I8: an attribute that cannot be filled keeps nobody waiting, and is tried again")
  void shouldBuildOthersWhileOneFails() {
    order(ADA, "{\"total\":60}");
    var broken = define("spent", Aggregate.SUM, "total", null);
    var theirs = KIT.workspace();
    breakWhatIsStored(KIT.personId(ADA));
    KIT.inNewWorkspace();
    order(BOB, "{\"total\":5}");
    define("spent", Aggregate.SUM, "total", null);
    // when
    var builder = new ComputedBuilder(KIT.database, KIT.computed, KIT.clock);
    var failures = untilNothingIsLeft(builder);
    // then: tried once or twice, as the clock runs, and not over and over
    assertThat(failures).isBetween(1, 4);
    assertThat(KIT.attributesOf(BOB)).containsEntry("spent", 5L);
    assertThat(state(theirs, broken)).isEqualTo(ComputedAttribute.State.FILLING);
    // and when it works again
    KIT.database.inTransaction(handle ->
        handle.execute("UPDATE person_computed SET tallies = '{}' WHERE tallies = 'broken'"));
    KIT.advance(Duration.ofHours(1));
    assertThat(untilNothingIsLeft(builder)).isZero();
    assertThat(state(theirs, broken)).isEqualTo(ComputedAttribute.State.READY);
  }

  private static int untilNothingIsLeft(ComputedBuilder builder) {
    var failures = 0;
    for (var steps = 0; steps < 1_000; steps++) {
      try {
        if (!builder.step()) {
          return failures;
        }
        KIT.settle();
      } catch (RuntimeException failure) {
        failures++;
      }
    }
    throw new AssertionError("there is always something left to do");
  }

  /** What is stored of this person cannot be read. */
  private static void breakWhatIsStored(long personId) {
    KIT.database.inTransaction(handle ->
        handle.execute(
            """
            INSERT INTO person_computed (person_id, workspace_id, tallies) VALUES (?, ?, 'broken')
            ON CONFLICT (person_id) DO UPDATE SET tallies = excluded.tallies
            """,
            personId,
            KIT.workspace().value()));
  }

  private static ComputedAttribute.State state(WorkspaceId workspace, int id) {
    return KIT.database
        .<ComputedAttribute, RuntimeException>read(
            handle -> KIT.computed.find(handle, workspace, id).orElseThrow())
        .state();
  }

  @Test
  @DisplayName("I8: workspaces take turns, however many attributes each has")
  void shouldBuildWorkspacesInTurn() {
    build();
    define("one", Aggregate.COUNT, null, null);
    define("two", Aggregate.COUNT, null, null);
    KIT.inNewWorkspace();
    var theirs = define("one", Aggregate.COUNT, null, null);
    var builder = new ComputedBuilder(KIT.database, KIT.computed, KIT.clock);
    assertThat(builder.step()).isTrue();
    assertThat(builder.step()).isTrue();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM computed_attribute WHERE computed_id = ? AND people IS NOT NULL",
                theirs))
        .isOne();
    build();
  }

  @Test
  @DisplayName("I8: one that waits for a timer that failed is passed over")
  void shouldBuildOthersWhileOneWaitsForItsTimers() {
    var id = define("spent", Aggregate.SUM, "total", null);
    build();
    order(ADA, "{\"total\":60}");
    breakWhatIsStored(KIT.personId(ADA));
    delete(id);
    build();
    assertThat(KIT.number("SELECT count(*) FROM computed_attribute WHERE computed_id = ?", id))
        .isOne();
    KIT.inNewWorkspace();
    order(BOB, "{\"total\":5}");
    define("spent", Aggregate.SUM, "total", null);
    build();
    assertThat(KIT.attributesOf(BOB)).containsEntry("spent", 5L);
    assertThat(KIT.number("SELECT count(*) FROM computed_timer WHERE computed_id = ?", id)).isOne();
    // and it goes when the timer can be worked off
    KIT.database.inTransaction(handle ->
        handle.execute("UPDATE person_computed SET tallies = '{}' WHERE tallies = 'broken'"));
    KIT.advance(Duration.ofHours(2));
    build();
    assertThat(KIT.number("SELECT count(*) FROM computed_attribute WHERE computed_id = ?", id))
        .isZero();
  }

  @Test
  @DisplayName("0011, 2: nobody's lock is waited for while others can be filled")
  void shouldSkipWhoIsLocked() {
    order(ADA, "{\"total\":60}");
    order(BOB, "{\"total\":5}");
    var id = define("spent", Aggregate.SUM, "total", null);
    var builder = new ComputedBuilder(KIT.database, KIT.computed, KIT.clock);
    assertThat(builder.step()).as("it begins").isTrue();
    try (var other = KIT.database.dedicatedHandle("somebody else")) {
      other.begin();
      other
          .select(
              "SELECT person_id FROM person WHERE person_id = ? FOR NO KEY UPDATE",
              KIT.personId(ADA))
          .mapTo(Long.class)
          .one();
      assertThat(builder.step()).as("who is free is filled").isTrue();
      other.rollback();
    }
    assertThat(KIT.number("SELECT skipped[1] FROM computed_attribute WHERE computed_id = ?", id))
        .isEqualTo(KIT.personId(ADA));
    assertThat(
            KIT.number(
                "SELECT count(*) FROM person_computed WHERE person_id = ?", KIT.personId(BOB)))
        .isOne();
    build();
    assertThat(KIT.attributesOf(ADA)).containsEntry("spent", 60L);
    assertThat(KIT.attributesOf(BOB)).containsEntry("spent", 5L);
  }

  @Test
  @DisplayName("S-50: what is due waits for operations that were accepted before, up to a minute")
  void shouldWaitForOperationsThatWereAcceptedBefore() {
    try (var kit = ProcessingKit.standing(1)) {
      // given: two people whose orders leave the window one after the other, and one who is locked
      var hour = Duration.ofHours(1);
      kit.define("orders", "ordered", Aggregate.COUNT, null, hour);
      kit.buildComputed();
      kit.identify(ADA, "plan", "pro");
      kit.accept(kit.eventOf(CARL, "ordered", "{}"));
      kit.advance(Duration.ofSeconds(5));
      kit.accept(kit.eventOf(BOB, "ordered", "{}"));
      kit.advance(hour.minusSeconds(15));
      kit.database.inTransaction(handle -> {
        handle
            .select(
                "SELECT person_id FROM person WHERE person_id = ? FOR NO KEY UPDATE",
                kit.personId(ADA))
            .mapTo(Long.class)
            .one();
        kit.accept(kit.eventOf(ADA, "ordered", "{}"));
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> kit.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
        // when
        kit.clock.advance(Duration.ofSeconds(72));
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> Objects.equals(kit.attributesOf(CARL).get("orders"), 0L));
        // then: Bob's order left three seconds less than a minute ago
        assertThat(kit.attributesOf(BOB)).containsEntry("orders", 1L);
        return 1;
      });
      kit.settle();
      assertThat(kit.attributesOf(BOB)).containsEntry("orders", 0L);
      assertThat(kit.attributesOf(ADA)).containsEntry("orders", 1L);
    }
  }

  private static Map<ComputedAttribute.State, Integer> states(int id) {
    var attribute =
        KIT.database.<ComputedAttribute, RuntimeException>read(
            handle -> KIT.computed.find(handle, KIT.workspace(), id).orElseThrow());
    var progress = attribute.progress();
    return Map.of(attribute.state(), progress == null ? -1 : progress);
  }
}
