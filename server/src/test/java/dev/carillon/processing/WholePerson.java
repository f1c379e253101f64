package dev.carillon.processing;

import dev.carillon.api.JsonClient;
import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Somebody of whom every table holds something. Everything personal has {@code ada} in it, so that
 * a look for it anywhere in the database finds what was left behind.
 */
final class WholePerson {
  static final Identifier ID = Identifier.id("ada-lovelace");
  static final Identifier EMAIL = Identifier.email("Ada@Example.test");
  static final String COOKIE = "ada-cookie";
  static final Identifier BOB = Identifier.id("bob");

  /** Tables whose rows are gone within moments, whoever is removed. */
  static final Set<String> FLEETING = Set.of("campaign_wake");

  final long personId;
  final long secondaryId;
  final long campaign;
  final long manual;

  private WholePerson(long personId, long secondaryId, long campaign, long manual) {
    this.personId = personId;
    this.secondaryId = secondaryId;
    this.campaign = campaign;
    this.manual = manual;
  }

  /** In a workspace of its own, beside Bob, who did much the same. */
  static WholePerson in(ProcessingKit kit, ManagementEdge edge) {
    kit.inNewWorkspace();
    kit.objectType(1);
    var client = edge.client();
    var manual = create(client, edge, "segment", "{\"segment\":{\"name\":\"By hand\"}}");
    create(
        client,
        edge,
        "segment",
        "{\"segment\":{\"name\":\"Buyers\",\"conditions\":{\"event\":{\"name\":\"bought\"}}}}");
    kit.build();
    var campaign = campaign(client, edge, "");
    campaign(
        client,
        edge,
        ",\"filters\":{\"attribute\":{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"never\"}}");

    // nobody yet
    kit.accept(
        new Operation.Identify(
            kit.workspace(), ID, ProcessingKit.attributes("email", "ada@example.test"), 0, true));
    kit.accept(kit.anonymousOf(COOKIE, "looked", kit.clock.instant()));
    kit.settle();
    // somebody
    kit.identify(
        ID, "email", EMAIL.value(), "anonymous_id", COOKIE, "plan", "pro", "note", "ada's own");
    kit.settle();
    var things = new Things(kit);
    things.apply(
        things.identify(Things.object("acme"), "seats", 5L),
        things.device(ID, "ada-token", null, "os", "18"),
        things.relate(ID, Things.object("acme"), "role", "ada owns it"),
        new Operation.Membership(kit.workspace(), ID, (int) manual, true));
    buy(kit, ID, "ada-event");
    kit.identify(ID, "plan", "free");
    kit.identify(BOB, "plan", "pro");
    buy(kit, BOB, "other-event");
    kit.accept(new Operation.Membership(kit.workspace(), BOB, (int) manual, true));
    kit.settle();
    // somebody else who turns out to be the same, with more events than move at once
    var second = Identifier.id("ada-second");
    for (var i = 0; i < 8; i++) {
      kit.accept(kit.eventOf(second, "visited", "{\"page\":\"ada %d\"}".formatted(i)));
    }
    kit.settle();
    var secondaryId = kit.personId(second);
    kit.accept(kit.mergeOf(ID, second));
    kit.settle();
    // what waits for nobody in particular
    kit.advance(Duration.ofMinutes(6));
    kit.accept(kit.anonymousOf(COOKIE, "looked again", kit.clock.instant()));
    kit.accept(things.relateAnonymous(COOKIE, Things.object("acme"), "role", "guest"));
    kit.accept(
        new Operation.ContentReport(
            kit.workspace(), null, COOKIE, true, 0, Map.of("content_id", 3L)));
    kit.settle();
    var person = new WholePerson(kit.personId(ID), secondaryId, campaign, manual);
    person.told(kit);
    return person;
  }

  private static void buy(ProcessingKit kit, Identifier who, String eventId) {
    for (var i = 0; i < 5; i++) {
      kit.accept(
          new Operation.Event(
              kit.workspace(),
              who,
              null,
              EventKind.EVENT,
              "bought",
              eventId + i,
              0,
              "{\"note\":\"of %s\"}".formatted(who.value()).getBytes(StandardCharsets.UTF_8)));
    }
    kit.settle();
  }

  private static long create(JsonClient client, ManagementEdge edge, String kind, String body) {
    return client
        .send("POST", edge.base() + "/" + kind + "s", body)
        .expect(200)
        .json()
        .at("/" + kind + "/id")
        .asLong();
  }

  private static long campaign(JsonClient client, ManagementEdge edge, String filters) {
    var id =
        create(
            client,
            edge,
            "campaign",
            """
            {"campaign":{"name":"Thanks","trigger":{"event":{"name":"bought"}}%s,
             "steps":[{"type":"email","subject":"Thanks","body":"<p>Hi</p>","from":"s@example.test"},
                      {"type":"delay","for":{"n":36,"unit":"hour"}}]}}
            """
                .formatted(filters));
    client.send("POST", edge.base() + "/campaigns/" + id + "/start", "").expect(200);
    return id;
  }

  /** What workers and reports write. */
  private void told(ProcessingKit kit) {
    for (var statement :
        List.of(
            """
            UPDATE delivery SET recipient = 'ada@example.test', subject = 'Hello ada', sent_at = now(), attempted_at = now(),
                   opened_at = now(), state = 'sent', failure_message = 'once: no ada here' WHERE person_id = :person
            """,
            """
            INSERT INTO delivery_content (delivery_id, created_at, workspace_id, content)
            SELECT delivery_id, created_at, workspace_id, '{"body":"Dear ada"}' FROM delivery WHERE person_id = :person
            """,
            """
            INSERT INTO delivery_click (delivery_id, created_at, workspace_id, clicked_at, href)
            SELECT delivery_id, created_at, workspace_id, now(), 'https://shop.test/?to=ada' FROM delivery, generate_series(1, 3)
             WHERE person_id = :person
            """,
            """
            INSERT INTO send_request (delivery_id, workspace_id, request)
            SELECT delivery_id, workspace_id, '{"data":{"note":"ada"}}' FROM delivery WHERE person_id = :person LIMIT 1
            """,
            """
            INSERT INTO reporting_event (queue_id, workspace_id, person_id, body, queued_at)
            SELECT 0, workspace_id, person_id, '{"data":{"identifiers":{"id":"ada"}}}', '2026-03-01' FROM person
             WHERE person_id = :person
            """,
            """
            INSERT INTO segment_timer (person_id, segment_id, due_at)
            SELECT person_id, segment_id, '2027-01-01' FROM segment_member WHERE person_id = :person LIMIT 1
            """,
            """
            INSERT INTO person_computed (person_id, workspace_id, tallies)
            SELECT person_id, workspace_id, '{}' FROM person WHERE person_id = :person ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO computed_timer (person_id, computed_id, due_at)
            SELECT person_id, 1, '2027-01-01' FROM person WHERE person_id = :person
            """,
            """
            INSERT INTO sender_opt_out (person_id, channel, sender, workspace_id, written, opted_out_at)
            SELECT person_id, 1, '+15550100', workspace_id, '+15550100', '2026-03-01' FROM person WHERE person_id = :person
            """,
            """
            INSERT INTO message_wake (person_id, workspace_id, due_at)
            SELECT person_id, workspace_id, '2027-01-01' FROM person WHERE person_id = :person
            """,
            """
            INSERT INTO segment_former (person_id, segment_id, version, entered_at)
            SELECT person_id, segment_id, 1, entered_at FROM segment_member WHERE person_id = :person LIMIT 1
            """)) {
      kit.database.<Integer, RuntimeException>inTransaction(
          handle -> handle.createUpdate(statement).bind("person", personId).execute());
    }
    deadLetter(kit, kit.eventOf(EMAIL, "bought", "{\"note\":\"ada\"}"), 1);
    deadLetter(kit, kit.anonymousOf(COOKIE, "looked", kit.clock.instant()), 2);
    deadLetter(kit, kit.eventOf(BOB, "bought", "{}"), 3);
  }

  private static void deadLetter(ProcessingKit kit, Operation operation, int number) {
    kit.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
            "INSERT INTO dead_letter (op, workspace_id, received_at, failed_at, reason, payload) VALUES (?, ?, now(), now(), 'broken', ?)",
            kit.workspace().value() * 100L + number,
            kit.workspace().value(),
            OperationCodec.encode(operation)));
  }

  /** How many rows a table has of the person, whom was merged into it included. */
  long rows(ProcessingKit kit, String table) {
    var workspace = kit.workspace().value();
    return switch (table) {
      case "delivery_content", "delivery_click" ->
          kit.number(
              "SELECT count(*) FROM %s t JOIN delivery d USING (delivery_id, created_at) WHERE d.person_id = ?"
                  .formatted(table),
              personId);
      case "send_request" ->
          kit.number(
              "SELECT count(*) FROM send_request JOIN delivery d USING (delivery_id) WHERE d.person_id = ?",
              personId);
      case "anonymous_event", "anonymous_relationship" ->
          kit.number(
              "SELECT count(*) FROM %s WHERE workspace_id = ? AND anonymous_id = ?"
                  .formatted(table),
              workspace,
              COOKIE);
      case "merger" -> kit.number("SELECT count(*) FROM merger WHERE primary_id = ?", personId);
      case "dead_letter" ->
          kit.number(
              "SELECT count(*) FROM dead_letter WHERE workspace_id = ? AND op % 100 < 3",
              workspace);
      default ->
          kit.number(
              "SELECT count(*) FROM %s WHERE person_id IN (?, ?)".formatted(table),
              personId,
              secondaryId);
    };
  }

  /** Tables that hold the text anywhere, with how many rows. */
  static Map<String, Long> mentions(ProcessingKit kit, String text) {
    var tables =
        kit.database.read(handle ->
            handle
                .select(
                    """
                    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1
                    """)
                .mapTo(String.class)
                .list());
    var found = new TreeMap<String, Long>();
    for (var table : tables) {
      var count =
          kit.number(
              "SELECT count(*) FROM %s t WHERE position(? in lower(t::text)) > 0".formatted(table),
              text);
      if (count > 0) {
        found.put(table, count);
      }
    }
    return found;
  }
}
