package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.RateLimits;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeopleCallsTest {
  private static final String ADA = "/api/v1/customers/ada";
  private static final Identifier PERSON = Identifier.id("ada");

  @AutoClose private static final TrackKit kit = new TrackKit();

  @Test
  @DisplayName("track §5: the credential probe answers JSON, or 401")
  void shouldAnswerTheProbe() {
    var answer = kit.send("GET", "/auth", "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"meta\":{\"message\":\"ok\"}}\n");
    assertThat(kit.send("GET", "/auth", "", new byte[0]).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @DisplayName("track §1, §9.2: suppress and unsuppress, whatever the body is")
  @ValueSource(strings = {"", "{}", "null", "not json", "a=b"})
  void shouldSuppressAndUnsuppress(String body) {
    assertThat(kit.stored("POST", ADA + "/suppress", body))
        .containsExactly(new Operation.Suppress(WORKSPACE, PERSON));
    assertThat(kit.stored("POST", "/api/v1/customers/a%40b.test/unsuppress", body))
        .containsExactly(new Operation.Unsuppress(WORKSPACE, Identifier.email("a@b.test")));
  }

  @ParameterizedTest
  @DisplayName("track §5, §9.3: merge names each person by one of id, email, cio_id")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\":\"a\"} | {\"email\":\"b@x.test\"} | ID | a | EMAIL | b@x.test",
        "{\"id\":12} | {\"cio_id\":\"cio_a3000001\"} | ID | 12 | CIO_ID | a3000001",
        "{\"cio_id\":\"a3000001\",\"id\":null} | {\"id\":\"A\"} | CIO_ID | a3000001 | ID | A"
      })
  void shouldMerge(
      String primary, String secondary, String kind, String value, String kind2, String value2) {
    var body = "{\"primary\":" + primary + ",\"secondary\":" + secondary + "}";
    var merge = (Operation.Merge) kit.stored("POST", "/api/v1/merge_customers", body).getFirst();

    assertThat(merge.primary().kind().name()).isEqualTo(kind);
    assertThat(merge.primary().value()).isEqualTo(value);
    assertThat(merge.secondary().kind().name()).isEqualTo(kind2);
    assertThat(merge.secondary().value()).isEqualTo(value2);
    assertThat(merge.elseAnonymous()).isFalse();
  }

  @ParameterizedTest
  @DisplayName("track §9.3: the same person twice, zero or several identifiers are 400")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | primary is required",
        "{\"primary\":{\"id\":\"a\"}} | secondary is required",
        "{\"primary\":[],\"secondary\":{\"id\":\"b\"}} | primary must be an object",
        "{\"primary\":{},\"secondary\":{\"id\":\"b\"}} | primary must hold exactly one of id, email, phone, cio_id",
        "{\"primary\":{\"id\":\"a\",\"email\":\"a@x.test\"},\"secondary\":{\"id\":\"b\"}} | primary must hold exactly one of id, email, phone, cio_id",
        "{\"primary\":{\"id\":\"a\"},\"secondary\":{\"id\":\"\"}} | id cannot be an empty string",
        "{\"primary\":{\"id\":\"a\"},\"secondary\":{\"id\":\"a\"}} | primary and secondary must be different people",
        "{\"primary\":{\"email\":\"A@x.test\"},\"secondary\":{\"email\":\"a@X.test\"}} | primary and secondary must be different people",
        "{\"primary\":{\"id\":\"a\"},\"secondary\":{\"email\":\"b\"}} | email is not an e-mail address",
        "{\"primary\":{\"id\":\"a\"},\"secondary\":{\"phone\":\"+15551234\"}} | phone does not identify people in this workspace",
        "{\"primary\":{\"id\":true},\"secondary\":{\"id\":\"b\"}} | id must be a string"
      })
  void shouldRefuseAWrongMerge(String body, String message) {
    kit.refused("POST", "/api/v1/merge_customers", body, message);
  }

  @Test
  @DisplayName("track §9.3: an id-only workspace does not know people by email")
  void shouldRefuseToMergeByEmailWithoutIt() {
    kit.database()
        .database()
        .inTransaction(handle ->
            handle.execute("UPDATE workspace SET settings = '{\"identifiers\":[\"id\"]}'"));
    try (var server = new TrackServer(kit.database(), RateLimits.off(), kit.intake())) {
      var answer =
          server.send(
              "POST",
              "/api/v1/merge_customers",
              "{\"primary\":{\"id\":\"a\"},\"secondary\":{\"email\":\"b@x.test\"}}");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("email does not identify people in this workspace");
    } catch (IOException broken) {
      throw new AssertionError(broken);
    } finally {
      kit.database()
          .database()
          .inTransaction(handle -> handle.execute("UPDATE workspace SET settings = '{}'"));
    }
  }

  @Test
  @DisplayName("track §3.4: cio_relationships of v1 are accepted together with the person")
  void shouldRelateWithIdentify() {
    var operations =
        kit.stored(
            "PUT",
            ADA,
            """
            {"plan":"pro","_timestamp":1751000000,"cio_relationships":{"action":"add_relationships","relationships":[
              {"identifiers":{"object_type_id":"1","object_id":"acme"},"relationship_attributes":{"role":"admin","x":null}},
              {"identifiers":{"object_type_id":2,"object_id":7}},
              {"identifiers":{"cio_object_id":"ob1"},"relationship_attributes":null}]}}
            """);

    var attributes = Collections.<String, Object>singletonMap("x", null);
    assertThat(operations).hasSize(4);
    assertThat(operations.getFirst())
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE, PERSON, Map.of("plan", "pro"), 1751000000000L, false));
    var first = (Operation.Relate) operations.get(1);
    assertThat(first.attributes()).containsEntry("role", "admin").containsAllEntriesOf(attributes);
    assertThat(first.object()).isEqualTo(new ObjectName.OfType(1, "acme"));
    assertThat(first.person()).isEqualTo(PERSON);
    assertThat(first.add()).isTrue();
    assertThat(first.mayCreatePerson()).isTrue();
    assertThat(first.writtenAtMillis()).isEqualTo(1751000000000L);
    assertThat(operations.subList(2, 4))
        .extracting(each -> ((Operation.Relate) each).object())
        .isEqualTo(List.of(new ObjectName.OfType(2, "7"), new ObjectName.OfCioId("ob1")));
  }

  @Test
  @DisplayName("track §3.4: delete_relationships; with _update nobody is created on the way")
  void shouldUnrelateAndNotCreate() {
    var target =
        "[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"acme\"},\"relationship_attributes\":{\"a\":1}}]";
    var delete =
        kit.stored(
            "PUT",
            ADA,
            "{\"cio_relationships\":{\"action\":\"delete_relationships\",\"relationships\":"
                + target
                + "}}");
    assertThat(delete.getLast())
        .isEqualTo(
            new Operation.Relate(
                WORKSPACE,
                PERSON,
                null,
                new ObjectName.OfType(1, "acme"),
                false,
                false,
                Map.of(),
                0));

    var update = kit.stored("PUT", ADA, "{\"_update\":true,\"cio_relationships\":" + target + "}");
    assertThat(update.getLast())
        .isEqualTo(
            new Operation.Relate(
                WORKSPACE,
                PERSON,
                null,
                new ObjectName.OfType(1, "acme"),
                true,
                false,
                Map.of("a", 1L),
                0));
  }

  @ParameterizedTest
  @DisplayName("track §3.4, §6: what is wrong in cio_relationships refuses the whole call")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"acme\" | cio_relationships must be an object",
        "{} | cio_relationships.action must be add_relationships or delete_relationships",
        "{\"action\":\"merge\",\"relationships\":[]} | cio_relationships.action must be add_relationships or delete_relationships",
        "{\"action\":\"add_relationships\"} | cio_relationships.relationships is required",
        "{\"action\":\"add_relationships\",\"relationships\":{}} | cio_relationships.relationships must be an array",
        "[7] | a relationship must be an object",
        "[null] | a relationship must be an object",
        "[{}] | identifiers is required",
        "[{\"identifiers\":{\"object_id\":\"a\"}}] | object_type_id is required",
        "[{\"identifiers\":{\"object_type_id\":\"1\"}}] | object_id is required",
        "[{\"identifiers\":{\"object_type_id\":\"zero\",\"object_id\":\"a\"}}] | object_type_id must be a whole number from 1",
        "[{\"identifiers\":{\"object_type_id\":\"0\",\"object_id\":\"a\"}}] | object_type_id must be a whole number from 1",
        "[{\"identifiers\":{\"object_type_id\":\"9\",\"object_id\":\"a\"}}] | object_type_id names no object type",
        "[{\"identifiers\":{\"cio_object_id\":\"ob2\"}}] | cio_object_id names no object",
        "[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"},\"relationship_attributes\":[]}] | relationship_attributes must be an object",
        "[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"},\"relationship_attributes\":{\"\":1}}] | attribute name cannot be empty"
      })
  void shouldRefuseWrongRelationships(String value, String message) {
    kit.refused("PUT", ADA, "{\"plan\":\"pro\",\"cio_relationships\":" + value + "}", message);
  }

  @Test
  @DisplayName("track §6, §8: sizes of object ids and of relationship attributes")
  void shouldBoundRelationships() {
    kit.refused(
        "PUT", ADA, related("x".repeat(151), "{}"), "object_id cannot be longer than 150 bytes");
    assertThat(kit.stored("PUT", ADA, related("é".repeat(75), "{}"))).hasSize(2);
    var value = "\"" + "x".repeat(990) + "\"";
    var many = new StringBuilder("{\"a\":1");
    for (int i = 0; i < 110; i++) {
      many.append(",\"k").append(i).append("\":").append(value);
    }
    kit.refused(
        "PUT",
        ADA,
        related("acme", many.append('}').toString()),
        "relationship_attributes cannot be longer than 102400 bytes");
  }

  private static String related(String objectId, String attributes) {
    return "{\"cio_relationships\":[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\""
        + objectId
        + "\"},\"relationship_attributes\":"
        + attributes
        + "}]}";
  }

  @Test
  @DisplayName("track §3.4, §3.5: preferences and their dotted keys are attributes with a size")
  void shouldTakeSubscriptionPreferences() {
    var operations =
        kit.stored(
            "PUT",
            ADA,
            """
            {"cio_subscription_preferences":{"topics":{"topic_1":true},"channels":{"push":false}},
             "cio_subscription_preferences.channels.sms":true}
            """);

    assertThat(((Operation.Identify) operations.getFirst()).attributes())
        .containsEntry(
            "cio_subscription_preferences",
            Map.of("topics", Map.of("topic_1", true), "channels", Map.of("push", false)))
        .containsEntry("cio_subscription_preferences.channels.sms", true);
    kit.refused(
        "PUT",
        ADA,
        "{\"cio_subscription_preferences\":{\"topics\":{\"" + "x".repeat(1000) + "\":true}}}",
        "value for attribute 'cio_subscription_preferences' cannot be longer than 1000 bytes");
    kit.refused(
        "PUT",
        ADA,
        "{\"cio_subscription_preferences.topics." + "x".repeat(150) + "\":true}",
        "attribute name cannot be longer than 150 bytes");
  }

  @ParameterizedTest
  @DisplayName("track §5: methods that are not official are 405 and name those that are")
  @CsvSource({
    "POST, /api/v1/customers/ada, 'DELETE, PUT'",
    "GET, /api/v1/customers/ada, 'DELETE, PUT'",
    "POST, /api/v1/customers/ada/devices, PUT",
    "PUT, /api/v1/customers/ada/suppress, POST",
    "GET, /api/v1/customers/ada/devices/tok, DELETE",
    "GET, /api/v1/merge_customers, POST",
    "POST, /auth, GET",
    "PUT, /api/v1/metrics, POST",
    "GET, /api/v1/push/events, POST",
    "DELETE, /push/events, POST",
    "GET, /unsubscribe/x, POST",
    "PUT, /api/v1/segments/7/add_customers, POST",
    "PUT, /api/v1/forms/f/submit, POST",
    "GET, /api/v2/entity, POST",
    "PUT, /api/v2/batch, POST",
    "POST, /api/v1/accounts/region, GET"
  })
  void shouldAnswer405(String method, String target, String allowed) {
    var answer = kit.send(method, target, "{}");

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).isEqualTo(allowed);
    assertThat(answer.body())
        .isEqualTo("{\"meta\":{\"error\":\"method not allowed\",\"status\":405}}\n");
  }

  @ParameterizedTest
  @DisplayName("track §2: every route but the open ones is 401 without Basic, and with Bearer")
  @CsvSource({
    "GET, /auth",
    "POST, /api/v1/customers/ada/suppress",
    "POST, /api/v1/customers/ada/unsuppress",
    "PUT, /api/v1/customers/ada/devices",
    "DELETE, /api/v1/customers/ada/devices/tok",
    "POST, /api/v1/merge_customers",
    "POST, /api/v1/cio_deliveries/events",
    "POST, /api/v1/segments/7/add_customers",
    "POST, /api/v1/segments/7/remove_customers",
    "POST, /api/v1/forms/f/submit",
    "POST, /api/v2/entity",
    "POST, /api/v2/batch"
  })
  void shouldAnswer401(String method, String target) {
    for (var header :
        List.of("", "Authorization: Bearer app\r\n", "Authorization: Bearer sa_live_1\r\n")) {
      var answer = kit.send(method, target, header, "{}".getBytes(UTF_8));

      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.body())
          .isEqualTo("{\"meta\":{\"error\":\"Unauthorized\",\"status\":401}}\n");
    }
    assertThat(kit.intake().taken()).isEmpty();
  }
}
