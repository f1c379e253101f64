package dev.carillon.api.app;

import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the server and the account are (app-data §9). */
class InfoApiTest {
  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  @Test
  @DisplayName("app-data §9: anybody may ask where calls come from")
  void shouldTellEgressAddresses() {
    SERVER
        .as("")
        .get("/v1/info/ip_addresses")
        .expect(200, "{\"ip_addresses\":[\"192.0.2.10\",\"2001:db8::1\"]}");
    SERVER.as("wrong").get("/v1/info/ip_addresses").expect(200);
  }

  @Test
  @DisplayName("app-data §9: the workspace of the key with its counts of this month")
  void shouldCountTheWorkspace() {
    var other = Tenant.create(TEST.database(), "info-other");
    other.person(Map.of("id", "x"), AppServer.NOW);
    var shop = Tenant.create(TEST.database(), "info-shop");
    var ada = shop.person(Map.of("id", "ada"), AppServer.NOW);
    shop.person(Map.of("id", "eve"), AppServer.NOW);
    for (var age : new int[] {0, 5, 12}) {
      var sent = AppServer.NOW.minus(Duration.ofDays(age));
      shop.delivery(shop.delivery(ada, null, null, sent), "sent_at = '%s'".formatted(sent));
    }
    shop.delivery(ada, null, null, AppServer.NOW);
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO object VALUES (nextval('id_range'), ?, 1, 'acme', now(), now(), '{}', '{}')",
                shop.workspace().value()));

    SERVER
        .as(shop)
        .get("/v1/workspaces")
        .expect(
            200,
            """
            {"workspaces":[{"id":%d,"name":"Shop","messages_sent":2,"billable_messages_sent":2,
                            "people":2,"object_types":1,"objects":1}]}
            """
                .formatted(shop.workspace().value()));
  }
}
