package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.Suppressions;
import dev.carillon.store.Epoch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Suppression and its end (track §9.2, P-17, P-18). */
final class SuppressionTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Identifier MAIL = email("Ada@example.test");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static void suppress(Identifier person) {
    KIT.accept(KIT.suppressOf(person));
    KIT.settle();
  }

  private static void unsuppress(Identifier person) {
    KIT.accept(KIT.unsuppressOf(person));
    KIT.settle();
  }

  private static long count(String table) {
    return KIT.number(
        "SELECT count(*) FROM %s WHERE workspace_id = ?".formatted(table), KIT.workspace().value());
  }

  @Test
  @DisplayName("P-17: the person goes, and nobody can be named by any of its identifiers")
  void shouldBlockAllIdentifiers() {
    // given
    KIT.identify(ADA, "email", "ada@example.test", "plan", "pro");
    KIT.settle();
    // when
    suppress(ADA);
    var left = count("activity");
    KIT.identify(ADA, "plan", "free");
    KIT.identify(email("ADA@example.test"), "plan", "free");
    KIT.identify(BOB, "email", "ada@example.test");
    KIT.identify(BOB, "id", "ada");
    KIT.event(ADA, "bought");
    KIT.event(MAIL, "bought");
    KIT.delete(ADA);
    KIT.accept(KIT.mergeOf(ADA, MAIL));
    KIT.accept(
        new Operation.Identify(
            KIT.workspace(), ADA, ProcessingKit.attributes("plan", "pro"), 0, true));
    KIT.accept(new Operation.Merge(KIT.workspace(), BOB, ADA, true));
    KIT.settle();
    // then
    assertThat(KIT.people()).isZero();
    assertThat(count("event")).isZero();
    assertThat(count("activity")).as("ignored without trace").isEqualTo(left);
    assertThat(count("suppression")).isEqualTo(2);
    assertThat(KIT.number("SELECT count(*) FROM suppression s WHERE s::text ILIKE '%ada%'"))
        .isZero();
  }

  @Test
  @DisplayName("P-17: what it did is redacted; that somebody was removed stays, of nobody")
  void shouldRedactActivity() {
    KIT.identify(ADA, "plan", "pro");
    KIT.identify(ADA, "plan", "free");
    KIT.event(ADA, "bought");
    KIT.settle();
    var person = KIT.personId(ADA);
    suppress(ADA);
    KIT.advance(Duration.ofMinutes(3));
    KIT.erase();
    assertThat(KIT.activities(person)).isEmpty();
    assertThat(KIT.events(person)).isEmpty();
    assertThat(KIT.activities(0))
        .containsExactly(new ProcessingKit.Activity("profile_delete", Map.of()));
  }

  @Test
  @DisplayName("P-18: freeing one of the identifiers frees all of them, and brings nothing back")
  void shouldFreeAllIdentifiers() {
    KIT.identify(ADA, "email", "ada@example.test", "plan", "pro");
    KIT.settle();
    var before = KIT.personId(ADA);
    suppress(ADA);
    unsuppress(MAIL);
    assertThat(count("suppression")).isZero();
    KIT.identify(ADA, "city", "Linz");
    KIT.event(MAIL, "bought");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "city", "Linz"));
    assertThat(KIT.personId(ADA)).isNotEqualTo(before);
  }

  @Test
  @DisplayName("track §9.2: an unknown identifier is blocked alone; one of a group stays in it")
  void shouldBlockUnknownIdentifiers() {
    suppress(BOB);
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    suppress(MAIL);
    suppress(ADA);
    KIT.identify(BOB);
    KIT.identify(ADA);
    KIT.settle();
    assertThat(KIT.people()).isZero();
    unsuppress(ADA);
    KIT.identify(BOB);
    KIT.identify(MAIL);
    KIT.settle();
    assertThat(KIT.find(BOB)).isEmpty();
    assertThat(KIT.find(MAIL)).isPresent();
  }

  @Test
  @DisplayName("P-17, P-18: in their places among other operations of one batch")
  void shouldSuppressWithinABatch() {
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "email", "ada@example.test"),
            KIT.suppressOf(MAIL),
            KIT.identifyOf(ADA, "plan", "ignored"),
            KIT.suppressOf(BOB),
            KIT.suppressOf(BOB),
            KIT.eventOf(BOB, "ignored", "{}"),
            KIT.unsuppressOf(ADA),
            KIT.identifyOf(ADA, "plan", "new"),
            KIT.suppressOf(id("cid")),
            KIT.unsuppressOf(id("cid")),
            KIT.eventOf(id("cid"), "bought", "{}")));
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada", "plan", "new"));
    assertThat(KIT.events(id("cid"))).containsExactly("bought");
    assertThat(count("suppression")).isEqualTo(1);
  }

  @Test
  @DisplayName("P-18: the same person suppressed twice in one batch is freed as a whole")
  void shouldKeepAGroupTogether() {
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "email", "ada@example.test"),
            KIT.suppressOf(ADA),
            KIT.suppressOf(MAIL)));
    unsuppress(ADA);
    assertThat(count("suppression")).isZero();
  }

  @Test
  @DisplayName("P-17: devices and relationships go")
  void shouldRemoveBelongings() {
    KIT.identify(ADA);
    KIT.settle();
    var person = KIT.personId(ADA);
    KIT.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
                "INSERT INTO device (workspace_id, token, person_id, last_used, created_at, updated_at) VALUES (?, 't', ?, now(), now(), now())",
                KIT.workspace().value(),
                person)
            + handle.execute(
                "INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written) VALUES (?, 1, ?, now(), now(), '{}', '{}')",
                person,
                KIT.workspace().value()));
    suppress(ADA);
    assertThat(count("device")).isZero();
    assertThat(count("relationship")).isZero();
  }

  @Test
  @DisplayName(
      "P-17: a batch that looked before a suppression was committed, and creates after it, looks again")
  void shouldLookAgainAfterWaitingForASuppression() {
    // given: a suppression that is not committed yet
    var key = IdentifierKey.of(KIT.workspace(), ADA);
    var row = new TreeMap<>(Map.of(key, 0L));
    var people = new PeopleRepository();
    try (var suppressing = KIT.database.jdbi().open()) {
      suppressing.begin();
      people.insertIdentifiers(suppressing, row);
      people.deleteIdentifiers(suppressing, row);
      new Suppressions(ProcessingKit.SECRET).add(suppressing, Map.of(key, 1L), KIT.clock.instant());
      Epoch.newIdentity(suppressing);
      // when
      KIT.identify(ADA, "plan", "pro");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              KIT.number(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
                  > 0);
      suppressing.commit();
    }
    KIT.settle();
    // then
    assertThat(KIT.people()).isZero();
    assertThat(count("activity")).isZero();
  }

  @Test
  @DisplayName("P-17: whoever creates somebody at the moment of the suppression never wins")
  void shouldNotLoseTheRaceAgainstCreation() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      kit.addNode(2);
      kit.shareLanes();
      var identifiers = 300;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var caller = 0; caller < 3; caller++) {
          var node = kit.node(caller % 2);
          var me = caller;
          threads.submit(() -> {
            for (var i = 0; i < identifiers; i++) {
              // by two identifiers, so by two lanes: creation and suppression are not ordered
              var operation =
                  switch (me) {
                    case 0 -> kit.suppressOf(id("p" + i));
                    case 1 -> kit.identifyOf(email("p" + i + "@example.test"), "id", "p" + i);
                    default -> kit.identifyOf(email("q" + i + "@example.test"), "id", "p" + i);
                  };
              ProcessingKit.accept(node, operation);
            }
          });
        }
      }
      kit.settle();
      kit.assertConsistent();
      assertThat(kit.deadLetters()).isEmpty();
      assertThat(kit.number("SELECT count(*) FROM person_identifier WHERE kind = 1"))
          .as("suppressed ids that name somebody")
          .isZero();
    }
  }

  @Test
  @DisplayName(
      "P-17, track §9.2: no kind of call that names a suppressed identifier leaves a trace")
  void shouldIgnoreEveryKindOfCall() {
    // given
    var things = new Things(KIT);
    KIT.settings(settings -> settings);
    var segment = KIT.manualSegment();
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.accept(KIT.anonymousOf("anon-2", "looked", KIT.clock.instant()));
    KIT.identify(BOB);
    suppress(ADA);
    var activities = count("activity");
    // when
    things.apply(
        KIT.identifyOf(ADA, "anonymous_id", "anon"),
        KIT.identifyOf(BOB, "id", "ada", "plan", "pro"),
        KIT.linkingOf(ADA, "anon", "bought"),
        new Operation.Merge(KIT.workspace(), BOB, ADA, true),
        new Operation.Merge(KIT.workspace(), ADA, id("anon-2"), true),
        things.device(ADA, "token", null),
        things.noDevice(ADA, "token"),
        things.relate(ADA, Things.object("acme"), "role", "owner"),
        things.unrelate(ADA, Things.object("acme")),
        new Operation.Membership(KIT.workspace(), ADA, segment, true),
        new Operation.ContentReport(KIT.workspace(), ADA, null, true, 0, Map.of()),
        new Operation.Delete(KIT.workspace(), ADA));
    // then
    assertThat(KIT.people()).isEqualTo(1);
    assertThat(KIT.attributesOf(BOB)).isEqualTo(Map.of("id", "bob"));
    for (var table : java.util.List.of("event", "device", "relationship", "object")) {
      assertThat(count(table)).as(table).isZero();
    }
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
    assertThat(count("anonymous_event")).as("still waiting").isEqualTo(2);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM anonymous_link WHERE person_id IS NOT NULL AND workspace_id = ?",
                KIT.workspace().value()))
        .isZero();
    assertThat(count("activity")).isEqualTo(activities);
  }
}
