package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
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
}
