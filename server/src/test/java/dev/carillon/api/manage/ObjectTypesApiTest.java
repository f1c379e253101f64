package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Mutations;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code …/object_types} of the management API. */
final class ObjectTypesApiTest {
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final TestDatabase test = TestDatabase.create();
  private static final ManageServer server =
      new ManageServer(test.database(), InstantSource.fixed(NOW), RateLimits.off());
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");
  private static final Description description = Description.read();
  private static final String BASE =
      "/v1/environments/" + shop.workspace().value() + "/object_types";
  private static final JsonClient client = server.as(shop);

  @AfterAll
  static void stop() {
    server.close();
    test.close();
  }

  @Test
  @DisplayName("track §6: an administrator adds types; type 1 is there")
  void shouldCreateReadAndChangeTypes() {
    // when
    var made =
        description
            .check(
                "object_types.create",
                client.send(
                    "POST",
                    BASE,
                    description
                        .operation("object_types.create")
                        .json()
                        .at("/requestBody/content/application~1json/example")
                        .toString()))
            .expect(200)
            .json()
            .get("object_type");
    // then
    client
        .get(BASE + "/" + made.get("id").asString())
        .expect(
            200,
            """
            {"object_type":{"id":"%s","name":"Courses","singular_name":"Course","slug":"courses",
             "singular_slug":"course","icon":"book","enabled":true,"created_at":%d}}
            """
                .formatted(made.get("id").asString(), NOW.getEpochSecond()));
    var first =
        description.check("object_types.list", client.get(BASE + "?size=1")).expect(200).json();
    assertThat(first.at("/object_types/0/id").asString()).isEqualTo("1");
    assertThat(first.at("/object_types/0/name").asString()).isEqualTo("Companies");
    assertThat(first.get("has_more").asBoolean()).isTrue();
    // when what was read is sent back, and then changed
    var at = BASE + "/" + made.get("id").asString();
    var same = "{\"object_type\":" + made + "}";
    assertThat(description.requestFaults("object_types.update", same)).isEmpty();
    description
        .check("object_types.update", client.send("PUT", at, same))
        .expect(200, "{\"object_type\":" + made + "}");
    var changed =
        client
            .send("PUT", at, "{\"object_type\":{\"name\":\"Trees\",\"enabled\":false}}")
            .expect(200)
            .json()
            .get("object_type");
    // then
    assertThat(changed.get("singular_slug").asString()).isEqualTo("trees");
    assertThat(changed.get("enabled").asBoolean()).isFalse();
    description.check("object_types.get", client.get(at)).expect(200);
    server
        .as(other)
        .get(
            "/v1/environments/"
                + other.workspace().value()
                + "/object_types/"
                + made.get("id").asString())
        .expectProblem(404, "object type not found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                    | /object_type/name          | name is required",
        "{\"name\":\"\"}                       | /object_type/name          | name must be a text of 1 to 100 characters",
        "{\"name\":5}                          | /object_type/name          | name must be a text of 1 to 100 characters",
        "{\"name\":\"x\",\"singular_name\":\"\"} | /object_type/singular_name | singular_name must be a text of 1 to 100 characters",
        "{\"name\":\"x\",\"icon\":5}           | /object_type/icon          | icon must be a text of up to 100 characters",
        "{\"name\":\"x\",\"enabled\":\"yes\"}  | /object_type/enabled       | enabled must be true or false",
        "{\"name\":\"x\",\"color\":\"red\"}    | /object_type/color         | color is not known here; known are enabled, icon, name, singular_name"
      })
  void shouldTellWhatIsWrong(String type, String pointer, String detail) {
    var body = "{\"object_type\":" + type + "}";
    assertThat(description.requestFaults("object_types.create", body)).isNotEmpty();
    for (var call : List.of("POST " + BASE, "PUT " + BASE + "/1")) {
      var answer = client.send(call.split(" ")[0], call.split(" ")[1], body).expect(422).json();
      assertThat(answer.at("/errors/0/detail").asString()).isEqualTo(detail);
      assertThat(answer.at("/errors/0/source/pointer").asString()).isEqualTo(pointer);
    }
  }

  @Test
  void shouldRefuseWrongPaths() {
    client.get(BASE + "/x").expectProblem(400, "the id of a type is a whole number");
    client.get(BASE + "/999").expectProblem(404, "object type not found");
    client
        .send("PUT", BASE + "/999", "{\"object_type\":{\"name\":\"x\"}}")
        .expectProblem(404, "object type not found");
    client.send("DELETE", BASE + "/1", "").expectProblem(405, "method not allowed");
  }

  private static final String TYPE =
      "{\"object_type\":{\"name\":\"Trees\",\"singular_name\":\"Tree\",\"icon\":\"leaf\",\"enabled\":true}}";

  /** As the description says, and never a fault. */
  private static int answered(String operation, JsonClient.Answer answer) {
    var shown = answer.http().toString();
    assertThat(answer.status())
        .as(answer.call() + " → " + shown.substring(0, Math.min(600, shown.length())))
        .isIn(200, 400, 404, 413, 422);
    description.check(operation, answer);
    assertThat(answer.http().body())
        .as(answer.call())
        .doesNotContainIgnoringCase("exception", "dev.carillon", "sql")
        .hasSizeLessThan(100_000);
    return answer.status();
  }

  @Test
  @DisplayName("app-data §1.2: every change of a body is taken, or refused with a sentence")
  void shouldAnswerEveryChange() {
    var tenant = Tenant.create(test.database(), "fuzzed-key");
    var client = server.as(tenant);
    var base = "/v1/environments/" + tenant.workspace().value() + "/object_types";
    var at = base + "/1";
    for (var body : Mutations.of(TYPE)) {
      answered("object_types.update", client.send("PUT", at, body));
    }
    for (var body : Mutations.broken(TYPE)) {
      for (var call : List.of("POST " + base, "PUT " + at)) {
        var method = call.split(" ")[0];
        var operation = method.equals("POST") ? "object_types.create" : "object_types.update";
        assertThat(answered(operation, client.send(method, call.split(" ")[1], body)))
            .isEqualTo(400);
      }
    }
    answered("object_types.list", client.get(base));
    for (var word : Mutations.inUrl()) {
      answered("object_types.get", client.get(base + "/" + word));
      answered("object_types.update", client.send("PUT", base + "/" + word, "{}"));
      answered("object_types.list", client.get(base + "?size=" + word));
      answered("object_types.list", client.get(base + "?page=" + word));
    }
  }

  @Test
  @DisplayName("app-data §1.2: thousands of mistakes are told by the first hundred")
  void shouldBoundWhatItTells() {
    var keys = new StringBuilder("{\"object_type\":{\"name\":\"x\"");
    for (var i = 0; i < 5_000; i++) {
      keys.append(",\"key").append(i).append("\":1");
    }
    var answer = client.send("POST", BASE, keys.append("}}").toString()).expect(422);
    assertThat(answer.json().get("errors")).hasSize(100);
    description.check("object_types.create", answer);
  }

  @Test
  @DisplayName("track §6: a workspace has at most 100 types; the next one is refused")
  void shouldBoundTypes() {
    var tenant = Tenant.create(test.database(), "types-key");
    var base = "/v1/environments/" + tenant.workspace().value() + "/object_types";
    for (var i = 2; i <= 100; i++) {
      var made = server.as(tenant).send("POST", base, TYPE).expect(200).json();
      assertThat(made.at("/object_type/id").asString()).isEqualTo(Integer.toString(i));
    }
    var refused = server.as(tenant).send("POST", base, TYPE).expect(422);
    assertThat(
            description
                .check("object_types.create", refused)
                .json()
                .at("/errors/0/detail")
                .asString())
        .contains("at most 100 object types");
  }

  @Test
  @DisplayName("I5: another workspace's key can neither read nor change types")
  void shouldKeepWorkspacesApart() {
    var stranger = server.as(other);
    stranger.get(BASE).expectProblem(404, "workspace not found");
    stranger.get(BASE + "/1").expectProblem(404, "workspace not found");
    stranger.send("POST", BASE, TYPE).expectProblem(404, "workspace not found");
    stranger.send("PUT", BASE + "/1", TYPE).expectProblem(404, "workspace not found");
    var own = "/v1/environments/" + other.workspace().value() + "/object_types";
    stranger.send("PUT", own + "/1", TYPE).expect(200);
    assertThat(client.get(BASE + "/1").expect(200).json().at("/object_type/name").asString())
        .isEqualTo("Companies");
  }
}
