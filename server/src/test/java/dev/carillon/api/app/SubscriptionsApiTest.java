package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.people.CioId;
import dev.carillon.store.TestDatabase;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable.Draft;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.Subscribable.Text;
import dev.carillon.subscriptions.SubscriptionCenter;
import dev.carillon.subscriptions.SubscriptionCenter.Header;
import dev.carillon.subscriptions.SubscriptionCenterRepository;
import dev.carillon.subscriptions.SubscriptionOutcome;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Topics, channels and what people chose (app-data §5, §2.10, §2.1). */
class SubscriptionsApiTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final Tenant shop = Tenant.create(TEST.database(), "subs-" + NUMBER.incrementAndGet());
  private final JsonClient client = SERVER.as(shop);

  @BeforeEach
  void topics() {
    client.get("/v1/subscription_topics").expect(200, "{\"topics\":[]}");
    client.get("/v1/subscription_channels").expect(200, "{\"channels\":[]}");
    made(
        Kind.TOPIC,
        new Draft(
            null,
            new Text("Offers", "Deals"),
            true,
            Map.of("de", new Text("Angebote", "Preise"), "nl-BE", new Text("Aanbod", ""))));
    made(Kind.TOPIC, new Draft(null, new Text("News", ""), false, Map.of()));
    made(Kind.CHANNEL, new Draft(ChannelType.TWILIO, new Text("SMS", "Short"), false, Map.of()));
  }

  private void made(Kind kind, Draft draft) {
    SubscriptionOutcome outcome =
        TEST.database()
            .inTransaction(
                handle -> SERVER.subscriptions.create(handle, shop.workspace(), kind, draft));
    assertThat(outcome).isInstanceOf(SubscriptionOutcome.Saved.class);
  }

  private void center(SubscriptionCenter center) {
    TEST.database()
        .inTransaction(handle -> {
          new SubscriptionCenterRepository().save(handle, shop.workspace(), center);
          return 0;
        });
  }

  @Test
  @DisplayName("app-data §5: topics and channels with their numbers and defaults")
  void shouldListTopicsAndChannels() {
    client
        .get("/v1/subscription_topics")
        .expect(
            200,
            """
            {"topics":[
              {"id":1,"identifier":"topic_1","name":"Offers","description":"Deals","subscribed_by_default":true},
              {"id":2,"identifier":"topic_2","name":"News","description":"","subscribed_by_default":false}]}
            """);
    client
        .get("/v1/subscription_channels")
        .expect(
            200,
            """
            {"channels":[{"id":1,"type":"twilio","name":"SMS","description":"Short","subscribed_by_default":false}]}
            """);
    var other = SERVER.as(Tenant.create(TEST.database(), "subs-" + NUMBER.incrementAndGet()));
    other.get("/v1/subscription_topics").expect(200, "{\"topics\":[]}");
    other.get("/v1/subscription_channels").expect(200, "{\"channels\":[]}");
  }

  @Test
  @DisplayName("app-data §2.10: an explicit choice, else the topic's default")
  void shouldShowPreferences() {
    var ada =
        shop.person(
            Map.of(
                "id",
                "ada",
                "unsubscribed",
                true,
                "cio_subscription_preferences",
                Map.of("topics", Map.of("topic_1", false, "topic_9", true))),
            CREATED);
    client
        .get("/v1/customers/ada/subscription_preferences")
        .expect(
            200,
            """
            {"customer":{"id":"ada","identifiers":{"cio_id":"%s","id":"ada","email":null},
             "topics":[{"id":1,"subscribed":false,"name":"Offers","description":"Deals"},
                       {"id":2,"subscribed":false,"name":"News","description":""}],
             "unsubscribed":true,"header":{"title":"","subtitle":""}}}
            """
                .formatted(CioId.of(ada)));
    var eve = shop.person(Map.of("email", "eve@b.c"), CREATED);
    var shown =
        client
            .get("/v1/customers/eve%40b.c/subscription_preferences?id_type=email")
            .expect(200)
            .json();
    assertThat(shown.at("/customer/id").asString()).isEmpty();
    assertThat(shown.at("/customer/identifiers/cio_id").asString()).isEqualTo(CioId.of(eve));
    assertThat(shown.at("/customer/topics/0/subscribed").asBoolean()).isTrue();
    assertThat(shown.at("/customer/topics/1/subscribed").asBoolean()).isFalse();
    assertThat(shown.at("/customer/unsubscribed").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @DisplayName("app-data §2.10: language wins over Accept-Language, else the centre's default")
  @CsvSource(
      delimiter = '|',
      value = {
        "de    | ''                            | Angebote | Ihre Wahl",
        "DE-at | ''                            | Angebote | Ihre Wahl",
        "nl-BE | de                            | Aanbod   | Kies",
        "nl    | ''                            | Offers   | Kies",
        "fr    | de                            | Offers   | Kies",
        "''    | de-CH, en;q=0.5               | Angebote | Ihre Wahl",
        "''    | fr, de;q=0.3, nl-be;q=0.9     | Aanbod   | Kies",
        "''    | fr;q=1, *                     | Offers   | Kies",
        "''    | de;q=0                        | Offers   | Kies",
        "''    | ;;,=,q                        | Offers   | Kies",
        "''    | ''                            | Offers   | Kies"
      })
  void shouldSpeakTheLanguage(String language, String accepted, String topic, String title)
      throws IOException {
    center(
        new SubscriptionCenter(
            "nl",
            new Header("Choose", ""),
            Map.of("nl", new Header("Kies", ""), "de", new Header("Ihre Wahl", "x"))));
    shop.person(Map.of("id", "ada"), CREATED);

    var shown = preferences(language, accepted.isEmpty() ? null : accepted);

    assertThat(shown.at("/customer/topics/0/name").asString()).isEqualTo(topic);
    assertThat(shown.at("/customer/header/title").asString()).isEqualTo(title);
  }

  private JsonNode preferences(String language, @Nullable String accepted) throws IOException {
    var headers =
        "Authorization: Bearer "
            + client.key()
            + "\r\n"
            + (accepted == null ? "" : "Accept-Language: " + accepted + "\r\n");
    var answer =
        RawHttp.once(
            client.port(),
            "GET",
            "/v1/customers/ada/subscription_preferences?language=" + language,
            headers,
            new byte[0]);
    assertThat(answer.status()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  @Test
  @DisplayName("app-data §2.10: what is wrong is a list in meta.errors")
  void shouldTellWhatIsWrongAsAList() {
    shop.person(Map.of("id", "ada"), CREATED);
    client
        .get("/v1/customers/ada/subscription_preferences?id_type=name")
        .expect(
            400,
            """
            {"meta":{"errors":["id_type must be id, email or cio_id"],"status":400},
             "errors":[{"detail":"id_type must be id, email or cio_id","status":"400"}]}
            """);
    client
        .get("/v1/customers/ada/subscription_preferences?language=no%20tag")
        .expect(
            400,
            """
            {"meta":{"errors":["language must be a language tag such as en or nl-BE"],"status":400},
             "errors":[{"detail":"language must be a language tag such as en or nl-BE","status":"400"}]}
            """);
    client
        .get("/v1/customers/bob/subscription_preferences")
        .expectProblem(404, "customer not found");
  }

  @Test
  @DisplayName("app-data §2.1: computed preferences are choices with the defaults filled in")
  void shouldComputePreferences() {
    shop.person(Map.of("id", "none"), CREATED);
    shop.person(
        Map.of(
            "id",
            "some",
            "cio_subscription_preferences",
            Map.of("topics", Map.of("topic_2", true), "channels", Map.of("email", false))),
        CREATED);
    var none = client.get("/v1/customers/none/attributes").expect(200).json();
    assertThat(computed(none))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    "{\"topics\":{\"topic_1\":true,\"topic_2\":false},\"channels\":{\"sms\":false}}"));
    assertThat(none.at("/customer/attributes/cio_subscription_preferences").isMissingNode())
        .isTrue();
    assertThat(none.at("/customer/timestamps/_cio_subscription_preferences_computed").asLong())
        .isZero();
    assertThat(computed(client.get("/v1/customers/some/attributes").expect(200).json()))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    "{\"topics\":{\"topic_1\":true,\"topic_2\":true},\"channels\":{\"email\":false,\"sms\":false}}"));
  }

  private static JsonNode computed(JsonNode customer) {
    return JsonMapper.shared()
        .readTree(
            customer.at("/customer/attributes/_cio_subscription_preferences_computed").asString());
  }
}
