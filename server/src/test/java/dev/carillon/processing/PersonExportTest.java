package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.api.JsonClient;
import dev.carillon.http.RawHttp;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.privacy.PersonTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code GET …/customers/{id}/export}. */
final class PersonExportTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  @AutoClose static final ManagementEdge EDGE = new ManagementEdge(KIT, 0);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  private static JsonNode export(String path) throws Exception {
    var body = EDGE.text(EDGE.client(), EDGE.base() + path);
    var answer = new JsonClient.Answer(new RawHttp.Answer(200, Map.of(), body), path);
    return ManagementEdge.described("customers.export", answer).json().get("export");
  }

  private static List<String> texts(JsonNode list, String pointer) {
    var texts = new ArrayList<String>();
    list.forEach(each -> texts.add(each.at(pointer).asString()));
    return texts;
  }

  @Test
  @DisplayName("everything stored about a person is in one document, whatever identifier names it")
  void shouldExportEverything() throws Exception {
    // given: somebody of whom every table holds something
    var ada = WholePerson.in(KIT, EDGE);
    for (var table : PersonTable.values()) {
      if (table != PersonTable.ERASURE && !WholePerson.FLEETING.contains(table.table())) {
        assertThat(ada.rows(KIT, table.table())).as(table.table()).isPositive();
      }
    }
    KIT.database.inTransaction(handle -> {
      handle.execute(
          "INSERT INTO esp_suppression VALUES (?, 'ada@example.test', 3, '', 'complained', '', now())",
          KIT.workspace().value());
      return handle.execute("UPDATE delivery SET human_opened_at = opened_at");
    });
    // when
    var export = export("/customers/ada-lovelace/export");
    // then
    var cioId = CioId.of(ada.personId);
    assertThat(export.at("/person/cio_id").asString()).isEqualTo(cioId);
    assertThat(export.at("/person/attributes/note").asString()).isEqualTo("ada's own");
    assertThat(export.at("/person/written_at/plan").asDouble())
        .isBetween(
            export.at("/person/created_at").asDouble() - 1,
            export.at("/person/updated_at").asDouble() + 1);
    assertThat(texts(export.get("identifiers"), "/value"))
        .containsExactly(cioId, "ada-lovelace", "ada@example.test");
    assertThat(export.get("suppressed_identifiers")).isEmpty();
    assertThat(export.at("/counters/0/name").asString()).isEqualTo("bought");
    assertThat(export.at("/counters/0/total").asInt()).isEqualTo(5);
    assertThat(texts(export.get("devices"), "/token")).containsExactly("ada-token");
    assertThat(export.at("/relationships/0/object/object_id").asString()).isEqualTo("acme");
    assertThat(export.at("/relationships/0/object/attributes/seats").asInt()).isEqualTo(5);
    assertThat(export.at("/relationships/0/attributes/role").asString()).isEqualTo("ada owns it");
    assertThat(texts(export.get("anonymous_ids"), "/anonymous_id")).containsExactly("ada-cookie");
    assertThat(texts(export.get("anonymous_events"), "/name")).containsExactly("looked again");
    assertThat(export.at("/anonymous_relationships/0/attributes/role").asString())
        .isEqualTo("guest");
    assertThat(texts(export.get("segments"), "/name"))
        .containsExactlyInAnyOrder("By hand", "Buyers");
    assertThat(export.get("segment_timers")).hasSize(1);
    assertThat(export.get("journeys")).hasSize(5);
    assertThat(export.at("/journeys/0/path/0/did").asString()).isEqualTo("sends");
    assertThat(texts(export.get("journeys"), "/trigger/data/note")).containsOnly("of ada-lovelace");
    assertThat(export.at("/campaign_refusals/0/times").asInt()).isEqualTo(5);
    assertThat(texts(export.get("merges"), "/cio_id")).containsExactly(CioId.of(ada.secondaryId));
    assertThat(texts(export.get("events"), "/name"))
        .as("with those of the merged that have still to move")
        .hasSize(14)
        .contains("looked", "bought", "visited");
    assertThat(texts(export.get("activities"), "/type"))
        .contains("attribute_change", "device_change", "add_relationship", "profile_merge");
    assertThat(export.get("deliveries")).hasSize(5);
    assertThat(export.at("/deliveries/0/recipient").asString()).isEqualTo("ada@example.test");
    assertThat(export.at("/deliveries/0/content/body").asString()).isEqualTo("Dear ada");
    assertThat(export.at("/deliveries/0/metrics/opened").isNumber()).isTrue();
    assertThat(export.at("/deliveries/0/message_id").asString()).hasSize(36);
    assertThat(export.at("/deliveries/0/metrics/human_opened").isNumber()).isTrue();
    assertThat(texts(export.get("email_suppressions"), "/kind")).containsExactly("spam_reports");
    assertThat(export.get("clicks")).hasSize(15);
    assertThat(export.at("/clicks/0/human").isBoolean()).isTrue();
    assertThat(texts(export.get("dead_letters"), "/operation/name"))
        .as("hers, and not Bob's")
        .containsExactly("bought", "looked");
    assertThat(export.toString()).doesNotContain("bob");

    for (var path :
        List.of(
            "/customers/ADA@example.test/export?id_type=email",
            "/customers/cio_" + cioId + "/export",
            "/customers/" + cioId + "/export?id_type=cio_id")) {
      assertThat(export(path).get("events")).as(path).hasSize(14);
    }
  }

  @Test
  @DisplayName("the answer is a file that nobody keeps")
  void shouldBeAFile() throws Exception {
    KIT.identify(Identifier.id("ada"));
    KIT.settle();
    try (var body = EDGE.stream(EDGE.client(), EDGE.base() + "/customers/ada/export").body()) {
      assertThat(body.readAllBytes()).isNotEmpty();
    }
    var head = EDGE.client().send("HEAD", EDGE.base() + "/customers/ada/export", "");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.http().header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(head.http().header("content-disposition"))
        .isEqualTo(
            "attachment; filename=\"person-%s.json\""
                .formatted(CioId.of(KIT.personId(Identifier.id("ada")))));
    assertThat(head.http().header("cache-control")).contains("no-store");
  }

  @Test
  @DisplayName("app-data §1.1, I5: whoever is unknown here, or another workspace's, is not found")
  void shouldKnowNobodyElse() {
    KIT.identify(Identifier.id("ada"), "email", "ada@example.test");
    KIT.settle();
    var theirs = EDGE.base();
    var cioId = CioId.of(KIT.personId(Identifier.id("ada")));
    var stranger = stranger();
    stranger.get(theirs + "/customers/ada/export").expectProblem(404, "workspace not found");
    for (var path :
        List.of(
            "/customers/ada/export",
            "/customers/ada@example.test/export?id_type=email",
            "/customers/cio_" + cioId + "/export",
            "/customers/" + cioId + "/export?id_type=cio_id")) {
      stranger.get(EDGE.base() + path).expectProblem(404, "person not found");
    }
    stranger
        .get(EDGE.base() + "/customers/1/export?id_type=phone")
        .expectProblem(400, "phone is not enabled as an identifier in this workspace");
    stranger
        .get(EDGE.base() + "/customers/1/export?id_type=name")
        .expectProblem(400, "id_type must be id, email or cio_id");
  }

  private static JsonClient stranger() {
    KIT.inNewWorkspace();
    return EDGE.client();
  }

  /** 40,000 events of 3 KB: 120 MB of JSON. */
  @Test
  @DisplayName(
      "a person with very many events is exported with a bounded heap, out of one snapshot")
  void shouldNotHoldEventsInMemory() throws Exception {
    var events = 40_000;
    KIT.identify(Identifier.id("busy"));
    KIT.event(Identifier.id("busy"), "first");
    KIT.settle();
    var person = KIT.personId(Identifier.id("busy"));
    fill(person, events);
    var client = EDGE.client();
    var before = used();
    var most = 0L;
    var read = 0L;
    var lines = 0L;
    try (var body = EDGE.stream(client, EDGE.base() + "/customers/busy/export").body()) {
      var buffer = new byte[1 << 16];
      for (var length = body.read(buffer); length >= 0; length = body.read(buffer)) {
        for (var i = 0; i < length; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
        if (read == 0) { // what is written from now on is not in the snapshot
          fill(person, 10);
        }
        if (read / 20_000_000 != (read + length) / 20_000_000) {
          most = Math.max(most, used() - before);
        }
        read += length;
      }
    }
    assertThat(read).isGreaterThan(120_000_000L);
    assertThat(lines).isBetween((long) events + 15, (long) events + 60);
    assertThat(most).as("bytes held while it was written").isLessThan(50_000_000);
  }

  private static void fill(long person, int events) {
    KIT.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
            """
            INSERT INTO event (person_id, workspace_id, name_id, op, occurred_at, received_at, data)
            SELECT person_id, workspace_id, name_id, n, occurred_at + n * interval '1 second', received_at,
                   '{"text":"' || repeat('x', 3000) || '"}'
              FROM (SELECT * FROM event WHERE person_id = ? LIMIT 1) e, generate_series(1, ?) n
            """,
            person,
            events));
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  @DisplayName(
      "an export that breaks off does not look like a whole one, and leaves nothing behind")
  void shouldNotPassOffAPartAsTheWhole() throws Exception {
    KIT.event(Identifier.id("busy"), "first");
    KIT.settle();
    fill(KIT.personId(Identifier.id("busy")), 3_000);
    var client = EDGE.client();
    try (var body = EDGE.stream(client, EDGE.base() + "/customers/busy/export").body()) {
      assertThat(body.readNBytes(1_000)).hasSize(1_000);
      assertThat(
              KIT.number(
                  "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'carillon export' AND datname = current_database()"))
          .isEqualTo(1);
      assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
    }
    await()
        .until(() ->
            KIT.number(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'carillon export' AND datname = current_database()")
                == 0);
    assertThat(EDGE.text(client, EDGE.base() + "/customers/busy/export")).endsWith("}}\n");
  }
}
