package dev.carillon.processing;

import static dev.carillon.people.Identifier.cioId;
import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.PeopleRepository;
import dev.carillon.processing.ProcessingKit.Activity;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whom a call is about, and which identifiers it may change (track §3.2, §3.3). */
final class ProfileIdentityTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Identifier MAIL = email("ada@example.test");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static void identify(Identifier person, @Nullable Object... attributes) {
    KIT.identify(person, attributes);
    KIT.settle();
  }

  private static Activity last(Identifier person) {
    return KIT.activities(KIT.personId(person)).getLast();
  }

  @Test
  @DisplayName(
      "P-1, track §3.2 row 1: nobody is found, so somebody is created with all given identifiers")
  void shouldCreateAPersonWithAllIdentifiers() {
    // when
    identify(ADA, "email", "Ada@Example.test", "plan", "free");
    // then
    assertThat(KIT.attributesOf(ADA))
        .isEqualTo(Map.of("id", "ada", "email", "Ada@Example.test", "plan", "free"));
    assertThat(KIT.personId(MAIL)).isEqualTo(KIT.personId(ADA));
    assertThat(KIT.people()).isEqualTo(1);
  }

  @Test
  @DisplayName("track §3.2 row 1: the path may be an e-mail address, the body bring the id")
  void shouldCreateByEmailWithIdInTheBody() {
    identify(MAIL, "id", "ada");
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "email", "ada@example.test"));
  }

  @Test
  @DisplayName("P-1, track §3.2 row 2: a known person is updated; absent keys stay")
  void shouldUpdateTheKnownPerson() {
    identify(ADA, "plan", "free", "city", "Linz");
    identify(ADA, "plan", "pro");
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "plan", "pro", "city", "Linz"));
    assertThat(KIT.people()).isEqualTo(1);
  }

  @Test
  @DisplayName("track §3.2 row 2, §3.3 row 1: an identifier that is empty may be set")
  void shouldSetAnEmptyIdentifier() {
    identify(ADA);
    identify(ADA, "email", "ada@example.test");
    identify(email("bob@example.test"));
    identify(email("bob@example.test"), "id", "bob");
    assertThat(KIT.personId(MAIL)).isEqualTo(KIT.personId(ADA));
    assertThat(KIT.personId(BOB)).isEqualTo(KIT.personId(email("bob@example.test")));
    assertThat(last(ADA).data())
        .containsEntry("email", Map.of("from", "", "to", "ada@example.test"));
  }

  @Test
  @DisplayName(
      "P-4, track §3.2 row 3, §3.3 row 3: new id and known e-mail update that one person, replacing its id")
  void shouldReplaceTheIdOfTheKnownEmail() {
    // given
    identify(ADA, "email", "ada@example.test");
    var person = KIT.personId(ADA);
    // when
    identify(id("ada-2"), "email", "ADA@example.test", "plan", "pro");
    // then
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.personId(id("ada-2"))).isEqualTo(person);
    assertThat(KIT.find(ADA)).isEmpty();
    assertThat(KIT.attributesOf(MAIL)).containsEntry("id", "ada-2").containsEntry("plan", "pro");
    assertThat(last(MAIL).data()).containsEntry("id", Map.of("from", "ada", "to", "ada-2"));
  }

  @Test
  @DisplayName("P-4: the id that was replaced is free at once, also for somebody else")
  void shouldFreeTheReplacedId() {
    identify(ADA, "email", "ada@example.test");
    identify(id("ada-2"), "email", "ada@example.test");
    identify(ADA, "plan", "free");
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.personId(ADA)).isNotEqualTo(KIT.personId(MAIL));
  }

  @Test
  @DisplayName(
      "P-4, track §3.2 row 3: a new e-mail in the path and a known id in the body: the person gets the address")
  void shouldGiveTheKnownIdTheEmailOfThePath() {
    identify(ADA);
    identify(MAIL, "id", "ada", "plan", "pro");
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.attributesOf(MAIL))
        .isEqualTo(Map.of("id", "ada", "email", "ada@example.test", "plan", "pro"));
  }

  @Test
  @DisplayName(
      "track §3.3 row 2: a known id does not get another e-mail address by a path that is an address")
  void shouldNotReplaceAnEmailByPath() {
    identify(ADA, "email", "ada@example.test");
    identify(email("new@example.test"), "id", "ada", "plan", "pro");
    assertThat(KIT.attributesOf(ADA))
        .containsEntry("email", "ada@example.test")
        .containsEntry("plan", "pro");
    assertThat(KIT.find(email("new@example.test"))).isEmpty();
    assertThat(KIT.activityTypes(ADA)).contains("failed_attribute_change");
  }

  @Test
  @DisplayName(
      "P-4, track §3.2 row 4: both known and different: failed_attribute_change, other attributes applied")
  void shouldRefuseAnIdentifierOfSomebodyElse() {
    // given
    identify(ADA, "email", "ada@example.test");
    identify(BOB);
    // when
    identify(BOB, "email", "ada@example.test", "plan", "pro");
    // then
    assertThat(KIT.attributesOf(BOB)).isEqualTo(Map.of("id", "bob", "plan", "pro"));
    assertThat(KIT.personId(MAIL)).isEqualTo(KIT.personId(ADA));
    assertThat(KIT.activities(KIT.personId(BOB)))
        .extracting(Activity::type)
        .containsExactly("failed_attribute_change", "attribute_change");
    assertThat(KIT.activities(KIT.personId(BOB)).getFirst().data())
        .containsEntry("email", "ada@example.test")
        .containsEntry("reason", "it belongs to another person");
  }

  @Test
  @DisplayName(
      "P-5, track §3.3: id and e-mail that are set do not change through id or e-mail in the path")
  void shouldNotReplaceSetIdentifiers() {
    identify(ADA, "email", "ada@example.test");
    identify(ADA, "email", "other@example.test");
    identify(MAIL, "id", "other");
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "email", "ada@example.test"));
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.activityTypes(ADA)).filteredOn("failed_attribute_change"::equals).hasSize(2);
  }

  @Test
  @DisplayName("P-5, track §3.3: id and e-mail change through the cio_id")
  void shouldReplaceIdentifiersThroughTheCioId() {
    // given
    identify(ADA, "email", "ada@example.test");
    var cioId = KIT.cioId(ADA);
    // when
    identify(cioId, "id", "ada-2", "email", "new@example.test");
    // then
    assertThat(KIT.attributesOf(cioId))
        .isEqualTo(Map.of("id", "ada-2", "email", "new@example.test"));
    assertThat(KIT.find(ADA)).isEmpty();
    assertThat(KIT.find(MAIL)).isEmpty();
    assertThat(KIT.personId(email("new@example.test"))).isEqualTo(KIT.personId(id("ada-2")));
  }

  @Test
  @DisplayName("track §3.3 row 4: not even the cio_id takes what belongs to somebody else")
  void shouldRefuseAForeignIdentifierThroughTheCioId() {
    identify(ADA, "email", "ada@example.test");
    identify(BOB);
    identify(KIT.cioId(BOB), "email", "ada@example.test", "plan", "pro");
    assertThat(KIT.attributesOf(BOB)).isEqualTo(Map.of("id", "bob", "plan", "pro"));
    assertThat(KIT.activityTypes(BOB)).contains("failed_attribute_change");
  }

  @Test
  @DisplayName("track §3.2, P-5: an unknown or deleted cio_id creates nobody and changes nobody")
  void shouldDropCallsForUnknownCioIds() {
    // given
    identify(ADA);
    var dead = KIT.cioId(ADA);
    KIT.delete(ADA);
    KIT.settle();
    // when
    identify(dead, "plan", "pro");
    identify(cioId("a3ffffffffffff"), "plan", "pro");
    identify(cioId("whatever"), "id", "new-one");
    // then
    assertThat(KIT.people()).isZero();
    assertThat(KIT.find(id("new-one"))).isEmpty();
  }

  @Test
  @DisplayName("I5: the cio_id of another workspace names nobody here")
  void shouldNotReachIntoAnotherWorkspace() {
    identify(ADA, "plan", "free");
    var elsewhere = KIT.cioId(ADA);
    var person = KIT.personId(ADA);
    KIT.inNewWorkspace();
    identify(elsewhere, "plan", "stolen");
    KIT.event(elsewhere, "bought");
    KIT.delete(elsewhere);
    KIT.settle();
    assertThat(KIT.storedAttributes(person)).hasValue(Map.of("id", "ada", "plan", "free"));
    assertThat(KIT.events(person)).isEmpty();
  }

  @Test
  @DisplayName("P-6: _update never creates; the failure is noted")
  void shouldNotCreateOnUpdate() {
    // given
    identify(BOB, "email", "bob@example.test");
    // when
    KIT.accept(
        new Operation.Identify(
            KIT.workspace(), ADA, ProcessingKit.attributes("plan", "pro"), 0, true));
    KIT.accept(
        new Operation.Identify(
            KIT.workspace(), BOB, ProcessingKit.attributes("plan", "pro"), 0, true));
    KIT.accept(
        new Operation.Identify(
            KIT.workspace(),
            id("bob-2"),
            ProcessingKit.attributes("email", "bob@example.test"),
            0,
            true));
    KIT.settle();
    // then
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.activities(0))
        .extracting(Activity::type)
        .containsExactly("failed_attribute_change");
    assertThat(KIT.attributesOf(id("bob-2"))).containsEntry("plan", "pro");
  }

  @Test
  @DisplayName(
      "P-3: e-mail addresses are one whatever their letters' case, and shown as last written")
  void shouldCompareEmailWithoutCase() {
    identify(email("Ada@Example.TEST"), "plan", "free");
    identify(MAIL, "plan", "pro");
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.attributesOf(MAIL))
        .containsEntry("email", "Ada@Example.TEST")
        .containsEntry("plan", "pro");
    identify(MAIL, "email", "ADA@example.test");
    assertThat(KIT.attributesOf(MAIL)).containsEntry("email", "ADA@example.test");
    assertThat(last(MAIL).data())
        .containsEntry("email", Map.of("from", "Ada@Example.TEST", "to", "ADA@example.test"));
  }

  @Test
  @DisplayName("track §3.1: ids are compared with case")
  void shouldCompareIdsWithCase() {
    identify(id("Ada"));
    identify(ADA);
    assertThat(KIT.people()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "track §3.2: an id in the body that repeats the path is nothing, also where the path is an e-mail")
  void shouldIgnoreTheIdRepeatedInTheBody() {
    identify(ADA, "id", "ada", "plan", "pro");
    identify(MAIL, "id", "ada@example.test", "plan", "free");
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "plan", "pro"));
    assertThat(KIT.attributesOf(MAIL))
        .isEqualTo(Map.of("email", "ada@example.test", "plan", "free"));
    assertThat(KIT.find(id("ada@example.test"))).isEmpty();
  }

  @Test
  @DisplayName("track §3.5: null or \"\" clears the e-mail only through the cio_id")
  void shouldClearTheEmailOnlyThroughTheCioId() {
    identify(ADA, "email", "ada@example.test");
    identify(ADA, "email", null);
    identify(ADA, "email", "");
    assertThat(KIT.attributesOf(ADA)).containsEntry("email", "ada@example.test");
    identify(KIT.cioId(ADA), "email", "");
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada"));
    assertThat(KIT.find(MAIL)).isEmpty();
    identify(MAIL);
    assertThat(KIT.people()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "P-11: identifiers and their attribute move together, or not at all when the write is older")
  void shouldNotMoveAnIdentifierByAnOlderWrite() {
    // given
    identify(ADA, "email", "ada@example.test");
    var cioId = KIT.cioId(ADA);
    var yesterday = Instant.parse("2026-03-01T00:00:00Z");
    // when
    KIT.identifyAt(yesterday, cioId, "email", "old@example.test", "id", "old");
    KIT.identifyAt(yesterday, cioId, "email", "");
    KIT.identifyAt(yesterday, id("older"), "email", "ada@example.test", "city", "Linz");
    KIT.settle();
    // then
    assertThat(KIT.attributesOf(MAIL))
        .containsEntry("email", "ada@example.test")
        .containsEntry("city", "Linz");
    assertThat(KIT.people()).isEqualTo(1);
  }

  @Test
  @DisplayName("P-14: identifiers always fit, so a full profile can still be named and freed")
  void shouldNameAFullProfile() {
    // given
    var attributes = new ArrayList<Object>();
    for (var i = 0; i < 300; i++) {
      attributes.addAll(List.of("a" + i, "v"));
    }
    identify(ADA, attributes.toArray());
    assertThat(KIT.attributesOf(ADA)).hasSize(301);
    // when
    identify(ADA, "email", "ada@example.test", "one_more", "v");
    // then
    assertThat(KIT.attributesOf(ADA))
        .hasSize(302)
        .containsEntry("email", "ada@example.test")
        .doesNotContainKey("one_more");
    KIT.delete(ADA);
    KIT.settle();
    identify(MAIL, "plan", "free");
    assertThat(KIT.attributesOf(MAIL))
        .isEqualTo(Map.of("email", "ada@example.test", "plan", "free"));
  }

  @Test
  @DisplayName(
      "P-15, P-16: who is deleted is gone, its identifiers are free at once and name somebody new")
  void shouldFreeIdentifiersByDeletion() {
    // given
    identify(ADA, "email", "ada@example.test", "plan", "pro");
    var before = KIT.personId(ADA);
    // when
    KIT.delete(ADA);
    KIT.settle();
    // then
    assertThat(KIT.storedAttributes(before)).isEmpty();
    assertThat(KIT.find(MAIL)).isEmpty();
    assertThat(KIT.activities(before)).extracting(Activity::type).contains("profile_delete");
    // when
    identify(MAIL, "id", "ada");
    // then
    assertThat(KIT.personId(ADA)).isNotEqualTo(before);
    assertThat(CioId.of(KIT.personId(ADA))).isNotEqualTo(CioId.of(before));
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "email", "ada@example.test"));
  }

  @Test
  @DisplayName("P-15, P-16: created, deleted and created again within one batch")
  void shouldDeleteAndAddAgainWithinOneBatch() {
    // when
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "email", "ada@example.test", "secret", "x"),
            KIT.identifyOf(ADA, "secret", "y"),
            KIT.eventOf(ADA, "bought", "{}"),
            new Operation.Delete(KIT.workspace(), MAIL),
            KIT.identifyOf(ADA, "plan", "free"),
            new Operation.Delete(KIT.workspace(), ADA),
            KIT.identifyOf(MAIL, "plan", "new")));
    // then
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.attributesOf(MAIL))
        .isEqualTo(Map.of("email", "ada@example.test", "plan", "new"));
    assertThat(KIT.find(ADA)).isEmpty();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM event WHERE workspace_id = ?", KIT.workspace().value()))
        .isZero();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM activity WHERE workspace_id = ? AND data LIKE '%secret%'",
                KIT.workspace().value()))
        .as("what is left of people who lived within one batch")
        .isZero();
  }

  @Test
  @DisplayName("P-4: identifiers change hands within one batch as they do one after the other")
  void shouldChangeHandsWithinOneBatch() {
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "email", "ada@example.test"),
            KIT.identifyOf(id("ada-2"), "email", "ada@example.test"),
            KIT.identifyOf(ADA, "plan", "second"),
            KIT.identifyOf(id("ada-3"), "email", "ADA@example.test"),
            KIT.identifyOf(id("ada-2"), "plan", "third")));
    assertThat(KIT.people()).isEqualTo(3);
    assertThat(KIT.attributesOf(MAIL)).containsEntry("id", "ada-3");
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "plan", "second"));
    assertThat(KIT.attributesOf(id("ada-2"))).isEqualTo(Map.of("id", "ada-2", "plan", "third"));
  }

  @Test
  @DisplayName("P-4: identifiers swapped through cio_ids after a deletion freed one")
  void shouldMoveAnEmailToAnotherPerson() {
    identify(ADA, "email", "ada@example.test");
    identify(BOB);
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(KIT.cioId(ADA), "email", "other@example.test"),
            KIT.identifyOf(BOB, "email", "ada@example.test"),
            KIT.eventOf(MAIL, "bought", "{}")));
    assertThat(KIT.personId(MAIL)).isEqualTo(KIT.personId(BOB));
    assertThat(KIT.events(BOB)).containsExactly("bought");
  }

  @Test
  @DisplayName("P-15: deleting nobody does nothing")
  void shouldIgnoreTheDeletionOfNobody() {
    KIT.delete(ADA);
    KIT.delete(MAIL);
    KIT.delete(cioId("a300000000ffff"));
    KIT.settle();
    assertThat(KIT.people()).isZero();
  }

  @Test
  @DisplayName("P-2: everybody has a cio_id of their own, which never changes and never comes back")
  void shouldKeepTheCioId() {
    // given
    identify(ADA);
    identify(BOB);
    var ada = KIT.cioId(ADA);
    assertThat(ada.value()).matches("[0-9a-z]+");
    assertThat(KIT.cioId(BOB)).isNotEqualTo(ada);
    // when: everything else changes
    identify(ada, "id", "ada-2", "email", "ada@example.test", "cio", "x");
    KIT.accept(KIT.mergeOf(id("ada-2"), BOB));
    KIT.settle();
    // then
    assertThat(KIT.cioId(MAIL)).isEqualTo(ada);
    // when
    KIT.delete(MAIL);
    identify(MAIL, "id", "ada-2");
    identify(BOB);
    // then
    assertThat(List.of(KIT.cioId(MAIL), KIT.cioId(BOB)))
        .doesNotContain(ada)
        .doesNotHaveDuplicates();
  }

  @Test
  @DisplayName(
      "P-4: two calls of two nodes that look for each other's new identifiers: one of them is the first")
  void shouldNotMissWhatIsCreatedMeanwhile() {
    // given: another node creates Bob, and has not committed it yet
    var bob = KIT.number("SELECT nextval('id_range')") * 1_000_000;
    var people = new PeopleRepository();
    try (var other = KIT.database.jdbi().open()) {
      other.begin();
      Epoch.join(other);
      var rows = new TreeMap<IdentifierKey, Long>();
      rows.put(IdentifierKey.of(KIT.workspace(), BOB), bob);
      rows.put(IdentifierKey.of(KIT.workspace(), MAIL), bob);
      people.insertIdentifiers(other, rows);
      people.insert(
          other,
          List.of(
              new PeopleRepository.Row(
                  bob,
                  KIT.workspace(),
                  KIT.clock.instant(),
                  "{\"id\":\"bob\",\"email\":\"ada@example.test\"}",
                  "{}")));
      // when: nobody has any of these identifiers yet, and the address in the body is not taken
      KIT.identify(
          email("new@example.test"), "id", "ada", "email", "ada@example.test", "plan", "pro");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              KIT.number(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
                  > 0);
      other.commit();
    }
    KIT.settle();
    // then: it came second, and its address names Bob
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.attributesOf(BOB))
        .isEqualTo(Map.of("id", "bob", "email", "ada@example.test", "plan", "pro"));
    assertThat(KIT.find(ADA)).isEmpty();
  }

  @Test
  @DisplayName("track §3.1: what is no e-mail address names nobody, and is a failed change")
  void shouldNotNamePeopleByWhatIsNoAddress() {
    KIT.identify(Identifier.id("one"), "email", "n/a");
    KIT.identify(Identifier.id("two"), "email", "n/a");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    for (var id : List.of("one", "two")) {
      assertThat(KIT.attributesOf(Identifier.id(id))).doesNotContainKey("email");
      assertThat(KIT.activityTypes(Identifier.id(id))).contains("failed_attribute_change");
    }
  }

  @Test
  @DisplayName(
      "I2: who gets another identifier while a deletion waits for them is not who it names")
  void shouldLookAgainAfterTheLock() throws Exception {
    // given
    identify(ADA, "plan", "pro");
    var person = KIT.personId(ADA);
    try (var other = KIT.database.jdbi().open()) {
      // when another node renames ada to bob, and somebody deletes ada meanwhile
      other.begin();
      other.execute("SELECT FROM person WHERE person_id = ? FOR NO KEY UPDATE", person);
      KIT.accept(new Operation.Delete(KIT.workspace(), ADA));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              KIT.number(
                      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                  > 0);
      other.execute(
          "UPDATE person SET attributes = replace(attributes, '\"ada\"', '\"bob\"') WHERE person_id = ?",
          person);
      other.execute(
          "UPDATE person_identifier SET value = 'bob' WHERE workspace_id = ? AND kind = 1 AND value = 'ada'",
          KIT.workspace().value());
      Epoch.newIdentity(other);
      other.commit();
    }
    KIT.settle();
    // then bob is there, and ada is nobody
    assertThat(KIT.personId(BOB)).isEqualTo(person);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM person WHERE person_id = ? AND attributes LIKE '%\"pro\"%'",
                person))
        .isEqualTo(1);
    assertThat(KIT.number("SELECT count(*) FROM person_identifier WHERE value = 'ada'")).isZero();
  }
}
