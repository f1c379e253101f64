package dev.carillon.api.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Mutations;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.people.CioId;
import dev.carillon.processing.Operation;
import dev.carillon.processing.OperationCodec;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Every route of the data half with hostile bodies, names, numbers and cursors: a success, or a
 * clear refusal in the envelope of the App API with nothing changed; never a fault.
 */
class AppFuzzTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());
  private static final Tenant SHOP = Tenant.create(TEST.database(), "fuzz-shop");
  private static final Tenant OTHER = Tenant.create(TEST.database(), "fuzz-other");
  private static final JsonClient CLIENT = SERVER.as(SHOP);
  private static final long ADA =
      SHOP.person(Map.of("id", "ada", "email", "ada@b.c", "plan", "pro"), CREATED);

  /** Routes that read a body, each with one it takes, and the statuses it may answer. */
  private enum Writing {
    SEARCH(
        "POST",
        "/v1/customers",
        "{\"filter\":{\"and\":[{\"or\":[{\"attribute\":{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}},{\"field\":\"email\",\"operator\":\"exists\"}]},{\"not\":{\"segment\":{\"id\":4}}},{\"id\":5}]}}",
        200),
    MANY("POST", "/v1/customers/attributes", "{\"ids\":[\"ada\",\"eve\"]}", 200),
    OPT_OUTS(
        "PUT",
        "/v1/customers/ada/optouts",
        "{\"optouts\":[{\"from\":\"+15551230000\",\"optout\":true,\"channel\":\"sms\"}]}",
        204),
    OBJECTS(
        "POST",
        "/v1/objects",
        "{\"object_type_id\":\"1\",\"filter\":{\"and\":[{\"object_attribute\":{\"field\":\"a\",\"operator\":\"eq\",\"value\":\"b\",\"type_id\":\"1\"}}]}}",
        200),
    SEGMENT("POST", "/v1/segments", "{\"segment\":{\"name\":\"VIP\",\"description\":\"d\"}}", 200),
    ATTRIBUTES(
        "POST",
        "/v1/data_index/attributes",
        "{\"attributes\":[{\"name\":\"plan\",\"description\":\"what\",\"privacy_level\":1}]}",
        204),
    EVENTS(
        "POST",
        "/v1/data_index/events",
        "{\"events\":[{\"name\":\"purchase\",\"description\":\"what\"}]}",
        204);

    private final String method;
    private final String target;
    private final String body;
    private final int success;

    Writing(String method, String target, String body, int success) {
      this.method = method;
      this.target = target;
      this.body = body;
      this.success = success;
    }

    private JsonClient.Answer send(String text) {
      return CLIENT.send(method, target, text);
    }
  }

  /** A problem in the envelope, with a sentence; nothing of the inside. */
  private static void assertRefused(JsonClient.Answer answer, String what) {
    assertThat(answer.status())
        .as(what + " → " + answer.http().body())
        .isIn(400, 404, 405, 409, 413, 422);
    if (!what.startsWith("POST /v1/send/")) { // app-messaging §2.6: 405 for what cannot be sent
      assertThat(answer.status()).as(what).isNotEqualTo(405);
    }
    var json = answer.json();
    assertThat(json.at("/meta/status").asInt()).as(what).isEqualTo(answer.status());
    assertThat(json.at("/meta/error").isMissingNode() && json.at("/meta/errors").isEmpty())
        .as(what)
        .isFalse();
    assertThat(json.get("errors")).as(what).isNotEmpty();
    for (JsonNode each : json.get("errors")) {
      assertThat(each.get("detail").asString()).as(what).isNotBlank().doesNotContain("Exception");
      assertThat(each.get("status").asString()).isEqualTo(Integer.toString(answer.status()));
    }
    assertThat(answer.http().header("cache-control"))
        .isEqualTo("must-revalidate,no-cache,no-store");
  }

  private static void assertAnswered(JsonClient.Answer answer, int success, String what) {
    if (answer.status() != success) {
      assertRefused(answer, what);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("app-data §1.2: a body with any of its parts replaced, removed or doubled")
  void shouldBearAnyBody(Writing route) {
    assertThat(route.send(route.body).status()).isEqualTo(route.success);
    SERVER.accepted.clear();
    var refused = 0;
    for (var body : Mutations.of(route.body)) {
      var before = SERVER.accepted.size();
      var answer = route.send(body);
      assertAnswered(answer, route.success, body);
      if (answer.status() != route.success) {
        refused++;
        assertThat(SERVER.accepted).as(body).hasSize(before);
      }
    }
    assertThat(refused).as("bodies that were refused").isPositive();
    for (Operation each : SERVER.accepted) {
      assertThat(OperationCodec.decode(OperationCodec.encode(each))).isEqualTo(each);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("app-data §1.2: what is no JSON, or none that can be stored, is 400")
  void shouldRefuseBrokenBodies(Writing route) {
    SERVER.accepted.clear();
    for (var body : Mutations.broken(route.body)) {
      var answer = route.send(body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertRefused(answer, body);
    }
    assertThat(SERVER.accepted).isEmpty();
  }

  /** Routes of the data half; each {…} is a place where hostile text goes. */
  private static List<String> routes() {
    return SERVER.api.routes().calls().stream()
        .filter(call -> !call.contains("/campaigns") && !call.contains("/v1/messages"))
        .toList();
  }

  @Test
  @DisplayName("app-data §1: any text in any segment of a path")
  void shouldBearAnyPath() {
    for (var call : routes()) {
      if (!call.contains("{")) {
        continue;
      }
      for (var text : Mutations.inUrl()) {
        var target = call.replaceAll("\\{[a-z]+}", java.util.regex.Matcher.quoteReplacement(text));
        for (var query :
            List.of("", "?id_type=email", "?id_type=cio_id", "?id_type=cio_object_id")) {
          var answer = send(target + query, "{\"optouts\":[],\"filter\":{\"and\":[]}}");
          assertThat(answer.status()).as(target + query + answer.http().body()).isLessThan(500);
          if (answer.status() >= 400) {
            assertRefused(answer, target + query);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @DisplayName("app-data §1.3: any text in any parameter of the query")
  @ValueSource(
      strings = {
        "start",
        "limit",
        "offset",
        "id_type",
        "type",
        "name",
        "email",
        "domain",
        "from",
        "language",
        "customer_id",
        "deleted",
        "start_ts",
        "end_ts"
      })
  void shouldBearAnyQuery(String parameter) {
    for (var call : routes()) {
      var target =
          call.replace("/customers/{id}", "/customers/ada")
              .replace("{domain}", "b.test")
              .replace("suppression/{type}", "suppression/bounces")
              .replace("{type}", "1")
              .replace("{email}", "x%40b.test")
              .replace("{kind}", "email")
              .replace("{id}", "1");
      for (var text : Mutations.inUrl()) {
        var answer =
            send(
                target + "?" + parameter + "=" + text,
                "{\"optouts\":[],\"filter\":{\"and\":[]},\"object_type_id\":1,\"ids\":[\"ada\"]}");
        assertThat(answer.status()).as(target + parameter + text).isLessThan(500);
        if (answer.status() >= 400) {
          assertRefused(answer, target + "?" + parameter + "=" + text);
        }
      }
    }
  }

  private static JsonClient.Answer send(String call, String body) {
    var space = call.indexOf(' ');
    var method = call.substring(0, space);
    return CLIENT.send(
        method,
        call.substring(space + 1),
        method.equals("POST") || method.equals("PUT") ? body : "");
  }

  /** Lists in pages, with the body that asks; more than one page for a limit of 1. */
  private static Map<String, String> lists() {
    var eve = SHOP.person(Map.of("id", "eve", "plan", "pro"), CREATED);
    var segments = new ArrayList<Integer>();
    TEST.jdbi()
        .useHandle(handle -> {
          for (var name : List.of("one", "two")) {
            int segment =
                handle
                    .createQuery(
                        """
                        INSERT INTO segment (workspace_id, name, type, served, created_at, updated_at)
                        VALUES (:workspace, :name, 'manual', 1, now(), now()) RETURNING segment_id
                        """)
                    .bind("workspace", SHOP.workspace().value())
                    .bind("name", name)
                    .mapTo(Integer.class)
                    .one();
            segments.add(segment);
            handle.execute(
                "INSERT INTO segment_member SELECT p, ?, now() FROM unnest(ARRAY[?, ?]::bigint[]) p",
                segment,
                ADA,
                eve);
          }
          for (var id : List.of("acme", "beta")) {
            handle.execute(
                "INSERT INTO object VALUES (nextval('id_range') + 1000000, ?, 1, ?, now(), now(), '{}', '{}')",
                SHOP.workspace().value(),
                id);
          }
          handle.execute(
              "INSERT INTO relationship SELECT p, object_key, workspace_id, now(), now(), '{}', '{}' FROM object, unnest(ARRAY[?, ?]::bigint[]) p WHERE workspace_id = ?",
              ADA,
              eve,
              SHOP.workspace().value());
          handle.execute(
              "INSERT INTO sender_opt_out SELECT p, 1, s, ?, s, now() FROM unnest(ARRAY[?, ?]::bigint[]) p, unnest(ARRAY['a', 'b']) s",
              SHOP.workspace().value(),
              ADA,
              eve);
          handle.execute(
              "INSERT INTO esp_suppression SELECT ?, e, k, '', 'r', '', now() FROM unnest(ARRAY['a@b.test', 'c@d.test']) e, unnest(ARRAY[1, 2]) k",
              SHOP.workspace().value());
        });
    for (var person : List.of(ADA, eve)) {
      SHOP.activity(person, "attribute_change", AppServer.NOW, "{\"a\":{\"from\":1,\"to\":2}}");
      SHOP.activity(person, "attribute_change", AppServer.NOW, "{\"a\":{\"from\":1,\"to\":2}}");
      SHOP.delivery(person, null, null, AppServer.NOW);
      SHOP.delivery(person, null, null, AppServer.NOW);
    }
    var lists = new java.util.LinkedHashMap<String, String>();
    lists.put("POST /v1/customers", "{\"filter\":{\"field\":\"plan\",\"operator\":\"exists\"}}");
    lists.put(
        "POST /v1/customers ",
        "{\"filter\":{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}}");
    lists.put("POST /v1/objects", "{\"object_type_id\":1,\"filter\":{\"and\":[]}}");
    lists.put("POST /v1/objects ", "{\"object_type_id\":1,\"filter\":{\"not\":{\"or\":[]}}}");
    for (var person : List.of("ada", "eve")) {
      for (var list : List.of("messages", "activities", "relationships")) {
        lists.put("GET /v1/customers/" + person + "/" + list, "");
      }
    }
    lists.put("GET /v1/activities", "");
    lists.put("GET /v1/objects/1/acme/relationships", "");
    lists.put("GET /v1/objects/1/beta/relationships", "");
    lists.put("GET /v1/segments/" + segments.getFirst() + "/membership", "");
    lists.put("GET /v1/segments/" + segments.getLast() + "/membership", "");
    lists.put("GET /v1/optouts", "");
    lists.put("GET /v1/esp/domains/a.test/suppression/blocks", "");
    lists.put("GET /v1/esp/domains/b.test/suppression/blocks", "");
    lists.put("GET /v1/esp/domains/a.test/suppression/bounces", "");
    return lists;
  }

  private static JsonClient.Answer page(JsonClient client, String call, String body, String start) {
    var parts = call.strip().split(" ", 2);
    return client.send(parts[0], parts[1] + "?limit=1&start=" + start, body);
  }

  @Test
  @DisplayName("app-data §1.3: a cursor opens the list and question it was given out for, no other")
  void shouldKnowItsOwnCursorsOnly() {
    var lists = lists();
    var cursors =
        lists.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    each ->
                        page(CLIENT, each.getKey(), each.getValue(), "")
                            .expect(200)
                            .json()
                            .get("next")
                            .asString()));
    assertThat(cursors.values()).doesNotContain("").doesNotHaveDuplicates();
    lists.forEach((call, body) ->
        cursors.forEach((origin, cursor) -> {
          var answer = page(CLIENT, call, body, cursor);
          if (origin.equals(call)) {
            answer.expect(200);
          } else {
            assertThat(answer.status()).as(origin + " at " + call).isEqualTo(400);
            assertRefused(answer, call);
          }
        }));
    // nor does another workspace, though it asks the same
    OTHER.person(Map.of("id", "ada"), CREATED);
    OTHER.person(Map.of("id", "eve"), CREATED);
    lists.forEach((call, body) -> {
      var answer = page(SERVER.as(OTHER), call, body, requireNonNull(cursors.get(call)));
      assertThat(answer.status()).as(call).isIn(400, 404);
      assertRefused(answer, call);
    });
  }

  @Test
  @DisplayName("I5: ids of another workspace name nothing, on any route")
  void shouldNotKnowOtherWorkspaces() {
    var secret = OTHER.person(Map.of("id", "hidden", "email", "hidden@b.c"), CREATED);
    var names =
        Stream.of(
                "hidden",
                "cio_" + CioId.of(secret),
                CioId.of(secret) + "?id_type=cio_id",
                "hidden%40b.c?id_type=email")
            .toList();
    var met = new TreeSet<Integer>();
    for (var call : routes()) {
      if (!call.contains("/customers/{id}")) {
        continue;
      }
      for (var name : names) {
        var query = name.indexOf('?');
        var path =
            call.replace("{id}", query < 0 ? name : name.substring(0, query))
                + (query < 0 ? "" : name.substring(query));
        var answer = send(path, "{\"optouts\":[]}");
        met.add(answer.status());
        answer.expect(404);
      }
    }
    assertThat(met).containsExactly(404);
  }
}
