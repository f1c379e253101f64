package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.delivery.NameServer;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code …/domains} of the management API (events-out §B.3). */
final class DomainsApiTest {
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final TestDatabase test = TestDatabase.create();
  private static final NameServer dns = new NameServer();
  private static final ManageServer server =
      new ManageServer(test.database(), InstantSource.fixed(NOW), RateLimits.off(), dns.address());
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");
  private static final Description description = Description.read();
  private static final String BASE = "/v1/environments/" + shop.workspace().value() + "/domains";
  private static final JsonClient client = server.as(shop);

  @AfterAll
  static void stop() {
    server.close();
    dns.close();
    test.close();
  }

  private static String wrapped(String domain) {
    return "{\"domain\":{\"domain\":\"" + domain + "\"},\"auto_tls\":true}";
  }

  @Test
  @DisplayName(
      "events-out §B.3: a domain is added, verified once its records are published, removed")
  void livesItsLife() {
    var made =
        description
            .check("domains.create", client.send("POST", BASE, wrapped("Bücher.Example")))
            .expect(200)
            .json()
            .get("domain");
    assertThat(made.get("domain").asString()).isEqualTo("xn--bcher-kva.example");
    assertThat(made.get("verified").asBoolean()).isFalse();
    var path = BASE + "/" + made.get("id").asInt();

    var missing =
        description
            .check("domains.verify", client.send("POST", path + "/verify", ""))
            .expect(200)
            .json();
    var record = made.at("/dns_records/0");
    assertThat(missing.at("/domain/verified").asBoolean()).isFalse();
    assertThat(missing.at("/errors/dkim").asString())
        .contains(record.get("name").asString(), record.get("value").asString());

    dns.publish(record.get("name").asString(), "v=DKIM1; k=rsa; p=AAAA");
    assertThat(
            client
                .send("POST", path + "/verify", "")
                .expect(200)
                .json()
                .at("/errors/dkim")
                .asString())
        .startsWith("another key is published");

    dns.publish(record.get("name").asString(), record.get("value").asString());
    dns.publish("_dmarc.xn--bcher-kva.example", "v=DMARC1; p=none");
    var found = client.send("POST", path + "/verify", "").expect(200).json();
    assertThat(found.at("/domain/verified").asBoolean()).isTrue();
    assertThat(found.at("/domain/verified_dkim").asBoolean()).isTrue();
    assertThat(found.at("/domain/verified_dmarc").asBoolean()).isTrue();
    assertThat(found.at("/domain/verified_spf").asBoolean()).isFalse();
    assertThat(found.at("/warnings/spf").asString()).contains("v=spf1");
    assertThat(
            description
                .check("domains.get", client.get(path))
                .expect(200)
                .json()
                .at("/domain/verified")
                .asBoolean())
        .isTrue();

    client.send("POST", BASE, wrapped("xn--bcher-kva.example")).expect(409);
    var listed = description.check("domains.list", client.get(BASE)).expect(200).json();
    assertThat(listed.get("domains").size()).isEqualTo(1);
    assertThat(listed.get("has_more").asBoolean()).isFalse();

    server
        .as(other)
        .get(
            path.replace(
                "/" + shop.workspace().value() + "/", "/" + other.workspace().value() + "/"))
        .expect(404);
    client.send("DELETE", path, "").expect(204);
    client.get(path).expect(404);
    client.send("POST", path + "/verify", "").expect(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "-a.example",
        "a..example",
        "exa mple.com",
        "a@example.com",
        "1.2.3.4",
        "https://example.com"
      })
  @DisplayName("what is no domain name is refused")
  void refusesOthers(String name) {
    client.send("POST", BASE, wrapped(name)).expect(422);
    assertThat(
            client
                .get(BASE)
                .expect(200)
                .json()
                .get("domains")
                .valueStream()
                .map(each -> each.get("domain").asString()))
        .doesNotContain(name);
  }

  @Test
  @DisplayName("a body that wraps nothing is refused")
  void refusesBodies() {
    client.send("POST", BASE, "{\"domain\":\"example.com\"}").expect(400);
    client.send("POST", BASE, "{}").expect(400);
    client.send("POST", BASE, "{\"domain\":{\"domain\":\"a.example\"},\"x\":1}").expect(422);
  }
}
