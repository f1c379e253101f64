package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.webhooks.Waiting;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks are told what operations do to people and deliveries (events-out A.3, A.6). */
final class WebhookNewsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final WorkspaceId NOBODYS = new WorkspaceId(0);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static Waiting waiting(boolean fullResolution, boolean withContent) {
    return Waiting.all(KIT.database, KIT.workspace(), KIT.clock, fullResolution, withContent);
  }

  /** A mail that was sent to Ada, who has an address. */
  private static long mail() {
    KIT.identify(ADA, "email", "ada@example.test");
    KIT.settle();
    var deliveryId = KIT.number("SELECT nextval('id_range')") * 1_000_000;
    var intent =
        new NewDelivery(
            deliveryId,
            KIT.clock.instant(),
            KIT.workspace(),
            KIT.personId(ADA),
            null,
            7,
            41,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    KIT.database.inTransaction(handle -> {
      new DeliveryRepository(KIT.database).insertIntents(handle, List.of(intent));
      handle.execute("DELETE FROM outbox WHERE delivery_id = ?", deliveryId);
      return handle.execute(
          "UPDATE delivery SET state = 'sent', sent_at = created_at, recipient = 'ada@example.test', subject = 'Hello' WHERE delivery_id = ?",
          deliveryId);
    });
    return deliveryId;
  }

  private static void report(long deliveryId, String metric, @Nullable Object... details) {
    KIT.accept(
        new Operation.DeliveryReport(
            NOBODYS, deliveryId, metric, 0, ProcessingKit.attributes(details)));
  }

  private static List<JsonNode> data(Waiting waiting) {
    return waiting.events().stream().map(each -> each.get("data")).toList();
  }

  @Test
  @DisplayName("events-out A.3, A.6: the first open and the first click on each link are told")
  void shouldTellFirstOpensAndClicks() {
    var first = waiting(false, false);
    var every = waiting(true, false);
    var mail = mail();
    report(mail, "opened");
    KIT.settle();
    report(mail, "opened");
    report(mail, "clicked", "href", "https://a.test/1");
    report(mail, "clicked", "href", "https://a.test/1");
    KIT.settle();
    report(mail, "clicked", "href", "https://a.test/1");
    report(mail, "clicked", "href", "https://a.test/2");
    report(mail, "clicked");
    report(mail, "delivered");
    KIT.settle();

    assertThat(first.names())
        .containsExactly("email delivered", "email opened", "email clicked", "email clicked");
    assertThat(every.names())
        .containsExactly(
            "email delivered",
            "email opened",
            "email opened",
            "email clicked",
            "email clicked",
            "email clicked",
            "email clicked",
            "email clicked");
    var opened = data(first).get(1);
    assertThat(opened.get("recipient").asString()).isEqualTo("ada@example.test");
    assertThat(opened.get("synthetic").asBoolean()).isFalse();
    assertThat(opened.get("proxied").asBoolean()).isFalse();
    assertThat(opened.get("prefetched").asBoolean()).isFalse();
    assertThat(opened.get("campaign_id").asInt()).isEqualTo(7);
    assertThat(opened.get("action_id").asInt()).isEqualTo(41);
    var clicked = data(first).get(2);
    assertThat(clicked.get("href").asString()).isEqualTo("https://a.test/1");
    assertThat(clicked.get("link_id").isInt()).isTrue();
    assertThat(clicked.get("machine").asBoolean()).isFalse();
    assertThat(data(first).get(3).get("href").asString()).isEqualTo("https://a.test/2");
    assertThat(data(first).get(3).get("link_id")).isNotEqualTo(clicked.get("link_id"));
    assertThat(first.events().getFirst().get("event_id"))
        .isEqualTo(every.events().getFirst().get("event_id"));
  }

  @Test
  @DisplayName("events-out A.3: an open that follows from a click is synthetic")
  void shouldTellSyntheticOpens() {
    var waiting = waiting(false, false);
    report(mail(), "clicked", "href", "https://a.test/1");
    KIT.settle();
    assertThat(waiting.names()).containsExactly("email delivered", "email opened", "email clicked");
    assertThat(data(waiting).get(1).get("synthetic").asBoolean()).isTrue();
  }

  @Test
  @DisplayName("events-out A.3: what a machine opens and clicks is told as such")
  void shouldTellMachines() {
    var waiting = waiting(false, false);
    var mail = mail();
    report(mail, "opened", Operation.DeliveryReport.MACHINE, true);
    report(
        mail,
        "clicked",
        "href",
        "https://a.test/1?who=ada",
        "link",
        "https://a.test/1",
        Operation.DeliveryReport.MACHINE,
        true);
    report(mail, "clicked", "href", "https://a.test/1?who=eve", "link", "https://a.test/1");
    KIT.settle();
    assertThat(waiting.names()).containsExactly("email delivered", "email opened", "email clicked");
    assertThat(data(waiting).get(1).get("prefetched").asBoolean()).isTrue();
    assertThat(data(waiting).get(2).get("machine").asBoolean()).isTrue();
    assertThat(data(waiting).get(2).get("href").asString()).isEqualTo("https://a.test/1?who=ada");
  }

  @Test
  @DisplayName("events-out A.3: bounces carry their reason, and are told once")
  void shouldTellBounces() {
    var waiting = waiting(true, true);
    var mail = mail();
    report(mail, "bounced", "reason", "550 no such box");
    report(mail, "spammed");
    report(mail, "converted");
    KIT.settle();
    report(mail, "bounced", "reason", "again");
    KIT.settle();
    assertThat(waiting.names())
        .containsExactly("email bounced", "email spammed", "email converted");
    assertThat(data(waiting).getFirst().get("failure_message").asString())
        .isEqualTo("550 no such box");
    assertThat(data(waiting).get(1).has("failure_message")).isFalse();
    assertThat(data(waiting).get(1).get("subject").asString()).isEqualTo("Hello");
  }

  @Test
  @DisplayName("events-out A.3: one unsubscription is told of the mail and of the person")
  void shouldTellAnUnsubscription() {
    var waiting = waiting(false, false);
    var mail = mail();
    KIT.accept(new Operation.Unsubscribe(NOBODYS, mail));
    KIT.settle();
    KIT.accept(new Operation.Unsubscribe(NOBODYS, mail));
    KIT.settle();
    assertThat(waiting.names()).containsExactly("email unsubscribed", "customer unsubscribed");
    assertThat(data(waiting).get(1))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    "{\"customer_id\":\"ada\",\"email_address\":\"ada@example.test\",\"identifiers\":{\"id\":\"ada\",\"email\":\"ada@example.test\",\"cio_id\":\"%s\"}}"
                        .formatted(CioId.of(KIT.personId(ADA)))));
  }

  @Test
  @DisplayName("events-out A.3: the attribute 'unsubscribed' is told when it turns")
  void shouldTellWhoSubscribes() {
    var waiting = waiting(false, false);
    KIT.identify(ADA, "first_name", "Ada");
    KIT.identify(ADA, "unsubscribed", true);
    KIT.identify(ADA, "unsubscribed", "true");
    KIT.identify(ADA, "unsubscribed", false);
    KIT.identify(ADA, "unsubscribed", false);
    KIT.identify(ADA, "unsubscribed", "");
    KIT.identify(ADA, "unsubscribed", true, "first_name", "A.");
    KIT.identify(ADA, "unsubscribed", "");
    KIT.settle();
    assertThat(waiting.names())
        .containsExactly(
            "customer unsubscribed",
            "customer subscribed",
            "customer unsubscribed",
            "customer subscribed");
    assertThat(data(waiting).getFirst().get("email_address").isNull()).isTrue();
  }

  @Test
  @DisplayName(
      "events-out A.3: what changed of somebody's preferences is told, with the change where content is wanted")
  void shouldTellChangedPreferences() {
    var plain = waiting(false, false);
    var full = waiting(false, true);
    KIT.identify(
        ADA,
        "cio_subscription_preferences.topics.topic_1",
        true,
        "cio_subscription_preferences.topics.topic_2",
        true);
    KIT.settle();
    KIT.identify(ADA, "cio_subscription_preferences.topics.topic_2", false);
    KIT.identify(ADA, "cio_subscription_preferences.topics.topic_2", false);
    KIT.settle();
    var name = "customer cio_subscription_preferences_changed";
    assertThat(plain.names()).containsExactly(name, name);
    assertThat(data(plain).getFirst().has("content")).isFalse();
    assertThat(data(full).stream().map(each -> each.get("content").asString()))
        .containsExactly(
            "{\"topics\":{\"topic_1\":true,\"topic_2\":true}}", "{\"topics\":{\"topic_2\":false}}");
  }

  @Test
  @DisplayName("events-out A.3: a merge that unsubscribes somebody is told")
  void shouldTellWhatAMergeDecides() {
    var waiting = waiting(false, false);
    KIT.identify(ADA, "first_name", "Ada");
    KIT.identify(id("eve"), "unsubscribed", true);
    KIT.settle();
    KIT.accept(KIT.mergeOf(ADA, id("eve")));
    KIT.settle();
    assertThat(
            waiting.events().stream().map(each -> each.get("data").get("customer_id").asString()))
        .containsExactly("eve", "ada");
    assertThat(waiting.names()).containsOnly("customer unsubscribed");
  }

  @Test
  @DisplayName("a webhook holds from its making on, and the past is not told")
  void shouldBeginWithTheWebhook() {
    KIT.identify(ADA, "unsubscribed", true);
    KIT.settle();
    var waiting = waiting(false, false);
    assertThat(waiting.names()).isEmpty();
    KIT.identify(ADA, "unsubscribed", false);
    KIT.settle();
    assertThat(waiting.names()).containsExactly("customer subscribed");
  }
}
