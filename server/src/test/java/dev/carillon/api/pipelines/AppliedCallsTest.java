package dev.carillon.api.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.RawHttp;
import dev.carillon.people.CioId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every call and every reserved event from the wire through the log and its processing to what the
 * App API shows (pipelines §5, §6).
 */
class AppliedCallsTest {
  @AutoClose private static final PipelinesNodes NODES = new PipelinesNodes(1);
  private static final long AT = Instant.parse("2026-03-01T10:00:00Z").getEpochSecond();
  private static final String WHEN = "\"timestamp\":\"2026-03-01T10:00:00.000Z\"";

  private PipelinesNodes.Shop shop;

  @BeforeEach
  void open() {
    shop = NODES.shop();
  }

  @AfterEach
  void nothingIsPutAside() {
    assertThat(NODES.deadLetters()).isZero();
  }

  private void identify(String person) {
    shop.call("/v1/identify", "{\"userId\":\"%s\"}".formatted(person));
  }

  // ── §5 ───────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §5: identify writes a person, by id, by address and by cio_id")
  void shouldIdentify() {
    shop.call(
        "/v1/identify",
        """
        {"userId":"ada","traits":{"email":"ada@example.test","firstName":"Ada","createdAt":"2026-01-02T03:04:05Z","unsubscribed":true,
          "cio_subscription_preferences":{"topics":{"topic_1":true}}},%s}
        """
            .formatted(WHEN));
    shop.call("/v1/i", "{\"traits\":{\"email\":\"ADA@example.test\",\"plan\":\"pro\"}}");
    var cioId = shop.attribute("ada", "cio_id");
    shop.call(
        "/v1/identify",
        "{\"userId\":\"cio_%s\",\"traits\":{\"cio_subscription_preferences.topics.topic_2\":false,\"firstName\":null}}"
            .formatted(cioId));

    var ada = shop.person("ada");
    assertThat(ada.get("attributes").get("email").asString()).isEqualTo("ADA@example.test");
    assertThat(ada.get("attributes").has("firstName")).as("removed with null").isFalse();
    assertThat(ada.get("attributes").get("created_at").asString()).isEqualTo("1767323045");
    assertThat(ada.get("attributes").has("createdAt")).isFalse();
    assertThat(ada.get("timestamps").get("created_at").asLong()).isEqualTo(AT);
    assertThat(ada.get("attributes").get("plan").asString()).isEqualTo("pro");
    assertThat(ada.get("attributes").get("cio_subscription_preferences").asString())
        .isEqualTo("{\"topics\":{\"topic_1\":true,\"topic_2\":false}}");
    assertThat(ada.get("unsubscribed").asBoolean()).isTrue();
  }

  @Test
  @DisplayName("pipelines §5: an identify of nobody in particular, and one we are kept out of")
  void shouldMakeNobody() {
    shop.call("/v1/identify", "{\"anonymousId\":\"a\",\"traits\":{\"plan\":\"pro\"}}");
    shop.call("/v1/identify", "{\"userId\":\"ada\",\"integrations\":{\"All\":false}}");

    assertThat(shop.activities()).isEmpty();
    assertThat(shop.exists("ada")).isFalse();
  }

  @Test
  @DisplayName("pipelines §5, P-44, P-45: track, page and screen are stored as what they are")
  void shouldStoreEvents() {
    shop.call(
        "/v1/batch",
        """
        {"context":{"library":{"name":"test"}},"batch":[
          {"type":"track","userId":"ada","event":" bought ","properties":{"total":5,"on":"2026-01-02"},"timestamp":"2026-03-01T10:00:00Z"},
          {"type":"page","userId":"ada","properties":{"url":"https://shop.test/"},"timestamp":"2026-03-01T10:00:01Z"},
          {"type":"screen","userId":"ada","name":"Cart","timestamp":"2026-03-01T10:00:02Z"}]}
        """);

    assertThat(shop.events("ada"))
        .containsExactly("event bought", "page https://shop.test/", "screen Cart");
    var bought = shop.activities("ada").getFirst();
    assertThat(bought.get("timestamp").asLong()).isEqualTo(AT);
    assertThat(bought.get("data").toString())
        .isEqualTo(
            "{\"total\":5,\"on\":1767312000,\"_context\":{\"library\":{\"name\":\"test\"}}}");
  }

  @Test
  @DisplayName("P-30 to P-36: what an anonymous id did becomes the person's, of the first alone")
  void shouldAttachAnonymousEvents() {
    shop.call("/v1/p", "{\"anonymousId\":\"a\",\"properties\":{\"url\":\"https://shop.test/\"}}");
    shop.track("looked", "\"anonymousId\":\"a\"");
    shop.call("/v1/identify", "{\"userId\":\"ada\",\"anonymousId\":\"a\"}");
    shop.track("came late", "\"anonymousId\":\"a\"");
    NODES.clock.advance(Duration.ofMinutes(6));
    shop.track("came too late", "\"anonymousId\":\"a\"");
    shop.call("/v1/identify", "{\"userId\":\"bob\",\"anonymousId\":\"a\"}");

    assertThat(shop.events("ada"))
        .containsExactly("page https://shop.test/", "event looked", "event came late");
    assertThat(shop.events("bob")).containsExactly("event came too late");
    assertThat(shop.activities().stream().map(each -> each.get("type").asString()))
        .contains("anon_merge", "failed_attribute_change");
  }

  @Test
  @DisplayName("pipelines §5: userId wins over anonymousId, which becomes the person's")
  void shouldLinkTheAnonymousIdOfAnEvent() {
    shop.track("looked", "\"anonymousId\":\"a\"");
    shop.track("bought", "\"userId\":\"ada\",\"anonymousId\":\"a\"");

    assertThat(shop.events("ada")).containsExactlyInAnyOrder("event looked", "event bought");
  }

  @Test
  @DisplayName("pipelines §5: group writes an object and relates to it")
  void shouldGroup() {
    shop.call(
        "/v1/group",
        """
        {"userId":"ada","groupId":"acme","traits":{"name":"Acme","object_type_id":"1","relationshipAttributes":{"role":"owner"}}}
        """);
    shop.call(
        "/v1/identify",
        """
        {"userId":"bob","traits":{"objectId":"acme","relationshipAttributes":{"role":"guest"},"plan":"pro"}}
        """);

    var acme = shop.app().get("/v1/objects/1/acme/attributes").expect(200).json().get("object");
    assertThat(acme.get("attributes").get("name").asString()).isEqualTo("Acme");
    assertThat(acme.get("attributes").has("relationshipAttributes")).isFalse();
    assertThat(acme.get("attributes").has("object_type_id")).isFalse();
    for (var each : List.of("ada owner", "bob guest")) {
      var related =
          shop.app()
              .get("/v1/customers/" + each.substring(0, 3) + "/relationships")
              .expect(200)
              .json()
              .get("cio_relationships")
              .get(0);
      assertThat(related.get("identifiers").get("object_id").asString()).isEqualTo("acme");
      assertThat(related.get("attributes").get("role").asString()).isEqualTo(each.substring(4));
    }
    assertThat(shop.attribute("bob", "objectId")).isEqualTo("acme");
  }

  @Test
  @DisplayName("pipelines §5, P-34: the group of an anonymous id becomes that of the person")
  void shouldCarryOverAnonymousRelationships() {
    shop.call("/v1/g", "{\"anonymousId\":\"a\",\"groupId\":\"acme\",\"traits\":{}}");
    shop.call("/v1/identify", "{\"userId\":\"ada\",\"anonymousId\":\"a\"}");

    assertThat(shop.related("ada")).containsExactly("acme");
  }

  @Test
  @DisplayName("pipelines §5, P-21: alias makes two people one, or takes over an anonymous id")
  void shouldAlias() {
    shop.call("/v1/identify", "{\"userId\":\"old\",\"traits\":{\"colour\":\"red\"}}");
    shop.track("looked", "\"userId\":\"old\"");
    identify("ada");
    shop.call("/v1/alias", "{\"userId\":\"ada\",\"previousId\":\"old\"}");

    assertThat(shop.attribute("ada", "colour")).isEqualTo("red");
    assertThat(shop.events("ada")).containsExactly("event looked");
    assertThat(shop.exists("old")).isFalse();

    shop.track("came", "\"anonymousId\":\"visitor\"");
    shop.call("/v1/a", "{\"userId\":\"ada\",\"previousId\":\"visitor\"}");
    assertThat(shop.events("ada")).contains("event came");
  }

  // ── §6 ───────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §6: a device is created, updated and deleted, and is no event")
  void shouldKeepDevices() {
    shop.track(
        "Device Created or Updated",
        """
        "userId":"ada","context":{"device":{"token":"tok","type":"ios"}},"properties":{"app_version":"1"},%s
        """
            .formatted(WHEN));
    shop.track(
        "Device Created or Updated",
        """
        "userId":"ada","properties":{"device":{"token":"tok2","type":"Android"},"app_version":"2"},%s
        """
            .formatted(WHEN));
    assertThat(shop.devices("ada"))
        .containsExactlyInAnyOrder("tok ios " + AT, "tok2 android " + AT);
    assertThat(shop.person("ada").get("devices").toString())
        .contains("\"app_version\":\"1\"", "\"app_version\":\"2\"")
        .doesNotContain("\"device\":");

    shop.track("Device Deleted", "\"userId\":\"ada\",\"context\":{\"device\":{\"token\":\"tok\"}}");
    assertThat(shop.devices("ada")).containsExactly("tok2 android " + AT);
    assertThat(shop.events("ada")).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: opening an application updates the device and is an event as well")
  @ValueSource(strings = {"Application Installed", "Application Opened"})
  void shouldKeepTheDeviceOfAnApplication(String event) {
    var device = "\"context\":{\"device\":{\"token\":\"tok\",\"type\":\"android\"}}";
    shop.track(event, "\"userId\":\"ada\"," + device + "," + WHEN);
    assertThat(shop.devices("ada")).containsExactly("tok android " + AT);

    shop.track("Application Uninstalled", "\"userId\":\"ada\"," + device);
    assertThat(shop.devices("ada")).isEmpty();
    assertThat(shop.events("ada"))
        .containsExactly("event " + event, "event Application Uninstalled");
  }

  @Test
  @DisplayName("pipelines §6, P-15: User Deleted removes the person, who may come back as new")
  void shouldDelete() {
    identify("ada");
    shop.track("bought", "\"userId\":\"ada\"");
    var former = shop.attribute("ada", "cio_id");
    shop.track("User Deleted", "\"userId\":\"ada\"");
    assertThat(shop.exists("ada")).isFalse();

    identify("ada");
    assertThat(shop.attribute("ada", "cio_id")).isNotEqualTo(former);
    assertThat(shop.events("ada")).isEmpty();
  }

  @Test
  @DisplayName("pipelines §6, P-17, P-18: User Suppressed keeps somebody out until Unsuppressed")
  void shouldSuppress() {
    identify("ada");
    shop.track("User Suppressed", "\"userId\":\"ada\"");
    assertThat(shop.exists("ada")).isFalse();
    identify("ada");
    shop.track("bought", "\"userId\":\"ada\"");
    shop.call("/v1/group", "{\"userId\":\"ada\",\"groupId\":\"acme\"}");
    assertThat(shop.exists("ada")).isFalse();

    shop.track("User Unsuppressed", "\"userId\":\"ada\"");
    assertThat(shop.exists("ada")).as("the profile does not come back").isFalse();
    identify("ada");
    assertThat(shop.exists("ada")).isTrue();
    assertThat(shop.events("ada")).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: Relationship Deleted, with each place the object may stand in")
  @ValueSource(
      strings = {
        "\"properties\":{\"objectId\":\"acme\"}",
        "\"properties\":{\"objectId\":\"acme\",\"objectTypeId\":1}",
        "\"properties\":{\"objectId\":\"acme\",\"object_type_id\":\"1\"}",
        "\"context\":{\"groupId\":\"acme\"}"
      })
  void shouldEndARelationship(String object) {
    shop.call("/v1/group", "{\"userId\":\"ada\",\"groupId\":\"acme\"}");
    shop.call("/v1/group", "{\"userId\":\"ada\",\"groupId\":\"globex\"}");
    shop.track("Relationship Deleted", "\"userId\":\"ada\"," + object);

    assertThat(shop.related("ada")).containsExactly("globex");
    assertThat(shop.app().get("/v1/objects/1/acme/attributes").status()).isEqualTo(200);
  }

  @Test
  @DisplayName("pipelines §6: the relationship of an anonymous id ends as well")
  void shouldEndAnAnonymousRelationship() {
    shop.call("/v1/group", "{\"anonymousId\":\"a\",\"groupId\":\"acme\"}");
    shop.track(
        "Relationship Deleted", "\"anonymousId\":\"a\",\"properties\":{\"objectId\":\"acme\"}");
    shop.call("/v1/identify", "{\"userId\":\"ada\",\"anonymousId\":\"a\"}");

    assertThat(shop.related("ada")).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: Object Deleted removes the object and all its relationships")
  @CsvSource(
      delimiter = '|',
      value = {
        "Object Deleted | \"properties\":{\"objectId\":\"acme\"}",
        "Object Deleted | \"groupId\":\"acme\"",
        "Group Deleted | \"properties\":{\"objectId\":\"acme\",\"objectTypeId\":\"1\"}"
      })
  void shouldDeleteAnObject(String event, String object) {
    shop.call("/v1/group", "{\"userId\":\"ada\",\"groupId\":\"acme\"}");
    shop.track(event, "\"anonymousId\":\"a\"," + object);

    assertThat(shop.app().get("/v1/objects/1/acme/attributes").status()).isEqualTo(404);
    assertThat(shop.related("ada")).isEmpty();
  }

  @Test
  @DisplayName("pipelines §6: Report Delivery Event sets the metrics of the delivery")
  void shouldReportDeliveries() {
    identify("ada");
    var person = CioId.personId(shop.attribute("ada", "cio_id")).orElseThrow();
    var created = NODES.clock.instant();
    var key = shop.tenant().delivery(person, null, null, created);
    var id = PipelinesNodes.DELIVERIES.text(key, created);
    shop.track(
        "Report Delivery Event",
        "\"anonymousId\":\"%1$s\",\"properties\":{\"deliveryId\":\"%1$s\",\"metric\":\"clicked\",\"href\":\"https://shop.test/\"},%2$s"
            .formatted(id, WHEN));
    shop.track(
        "Report Delivery Event",
        "\"userId\":\"ada\",\"properties\":{\"deliveryId\":\"%s\",\"metric\":\"converted\"}"
            .formatted(id));

    var metrics =
        shop.app().get("/v1/messages/" + id).expect(200).json().get("message").get("metrics");
    assertThat(metrics.get("clicked").asLong()).isEqualTo(AT);
    assertThat(metrics.has("converted")).isTrue();
    assertThat(shop.events("ada")).as("reports are no events").isEmpty();
  }

  @Test
  @DisplayName("pipelines §6: Report Content Event is shown in the activity log")
  void shouldReportContents() {
    shop.track(
        "Report Content Event",
        """
        "anonymousId":"a","properties":{"actionType":"viewed_content","contentId":7,"templateId":"t"}
        """);
    shop.track(
        "Report Content Event",
        """
        "anonymousId":"a","properties":{"actionType":"clicked_content","contentId":7,"actionName":"buy"}
        """);

    var seen = shop.activities();
    assertThat(seen.stream().map(each -> each.get("type").asString()))
        .containsExactly("viewed_content", "clicked_content");
    assertThat(seen.getFirst().get("data").toString())
        .isEqualTo("{\"anonymous_id\":\"a\",\"content_id\":\"7\",\"template_id\":\"t\"}");
  }

  @Test
  @DisplayName("pipelines §6: the latest location, and events of live notifications")
  void shouldKeepLocations() {
    shop.track(
        "CIO Location Update",
        "\"userId\":\"ada\",\"properties\":{\"latitude\":52.5,\"longitude\":13.4}");
    shop.track(
        "Live Notification Event",
        "\"userId\":\"ada\",\"properties\":{\"eventType\":\"start\",\"cioInstanceId\":\"x\"}");
    shop.track(
        "Live Notification Token",
        "\"userId\":\"ada\",\"properties\":{\"registrationType\":\"instance\"}");

    assertThat(shop.attribute("ada", SemanticEvents.LATITUDE)).isEqualTo("52.5");
    assertThat(shop.attribute("ada", SemanticEvents.LONGITUDE)).isEqualTo("13.4");
    assertThat(shop.events("ada"))
        .containsExactly(
            "event CIO Location Update",
            "event Live Notification Event",
            "event Live Notification Token");
  }

  // ── whose data ───────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("pipelines §2: a write key reaches its own workspace and reads nobody")
  void shouldStayInItsWorkspace() throws IOException {
    var other = NODES.shop();
    identify("ada");
    other.track("User Deleted", "\"userId\":\"ada\"");

    assertThat(shop.exists("ada")).isTrue();
    assertThat(other.exists("ada")).isFalse();
    for (var authorization :
        List.of(
            PipelinesServer.basic(shop.writeKey() + ":"),
            "Authorization: Bearer " + shop.writeKey() + "\r\n")) {
      var answer =
          RawHttp.once(
              NODES.port(0), "GET", "/v1/customers/ada/attributes", authorization, new byte[0]);
      assertThat(answer.status()).isEqualTo(401);
    }
  }
}
