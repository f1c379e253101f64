package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.exit;
import static dev.carillon.processing.Around.is;
import static dev.carillon.processing.Around.not;
import static dev.carillon.processing.Around.onEntry;
import static dev.carillon.processing.Around.related;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences.Count;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments over objects and relationships, live and built (journeys §2.6, §2.7). */
final class ObjectSegmentsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final Identifier ADA = id("ada");
  private static final Identifier BEN = id("ben");
  private static final ObjectName ACME = object("acme");
  private static final ObjectName BOLT = object("bolt");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    KIT.objectType(1);
    KIT.objectType(2);
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  @Test
  @DisplayName("§2.6: tests on the object and on the relationship hold for the same pair")
  void shouldAskBothOfThePair() {
    var admins =
        KIT.segment(
            new Condition.Related(
                1, List.of(is("plan", "pro")), List.of(is("role", "admin")), Count.AT_LEAST, 1));
    THINGS.apply(
        THINGS.identify(ACME, "plan", "pro"),
        THINGS.identify(BOLT, "plan", "free"),
        THINGS.relate(ADA, ACME, "role", "member"),
        THINGS.relate(ADA, BOLT, "role", "admin"));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    THINGS.apply(THINGS.relate(ADA, ACME, "role", "admin"));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(admins);
    THINGS.apply(THINGS.relate(ADA, ACME, "role", null));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName(
      "§2.6, §2.7: counts follow relationships that come and go, also by cio_object_id; other types do not count")
  void shouldCountObjects() {
    var none = KIT.segment(related(Count.AT_MOST, 0));
    var one = KIT.segment(related(Count.EXACTLY, 1));
    var two = KIT.segment(related(Count.AT_LEAST, 2));
    KIT.identify(ADA);
    THINGS.apply(THINGS.relate(ADA, new ObjectName.OfType(2, "acme")));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(none);
    THINGS.apply(THINGS.identify(ACME));
    THINGS.apply(THINGS.relate(ADA, THINGS.cioId("acme")));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(one);
    THINGS.apply(THINGS.relate(ADA, BOLT));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(two);
    THINGS.apply(THINGS.unrelate(ADA, THINGS.cioId("acme")));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(one);
    THINGS.apply(THINGS.unrelate(ADA, BOLT));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(none);
  }

  @Test
  @DisplayName(
      "§2.7: when an object changes or is deleted, everybody related to it is looked at, and may enter a campaign")
  void shouldLookAtEverybodyOfAnObject() {
    var pro = KIT.segment(related(is("plan", "pro")));
    var none = KIT.segment(not(related()));
    KIT.campaign(everyTime(onEntry(pro), null, exit()));
    THINGS.apply(THINGS.relate(ADA, ACME), THINGS.relate(BEN, ACME), THINGS.relate(BEN, BOLT));
    THINGS.apply(THINGS.identify(ACME, "plan", "pro"));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(pro);
    assertThat(KIT.segmentsOf(BEN)).containsExactly(pro);
    assertThat(KIT.journeys(BEN)).hasSize(1);
    THINGS.apply(THINGS.identify(ACME, "plan", "free"));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    THINGS.apply(THINGS.identify(BOLT, "plan", "pro"), THINGS.delete(ACME));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(none);
    assertThat(KIT.segmentsOf(BEN)).containsExactly(pro);
    THINGS.apply(THINGS.delete(BOLT));
    assertThat(KIT.segmentsOf(BEN)).containsExactly(none);
    assertThat(KIT.journeys(BEN)).hasSize(2);
  }

  @Test
  @DisplayName("S-35, P-12: parts of an object's attributes, written as a whole or by a dotted key")
  void shouldFollowPartsOfAttributes() {
    var big = KIT.segment(related(is("address.city", "Oslo")));
    THINGS.apply(
        THINGS.relate(ADA, ACME), THINGS.identify(ACME, "address", Map.of("city", "Oslo")));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(big);
    THINGS.apply(THINGS.identify(ACME, "address.city", "Bergen"));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("§2.7: an object that is deleted and made anew in one batch is another one")
  void shouldTellAnObjectFromItsSuccessor() {
    var pro = KIT.segment(related(is("plan", "pro")));
    THINGS.apply(
        THINGS.identify(ACME, "plan", "pro"), THINGS.relate(ADA, ACME), THINGS.relate(BEN, ACME));
    KIT.acceptTogether(
        List.of(
            THINGS.delete(ACME), THINGS.identify(ACME, "plan", "pro"), THINGS.relate(BEN, ACME)));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.segmentsOf(BEN)).containsExactly(pro);
  }

  @Test
  @DisplayName(
      "P-34: relationships of nobody become the person's with the identify that claims them")
  void shouldNoticeClaimedRelationships() {
    var pro = KIT.segment(related(is("plan", "pro")));
    THINGS.apply(THINGS.identify(ACME, "plan", "pro"), THINGS.relateAnonymous("anon", ACME));
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(pro);
    // and for who exists, by an event that names both
    THINGS.apply(THINGS.relateAnonymous("other", ACME));
    KIT.identify(BEN);
    KIT.settle();
    assertThat(KIT.segmentsOf(BEN)).isEmpty();
    KIT.accept(KIT.linkingOf(BEN, "other", "viewed"));
    KIT.settle();
    assertThat(KIT.segmentsOf(BEN)).containsExactly(pro);
  }

  @Test
  @DisplayName("§2.7, P-26: a merge looks at all of the primary, who inherits relationships")
  void shouldFollowMerges() {
    var two = KIT.segment(related(Count.AT_LEAST, 2));
    THINGS.apply(THINGS.relate(ADA, ACME), THINGS.relate(BEN, ACME), THINGS.relate(BEN, BOLT));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.accept(KIT.mergeOf(ADA, BEN));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(two);
    THINGS.apply(THINGS.delete(BOLT));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("S-4: a build finds the same people as living through it")
  void shouldBuildWhatLiveWouldHaveFound() {
    var condition = related(is("plan", "pro"));
    var live = KIT.segment(condition);
    for (var i = 0; i < 6; i++) {
      KIT.accept(THINGS.identify(object("o" + i), "plan", i % 2 == 0 ? "pro" : "free"));
    }
    for (var i = 0; i < 20; i++) {
      KIT.accept(THINGS.relate(id("p" + i), object("o" + i % 5)));
    }
    KIT.accept(THINGS.identify(object("o1"), "plan", "pro"));
    KIT.accept(THINGS.delete(object("o2")));
    KIT.settle();
    var built = KIT.segment(condition);
    assertThat(members(built)).isEqualTo(members(live)).hasSize(12);
  }

  private static List<Long> members(int segment) {
    return KIT.database.read(handle ->
        handle
            .select("SELECT person_id FROM segment_member WHERE segment_id = ? ORDER BY 1", segment)
            .mapTo(Long.class)
            .list());
  }
}
