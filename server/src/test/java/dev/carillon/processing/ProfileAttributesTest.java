package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Activity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What attributes become when they are written (track §3.4, §3.5). */
final class ProfileAttributesTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final String PREFERENCES = "cio_subscription_preferences";

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  private static void identify(@Nullable Object... attributes) {
    KIT.identify(ADA, attributes);
    KIT.settle();
  }

  private static Map<String, Object> ada() {
    return KIT.attributesOf(ADA);
  }

  @Test
  @DisplayName(
      "track §3.5, P-10: null and \"\" remove an attribute; removing what is not there is nothing")
  void shouldRemoveAttributes() {
    identify("plan", "pro", "city", "Linz", "age", 7L);
    identify("plan", null, "city", "", "never_there", null);
    assertThat(ada()).isEqualTo(Map.of("id", "ada", "age", 7L));
    assertThat(KIT.activities(KIT.personId(ADA)).getLast().data().keySet())
        .containsExactlyInAnyOrder("plan", "city");
  }

  @Test
  @DisplayName(
      "P-1, track §3.5: merge by top-level key; a nested object replaces the former one whole")
  void shouldMergeByTopLevelKey() {
    identify("address", Map.of("city", "Linz", "zip", "4020"), "plan", "pro");
    identify("address", Map.of("city", "Graz"));
    assertThat(ada()).containsEntry("address", Map.of("city", "Graz")).containsEntry("plan", "pro");
  }

  @Test
  @DisplayName(
      "track §3.5: strings, booleans, 64-bit integers, doubles, lists and objects keep their type")
  void shouldKeepTypes() {
    identify(
        "text",
        "ß \"quoted\" \\ \n 😀",
        "yes",
        true,
        "big",
        Long.MAX_VALUE,
        "real",
        1.5,
        "list",
        List.of("a", 1L, false),
        "map",
        Map.of("x", List.of()));
    assertThat(ada())
        .containsEntry("text", "ß \"quoted\" \\ \n 😀")
        .containsEntry("yes", true)
        .containsEntry("big", Long.MAX_VALUE)
        .containsEntry("real", 1.5)
        .containsEntry("list", List.of("a", 1L, false))
        .containsEntry("map", Map.of("x", List.of()));
  }

  @Test
  @DisplayName("P-8: attribute names are case-sensitive")
  void shouldKeepNamesOfDifferentCaseApart() {
    identify("Plan", "a", "plan", "b");
    assertThat(ada()).containsEntry("Plan", "a").containsEntry("plan", "b");
  }

  @Test
  @DisplayName("P-12: a dotted key under cio_subscription_preferences writes that leaf only")
  void shouldWriteOnlyTheLeaf() {
    identify(
        PREFERENCES,
        Map.of(
            "topics", Map.of("topic_1", true, "topic_2", true), "channels", Map.of("email", true)));
    identify(PREFERENCES + ".topics.topic_2", false);
    identify(PREFERENCES + ".channels.push", false);
    assertThat(ada())
        .containsEntry(
            PREFERENCES,
            Map.of(
                "topics",
                Map.of("topic_1", true, "topic_2", false),
                "channels",
                Map.of("email", true, "push", false)));
    identify(PREFERENCES + ".topics.topic_1", null, PREFERENCES + ".channels.push", "");
    assertThat(ada())
        .containsEntry(
            PREFERENCES,
            Map.of("topics", Map.of("topic_2", false), "channels", Map.of("email", true)));
    assertThat(ada()).doesNotContainKey(PREFERENCES + ".topics.topic_2");
    assertThat(KIT.activities(KIT.personId(ADA)).getLast().data()).containsOnlyKeys(PREFERENCES);
  }

  @Test
  @DisplayName("P-12: the first leaf makes the object")
  void shouldMakeTheObjectOfTheFirstLeaf() {
    identify(PREFERENCES + ".topics.topic_1", false);
    assertThat(ada()).containsEntry(PREFERENCES, Map.of("topics", Map.of("topic_1", false)));
  }

  @Test
  @DisplayName("P-11: an older _timestamp never overwrites a newer write of the same attribute")
  void shouldLetTheLastWriterWinPerAttribute() {
    // given
    var noon = KIT.clock.instant();
    KIT.identifyAt(noon, ADA, "plan", "pro", "city", "Linz");
    // when
    KIT.identifyAt(noon.minusSeconds(60), ADA, "plan", "free", "city", null, "age", 7L);
    KIT.identifyAt(noon.plusSeconds(60), ADA, "city", "Graz");
    KIT.identifyAt(noon.minusSeconds(30), ADA, "age", 8L);
    KIT.settle();
    // then
    assertThat(ada()).isEqualTo(Map.of("id", "ada", "plan", "pro", "city", "Graz", "age", 8L));
  }

  @Test
  @DisplayName("P-11: the same holds for leaves and the object they belong to")
  void shouldLetTheLastWriterWinForLeaves() {
    var noon = KIT.clock.instant();
    KIT.identifyAt(noon, ADA, PREFERENCES, Map.of("topics", Map.of("topic_1", false)));
    KIT.identifyAt(noon.minusSeconds(60), ADA, PREFERENCES + ".topics.topic_1", true);
    KIT.settle();
    assertThat(ada()).containsEntry(PREFERENCES, Map.of("topics", Map.of("topic_1", false)));
  }

  @Test
  @DisplayName(
      "P-11: in whatever order dated writes arrive, the result is the same; also when some change nothing")
  void shouldNotDependOnTheOrderOfDatedWrites() {
    var seed = System.nanoTime();
    var random = new Random(seed);
    var noon = KIT.clock.instant();
    for (var round = 0; round < 10; round++) {
      // given: six writes of one attribute, each at its own time, some equal to each other
      var values = new ArrayList<Object>();
      for (var i = 0; i < 6; i++) {
        values.add(List.of("a", "b", "").get(random.nextInt(3)));
      }
      var order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
      Collections.shuffle(order, random);
      var person = id("person-" + round);
      // when
      for (var at : order) {
        KIT.identifyAt(noon.plusSeconds(at), person, "plan", values.get(at));
      }
      KIT.settle();
      // then
      var last = values.getLast();
      var plan = KIT.attributesOf(person).get("plan");
      assertThat(plan == null ? "" : plan)
          .as("seed %d: %s written in the order %s", seed, values, order)
          .isEqualTo(last);
    }
  }

  @Test
  @DisplayName("P-11: without _timestamp the order of arrival decides")
  void shouldLetTheLastCallWin() {
    KIT.identify(ADA, "plan", "a");
    KIT.clock.advance(Duration.ofSeconds(1));
    KIT.identify(ADA, "plan", "b");
    KIT.identify(ADA, "plan", "c");
    KIT.settle();
    assertThat(ada()).containsEntry("plan", "c");
  }

  @Test
  @DisplayName(
      "P-14: the 301st attribute is refused with failed_attribute_change; what is there may still change and go")
  void shouldRefuseTheThreeHundredAndFirst() {
    // given
    var attributes = new ArrayList<Object>();
    for (var i = 0; i < 300; i++) {
      attributes.addAll(List.of("a" + i, "v"));
    }
    identify(attributes.toArray());
    // when
    identify("b", "new", "a0", "changed");
    // then
    assertThat(ada()).containsEntry("a0", "changed").doesNotContainKey("b");
    assertThat(KIT.activities(KIT.personId(ADA)))
        .contains(
            new Activity(
                "failed_attribute_change",
                Map.of("reason", "a person has at most 300 attributes", "b", "new")))
        .contains(
            new Activity("attribute_change", Map.of("a0", Map.of("from", "v", "to", "changed"))));
    // when
    identify("a1", "", "b", "new");
    // then
    assertThat(ada()).containsEntry("b", "new").doesNotContainKey("a1");
  }

  @Test
  @DisplayName("P-53: one attribute_change per call with all changed keys, from and to")
  void shouldNoteChanges() {
    identify("plan", "free");
    identify("plan", "pro", "age", 7L, "same", null);
    identify("plan", null);
    assertThat(KIT.activities(KIT.personId(ADA)))
        .containsExactly(
            new Activity(
                "attribute_change",
                Map.of(
                    "plan",
                    Map.of("from", "free", "to", "pro"),
                    "age",
                    Map.of("from", "", "to", 7L))),
            new Activity("attribute_change", Map.of("plan", Map.of("from", "pro", "to", ""))));
  }

  @Test
  @DisplayName("P-13: a call that changes nothing is a skipped_update")
  void shouldNoteSkippedUpdates() {
    identify("plan", "free");
    identify("plan", "free");
    identify();
    assertThat(KIT.activityTypes(ADA)).containsExactly("skipped_update", "skipped_update");
  }

  @Test
  @DisplayName("track §3.5: what is removed and written again for years does not pile up")
  void shouldBoundTheWriteTimes() {
    for (var call = 0; call < 9; call++) {
      var attributes = new ArrayList<Object>();
      for (var i = 0; i < 100; i++) {
        attributes.addAll(List.of("a" + call + "_" + i, "v"));
      }
      identify(attributes.toArray());
      for (var i = 1; i < attributes.size(); i += 2) {
        attributes.set(i, "");
      }
      identify(attributes.toArray());
    }
    var written =
        KIT.number(
            "SELECT count(*) FROM person p, json_object_keys(p.written::json) WHERE p.person_id = ?",
            KIT.personId(ADA));
    assertThat(written).isLessThanOrEqualTo(600);
  }

  @Test
  @DisplayName(
      "P-7: created_at is what the client says, apart from when the person came to be here")
  void shouldKeepBothTimesOfCreation() {
    identify("created_at", 1_500_000_000L);
    identify("created_at", 1_600_000_000L);
    assertThat(ada()).containsEntry("created_at", 1_600_000_000L);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM person WHERE person_id = ? AND created_at >= ?",
                KIT.personId(ADA),
                ProcessingKit.START))
        .isEqualTo(1);
  }

  @Test
  @DisplayName("P-9: names that begin with _ are stored, and not offered by the data index")
  void shouldKeepInternalNamesToItself() {
    identify("_internal", "x", "shown", "y");
    assertThat(ada()).containsEntry("_internal", "x");
    var names =
        KIT.database.read(handle ->
            handle
                .select(
                    "SELECT name FROM attribute_name WHERE workspace_id = ?",
                    KIT.workspace().value())
                .mapTo(String.class)
                .list());
    assertThat(names).contains("shown").doesNotContain("_internal");
  }
}
