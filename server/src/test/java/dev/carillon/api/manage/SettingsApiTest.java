package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an administrator decides for a workspace, over HTTP. */
class SettingsApiTest {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final TestDatabase test = TestDatabase.create();
  private static final ManageServer server =
      new ManageServer(test.database(), InstantSource.fixed(NOW), RateLimits.off());
  private static final Description description = Description.read();

  private final Tenant shop = Tenant.create(test.database(), "shop-" + System.nanoTime());
  private final JsonClient client = server.as(shop);
  private final String base = "/v1/environments/" + shop.workspace().value();

  @AfterAll
  static void stop() {
    server.close();
    test.close();
  }

  private String zone() {
    return description
        .check("settings.get", client.get(base + "/settings"))
        .expect(200)
        .json()
        .get("settings")
        .get("timezone")
        .asString();
  }

  private int segment(String conditions) {
    return client
        .send(
            "POST",
            base + "/segments",
            "{\"segment\":{\"name\":\"some\",\"conditions\":%s}}".formatted(conditions))
        .expect(200)
        .json()
        .get("segment")
        .get("id")
        .asInt();
  }

  private String state(int segment) {
    return client
        .get(base + "/segments/" + segment)
        .expect(200)
        .json()
        .get("segment")
        .get("state")
        .asString();
  }

  @Test
  @DisplayName("journeys §5.1, gate 3: a workspace sends as usual, to one address, or not at all")
  void shouldChangeTheSendMode() {
    var settings = client.get(base + "/settings").expect(200).json().get("settings");
    assertThat(settings.get("send_mode").asString()).isEqualTo("normal");
    change("{\"send_mode\":\"test\"}").expect(422);
    change("{\"send_mode\":\"test\",\"test_address\":\"nobody\"}").expect(422);
    change("{\"send_mode\":\"loud\"}").expect(422);
    change("{\"send_mode\":\"test\",\"test_address\":\"qa@example.test\"}").expect(200);
    change("{\"send_mode\":\"never\"}").expect(200);
    change("{\"send_mode\":\"test\"}").expect(200);
    change("{\"test_address\":\"\"}").expect(422);
    settings = client.get(base + "/settings").expect(200).json().get("settings");
    assertThat(settings.get("send_mode").asString()).isEqualTo("test");
    assertThat(settings.get("test_address").asString()).isEqualTo("qa@example.test");
    change("{\"send_mode\":\"normal\",\"test_address\":\"\"}").expect(200);
  }

  private JsonClient.Answer change(String settings) {
    return description.check(
        "settings.update",
        client.send("PUT", base + "/settings", "{\"settings\":" + settings + "}"));
  }

  @Test
  @DisplayName(
      "a workspace begins in UTC; where its days begin may change, and segments that read days follow")
  void shouldChangeTheZone() {
    // given: somebody whose birthday it is in Auckland already
    var kim =
        shop.person(
            Map.of("id", "kim", "born", Instant.parse("2000-03-10T12:00:00Z").getEpochSecond()),
            NOW);
    var birthday = segment("{\"attribute\":{\"field\":\"born\",\"operator\":\"anniversary\"}}");
    var other = segment("{\"attribute\":{\"field\":\"plan\",\"operator\":\"exists\"}}");
    server.build();
    assertThat(zone()).isEqualTo("UTC");
    assertThat(state(birthday)).isEqualTo("finished");

    // when
    description
        .check(
            "settings.update",
            client.send(
                "PUT", base + "/settings", "{\"settings\":{\"timezone\":\"America/New_York\"}}"))
        .expect(200);

    // then
    assertThat(zone()).isEqualTo("America/New_York");
    assertThat(state(birthday)).isEqualTo("build_queued");
    assertThat(state(other)).isEqualTo("finished");
    server.build();
    assertThat(state(birthday)).isEqualTo("finished");
    assertThat(kim).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"Mars/Base\"", "\"europe/berlin\"", "\"+02:00\"", "\"\"", "7", "null"})
  void shouldRefuseWhatIsNoZone(String zone) {
    client
        .send("PUT", base + "/settings", "{\"settings\":{\"timezone\":%s}}".formatted(zone))
        .expect(
            422,
            """
            {"meta":{"error":"timezone must be a zone of the tz database, such as Europe/Berlin","status":422},
             "errors":[{"detail":"timezone must be a zone of the tz database, such as Europe/Berlin","status":"422",
                        "source":{"pointer":"/settings/timezone"}}]}
            """);
    assertThat(zone()).isEqualTo("UTC");
  }
}
