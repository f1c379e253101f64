package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.privacy.Erasures;
import dev.carillon.privacy.PersonTable;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code POST …/customers/{id}/erasure} and what follows. */
final class ErasureTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  @AutoClose static final ManagementEdge EDGE = new ManagementEdge(KIT, 0);

  private static final Identifier ADA = Identifier.id("ada");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
  }

  // ── what tests do ─────────────────────────────────────────────────────────────────────────────

  /** Asks, and returns the number of the record once the person is gone. */
  private static String erase(String person, String mode) {
    return erase(person, "", mode);
  }

  private static String erase(String person, String query, String mode) {
    var answer =
        ManagementEdge.described(
                "customers.erase",
                EDGE.client()
                    .send(
                        "POST",
                        EDGE.base() + "/customers/" + person + "/erasure" + query,
                        "{\"erasure\":{\"mode\":\"%s\",\"reason\":\"asked by letter\"}}"
                            .formatted(mode)))
            .expect(202);
    KIT.settle();
    return answer.json().at("/erasure/id").asString();
  }

  private static JsonNode record(String id) {
    return ManagementEdge.described(
            "erasures.get", EDGE.client().get(EDGE.base() + "/erasures/" + id))
        .expect(200)
        .json()
        .get("erasure");
  }

  private static Erasures worker() {
    return new Erasures(KIT.database, KIT.clock, new LoggedOperations());
  }

  /** One that does little at a time. */
  private static Erasures slowWorker() {
    return new Erasures(KIT.database, KIT.clock, new LoggedOperations(), 2, 3);
  }

  /** Works until every request is completed, turning the clock and trimming the log. */
  private static void finish() {
    finish(worker());
  }

  private static void finish(Erasures worker) {
    KIT.advance(Duration.ofMinutes(3));
    worker.run();
    waitForLog();
    KIT.advance(Duration.ofMinutes(1));
    worker.run();
  }

  /** Until the log has given back all that came before now. */
  private static void waitForLog() {
    KIT.advance(Duration.ofMinutes(6));
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          KIT.node(0).trim();
          return KIT.number("SELECT count(*) FROM log_block") == 0;
        });
  }

  private static Map<String, JsonNode> tables(JsonNode record) {
    var tables = new TreeMap<String, JsonNode>();
    record.get("tables").forEach(each -> tables.put(each.get("table").asString(), each));
    return tables;
  }

  private static Map<String, Long> done(JsonNode record, String what) {
    var done = new TreeMap<String, Long>();
    tables(record)
        .forEach((table, node) -> {
          if (node.get(what).asLong() > 0) {
            done.put(table, node.get(what).asLong());
          }
        });
    return done;
  }

  private static Map<String, Long> stored(WholePerson person) {
    var stored = new TreeMap<String, Long>();
    for (var table : PersonTable.values()) {
      if (table != PersonTable.ERASURE && !WholePerson.FLEETING.contains(table.table())) {
        stored.put(table.table(), person.rows(KIT, table.table()));
      }
    }
    return stored;
  }

  private static void assertNothingRemembers(String... texts) {
    for (var text : texts) {
      assertThat(WholePerson.mentions(KIT, text)).as("tables that still say " + text).isEmpty();
    }
  }

  // ── erase ─────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("erase: every trace goes, in bounded steps, and the proof has the numbers")
  void shouldEraseEveryTrace() {
    // given
    var ada = WholePerson.in(KIT, EDGE);
    var before = stored(ada);
    assertThat(before).as("every table holds something").doesNotContainValue(0L);
    var bob = done(KIT.personId(WholePerson.BOB));
    // when
    var id = erase("ada-lovelace", "erase");
    // then: the person is gone at once, the rest is on its way
    EDGE.client()
        .get(EDGE.base() + "/customers/ada-lovelace/export")
        .expectProblem(404, "person not found");
    assertThat(KIT.find(WholePerson.ID)).isEmpty();
    var running = record(id);
    assertThat(running.get("state").asString()).isEqualTo("running");
    assertThat(running.get("removed_at").isNumber()).isTrue();
    assertThat(running.get("completed_at").isNull()).isTrue();
    finish(slowWorker());

    var completed = record(id);
    assertThat(completed.get("state").asString()).as(completed.toString()).isEqualTo("completed");
    assertThat(completed.get("waiting_for").isNull()).isTrue();
    assertThat(completed.get("mode").asString()).isEqualTo("erase");
    assertThat(completed.get("reason").asString()).isEqualTo("asked by letter");
    assertThat(completed.get("requested_by").asInt())
        .isEqualTo(
            KIT.number(
                "SELECT credential_id FROM credential WHERE workspace_id = ?",
                KIT.workspace().value()));
    var expected = new TreeMap<>(before);
    // Beside her own: the company's side of her relationship, that she was not found, her cookie.
    expected.merge("activity", 3L, Long::sum);
    assertThat(done(completed, "removed")).isEqualTo(expected);
    assertThat(done(completed, "anonymised")).isEmpty();
    tables(completed)
        .forEach((table, node) -> assertThat(node.get("remaining").asLong()).as(table).isZero());
    assertThat(tables(completed)).hasSize(PersonTable.values().length - 1);

    assertThat(stored(ada).values()).containsOnly(0L);
    assertNothingRemembers(
        "ada", CioId.of(ada.personId), CioId.of(ada.secondaryId), "'" + ada.personId + "'");
    for (var table : List.of("event", "activity", "delivery", "journey", "outbox", "erasure")) {
      assertThat(
              KIT.number(
                  "SELECT count(*) FROM %s WHERE person_id IN (?, ?)".formatted(table),
                  ada.personId,
                  ada.secondaryId))
          .as(table)
          .isZero();
    }
    assertThat(done(KIT.personId(WholePerson.BOB))).as("Bob's is untouched").isEqualTo(bob);
  }

  /** What tables hold of somebody. */
  private static Map<String, Long> done(long person) {
    var rows = new HashMap<String, Long>();
    for (var table :
        List.of("event", "activity", "delivery", "journey", "segment_member", "person")) {
      rows.put(
          table,
          KIT.number("SELECT count(*) FROM %s WHERE person_id = ?".formatted(table), person));
    }
    return rows;
  }

  @Test
  @DisplayName("anonymise: the person goes, campaign metrics and counts of events stay")
  void shouldKeepWhatIsCounted() {
    // given
    var ada = WholePerson.in(KIT, EDGE);
    var before = stored(ada);
    var metrics = metrics(ada.campaign);
    var counts = eventCounts();
    assertThat(metrics.get("sent")).contains(5);
    // when
    var id = erase("ada-lovelace", "anonymise");
    finish(slowWorker());
    // then
    var record = record(id);
    assertThat(record.get("state").asString()).as(record.toString()).isEqualTo("completed");
    assertThat(done(record, "anonymised"))
        .isEqualTo(
            Map.of(
                "event", before.get("event"),
                "delivery", before.get("delivery"),
                "journey", before.get("journey")));
    assertThat(done(record, "removed"))
        .containsEntry("delivery_content", 5L)
        .containsEntry("delivery_click", 15L)
        .containsEntry("person", 1L)
        .doesNotContainKeys("event", "delivery", "journey");

    assertThat(metrics(ada.campaign)).isEqualTo(metrics);
    assertThat(eventCounts()).isEqualTo(counts);
    assertNothingRemembers("ada", CioId.of(ada.personId), CioId.of(ada.secondaryId));
    var standIns =
        KIT.database.read(handle ->
            handle
                .select(
                    """
                    SELECT person_id FROM event WHERE workspace_id = ? AND person_id < 0
                     UNION SELECT person_id FROM delivery WHERE workspace_id = ? AND person_id < 0
                     UNION SELECT person_id FROM journey WHERE workspace_id = ? AND person_id < 0
                    """,
                    KIT.workspace().value(),
                    KIT.workspace().value(),
                    KIT.workspace().value())
                .mapTo(Long.class)
                .list());
    assertThat(standIns).as("one for her, one for whom was merged into her").hasSize(2);
    assertThat(
            KIT.number(
                """
                SELECT count(*) FROM event WHERE workspace_id = ? AND person_id < 0
                   AND (data <> '{}' OR event_id IS NOT NULL OR op >= 0)
                """,
                KIT.workspace().value()))
        .as("events that say more than their name and time")
        .isZero();
    assertThat(
            KIT.number(
                """
                SELECT count(*) FROM delivery WHERE workspace_id = ? AND person_id < 0
                   AND (recipient IS NOT NULL OR subject IS NOT NULL OR failure_message IS NOT NULL
                        OR trigger <> '{}' OR trigger_event_id IS NOT NULL OR opened_at IS NULL)
                """,
                KIT.workspace().value()))
        .as("deliveries that say more than what became of them")
        .isZero();
    for (var standIn : standIns) {
      assertNothingRemembers("{" + standIn + "}");
      assertThat(KIT.number("SELECT count(*) FROM erasure WHERE stand_in = ?", standIn)).isZero();
    }
  }

  private static Map<String, List<Integer>> metrics(long campaign) {
    var lists = new TreeMap<String, List<Integer>>();
    new CampaignMetrics(KIT.database)
        .series(
            KIT.workspace(),
            (int) campaign,
            null,
            null,
            CampaignMetrics.Period.MONTHS.buckets(ProcessingKit.START.plus(Duration.ofDays(1)), 2))
        .forEach((key, counts) -> lists.put(key, IntStream.of(counts).boxed().toList()));
    return lists;
  }

  private static Map<String, Long> eventCounts() {
    var counts = new TreeMap<String, Long>();
    KIT.database.<List<Long>, RuntimeException>read(handle ->
        handle
            .select(
                "SELECT n.name, count(*) FROM event e JOIN event_name n USING (name_id) WHERE e.workspace_id = ? GROUP BY 1",
                KIT.workspace().value())
            .map((row, _) -> counts.put(row.getString(1), row.getLong(2)))
            .list());
    return counts;
  }

  // ── the proof ─────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("\"was x@y.z erased?\" is answered by a keyed hash, in any spelling")
  void shouldFindTheProofByIdentifier() {
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.identify(Identifier.id("bob"), "email", "bob@example.test");
    KIT.settle();
    var cioId = CioId.of(KIT.personId(ADA));
    var first = erase("ada", "erase");
    erase("bob@example.test", "?id_type=email", "anonymise");
    var client = EDGE.client();
    for (var query :
        List.of(
            "identifier=ada",
            "identifier=ada&id_type=id",
            "identifier=ADA@Example.test&id_type=email",
            "identifier=cio_" + cioId,
            "identifier=" + cioId + "&id_type=cio_id")) {
      var found = client.get(EDGE.base() + "/erasures?" + query).expect(200).json();
      assertThat(found.at("/erasures/0/id").asString()).as(query).isEqualTo(first);
      assertThat(found.get("erasures")).as(query).hasSize(1);
    }
    for (var query : List.of("identifier=ADA", "identifier=nobody@example.test&id_type=email")) {
      assertThat(client.get(EDGE.base() + "/erasures?" + query).json().get("erasures")).isEmpty();
    }
    client
        .get(EDGE.base() + "/erasures?identifier=1&id_type=phone")
        .expectProblem(400, "id_type must be id, email or cio_id");
    var types = new ArrayList<String>();
    record(first).get("identifiers").forEach(each -> types.add(each.get("type").asString()));
    assertThat(types).containsExactly("id", "email", "cio_id");
    assertThat(record(first).toString()).doesNotContain("ada").doesNotContain(cioId);
  }

  @Test
  @DisplayName("a wrong request tells everything that is wrong, and changes nothing")
  void shouldRefuseWrongRequests() {
    KIT.identify(ADA, "email", "ada@example.test", "id", "ada");
    KIT.identify(Identifier.id("lovelace"));
    KIT.settle();
    var client = EDGE.client();
    var path = EDGE.base() + "/customers/ada/erasure";
    for (var body :
        List.of(
            "{}",
            "{\"mode\":\"erase\"}",
            "{\"erasure\":[]}",
            "{\"erasure\":{\"mode\":\"erase\"},\"x\":1}",
            "nonsense")) {
      assertThat(client.send("POST", path, body).status()).as(body).isEqualTo(400);
    }
    for (var body :
        List.of(
            "{}",
            "{\"mode\":\"deletion\"}",
            "{\"mode\":7}",
            "{\"mode\":null}",
            "{\"mode\":\"erase\",\"reason\":7}",
            "{\"mode\":\"erase\",\"reason\":\"%s\"}".formatted("x".repeat(501)),
            "{\"mode\":\"erase\",\"reason\":\"a\\u0000b\"}",
            "{\"mode\":\"erase\",\"reason\":\"as ADA@example.test asked\"}",
            "{\"mode\":\"erase\",\"raeson\":\"x\"}")) {
      var answer =
          ManagementEdge.described(
              "customers.erase", client.send("POST", path, "{\"erasure\":" + body + "}"));
      assertThat(answer.status()).as(body + " → " + answer.http()).isIn(400, 422);
    }
    client
        .send(
            "POST",
            EDGE.base() + "/customers/lovelace/erasure",
            "{\"erasure\":{\"mode\":\"erase\",\"reason\":\"lovelace wants it\"}}")
        .expect(422);
    client
        .send(
            "POST", EDGE.base() + "/customers/nobody/erasure", "{\"erasure\":{\"mode\":\"erase\"}}")
        .expectProblem(404, "person not found");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(client.get(EDGE.base() + "/erasures").json().get("erasures")).isEmpty();
    client.get(EDGE.base() + "/erasures/x").expect(400);
    client.get(EDGE.base() + "/erasures/1").expectProblem(404, "erasure not found");
    client.get(EDGE.base() + "/erasures?page=0").expect(400);
  }

  @Test
  @DisplayName("I5: people and proofs of another workspace are not found")
  void shouldKeepWorkspacesApart() {
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    var theirs = erase("ada", "erase");
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    var cioId = CioId.of(KIT.personId(ADA));
    KIT.inNewWorkspace();
    var stranger = EDGE.client();
    for (var path :
        List.of(
            "/customers/ada/erasure",
            "/customers/ada@example.test/erasure?id_type=email",
            "/customers/" + cioId + "/erasure?id_type=cio_id",
            "/customers/cio_" + cioId + "/erasure")) {
      stranger
          .send("POST", EDGE.base() + path, "{\"erasure\":{\"mode\":\"erase\"}}")
          .expectProblem(404, "person not found");
    }
    stranger.get(EDGE.base() + "/erasures/" + theirs).expectProblem(404, "erasure not found");
    for (var query : List.of("", "?identifier=ada", "?identifier=ada@example.test&id_type=email")) {
      assertThat(stranger.get(EDGE.base() + "/erasures" + query).json().get("erasures")).isEmpty();
    }
  }

  @Test
  @DisplayName("proofs are listed page by page, the newest first")
  void shouldListProofs() {
    var ids = new ArrayList<String>();
    for (var name : List.of("a1", "a2", "a3")) {
      KIT.identify(Identifier.id(name));
      KIT.settle();
      ids.addFirst(erase(name, "erase"));
    }
    var client = EDGE.client();
    var first =
        ManagementEdge.described("erasures.list", client.get(EDGE.base() + "/erasures?size=2"))
            .expect(200)
            .json();
    var second = client.get(EDGE.base() + "/erasures?size=2&page=2").expect(200).json();
    var listed = new ArrayList<String>();
    first.get("erasures").forEach(each -> listed.add(each.get("id").asString()));
    second.get("erasures").forEach(each -> listed.add(each.get("id").asString()));
    assertThat(listed).isEqualTo(ids);
    assertThat(first.get("has_more").asBoolean()).isTrue();
    assertThat(second.get("has_more").asBoolean()).isFalse();
  }

  // ── order and races ───────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName(
      "I2: what came before the request is erased, who is identified after it is somebody new")
  void shouldNotTouchWhoComesAfter() {
    // given
    KIT.identify(ADA, "email", "ada@example.test", "anonymous_id", "cookie", "note", "old");
    KIT.event(ADA, "bought");
    KIT.settle();
    var old = KIT.personId(ADA);
    KIT.advance(Duration.ofMinutes(6));
    KIT.accept(KIT.anonymousOf("cookie", "looked before", KIT.clock.instant()));
    KIT.settle();
    // when: in one batch
    var client = EDGE.client();
    var id = new ArrayList<String>();
    KIT.gather(() -> {
      KIT.accept(KIT.eventOf(ADA, "bought", "{\"note\":\"old\"}"));
      id.add(
          client
              .send(
                  "POST",
                  EDGE.base() + "/customers/ada/erasure",
                  "{\"erasure\":{\"mode\":\"erase\"}}")
              .expect(202)
              .json()
              .at("/erasure/id")
              .asString());
      KIT.accept(
          KIT.identifyOf(
              ADA, "email", "ada@example.test", "anonymous_id", "cookie", "note", "new"));
      KIT.accept(KIT.eventOf(ADA, "came back", "{}"));
    });
    finish(slowWorker());
    // then
    assertThat(record(id.getFirst()).get("state").asString()).isEqualTo("completed");
    assertThat(KIT.personId(ADA)).isNotEqualTo(old);
    assertThat(KIT.attributesOf(ADA)).containsEntry("note", "new").containsKey("email");
    assertThat(KIT.events(ADA))
        .as("nothing is inherited by the cookie")
        .containsExactly("came back");
    assertThat(KIT.number("SELECT count(*) FROM event WHERE person_id = ?", old)).isZero();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM anonymous_link WHERE anonymous_id = 'cookie' AND person_id = ?",
                KIT.personId(ADA)))
        .isEqualTo(1);
    assertThat(done(record(id.getFirst()), "removed"))
        .containsEntry("event", 2L)
        .containsEntry("anonymous_event", 1L)
        .containsEntry("person", 1L);
  }

  @Test
  @DisplayName("whoever was merged while the request was in the log is erased as who survived")
  void shouldFollowAMerge() {
    KIT.identify(ADA, "note", "mine");
    KIT.identify(Identifier.id("primary"), "email", "p@example.test");
    KIT.event(ADA, "bought");
    KIT.settle();
    var primary = KIT.personId(Identifier.id("primary"));
    var secondary = KIT.personId(ADA);
    var client = EDGE.client();
    var id = new ArrayList<String>();
    KIT.gather(() -> {
      KIT.accept(KIT.mergeOf(Identifier.id("primary"), ADA));
      id.add(
          client
              .send(
                  "POST",
                  EDGE.base() + "/customers/ada/erasure",
                  "{\"erasure\":{\"mode\":\"erase\"}}")
              .expect(202)
              .json()
              .at("/erasure/id")
              .asString());
    });
    finish();
    assertThat(KIT.people()).isZero();
    assertThat(KIT.find(Identifier.id("primary"))).isEmpty();
    for (var person : List.of(primary, secondary)) {
      assertThat(KIT.number("SELECT count(*) FROM event WHERE person_id = ?", person)).isZero();
    }
    assertThat(record(id.getFirst()).get("state").asString()).isEqualTo("completed");
    assertThat(
            client
                .get(EDGE.base() + "/erasures?identifier=p@example.test&id_type=email")
                .json()
                .at("/erasures/0/id")
                .asString())
        .isEqualTo(id.getFirst());
  }

  @Test
  @DisplayName("asked twice, deleted meanwhile: each request comes to its end")
  void shouldCompleteEveryRequest() {
    KIT.identify(ADA, "email", "ada@example.test", "note", "x");
    KIT.event(ADA, "bought");
    KIT.identify(Identifier.id("bob"));
    KIT.event(Identifier.id("bob"), "bought");
    KIT.settle();
    var client = EDGE.client();
    var ids = new ArrayList<String>();
    KIT.gather(() -> {
      KIT.accept(new Operation.Delete(KIT.workspace(), Identifier.id("bob")));
      for (var path :
          List.of("ada/erasure", "ada@example.test/erasure?id_type=email", "bob/erasure")) {
        ids.add(
            client
                .send(
                    "POST",
                    EDGE.base() + "/customers/" + path,
                    "{\"erasure\":{\"mode\":\"%s\"}}"
                        .formatted(path.startsWith("bob") ? "anonymise" : "erase"))
                .expect(202)
                .json()
                .at("/erasure/id")
                .asString());
      }
    });
    finish(slowWorker());
    for (var id : ids) {
      assertThat(record(id).get("state").asString())
          .as(record(id).toString())
          .isEqualTo("completed");
    }
    assertThat(done(record(ids.getFirst()), "removed")).containsEntry("event", 1L);
    assertThat(done(record(ids.get(2)), "anonymised")).containsEntry("event", 1L);
    assertThat(KIT.number("SELECT count(*) FROM erasure")).isZero();
  }

  @Test
  @DisplayName(
      "what a batch that began before the removal writes late is erased, however late it is")
  void shouldWaitForBatchesThatKnewThePerson() {
    KIT.event(ADA, "bought");
    KIT.settle();
    var person = KIT.personId(ADA);
    try (var late = KIT.database.jdbi().open()) {
      late.begin();
      late.execute("SELECT 1"); // its transaction is older than the removal
      var id = erase("ada", "erase");
      finish();
      assertThat(KIT.events(person)).isEmpty();
      assertThat(record(id).get("state").asString())
          .as("somebody may still write")
          .isEqualTo("running");
      late.execute(
          """
          INSERT INTO event (person_id, workspace_id, name_id, op, occurred_at, received_at, data)
          SELECT ?, workspace_id, name_id, 1, now(), now(), '{}' FROM event_name WHERE workspace_id = ? LIMIT 1
          """,
          person,
          KIT.workspace().value());
      late.commit();
      finish();
      assertThat(KIT.events(person)).isEmpty();
      assertThat(record(id).get("state").asString()).isEqualTo("completed");
      assertThat(done(record(id), "removed")).containsEntry("event", 2L);
    }
  }

  @Test
  @DisplayName("a mail that is being sent is let go; what is recorded of it goes as well")
  void shouldWaitForAMailThatIsBeingSent() {
    var ada = WholePerson.in(KIT, EDGE);
    KIT.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
            "UPDATE outbox SET lease = 1, leased_until = ? WHERE person_id = ?",
            OffsetDateTime.parse("2027-01-01T00:00:00Z"),
            ada.personId));
    var id = erase("ada-lovelace", "anonymise");
    finish();
    assertThat(record(id).get("state").asString()).isEqualTo("running");
    assertThat(KIT.number("SELECT count(*) FROM delivery WHERE person_id = ?", ada.personId))
        .isEqualTo(5);
    KIT.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute("DELETE FROM outbox WHERE person_id = ?", ada.personId)
            + handle.execute(
                "UPDATE delivery SET recipient = 'ada@example.test' WHERE person_id = ?",
                ada.personId));
    finish();
    assertThat(record(id).get("state").asString()).isEqualTo("completed");
    assertNothingRemembers("ada");
  }

  @Test
  @DisplayName("the proof waits for the log, and says until when")
  void shouldWaitForTheLog() {
    KIT.identify(ADA, "note", "old");
    KIT.settle();
    var id = erase("ada", "erase");
    KIT.advance(Duration.ofMinutes(3));
    worker().run();
    var waiting = record(id);
    assertThat(waiting.get("state").asString()).isEqualTo("running");
    assertThat(waiting.get("waiting_for").asString()).isEqualTo("log");
    assertThat(waiting.get("log_gone_by").asLong())
        .isGreaterThan(waiting.get("removed_at").asLong())
        .isLessThanOrEqualTo(waiting.get("removed_at").asLong() + 600);
    waitForLog();
    worker().run();
    assertThat(record(id).get("state").asString()).isEqualTo("completed");
    assertThat(record(id).get("log_gone_by").isNull()).isTrue();
  }

  // ── crashes and other nodes ───────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("a worker that dies within a step takes nothing with it, and another one goes on")
  void shouldSurviveTheDeathOfTheWorker() throws Exception {
    // given
    var ada = WholePerson.in(KIT, EDGE);
    var before = stored(ada);
    var id = erase("ada-lovelace", "erase");
    KIT.advance(Duration.ofMinutes(3));
    assertThat(slowWorker().step()).isTrue();
    var left = ada.rows(KIT, "event");
    assertThat(left).isPositive().isLessThan(before.get("event"));
    // when: the database ends the connection of a step in the middle of it
    try (var other = KIT.database.jdbi().open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      other.begin();
      other.execute("SELECT 1 FROM journey WHERE person_id = ? FOR UPDATE", ada.personId);
      var dying = threads.submit(() -> slowWorker().step());
      await()
          .until(() ->
              KIT.number(
                      """
                      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'
                      """)
                  > 0);
      assertThatThrownBy(dying::get).isNotNull();
      other.rollback();
    }
    assertThat(ada.rows(KIT, "event")).as("the step did not happen").isEqualTo(left);
    // then: step by step, each by a worker that knows nothing of the others
    for (var round = 0; round < 3; round++) {
      for (var steps = 0; slowWorker().step(); steps++) {
        assertThat(steps).isLessThan(1_000);
      }
      waitForLog();
    }
    var record = record(id);
    assertThat(record.get("state").asString()).isEqualTo("completed");
    before.merge("activity", 3L, Long::sum);
    assertThat(done(record, "removed")).as("each row is counted once").isEqualTo(before);
    assertNothingRemembers("ada");
  }

  @Test
  @DisplayName("two nodes share the work: nothing is left, nothing is counted twice")
  void shouldShareTheWork() throws Exception {
    try (var kit = ProcessingKit.start(2);
        var edge = new ManagementEdge(kit, 0)) {
      kit.addNode(2);
      kit.shareLanes();
      try (var other = new ManagementEdge(kit, 1)) {
        kit.inNewWorkspace();
        var people = 40;
        for (var i = 0; i < people; i++) {
          for (var event = 0; event < 10; event++) {
            ProcessingKit.accept(
                kit.node(event % 2), kit.eventOf(Identifier.id("p" + i), "bought", "{}"));
          }
        }
        kit.settle();
        var clients = List.of(edge.client(), other.client());
        var ids = new ArrayList<String>();
        for (var i = 0; i < people; i++) {
          ids.add(
              clients
                  .get(i % 2)
                  .send(
                      "POST",
                      edge.base() + "/customers/p" + i + "/erasure",
                      "{\"erasure\":{\"mode\":\"%s\"}}"
                          .formatted(i % 3 == 0 ? "anonymise" : "erase"))
                  .expect(202)
                  .json()
                  .at("/erasure/id")
                  .asString());
        }
        kit.settle();
        kit.advance(Duration.ofMinutes(3));
        for (var round = 0; round < 3; round++) {
          workTogether(kit);
          kit.advance(Duration.ofMinutes(6));
          await()
              .atMost(Duration.ofSeconds(60))
              .pollInterval(Duration.ofMillis(100))
              .until(() -> {
                kit.node(0).trim();
                return kit.number("SELECT count(*) FROM log_block") == 0;
              });
        }
        for (var i = 0; i < people; i++) {
          var record =
              clients.getFirst().get(edge.base() + "/erasures/" + ids.get(i)).json().get("erasure");
          assertThat(record.get("state").asString()).as(record.toString()).isEqualTo("completed");
          assertThat(done(record, i % 3 == 0 ? "anonymised" : "removed"))
              .containsEntry("event", 10L);
        }
        assertThat(kit.number("SELECT count(*) FROM event WHERE person_id > 0")).isZero();
        assertThat(kit.number("SELECT count(*) FROM event")).isEqualTo(140);
        assertThat(kit.number("SELECT count(DISTINCT person_id) FROM event")).isEqualTo(14);
      }
    }
  }

  private static void workTogether(ProcessingKit kit) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var workers =
          IntStream.range(0, 3)
              .mapToObj(_ ->
                  threads.submit(() ->
                      new Erasures(kit.database, kit.clock, new LoggedOperations(), 3, 20).run()))
              .toList();
      for (var each : workers) {
        each.get();
      }
    }
  }

  @Test
  @DisplayName("a request that cannot be applied says so")
  void shouldTellWhatFailed() {
    KIT.identify(ADA);
    KIT.settle();
    // a row that the removal cannot pass: a trigger stands for whatever may be broken
    KIT.database.<Boolean, RuntimeException>inTransaction(handle -> {
      handle.execute(
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$");
      handle.execute(
          "CREATE TRIGGER refuse BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION refuse()");
      return true;
    });
    String id;
    try {
      id = erase("ada", "erase");
    } finally {
      KIT.database.<Integer, RuntimeException>inTransaction(handle ->
          handle.execute("DROP TRIGGER refuse ON person") + handle.execute("DROP FUNCTION refuse"));
    }
    var record = record(id);
    assertThat(record.get("state").asString()).isEqualTo("failed");
    assertThat(record.get("removed_at").isNull()).isTrue();
    assertThat(KIT.people()).isEqualTo(1);
    KIT.database.<Integer, RuntimeException>inTransaction(
        handle -> handle.execute("DELETE FROM dead_letter"));
  }
}
