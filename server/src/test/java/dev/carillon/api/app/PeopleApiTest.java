package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Many people at once, and their deletion (app-data §2.4, §2.12). */
class PeopleApiTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final Tenant shop = newTenant("{}");
  private final JsonClient client = SERVER.as(shop);
  private long ada;
  private long eve;

  private static Tenant newTenant(String settings) {
    return Tenant.create(TEST.database(), "people-" + NUMBER.incrementAndGet(), settings);
  }

  @BeforeEach
  void fill() {
    ada = shop.person(Map.of("id", "ada", "email", "ada@b.c", "plan", "pro"), CREATED);
    eve = shop.person(Map.of("email", "eve@b.c"), CREATED);
    shop.person(Map.of("id", "cio_odd"), CREATED);
    SERVER.accepted.clear();
  }

  private JsonClient.Answer many(String query, String body) {
    return client.send("POST", "/v1/customers/attributes" + query, body);
  }

  private static List<String> cioIds(JsonNode answer) {
    return answer
        .get("customers")
        .valueStream()
        .map(each -> each.at("/customer/identifiers/cio_id").asString())
        .toList();
  }

  @Test
  @DisplayName("app-data §2.4: many at once, as one shows them, in the order asked for")
  void shouldShowMany() {
    var mail = shop.delivery(ada, null, null, CREATED);
    shop.delivery(mail, "sent_at = '%s', state = 'sent'".formatted(CREATED.plusSeconds(5)));
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO device VALUES (?, 'token-1', ?, 'ios', now(), '{}', now(), now())",
                shop.workspace().value(),
                ada));
    var one = client.get("/v1/customers/ada/attributes").expect(200).json();
    assertThat(one.at("/customer/devices/0/id").asString()).isEqualTo("token-1");
    assertThat(one.at("/customer/attributes/_last_emailed").asString())
        .isEqualTo(Long.toString(CREATED.getEpochSecond() + 5));

    var many = many("", "{\"ids\":[\"cio_odd\",\"nobody\",\"ada\",\"ada\"]}").expect(200).json();

    assertThat(many.get("customers")).hasSize(2);
    assertThat(many.at("/customers/0/customer/id").asString()).isEqualTo("cio_odd");
    assertThat(many.at("/customers/1")).isEqualTo(one);
  }

  @ParameterizedTest
  @DisplayName("app-data §1.1: by every kind of identifier")
  @CsvSource(
      delimiter = '|',
      value = {
        "''             | ada nobody                | ada",
        "''             | cio_$ADA cio_odd $EVE     | ada odd",
        "?id_type=id    | ada cio_$ADA              | ada",
        "?id_type=email | EVE@b.c ada@B.C x@b.c     | eve ada",
        "?id_type=cio_id| $EVE cio_$ADA nonsense    | eve ada"
      })
  void shouldFindByIdentifiers(String query, String names, String expected) {
    var ids =
        java.util.Arrays.stream(names.split(" "))
            .map(each -> each.replace("$ADA", CioId.of(ada)).replace("$EVE", CioId.of(eve)))
            .map(each -> "\"" + each + "\"")
            .toList();
    var odd =
        client.get("/v1/customers/cio_odd").json().at("/customer/identifiers/cio_id").asString();
    var people = Map.of("ada", CioId.of(ada), "eve", CioId.of(eve), "odd", odd);

    var answer = many(query, "{\"ids\":[" + String.join(",", ids) + "]}").expect(200).json();

    assertThat(cioIds(answer))
        .isEqualTo(java.util.Arrays.stream(expected.split(" ")).map(people::get).toList());
  }

  @ParameterizedTest
  @DisplayName("app-data §2.4: what is wrong is 400")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``              | {}                  | ids must be a list of texts",
        "``              | {'ids':'ada'}       | ids must be a list of texts",
        "``              | {'ids':[1]}         | ids must be a list of texts",
        "``              | {'ids':['']}        | ids must be a list of texts",
        "``              | {'ids':[]}          | ids must hold 1 to 100 texts",
        "?id_type=name   | {'ids':['ada']}     | id_type must be id, email or cio_id",
        "?id_type=phone  | {'ids':['+4912']}   | phone is not enabled as an identifier in this workspace"
      })
  void shouldRefuse(String query, String body, String message) {
    many(query, body.replace('\'', '"')).expectProblem(400, message);
  }

  @Test
  @DisplayName("app-data §2.4: a hundred at most")
  void shouldBoundTheNumber() {
    var hundred = String.join(",", Collections.nCopies(100, "\"ada\""));
    many("", "{\"ids\":[" + hundred + "]}").expect(200);
    many("", "{\"ids\":[" + hundred + ",\"ada\"]}")
        .expectProblem(400, "ids must hold 1 to 100 texts");
  }

  @Test
  @DisplayName("I5: nobody of another workspace is shown or deleted")
  void shouldKeepWorkspacesApart() {
    var other = SERVER.as(newTenant("{}"));
    for (var type : List.of("", "?id_type=cio_id", "?id_type=email")) {
      var ids = "{\"ids\":[\"ada\",\"ada@b.c\",\"%s\"]}".formatted(CioId.of(ada));
      other.send("POST", "/v1/customers/attributes" + type, ids).expect(200, "{\"customers\":[]}");
    }
    other
        .send("DELETE", "/v1/customers/" + CioId.of(ada) + "?id_type=cio_id", "")
        .expectProblem(404, "customer not found");
    assertThat(SERVER.accepted).isEmpty();
  }

  @Test
  @DisplayName("app-data §2.12: a deletion is handed in under the name the caller used")
  void shouldDelete() {
    var workspace = shop.workspace();
    client.send("DELETE", "/v1/customers/ada", "").expect(200, "{}");
    client.send("DELETE", "/v1/customers/EVE%40b.c?id_type=email", "").expect(200, "{}");
    client.send("DELETE", "/v1/customers/cio_" + CioId.of(ada), "").expect(200, "{}");
    client.send("DELETE", "/v1/customers/" + CioId.of(ada) + "?id_type=cio_id", "").expect(200);

    assertThat(SERVER.accepted)
        .containsExactly(
            new Operation.Delete(workspace, Identifier.id("ada")),
            new Operation.Delete(workspace, Identifier.email("EVE@b.c")),
            new Operation.Delete(workspace, Identifier.cioId(CioId.of(ada))),
            new Operation.Delete(workspace, Identifier.cioId(CioId.of(ada))));

    client.send("DELETE", "/v1/customers/nobody", "").expectProblem(404, "customer not found");
    client
        .send("DELETE", "/v1/customers/ada?id_type=phone", "")
        .expectProblem(400, "phone is not enabled as an identifier in this workspace");
    assertThat(SERVER.accepted).hasSize(4);
  }

  @Test
  @DisplayName("app-data §2.4: a constant number of statements, however many are asked for")
  void shouldAskTogether() {
    var names =
        IntStream.range(0, 60)
            .mapToObj(i -> {
              shop.person(Map.of("id", "many" + i), CREATED);
              return "\"many" + i + "\"";
            })
            .toList();

    var answer = many("", "{\"ids\":[" + String.join(",", names) + "]}").expect(200).json();

    assertThat(
            answer
                .get("customers")
                .valueStream()
                .map(each -> "\"" + each.at("/customer/id").asString() + "\""))
        .isEqualTo(names);
  }
}
