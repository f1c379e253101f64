package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.delivery.Mailer.Handover;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.Trigger;
import dev.carillon.people.CioId;
import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import dev.carillon.webhooks.Waiting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks are told what becomes of messages, together with what is recorded (events-out A). */
class OutcomeNewsTest {
  private static final String ADA =
      "{\"id\":\"ada\",\"email\":\"ada@example.test\",\"first_name\":\"Ada\"}";

  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  private final Database database = TEST.database();
  private final TurnedClock clock = new TurnedClock();
  private final Shop shop = new Shop(database);
  private final Waiting plain = Waiting.all(database, shop.workspace, clock, false, false);
  private final Queue<Handover> answers = new ArrayDeque<>();
  private final Mailer mailer =
      new Mailer() {
        @Override
        public Handover send(Message message) {
          var answer = answers.poll();
          return answer == null ? new Handover.Accepted() : answer;
        }

        @Override
        public void close() {}
      };

  private void run() throws InterruptedException {
    new DeliveryWorker(
            DeliverySettings.standard(1, "carillon.test"),
            database,
            shop.ids,
            Shop.LINKS,
            shop.templates(),
            (_, _) -> Optional.empty(),
            mailer,
            clock,
            new Random(1),
            () -> {})
        .runDue();
  }

  private String eventId(int index) {
    return plain.events().get(index).get("event_id").asString();
  }

  @Test
  @DisplayName("events-out A.1, A.2, A.3: a mail of a campaign that was sent")
  void shouldTellOfAMailThatWasSent() throws Exception {
    var person = shop.person(ADA);
    var full = Waiting.all(database, shop.workspace, clock, false, true);
    shop.says(
        new CampaignEmail(
            "Welcome",
            "transactional",
            "First mail",
            new EmailTemplate(
                "Hi {{customer.first_name}}",
                "<p>Hello</p>",
                "",
                "Shop <shop@example.test>",
                "",
                "",
                "",
                Map.of("X-Kind", "welcome"))));
    var intent = shop.intent(person, clock.instant());
    var id = shop.stored(intent);

    run();

    var event =
        """
        {"event_id":"%s","object_type":"email","metric":"sent","timestamp":%d,
         "data":{"identifiers":{"id":"ada","email":"ada@example.test","cio_id":"%s"},"customer_id":"ada",
                 "delivery_id":"%s","campaign_id":3,"action_id":4,"journey_id":"%s","trigger_event_id":null,
                 "recipient":"ada@example.test","subject":"Hi Ada"%s}}
        """;
    var journey = plain.events().getFirst().get("data").get("journey_id").asString();
    assertThat(journey).matches("[0-9A-HJKMNP-TV-Z]{26}");
    var json = JsonMapper.shared();
    var seconds = clock.instant().getEpochSecond();
    assertThat(plain.events())
        .containsExactly(
            json.readTree(event.formatted(eventId(0), seconds, CioId.of(person), id, journey, "")));
    assertThat(full.events())
        .containsExactly(
            json.readTree(
                event.formatted(
                    eventId(0),
                    seconds,
                    CioId.of(person),
                    id,
                    journey,
                    ",\"content\":\"<p>Hello</p>\",\"headers\":{\"X-Kind\":[\"welcome\"]}")));
  }

  @Test
  @DisplayName("events-out A.3: attempts and failures carry the reason, and each its own keys")
  void shouldTellOfFailures() throws Exception {
    answers.add(new Handover.Temporary("451 later"));
    answers.add(new Handover.Permanent("550 no such box"));
    shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    run();
    clock.advance(Duration.ofHours(1));
    run();
    shop.stored(shop.intent(shop.person("{\"first_name\":\"Eve\"}"), clock.instant()));
    run();
    shop.stored(shop.intent(shop.person(ADA), clock.instant(), Trigger.NONE, true));
    run();

    assertThat(plain.names())
        .containsExactly("email attempted", "email failed", "email undeliverable", "email drafted");
    var data = plain.events().stream().map(each -> each.get("data")).toList();
    assertThat(data.get(0).get("failure_message").asString()).isEqualTo("451 later");
    assertThat(data.get(0).has("recipient")).isFalse();
    assertThat(data.get(0).has("subject")).isFalse();
    assertThat(data.get(1).get("failure_message").asString()).isEqualTo("550 no such box");
    assertThat(data.get(1).get("recipient").asString()).isEqualTo("ada@example.test");
    assertThat(data.get(1).get("subject").asString()).isEqualTo("Hi Ada");
    assertThat(data.get(2).get("failure_message").asString()).isNotEmpty();
    assertThat(data.get(2).get("recipient").asString()).isEmpty();
    assertThat(data.get(2).get("customer_id").asString()).isEmpty();
    assertThat(data.get(2).get("identifiers").get("id").isNull()).isTrue();
    assertThat(data.get(3).has("failure_message")).isFalse();
    assertThat(data.get(3).get("subject").asString()).isEqualTo("Hi Ada");
  }

  @Test
  @DisplayName("events-out A.1: a workspace that knows people by id alone tells the id alone")
  void shouldTellTheIdAlone() throws Exception {
    database.inTransaction(handle ->
        handle.execute(
            "UPDATE workspace SET settings = '{\"identifiers\":[\"id\"]}' WHERE workspace_id = ?",
            shop.workspace.value()));
    shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    run();
    assertThat(plain.events().getFirst().get("data").get("identifiers"))
        .isEqualTo(JsonMapper.shared().readTree("{\"id\":\"ada\"}"));
  }

  @Test
  @DisplayName("what a slow worker says that has lost its lease is told to nobody")
  void shouldTellNothingThatIsNotRecorded() throws Exception {
    shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var slow =
        new DeliveryWorker(
            DeliverySettings.standard(1, "carillon.test"),
            database,
            shop.ids,
            Shop.LINKS,
            shop.templates(),
            (_, _) -> Optional.empty(),
            new Mailer() {
              @Override
              public Handover send(Message message) {
                clock.advance(Outbox.LEASE.plusSeconds(1));
                try {
                  run(); // somebody else is quicker
                } catch (InterruptedException stopped) {
                  Thread.currentThread().interrupt();
                }
                return new Handover.Permanent("too late");
              }

              @Override
              public void close() {}
            },
            clock,
            new Random(1),
            () -> {});
    slow.runDue();
    assertThat(plain.names()).isEqualTo(List.of("email sent"));
  }
}
