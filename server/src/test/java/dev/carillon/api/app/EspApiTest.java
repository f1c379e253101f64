package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Addresses mail is not sent to (app-data §6). Class {@code DeliveryWorkerTest} sends to them. */
class EspApiTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final long NOW = AppServer.NOW.getEpochSecond();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final Tenant shop = Tenant.create(TEST.database(), "esp-" + NUMBER.incrementAndGet());
  private final JsonClient client = SERVER.as(shop);

  private void bounced(String email, String domain, int secondsAgo) {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO esp_suppression VALUES (?, ?, 2, ?, 'no such box', '550', to_timestamp(?))",
                shop.workspace().value(),
                email,
                domain,
                NOW - secondsAgo));
  }

  private static List<String> emails(JsonNode list) {
    return list.get("suppressions")
        .valueStream()
        .map(each -> each.get("email").asString())
        .toList();
  }

  @Test
  @DisplayName("app-data §6: an address is put on the list, found, and taken off again")
  void shouldSuppressAndFree() {
    client
        .get("/v1/esp/search_suppression/x%40example.test")
        .expect(200, "{\"category\":\"\",\"suppressions\":[]}");
    for (var i = 0; i < 2; i++) {
      client
          .send("POST", "/v1/esp/suppression/spam_reports/X%40Example.test", "")
          .expect(200, "{}");
    }
    var entry =
        "{\"created\":%d,\"email\":\"x@example.test\",\"reason\":\"added through the API\",\"status\":\"\"}"
            .formatted(NOW);
    var list = "{\"category\":\"spam\",\"suppressions\":[%s]}".formatted(entry);
    client.get("/v1/esp/search_suppression/x%40EXAMPLE.test").expect(200, list);
    client.get("/v1/esp/suppression/spam_reports").expect(200, list);
    client
        .get("/v1/esp/domains/shop.test/suppression/spam_reports")
        .expect(200, list.replaceFirst("}$", ",\"next\":\"\"}"));
    client
        .get("/v1/esp/suppression/blocks")
        .expect(200, "{\"category\":\"blocks\",\"suppressions\":[]}");
    var other = SERVER.as(Tenant.create(TEST.database(), "esp-" + NUMBER.incrementAndGet()));
    other
        .get("/v1/esp/search_suppression/x%40example.test")
        .expect(200, "{\"category\":\"\",\"suppressions\":[]}");
    other.send("DELETE", "/v1/esp/suppression/spam_reports/x%40example.test", "").expect(204);
    client.send("DELETE", "/v1/esp/suppression/bounces/x%40example.test", "").expect(204);
    client.get("/v1/esp/search_suppression/x%40example.test").expect(200, list);

    for (var i = 0; i < 2; i++) {
      client.send("DELETE", "/v1/esp/suppression/spam_reports/x%40example.test", "").expect(204);
    }
    client
        .get("/v1/esp/search_suppression/x%40example.test")
        .expect(200, "{\"category\":\"\",\"suppressions\":[]}");
  }

  @ParameterizedTest
  @DisplayName("app-data §6: the words of categories")
  @CsvSource({
    "blocks, blocks",
    "bounces, bounces",
    "spam_reports, spam",
    "invalid_emails, invalid_emails"
  })
  void shouldNameCategories(String type, String category) {
    client.send("POST", "/v1/esp/suppression/" + type + "/a%40b.test", "").expect(200, "{}");
    assertThat(
            client.get("/v1/esp/suppression/" + type).expect(200).json().get("category").asString())
        .isEqualTo(category);
  }

  @Test
  @DisplayName("app-data §6: by type, the newest first, with limit and offset")
  void shouldListByType() {
    for (var i = 0; i < 5; i++) {
      bounced("p" + i + "@b.test", "", i);
    }
    bounced("q@b.test", "shop.test", 9);
    assertThat(emails(client.get("/v1/esp/suppression/bounces").expect(200).json()))
        .containsExactly(
            "p0@b.test", "p1@b.test", "p2@b.test", "p3@b.test", "p4@b.test", "q@b.test");
    assertThat(
            emails(client.get("/v1/esp/suppression/bounces?limit=2&offset=3").expect(200).json()))
        .containsExactly("p3@b.test", "p4@b.test");
    assertThat(emails(client.get("/v1/esp/suppression/bounces?offset=99").expect(200).json()))
        .isEmpty();
    assertThat(
            emails(
                client
                    .get("/v1/esp/suppression/bounces?domain=Shop.test&offset=4&limit=5")
                    .expect(200)
                    .json()))
        .containsExactly("p4@b.test", "q@b.test");
    assertThat(
            emails(client.get("/v1/esp/suppression/bounces?domain=else.test").expect(200).json()))
        .doesNotContain("q@b.test")
        .hasSize(5);
  }

  @Test
  @DisplayName("app-data §6: by sending domain, in pages; one address without a cursor (M-103)")
  void shouldListByDomain() {
    for (var i = 0; i < 7; i++) {
      bounced("p" + i + "@b.test", i % 2 == 0 ? "" : "shop.test", i);
    }
    bounced("p0@b.test", "shop.test", 100);
    bounced("z@b.test", "else.test", 1);
    var path = "/v1/esp/domains/SHOP.test/suppression/bounces";
    var met = new ArrayList<String>();
    var next = "";
    do {
      var page = client.get(path + "?limit=3&start=" + next).expect(200).json();
      met.addAll(emails(page));
      next = page.get("next").asString();
      if (!next.isEmpty()) {
        client
            .get(path.replace("SHOP", "else") + "?start=" + next)
            .expectProblem(400, "start is not a cursor of this list");
      }
    } while (!next.isEmpty());
    assertThat(met)
        .containsExactly(
            "p0@b.test",
            "p1@b.test",
            "p2@b.test",
            "p3@b.test",
            "p4@b.test",
            "p5@b.test",
            "p6@b.test");
    client
        .get(path + "?email=P1%40b.test")
        .expect(
            200,
            """
            {"category":"bounces","suppressions":[
              {"created":%d,"email":"p1@b.test","reason":"no such box","status":"550"}],"next":""}
            """
                .formatted(NOW - 1));
    client
        .get(path + "?email=z%40b.test")
        .expect(200, "{\"category\":\"bounces\",\"suppressions\":[],\"next\":\"\"}");
  }

  @ParameterizedTest
  @DisplayName("app-data §6, §1.3: what is wrong is 400")
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | /v1/esp/suppression/spam                   | the type must be blocks, bounces, spam_reports or invalid_emails",
        "GET    | /v1/esp/domains/a.test/suppression/x       | the type must be blocks, bounces, spam_reports or invalid_emails",
        "POST   | /v1/esp/suppression/x/a%40b.test           | the type must be blocks, bounces, spam_reports or invalid_emails",
        "DELETE | /v1/esp/suppression/x/a%40b.test           | the type must be blocks, bounces, spam_reports or invalid_emails",
        "POST   | /v1/esp/suppression/blocks/nobody          | the path must name an e-mail address",
        "GET    | /v1/esp/suppression/blocks?offset=-1       | offset must be a whole number from 0 to 100000",
        "GET    | /v1/esp/suppression/blocks?offset=100001   | offset must be a whole number from 0 to 100000",
        "GET    | /v1/esp/suppression/blocks?offset=x        | offset must be a whole number",
        "GET    | /v1/esp/suppression/blocks?limit=0         | limit must be a whole number of at least 1",
        "GET    | /v1/esp/domains/a.test/suppression/blocks?start=MTox | start is not a cursor of this list"
      })
  void shouldRefuse(String method, String path, String message) {
    client.send(method, path, "").expectProblem(400, message);
  }
}
