package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.CioObjectId;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Activity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Objects and the people related to them (track §6). */
final class ObjectsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final Identifier ADA = id("ada");
  private static final Identifier BEN = id("ben");
  private static final ObjectName ACME = object("acme");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    KIT.objectType(1);
  }

  private static List<String> activities(long objectKey) {
    return THINGS.activities(objectKey);
  }

  private static List<Activity> activities(Identifier person) {
    return KIT.activities(KIT.personId(person));
  }

  private static Operation.ObjectIdentify at(Instant written, String name, Object value) {
    return new Operation.ObjectIdentify(
        KIT.workspace(), ACME, Map.of(name, value), written.toEpochMilli());
  }

  // ── objects ───────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("track §6, §3.5: identify creates an object or merges its attributes")
  void shouldCreateAndChangeAnObject() {
    // when
    THINGS.apply(THINGS.identify(ACME, "name", "Acme", "size", 5L, "none", null));
    // then
    var acme = THINGS.objectKey("acme");
    assertThat(THINGS.objects()).containsExactly("1/acme {\"name\":\"Acme\",\"size\":5}");
    // when
    THINGS.apply(
        THINGS.identify(ACME, "name", "", "size", 6L, "address", Map.of("city", "Linz")),
        THINGS.identify(ACME, "size", 6L),
        THINGS.identify(THINGS.cioId("acme"), "plan", "pro"),
        THINGS.identify(object("Acme")));
    // then
    assertThat(THINGS.objects())
        .containsExactly(
            "1/Acme {}", "1/acme {\"size\":6,\"address\":{\"city\":\"Linz\"},\"plan\":\"pro\"}");
    var cioId = CioObjectId.of(acme);
    assertThat(cioId).matches("ob[0-9a-f]{12}");
    assertThat(activities(acme))
        .containsExactly(
            "_o:1:create {\"object_type_id\":\"1\",\"object_id\":\"acme\",\"cio_object_id\":\"%s\"}"
                .formatted(cioId),
            "_o:1:attribute_change {\"name\":{\"from\":\"Acme\",\"to\":\"\"},\"size\":{\"from\":5,\"to\":6},\"address\":{\"from\":\"\",\"to\":{\"city\":\"Linz\"}}}",
            "_o:1:attribute_change {\"plan\":{\"from\":\"\",\"to\":\"pro\"}}");
  }

  @Test
  @DisplayName("P-11: an older write never overwrites a newer one of the same attribute")
  void shouldKeepTheNewestWrite() {
    // given
    var early = Instant.parse("2026-01-01T00:00:00Z");
    THINGS.apply(at(early.plusSeconds(10), "a", "second"), at(early, "a", "first"));
    // then
    assertThat(THINGS.attributes("acme")).isEqualTo(Map.of("a", "second"));
    // when one that changes nothing says that it still held later
    THINGS.apply(at(early.plusSeconds(30), "a", "second"), at(early.plusSeconds(20), "a", "old"));
    // then
    assertThat(THINGS.attributes("acme")).isEqualTo(Map.of("a", "second"));
  }

  @Test
  @DisplayName("track §6: unknown types and unknown cio_object_ids are ignored")
  void shouldIgnoreTheUnknown() {
    // given
    THINGS.apply(THINGS.identify(ACME));
    var acme = THINGS.cioId("acme");
    var nowhere = new ObjectName.OfCioId(CioObjectId.of(4_711));
    // when
    THINGS.apply(
        THINGS.identify(new ObjectName.OfType(7, "x")),
        THINGS.relate(ADA, new ObjectName.OfType(7, "x")),
        THINGS.relateAnonymous("anon", new ObjectName.OfType(7, "x")),
        THINGS.identify(nowhere, "a", 1L),
        THINGS.relate(ADA, nowhere),
        THINGS.unrelate(ADA, nowhere),
        THINGS.relateAnonymous("anon", nowhere),
        THINGS.identify(new ObjectName.OfCioId("nonsense"), "a", 1L),
        THINGS.delete(nowhere),
        THINGS.delete(object("unknown")));
    KIT.inNewWorkspace();
    THINGS.apply(THINGS.identify(acme, "a", 1L), THINGS.relate(ADA, acme), THINGS.delete(acme));
    // then
    assertThat(THINGS.objects()).isEmpty();
    assertThat(THINGS.relationships(ADA)).isEmpty();
    assertThat(KIT.deadLetters()).isEmpty();
    assertThat(KIT.number("SELECT count(*) FROM object")).isPositive();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM object WHERE workspace_id = ? AND attributes = '{}'",
                KIT.workspace().value() - 1))
        .isEqualTo(1);
  }

  @Test
  @DisplayName("track §6, §8: 300 attributes and 100 KB; what is too much is refused and noted")
  void shouldLimitAttributes() {
    // given
    var many = new ArrayList<Object>();
    for (var i = 0; i < 301; i++) {
      many.add("a" + i);
      many.add("x".repeat(300));
    }
    // when: 300 attributes fill about 91 KB
    THINGS.apply(THINGS.identify(ACME, many.toArray()));
    // then
    assertThat(THINGS.attributes("acme")).hasSize(300).doesNotContainKey("a300");
    assertThat(activities(THINGS.objectKey("acme")).getLast())
        .startsWith(
            "_o:1:failed_attribute_change {\"reason\":\"there are at most 300 attributes\",\"a300\":");
    // when
    var large = new ArrayList<Object>();
    for (var i = 0; i < 20; i++) {
      large.add("a" + i);
      large.add("é".repeat(500));
    }
    THINGS.apply(THINGS.identify(ACME, large.toArray()));
    // then
    assertThat(
            KIT.number(
                "SELECT octet_length(attributes) FROM object WHERE object_key = ?",
                THINGS.objectKey("acme")))
        .isBetween(101_000L, 102_400L);
    assertThat(activities(THINGS.objectKey("acme")).getLast())
        .startsWith(
            "_o:1:failed_attribute_change {\"reason\":\"all attributes together have at most 102400 bytes\"");
    // when one goes, another one fits again, and one that is no longer than the former one always
    THINGS.apply(THINGS.identify(ACME, "a200", null, "a201", null, "a202", null, "a203", null));
    THINGS.apply(THINGS.identify(ACME, "a300", "y".repeat(900), "a204", "z".repeat(300)));
    // then
    assertThat(THINGS.attributes("acme"))
        .containsEntry("a300", "y".repeat(900))
        .containsEntry("a204", "z".repeat(300));
  }

  @Test
  @DisplayName("track §6: relationship is reserved; an object's own names are the server's")
  void shouldRefuseReservedNames() {
    // when
    THINGS.apply(
        THINGS.identify(ACME, "relationship", 1L, "object_id", "x", "cio_object_id", "y", "a", 1L));
    // then
    assertThat(THINGS.attributes("acme")).isEqualTo(Map.of("a", 1L));
    assertThat(activities(THINGS.objectKey("acme")).getLast())
        .isEqualTo(
            "_o:1:failed_attribute_change {\"reason\":\"no object may have an attribute of this name\",\"relationship\":1}");
  }

  // ── relationships ─────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("track §6: relating creates the missing object and the missing person")
  void shouldCreateWhatIsMissing() {
    // when
    THINGS.apply(THINGS.relate(email("kim@example.test"), ACME, "role", "owner"));
    // then
    var kim = email("kim@example.test");
    var acme = THINGS.objectKey("acme");
    assertThat(THINGS.relationships(kim)).containsExactly("acme {\"role\":\"owner\"}");
    assertThat(activities(kim))
        .containsExactly(
            new Activity(
                "add_relationship",
                Map.of(
                    "object_type_id",
                    "1",
                    "object_id",
                    "acme",
                    "cio_object_id",
                    CioObjectId.of(acme),
                    "attributes",
                    Map.of("role", "owner"))));
    assertThat(activities(acme).getLast())
        .isEqualTo(
            "_o:1:add_relationship {\"cio_id\":\"%s\"}".formatted(CioId.of(KIT.personId(kim))));
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("track §6: an unknown person is created only where that is allowed")
  void shouldNotCreateWhomNobodyMayCreate() {
    // when
    THINGS.apply(
        new Operation.Relate(KIT.workspace(), ADA, null, ACME, true, false, Map.of(), 0),
        THINGS.relate(Identifier.cioId(CioId.of(4_711)), ACME),
        THINGS.unrelate(BEN, ACME));
    // then
    assertThat(KIT.people()).isZero();
    assertThat(THINGS.objects()).isEmpty();
  }

  @Test
  @DisplayName("track §6: re-adding merges the relationship's attributes; null and \"\" remove one")
  void shouldMergeRelationshipAttributes() {
    // given
    THINGS.apply(THINGS.relate(ADA, ACME, "role", "owner", "since", 5L, "seat", "a"));
    // when
    THINGS.apply(
        THINGS.relate(ADA, ACME, "role", "admin", "since", null, "seat", ""),
        THINGS.relate(ADA, ACME, "role", "admin"),
        THINGS.relate(ADA, ACME));
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {\"role\":\"admin\"}");
    assertThat(activities(ADA))
        .extracting(Activity::type)
        .containsExactly("add_relationship", "relationship_attribute_change");
    assertThat(activities(ADA).getLast().data())
        .containsEntry("object_id", "acme")
        .containsEntry(
            "attributes",
            Map.of(
                "role",
                Map.of("from", "owner", "to", "admin"),
                "since",
                Map.of("from", 5L, "to", ""),
                "seat",
                Map.of("from", "a", "to", "")));
    // and on the side of the object
    assertThat(activities(THINGS.objectKey("acme")))
        .extracting(each -> each.substring(0, each.indexOf(' ')))
        .containsExactly("_o:1:create", "_o:1:add_relationship", "_r:1:attribute_change");
    assertThat(AttributesJson.parse(last(activities(THINGS.objectKey("acme")))))
        .containsEntry("role", Map.of("from", "owner", "to", "admin"))
        .containsEntry("cio_id", CioId.of(KIT.personId(ADA)));
  }

  /** The data of the last entry. */
  private static String last(List<String> activities) {
    return activities.getLast().substring(activities.getLast().indexOf(' ') + 1);
  }

  @Test
  @DisplayName("track §8: the limits of relationships")
  void shouldLimitRelationshipAttributes() {
    // given
    var many = new ArrayList<Object>();
    for (var i = 0; i < 130; i++) {
      many.add("a" + i);
      many.add("x".repeat(900));
    }
    // when
    THINGS.apply(THINGS.relate(ADA, ACME, many.toArray()));
    // then
    assertThat(activities(ADA))
        .extracting(Activity::type)
        .containsExactly("add_relationship", "relationship_failed_attribute_change");
    assertThat(activities(ADA).getLast().data())
        .containsEntry("reason", "all attributes together have at most 102400 bytes")
        .containsEntry("object_id", "acme");
    assertThat(activities(THINGS.objectKey("acme")).getLast())
        .startsWith("_r:1:failed_attribute_change {\"reason\":\"all attributes together")
        .endsWith("\"cio_id\":\"" + CioId.of(KIT.personId(ADA)) + "\"}");
  }

  @Test
  @DisplayName("track §6: deleting a relationship; one that is not there is nothing")
  void shouldUndoARelationship() {
    // given
    THINGS.apply(
        THINGS.relate(ADA, ACME), THINGS.relate(ADA, object("bolt")), THINGS.relate(BEN, ACME));
    // when
    THINGS.apply(
        THINGS.unrelate(ADA, THINGS.cioId("acme")),
        THINGS.unrelate(ADA, ACME),
        THINGS.unrelate(BEN, object("bolt")));
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("bolt {}");
    assertThat(THINGS.relationships(BEN)).containsExactly("acme {}");
    assertThat(activities(ADA).getLast())
        .isEqualTo(
            new Activity(
                "delete_relationship",
                Map.of(
                    "object_type_id",
                    "1",
                    "object_id",
                    "acme",
                    "cio_object_id",
                    CioObjectId.of(THINGS.objectKey("acme")))));
    assertThat(activities(THINGS.objectKey("acme")).getLast())
        .isEqualTo(
            "_o:1:delete_relationship {\"cio_id\":\"%s\"}".formatted(CioId.of(KIT.personId(ADA))));
    assertThat(activities(BEN)).hasSize(1);
  }

  // ── what goes with what ───────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName(
      "track §6: an object goes with its relationships, anonymous ones too; its id is free")
  void shouldDeleteAnObject() {
    // given
    THINGS.apply(
        THINGS.identify(ACME, "a", 1L),
        THINGS.relate(ADA, ACME, "role", "owner"),
        THINGS.relate(ADA, object("bolt")),
        THINGS.relateAnonymous("anon", ACME));
    var acme = THINGS.objectKey("acme");
    var cioId = THINGS.cioId("acme");
    // when
    THINGS.apply(THINGS.delete(ACME), THINGS.identify(cioId, "b", 1L));
    // then
    assertThat(THINGS.objects()).containsExactly("1/bolt {}");
    assertThat(THINGS.relationships(ADA)).containsExactly("bolt {}");
    assertThat(THINGS.waiting("anon")).isEmpty();
    assertThat(activities(acme).getLast()).startsWith("_o:1:delete {");
    KIT.assertConsistent();
    // when
    THINGS.apply(THINGS.relate(ADA, ACME));
    // then
    assertThat(THINGS.objectKey("acme")).isNotEqualTo(acme);
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {}", "bolt {}");
  }

  @Test
  @DisplayName("I2: an object is deleted and made anew within one batch")
  void shouldDeleteAndMakeAnewInOneBatch() {
    // given
    THINGS.apply(THINGS.identify(ACME, "a", 1L), THINGS.relate(ADA, ACME, "role", "owner"));
    var former = THINGS.cioId("acme");
    // when
    KIT.acceptTogether(
        List.of(
            THINGS.relate(BEN, ACME),
            THINGS.relateAnonymous("anon", ACME),
            THINGS.delete(ACME),
            THINGS.identify(former, "c", 1L),
            THINGS.relate(ADA, former),
            THINGS.unrelate(BEN, ACME),
            THINGS.identify(ACME, "b", 2L),
            THINGS.relate(BEN, ACME, "role", "guest"),
            THINGS.identify(object("short-lived")),
            THINGS.relate(ADA, object("short-lived")),
            THINGS.delete(object("short-lived"))));
    // then
    assertThat(THINGS.objects()).containsExactly("1/acme {\"b\":2}");
    assertThat(THINGS.relationships(ADA)).isEmpty();
    assertThat(THINGS.relationships(BEN)).containsExactly("acme {\"role\":\"guest\"}");
    assertThat(THINGS.waiting("anon")).isEmpty();
    assertThat(KIT.deadLetters()).isEmpty();
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-15: relationships go with their person; objects stay")
  void shouldGoWithThePerson() {
    // given
    THINGS.apply(THINGS.relate(ADA, ACME), THINGS.relate(BEN, ACME));
    // when
    KIT.acceptTogether(
        List.of(
            THINGS.relate(ADA, object("bolt")),
            new Operation.Delete(KIT.workspace(), ADA),
            THINGS.relate(ADA, object("nut")),
            THINGS.relate(id("cleo"), ACME),
            new Operation.Delete(KIT.workspace(), id("cleo"))));
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("nut {}");
    assertThat(THINGS.relationships(BEN)).containsExactly("acme {}");
    assertThat(THINGS.objects()).containsExactly("1/acme {}", "1/bolt {}", "1/nut {}");
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("I2: who is meant by an identifier is decided at each call of a batch")
  void shouldFollowNamesWithinABatch() {
    // given
    THINGS.apply(THINGS.relate(ADA, ACME, "role", "owner"), THINGS.relate(ADA, object("bolt")));
    var address = email("ada@example.test");
    // when
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "email", "ada@example.test"),
            THINGS.relate(address, ACME, "seat", "a"),
            THINGS.unrelate(address, object("bolt"))));
    // then
    assertThat(THINGS.relationships(ADA))
        .containsExactly("acme {\"role\":\"owner\",\"seat\":\"a\"}");
    assertThat(KIT.people()).isEqualTo(1);
  }
}
