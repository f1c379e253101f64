package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Mutations;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.AttributeNames.Scope;
import dev.carillon.people.AttributeNames.Sighting;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code …/computed_attributes} of the management API. */
final class ComputedAttributesApiTest {
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final TestDatabase test = TestDatabase.create();
  private static final ManageServer server =
      new ManageServer(test.database(), InstantSource.fixed(NOW), RateLimits.off());
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");
  private static final Description description = Description.read();
  private static final String BASE =
      "/v1/environments/" + shop.workspace().value() + "/computed_attributes";
  private static final JsonClient client = server.as(shop);

  @AfterAll
  static void stop() {
    server.close();
    test.close();
  }

  private static String example(String operation) {
    return description
        .operation(operation)
        .json()
        .at("/requestBody/content/application~1json/example")
        .toString();
  }

  @Test
  void shouldCreateReadChangeAndDelete() {
    // when
    var made =
        description
            .check(
                "computed_attributes.create",
                client.send("POST", BASE, example("computed_attributes.create")))
            .expect(200)
            .json()
            .get("computed_attribute");
    var at = BASE + "/" + made.get("id").asInt();
    // then
    assertThat(made.get("state").asString()).isEqualTo("filling");
    assertThat(made.get("window").toString()).isEqualTo("{\"n\":30,\"unit\":\"day\"}");
    description
        .check("computed_attributes.get", client.get(at))
        .expect(200, "{\"computed_attribute\":" + made + "}");
    description.check("computed_attributes.list", client.get(BASE + "?size=1")).expect(200);
    // a description may change, and what was read may be sent back
    description
        .check(
            "computed_attributes.update",
            client.send("PUT", at, "{\"computed_attribute\":" + made + "}"))
        .expect(200);
    var described =
        client
            .send("PUT", at, example("computed_attributes.update"))
            .expect(200)
            .json()
            .at("/computed_attribute/description");
    assertThat(described.asString()).isEqualTo("What somebody spent in the past month");
    client
        .send("PUT", at, example("computed_attributes.create").replace("\"sum\"", "\"max\""))
        .expect(422);
    client.send("POST", BASE, example("computed_attributes.create")).expect(409);
    // other workspaces do not see it
    server
        .as(other)
        .get(
            "/v1/environments/"
                + other.workspace().value()
                + "/computed_attributes/"
                + made.get("id").asInt())
        .expect(404);
    description.check("computed_attributes.delete", client.send("DELETE", at, "")).expect(204);
    client.get(at).expect(404);
    client.send("DELETE", at, "").expect(404);
  }

  @Test
  void shouldRefuseANameThatCallsHaveWritten() {
    new AttributeNames(test.database(), InstantSource.fixed(NOW))
        .learn(List.of(new Sighting(Scope.people(shop.workspace()), List.of("plan"))));
    var answer =
        description.check(
            "computed_attributes.create",
            client.send(
                "POST",
                BASE,
                example("computed_attributes.create")
                    .replaceFirst("\"name\":\"[^\"]+\"", "\"name\":\"plan\"")));
    assertThat(answer.expect(409).json().toString()).contains("calls write an attribute");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                                     | /computed_attribute/name
          {"name":"email","aggregate":"count","event":{"name":"a"}}                              | /computed_attribute/name
          {"name":"_x","aggregate":"count","event":{"name":"a"}}                                 | /computed_attribute/name
          {"name":" x","aggregate":"count","event":{"name":"a"}}                                 | /computed_attribute/name
          {"name":"x","aggregate":"median","event":{"name":"a"}}                                 | /computed_attribute/aggregate
          {"name":"x","aggregate":"count"}                                                       | /computed_attribute/event
          {"name":"x","aggregate":"count","event":{"name":""}}                                   | /computed_attribute/event/name
          {"name":"x","aggregate":"count","event":{"name":"a","type":"click"}}                   | /computed_attribute/event/type
          {"name":"x","aggregate":"count","event":{"name":"a"},"property":"b"}                   | /computed_attribute/property
          {"name":"x","aggregate":"sum","event":{"name":"a"}}                                    | /computed_attribute/property
          {"name":"x","aggregate":"count","event":{"name":"a"},"window":{"n":0,"unit":"day"}}    | /computed_attribute/window/n
          {"name":"x","aggregate":"count","event":{"name":"a"},"window":"week"}                  | /computed_attribute/window
          {"name":"x","aggregate":"count","event":{"name":"a"},"where":[{"field":"b"}]}          | /computed_attribute/where/0/operator
          {"name":"x","aggregate":"count","event":{"name":"a"},"colour":"red"}                   | /computed_attribute/colour
          """)
  void shouldNameThePlaceOfAFault(String definition, String pointer) {
    var answer =
        client.send("POST", BASE, "{\"computed_attribute\":" + definition + "}").expect(422).json();
    assertThat(answer.at("/errors/0/source/pointer").asString()).isEqualTo(pointer);
  }

  @Test
  void shouldAnswerWhateverIsSent() {
    var theirs = "/v1/environments/" + other.workspace().value() + "/computed_attributes";
    for (var body : Mutations.of(example("computed_attributes.create"))) {
      var status = server.as(other).send("POST", theirs, body).status();
      assertThat(status).as(body).isIn(200, 400, 409, 422);
    }
    for (var id : List.of("x", "1.5", "99999999999999999999999", "-1", "0", "4711")) {
      assertThat(client.get(BASE + "/" + id).status()).as(id).isIn(400, 404);
    }
  }
}
