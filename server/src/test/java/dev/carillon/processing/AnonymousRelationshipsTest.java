package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.AnonymousRelationshipRepository;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Activity;
import dev.carillon.workspaces.WorkspaceSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Relationships of nobody yet (track §6 identify_anonymous, P-34). */
final class AnonymousRelationshipsTest {
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

  private static void claim(Identifier person) {
    KIT.identify(person, "anonymous_id", "anon");
    KIT.settle();
  }

  @Test
  @DisplayName("P-34: they become real when somebody claims the anonymous id, once")
  void shouldBecomeReal() {
    // given
    THINGS.apply(
        THINGS.relateAnonymous("anon", ACME, "role", "guest"),
        THINGS.relateAnonymous("anon", object("bolt")),
        THINGS.relateAnonymous("other", object("nut")),
        THINGS.relateAnonymous("", object("never")));
    assertThat(THINGS.waiting("anon")).containsExactly("acme {\"role\":\"guest\"}", "bolt {}");
    // when
    claim(ADA);
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {\"role\":\"guest\"}", "bolt {}");
    assertThat(THINGS.waiting("anon")).isEmpty();
    assertThat(THINGS.waiting("other")).containsExactly("nut {}");
    assertThat(KIT.activityTypes(ADA)).containsExactly("add_relationship", "add_relationship");
    assertThat(THINGS.activities(THINGS.objectKey("acme")).getLast())
        .startsWith("_o:1:add_relationship {");
    // when
    claim(BEN);
    // then
    assertThat(THINGS.relationships(BEN)).isEmpty();
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-33, P-34: they become real also where events stay anonymous")
  void shouldBecomeRealWithoutEvents() {
    // given
    KIT.settings(now ->
        new WorkspaceSettings(
            now.autoMerge(), now.emailUpdatesById(), false, now.identifiers(), now.zone()));
    THINGS.apply(THINGS.relateAnonymous("anon", ACME, "role", "guest"));
    // when
    claim(ADA);
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {\"role\":\"guest\"}");
    assertThat(THINGS.waiting("anon")).isEmpty();
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-34, P-11: what the person has stays where it was written later")
  void shouldMergeIntoWhatThePersonHas() {
    // given
    var early = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    Map<String, Object> given = Map.of("role", "guest", "seat", "a");
    THINGS.apply(
        THINGS.relate(ADA, ACME, "role", "owner"),
        new Operation.Relate(KIT.workspace(), null, "anon", ACME, true, false, given, early));
    // when
    claim(ADA);
    // then
    assertThat(THINGS.relationships(ADA))
        .containsExactly("acme {\"role\":\"owner\",\"seat\":\"a\"}");
    assertThat(KIT.activities(KIT.personId(ADA)))
        .filteredOn(each -> each.type().equals("relationship_attribute_change"))
        .singleElement()
        .extracting(Activity::data)
        .asString()
        .contains("seat");
  }

  @Test
  @DisplayName(
      "P-31, as with events: up to 5 minutes after the claim they are the person's at once")
  void shouldFollowTheClaim() {
    // given
    claim(ADA);
    // when
    THINGS.apply(THINGS.relateAnonymous("anon", ACME));
    KIT.advance(Duration.ofMinutes(6));
    THINGS.apply(THINGS.relateAnonymous("anon", object("bolt")));
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {}");
    assertThat(THINGS.waiting("anon")).containsExactly("bolt {}");
    // when
    claim(ADA);
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {}", "bolt {}");
  }

  @Test
  @DisplayName("track §6: they merge and can be undone while nobody has claimed them")
  void shouldMergeAndBeUndone() {
    // when
    THINGS.apply(
        THINGS.relateAnonymous("anon", ACME, "role", "guest", "seat", "a"),
        THINGS.relateAnonymous("anon", ACME, "role", "member", "seat", null),
        THINGS.relateAnonymous("anon", object("bolt")),
        THINGS.unrelateAnonymous("anon", object("bolt")));
    // then
    assertThat(THINGS.waiting("anon")).containsExactly("acme {\"role\":\"member\"}");
  }

  @Test
  @DisplayName("P-30, P-34: they wait 30 days from when they were last added")
  void shouldExpire() {
    // given
    THINGS.apply(
        THINGS.relateAnonymous("anon", ACME, "role", "guest"),
        THINGS.relateAnonymous("anon", object("bolt")),
        THINGS.relateAnonymous("anon", object("nut"), "old", 1L));
    KIT.advance(Duration.ofDays(20));
    THINGS.apply(THINGS.relateAnonymous("anon", object("bolt")));
    KIT.advance(Duration.ofDays(11));
    // when one that is past its time is added again, it begins anew
    THINGS.apply(THINGS.relateAnonymous("anon", object("nut"), "new", 1L));
    claim(ADA);
    // then
    assertThat(THINGS.relationships(ADA)).containsExactly("bolt {}", "nut {\"new\":1}");
    assertThat(THINGS.waiting("anon")).isEmpty();
  }

  @Test
  @DisplayName("P-30: what is past its time is removed in the background")
  void shouldBeRemovedInTheBackground() {
    // given
    THINGS.apply(THINGS.relateAnonymous("anon", ACME));
    KIT.advance(Duration.ofDays(31));
    THINGS.apply(THINGS.relateAnonymous("anon", object("bolt")));
    // when
    var repository = new AnonymousRelationshipRepository();
    var more =
        KIT.database.<Boolean, RuntimeException>inTransaction(
            handle -> repository.expire(handle, KIT.clock.instant()));
    // then
    assertThat(more).isFalse();
    assertThat(THINGS.waiting("anon")).containsExactly("bolt {}");
  }

  @Test
  @DisplayName("I2: related, claimed, deleted and claimed again within one batch")
  void shouldWorkWithinOneBatch() {
    // given
    THINGS.apply(THINGS.relateAnonymous("anon", object("bolt")));
    // when
    KIT.acceptTogether(
        List.of(
            THINGS.relateAnonymous("anon", ACME, "role", "guest"),
            KIT.identifyOf(ADA, "anonymous_id", "anon"),
            new Operation.Delete(KIT.workspace(), ADA),
            THINGS.relateAnonymous("anon", object("nut")),
            KIT.identifyOf(BEN, "anonymous_id", "anon"),
            THINGS.relateAnonymous("anon", object("screw"))));
    // then
    assertThat(THINGS.relationships(BEN)).containsExactly("nut {}", "screw {}");
    assertThat(THINGS.waiting("anon")).isEmpty();
    assertThat(KIT.deadLetters()).isEmpty();
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-33, P-34: also where events stay anonymous")
  void shouldBecomeRealWhereEventsStayAnonymous() {
    KIT.settings(now ->
        new WorkspaceSettings(
            now.autoMerge(), now.emailUpdatesById(), false, now.identifiers(), now.zone()));
    THINGS.apply(
        THINGS.relateAnonymous("anon", ACME, "role", "guest"),
        KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    claim(ADA);
    assertThat(THINGS.relationships(ADA)).containsExactly("acme {\"role\":\"guest\"}");
    assertThat(THINGS.waiting("anon")).isEmpty();
    assertThat(KIT.events(ADA)).isEmpty();
  }
}
