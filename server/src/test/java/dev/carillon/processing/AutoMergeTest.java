package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.Suppressions;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Two people complete each other, and the settings that steer identifiers (P-5, P-20, track §3.3).
 */
final class AutoMergeTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier MAIL = email("ada@example.test");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static void apart() {
    KIT.identify(ADA, "plan", "of the id", "a", "1");
    KIT.advance(Duration.ofSeconds(1));
    KIT.identify(MAIL, "plan", "of the address", "b", "2");
    KIT.event(MAIL, "bought");
    KIT.settle();
  }

  @Test
  @DisplayName(
      "P-20: id and e-mail of two people who complete each other: one person, the older one")
  void shouldMergeWhoCompleteEachOther() {
    // given
    apart();
    var older = KIT.personId(ADA);
    // when
    KIT.identify(ADA, "email", "ada@example.test", "c", "3");
    KIT.settle();
    // then
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.personId(MAIL)).isEqualTo(older);
    assertThat(KIT.attributesOf(ADA))
        .isEqualTo(
            Map.of(
                "id",
                "ada",
                "email",
                "ada@example.test",
                "plan",
                "of the id",
                "a",
                "1",
                "b",
                "2",
                "c",
                "3"));
    assertThat(KIT.events(ADA)).containsExactly("bought");
    assertThat(KIT.activityTypes(ADA))
        .contains("profile_merge", "attribute_change")
        .doesNotContain("failed_attribute_change");
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-20: the address's person is the older one; the path may be the address")
  void shouldKeepTheOlderPerson() {
    KIT.identify(MAIL, "plan", "of the address");
    KIT.advance(Duration.ofSeconds(1));
    KIT.identify(ADA, "plan", "of the id");
    KIT.settle();
    var older = KIT.personId(MAIL);
    KIT.identify(MAIL, "id", "ada");
    KIT.settle();
    assertThat(KIT.personId(ADA)).isEqualTo(older);
    assertThat(KIT.attributesOf(ADA)).containsEntry("plan", "of the address");
    KIT.assertConsistent();
  }

  @Test
  @DisplayName(
      "P-20: not when one of them already has both, nor when the workspace does not want it")
  void shouldNotMergeOthers() {
    apart();
    KIT.identify(MAIL, "id", "other");
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.activityTypes(ADA)).contains("failed_attribute_change");

    KIT.inNewWorkspace();
    KIT.settings(now ->
        new WorkspaceSettings(
            false,
            now.emailUpdatesById(),
            now.mergeAnonymousEvents(),
            now.identifiers(),
            now.zone()));
    apart();
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.activityTypes(ADA)).contains("failed_attribute_change");
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-20: many in one batch, among calls about the same people")
  void shouldMergeManyInOneBatch() {
    var operations = new ArrayList<Operation>();
    for (var i = 0; i < 60; i++) {
      var mail = email("p" + i + "@example.test");
      operations.add(KIT.identifyOf(id("p" + i), "a", (long) i));
      operations.add(KIT.eventOf(mail, "bought", "{}"));
      operations.add(KIT.identifyOf(mail, "id", "p" + i, "b", (long) i));
      operations.add(KIT.eventOf(id("p" + i), "again", "{}"));
      operations.add(KIT.identifyOf(id("p" + i), "c", (long) i));
    }
    KIT.acceptTogether(operations);
    assertThat(KIT.people()).isEqualTo(60);
    for (var i = 0; i < 60; i++) {
      assertThat(KIT.attributesOf(id("p" + i)))
          .isEqualTo(
              Map.of(
                  "id",
                  "p" + i,
                  "email",
                  "p" + i + "@example.test",
                  "a",
                  (long) i,
                  "b",
                  (long) i,
                  "c",
                  (long) i));
      assertThat(KIT.events(id("p" + i))).containsExactly("bought", "again");
    }
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-5, track §3.3 row 2: an id may replace the address where the workspace allows it")
  void shouldUpdateTheEmailById() {
    KIT.settings(now ->
        new WorkspaceSettings(
            now.autoMerge(), true, now.mergeAnonymousEvents(), now.identifiers(), now.zone()));
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.identify(ADA, "email", "new@example.test");
    KIT.settle();
    assertThat(KIT.attributesOf(ADA)).containsEntry("email", "new@example.test");
    assertThat(KIT.find(MAIL)).isEmpty();
    // by the address it still does not change, and nobody takes that of another
    KIT.identify(email("new@example.test"), "id", "other");
    KIT.identify(id("bob"), "email", "bob@example.test");
    KIT.identify(ADA, "email", "bob@example.test");
    KIT.settle();
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "email", "new@example.test"));
    assertThat(KIT.activityTypes(ADA)).filteredOn("failed_attribute_change"::equals).hasSize(2);
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("track §3.1: where only ids identify, an address is an attribute as any other")
  void shouldNotIdentifyByEmail() {
    KIT.settings(now ->
        new WorkspaceSettings(
            now.autoMerge(),
            now.emailUpdatesById(),
            now.mergeAnonymousEvents(),
            List.of("id"),
            now.zone()));
    KIT.identify(ADA, "email", "same@example.test");
    KIT.identify(id("bob"), "email", "same@example.test");
    KIT.identify(ADA, "email", "");
    KIT.event(email("same@example.test"), "bought");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada"));
    assertThat(KIT.attributesOf(id("bob")))
        .isEqualTo(Map.of("id", "bob", "email", "same@example.test"));
    KIT.accept(KIT.mergeOf(ADA, id("bob")));
    KIT.settle();
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "email", "same@example.test"));
    assertThat(
            KIT.number(
                "SELECT count(*) FROM person_identifier WHERE workspace_id = ?",
                KIT.workspace().value()))
        .isEqualTo(1);
  }

  @Test
  @DisplayName(
      "P-17, P-20: a call is ignored as a whole when an identifier is suppressed in its midst")
  void shouldNotDoHalfACall() {
    // given: a merge has to wait for somebody else to let go of a device
    apart();
    KIT.accept(new Things(KIT).device(MAIL, "token", null));
    KIT.settle();
    var suppressed = IdentifierKey.of(KIT.workspace(), email("other@example.test"));
    try (var other = KIT.database.jdbi().open()) {
      other.begin();
      other.execute(
          "UPDATE device SET platform = 'android' WHERE workspace_id = ?", KIT.workspace().value());
      // when
      KIT.identify(MAIL, "id", "ada", "email", "other@example.test", "plan", "new");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              KIT.number(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
                  > 0);
      new Suppressions(ProcessingKit.SECRET)
          .add(other, Map.of(suppressed, 1L), KIT.clock.instant());
      Epoch.newIdentity(other);
      other.commit();
    }
    KIT.settle();
    // then
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.attributesOf(MAIL)).containsEntry("plan", "of the address");
    assertThat(KIT.activityTypes(ADA)).doesNotContain("profile_merge");
  }
}
