package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Mutations;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.objects.CioObjectId;
import dev.carillon.objects.ObjectRepository;
import dev.carillon.objects.ObjectType;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.people.CioId;
import dev.carillon.people.DeviceRepository;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.HandleCallback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices, objects and relationships as the App API shows them (app-data §2.1, §2.9, §3). */
final class ObjectsApiTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");
  private static final long SECONDS = CREATED.getEpochSecond();
  private static final AtomicLong NUMBERS = new AtomicLong(500_000);

  private static final TestDatabase test = TestDatabase.create();
  private static final AppServer server = new AppServer(test.database(), RateLimits.off());
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");
  private static final JsonClient client = server.as(shop);

  private static long kim;
  private static long lee;
  private static long acme;
  private static long bolt;

  @BeforeAll
  static void fill() {
    kim = shop.person(Map.of("id", "u-42", "email", "Kim@example.test"), CREATED);
    lee = shop.person(Map.of("email", "lee@example.test"), CREATED);
    acme =
        object(
            "acme",
            "{\"name\":\"Acme\",\"seats\":5,\"score\":2.5,\"vip\":true,\"address\":{\"city\":\"Gera\"}}",
            "{\"name\":%d}".formatted((SECONDS + 60) * 1000));
    bolt = object("a/b;c", "{\"name\":\"Bolt\",\"seats\":5}", "{}");
    object("nut", "{}", "{}");
    relate(
        kim,
        acme,
        "{\"role\":\"owner\",\"seat\":7}",
        "{\"role\":%d}".formatted((SECONDS + 90) * 1000));
    relate(kim, bolt, "{}", "{}");
    relate(lee, acme, "{}", "{}");
  }

  @AfterAll
  static void stop() {
    server.close();
    test.close();
  }

  private static long object(String objectId, String attributes, String written) {
    var key = new ObjectRepository.Key(shop.workspace(), 1, objectId);
    var row =
        new ObjectRepository.Row(NUMBERS.incrementAndGet(), key, CREATED, attributes, written);
    test.database()
        .<Integer, RuntimeException>inTransaction(
            handle -> new ObjectRepository().insert(handle, List.of(row)));
    return row.objectKey();
  }

  private static void relate(long person, long object, String attributes, String written) {
    var key = new RelationshipRepository.Key(person, object);
    var row = new RelationshipRepository.Row(key, shop.workspace(), CREATED, attributes, written);
    test.database()
        .inTransaction(handle -> {
          new RelationshipRepository().store(handle, new TreeMap<>(Map.of(key, row)), CREATED);
          return true;
        });
  }

  @Test
  @DisplayName("app-data §2.1: devices, the last used first, with attributes as text")
  void shouldShowDevices() {
    // given
    var devices =
        List.of(
            new DeviceRepository.Device(
                new DeviceRepository.Key(shop.workspace(), "t1"),
                kim,
                "ios",
                CREATED,
                "{\"app_version\":\"2.1\",\"push_enabled\":true,\"n\":1.5}",
                CREATED),
            new DeviceRepository.Device(
                new DeviceRepository.Key(shop.workspace(), "t2"),
                kim,
                null,
                CREATED.plusSeconds(5),
                "{}",
                CREATED));
    test.database()
        .<Integer, RuntimeException>inTransaction(
            handle -> new DeviceRepository().insert(handle, devices, CREATED));
    // then
    var customer = client.get("/v1/customers/u-42/attributes").expect(200).json().get("customer");
    assertThat(customer.get("devices").toString())
        .isEqualTo(
            "[{\"id\":\"t2\",\"platform\":null,\"last_used\":%d,\"attributes\":{}},"
                    .formatted(SECONDS + 5)
                + "{\"id\":\"t1\",\"platform\":\"ios\",\"last_used\":%d,\"attributes\":{\"app_version\":\"2.1\",\"push_enabled\":\"true\",\"n\":\"1.5\"}}]"
                    .formatted(SECONDS));
  }

  @Test
  @DisplayName("app-data §2.9: what a person is related to")
  void shouldShowThePersonsRelationships() {
    client
        .get("/v1/customers/u-42/relationships")
        .expect(
            200,
            """
            {"cio_relationships":[
              {"object_type_id":1,"identifiers":{"object_id":"acme","cio_object_id":"%s"},
               "attributes":{"role":"owner","seat":"7"},"timestamps":{"role":%d,"seat":%d}},
              {"object_type_id":1,"identifiers":{"object_id":"a/b;c","cio_object_id":"%s"},
               "attributes":{},"timestamps":{}}],"next":""}
            """
                .formatted(CioObjectId.of(acme), SECONDS + 90, SECONDS, CioObjectId.of(bolt)));
    client
        .get("/v1/customers/" + CioId.of(lee) + "/relationships?id_type=cio_id")
        .expect(200)
        .json();
    client.get("/v1/customers/nobody/relationships").expectProblem(404, "customer not found");
  }

  @Test
  @DisplayName("app-data §3: the types of a workspace")
  void shouldListTypes() {
    client
        .get("/v1/object_types")
        .expect(
            200,
            """
            {"types":[{"id":"1","name":"Companies","singular_name":"Company","slug":"companies",
              "singular_slug":"company","enabled":true,"icon":"building"}]}
            """);
  }

  @Test
  @DisplayName("app-data §3: an object by its id or its cio_object_id")
  void shouldShowAnObject() {
    var cioId = CioObjectId.of(acme);
    var expected =
        """
        {"object":{"attributes":{"name":"Acme","seats":"5","score":"2.5","vip":"true",
           "address":"{\\"city\\":\\"Gera\\"}","object_id":"acme","cio_object_id":"%1$s"},
         "timestamps":{"name":%2$d,"seats":%3$d,"score":%3$d,"vip":%3$d,"address":%3$d,
           "object_id":%3$d,"cio_object_id":%3$d},
         "identifiers":{"cio_object_id":"%1$s","object_id":"acme","id":"acme"},"object_type_id":"1"}}
        """
            .formatted(cioId, SECONDS + 60, SECONDS);
    for (var path :
        List.of(
            "acme/attributes",
            "acme/attributes?id_type=object_id",
            cioId + "/attributes?id_type=cio_object_id",
            "cio_" + cioId + "/attributes?id_type=cio_object_id")) {
      client.get("/v1/objects/1/" + path).expect(200, expected);
    }
    client.get("/v1/objects/1/a%2Fb%3Bc/attributes").expect(200);
  }

  @Test
  @DisplayName("app-data §3: who is related to an object")
  void shouldShowTheObjectsRelationships() {
    client
        .get("/v1/objects/1/acme/relationships")
        .expect(
            200,
            """
            {"cio_relationships":[
              {"identifiers":{"cio_id":"%s","id":"u-42","email":"Kim@example.test"},
               "object_type_id":"1","object_type_disabled":false},
              {"identifiers":{"cio_id":"%s","id":null,"email":"lee@example.test"},
               "object_type_id":"1","object_type_disabled":false}],"next":""}
            """
                .formatted(CioId.of(kim), CioId.of(lee)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/objects/1/unknown/attributes                    | 404 | object not found",
        "/v1/objects/2/acme/attributes                       | 404 | object not found",
        "/v1/objects/x/acme/relationships                    | 404 | object not found",
        "/v1/objects/1/acme/attributes?id_type=cio_object_id | 404 | object not found",
        "/v1/objects/1/acme/attributes?id_type=email         | 400 | id_type must be object_id or cio_object_id",
        "/v1/objects/1/acme/relationships?limit=0            | 400 | limit must be a whole number of at least 1",
        "/v1/customers/u-42/relationships?start=MTox         | 400 | start is not a cursor of this list"
      })
  void shouldRefuseWrongRequests(String path, int status, String message) {
    client.get(path).expectProblem(status, message);
  }

  private static String search(String filter) {
    return "{\"object_type_id\":\"1\",\"filter\":" + filter + "}";
  }

  @ParameterizedTest
  @DisplayName("app-data §3: and, or, not; eq compares as text, exists is present and not empty")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'object_attribute':{'field':'name','operator':'eq','value':'Acme','type_id':'1'}}   | acme",
        "{'object_attribute':{'field':'name','operator':'eq','value':'acme'}}                 | ''",
        "{'object_attribute':{'field':'seats','operator':'eq','value':5,'type_id':1}}         | acme,a/b;c",
        "{'object_attribute':{'field':'vip','operator':'eq','value':'true'}}                  | acme",
        "{'not':{'object_attribute':{'field':'name','operator':'exists'}}}                    | nut",
        "{'and':[{'object_attribute':{'field':'seats','operator':'exists'}},{'not':{'object_attribute':{'field':'vip','operator':'exists'}}}]} | a/b;c",
        "{'or':[{'object_attribute':{'field':'object_id','operator':'eq','value':'nut'}},{'object_attribute':{'field':'vip','operator':'exists'}}]} | acme,nut",
        "{'and':[]}                                                                           | acme,a/b;c,nut"
      })
  void shouldSearch(String filter, String ids) {
    var answer =
        client.send("POST", "/v1/objects", search(filter.replace('\'', '"'))).expect(200).json();
    assertThat(answer.get("ids").valueStream().map(each -> each.asString()).toList())
        .containsExactly(ids.isEmpty() ? new String[0] : ids.split(","));
    assertThat(answer.get("identifiers")).hasSize(answer.get("ids").size());
    assertThat(answer.get("next").asString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                     | 400 | object_type_id and filter are required",
        "{'object_type_id':'1'}                                 | 400 | object_type_id and filter are required",
        "{'object_type_id':'x','filter':{'and':[]}}             | 400 | object_type_id must be the number of an object type",
        "{'object_type_id':'2','filter':{'and':[]}}             | 404 | object type not found",
        "{'object_type_id':'1','filter':{}}                     | 400 | a filter is an object with exactly one key",
        "{'object_type_id':'1','filter':{'xor':[]}}             | 400 | the key of a filter must be and, or, not or object_attribute",
        "{'object_type_id':'1','filter':{'and':{}}}             | 400 | and must be a list of filters",
        "{'object_type_id':'1','filter':{'not':[]}}             | 400 | a filter is an object with exactly one key",
        "{'object_type_id':'1','filter':{'object_attribute':{'operator':'eq'}}} | 400 | object_attribute must be an object with a field",
        "{'object_type_id':'1','filter':{'object_attribute':{'field':'a','operator':'gt'}}} | 400 | operator must be eq or exists",
        "{'object_type_id':'1','filter':{'object_attribute':{'field':'a','operator':'eq'}}} | 400 | eq needs a value",
        "{'object_type_id':'1','filter':{'object_attribute':{'field':'a','operator':'exists','type_id':'2'}}} | 400 | type_id must be the same as object_type_id"
      })
  void shouldRefuseWrongSearches(String body, int status, String message) {
    client.send("POST", "/v1/objects", body.replace('\'', '"')).expectProblem(status, message);
  }

  @Test
  void shouldRefuseDeepAndLongFilters() {
    var deep = "{\"not\":".repeat(10) + "{\"and\":[]}" + "}".repeat(10);
    client
        .send("POST", "/v1/objects", search(deep))
        .expectProblem(400, "a filter has at most 10 levels");
    var test = "{\"object_attribute\":{\"field\":\"a\",\"operator\":\"exists\"}}";
    var tests = new ArrayList<String>();
    for (var i = 0; i < 1_001; i++) {
      tests.add(test);
    }
    client
        .send("POST", "/v1/objects", search("{\"or\":[" + String.join(",", tests) + "]}"))
        .expectProblem(400, "a filter has at most 1000 parts");
    client
        .send(
            "POST",
            "/v1/objects",
            search("{\"or\":[" + "{\"and\":[]},".repeat(1_001) + test + "]}"))
        .expectProblem(400, "a filter has at most 1000 parts");
    for (var value : List.of("{}", "[1]")) {
      client
          .send(
              "POST",
              "/v1/objects",
              search(
                  "{\"object_attribute\":{\"field\":\"a\",\"operator\":\"eq\",\"value\":"
                      + value
                      + "}}"))
          .expectProblem(400, "value must be a text, a number, true or false");
    }
  }

  @Test
  @DisplayName("app-data §1.3: pages of one and all together are the same")
  void shouldWalkOverPages() {
    for (var list :
        List.of("/v1/customers/u-42/relationships", "/v1/objects/1/acme/relationships")) {
      var all = client.get(list).expect(200).json().get("cio_relationships");
      var walked = new ArrayList<Object>();
      var next = "";
      do {
        var page = client.get(list + "?limit=1&start=" + next).expect(200).json();
        page.get("cio_relationships").forEach(walked::add);
        next = page.get("next").asString();
      } while (!next.isEmpty());
      assertThat(walked).hasSize(2).containsExactlyElementsOf(all);
    }
    var walked = new ArrayList<String>();
    var next = "";
    do {
      var page =
          client
              .send("POST", "/v1/objects?limit=1&start=" + next, search("{\"and\":[]}"))
              .expect(200)
              .json();
      page.get("ids").forEach(each -> walked.add(each.asString()));
      next = page.get("next").asString();
    } while (!next.isEmpty());
    assertThat(walked).containsExactly("acme", "a/b;c", "nut");
  }

  @Test
  @DisplayName("app-data §3: a type that is switched off is told, and its objects are shown still")
  void shouldTellThatATypeIsDisabled() {
    var types = new ObjectTypes(test.database(), InstantSource.fixed(CREATED));
    var tenant = Tenant.create(test.database(), "disabled-key");
    var company = types.find(tenant.workspace(), 1).orElseThrow();
    types.update(
        tenant.workspace(),
        1,
        new ObjectType.Draft(company.name(), company.singularName(), company.icon(), false));
    var ada = tenant.person(Map.of("id", "ada"), CREATED);
    var objectKey = NUMBERS.incrementAndGet();
    test.database()
        .inTransaction(handle -> {
          new ObjectRepository()
              .insert(
                  handle,
                  List.of(
                      new ObjectRepository.Row(
                          objectKey,
                          new ObjectRepository.Key(tenant.workspace(), 1, "acme"),
                          CREATED,
                          "{}",
                          "{}")));
          var key = new RelationshipRepository.Key(ada, objectKey);
          new RelationshipRepository()
              .store(
                  handle,
                  new TreeMap<>(
                      Map.of(
                          key,
                          new RelationshipRepository.Row(
                              key, tenant.workspace(), CREATED, "{}", "{}"))),
                  CREATED);
          return true;
        });
    var answer = server.as(tenant).get("/v1/objects/1/acme/relationships").expect(200).json();
    assertThat(answer.at("/cio_relationships/0/object_type_disabled").asBoolean()).isTrue();
    assertThat(server.as(tenant).get("/v1/object_types").json().at("/types/0/enabled").asBoolean())
        .isFalse();
  }

  @Test
  @DisplayName("app-data §1.3: a page of large attributes ends early, and none is lost")
  void shouldBoundPagesInSize() {
    var owner = shop.person(Map.of("id", "owner"), CREATED);
    var large = "{\"note\":\"" + "x".repeat(90_000) + "\"}";
    for (var i = 0; i < 60; i++) {
      relate(owner, bolt + 1_000 + i, large, "{}");
      test.database()
          .<Integer, RuntimeException>inTransaction(insert(bolt + 1_000 + i, "large-" + i));
    }
    var walked = new ArrayList<String>();
    var pages = 0;
    var next = "";
    do {
      var answer =
          client.get("/v1/customers/owner/relationships?limit=1000&start=" + next).expect(200);
      assertThat(answer.http().body().length()).isLessThan(3_000_000);
      var page = answer.json();
      page.get("cio_relationships")
          .forEach(each -> walked.add(each.at("/identifiers/object_id").asString()));
      next = page.get("next").asString();
      pages++;
    } while (!next.isEmpty());
    assertThat(walked).hasSize(60).doesNotHaveDuplicates();
    assertThat(pages).isBetween(2, 6);
  }

  private static HandleCallback<Integer, RuntimeException> insert(long objectKey, String objectId) {
    var key = new ObjectRepository.Key(shop.workspace(), 7, objectId);
    var row = new ObjectRepository.Row(objectKey, key, CREATED, "{}", "{}");
    return handle -> new ObjectRepository().insert(handle, List.of(row));
  }

  private static final String SEARCH =
      "{\"object_type_id\":\"1\",\"filter\":{\"and\":[{\"object_attribute\":{\"field\":\"name\",\"operator\":\"eq\",\"value\":\"Acme\",\"type_id\":\"1\"}},{\"or\":[{\"not\":{\"object_attribute\":{\"field\":\"seats\",\"operator\":\"exists\"}}}]}]}}";

  /** A success, or a refusal in the envelope with a sentence in it. */
  private static int assertAnswered(JsonClient.Answer answer) {
    var what = answer.call().substring(0, Math.min(300, answer.call().length()));
    var shown = answer.http().toString();
    assertThat(answer.status())
        .as(what + " → " + shown.substring(0, Math.min(600, shown.length())))
        .isIn(200, 400, 404, 413);
    if (answer.status() != 200) {
      var json = answer.json();
      var message = json.at("/meta/error").asString();
      assertThat(message).as(what).isNotBlank().hasSizeLessThan(400);
      assertThat(json.at("/meta/status").asInt()).as(what).isEqualTo(answer.status());
      assertThat(json.at("/errors/0/detail").asString()).as(what).isEqualTo(message);
      assertThat(message).as(what).doesNotContainIgnoringCase("exception", "sql", "dev.carillon");
    }
    return answer.status();
  }

  @Test
  @DisplayName(
      "app-data §1.2, §3: every change of a search is answered, or refused with a sentence")
  void shouldAnswerEveryChangeOfASearch() {
    assertThat(assertAnswered(client.send("POST", "/v1/objects", SEARCH))).isEqualTo(200);
    var refused = 0;
    for (var body : Mutations.of(SEARCH)) {
      refused += assertAnswered(client.send("POST", "/v1/objects", body)) == 200 ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(50);
    for (var body : Mutations.broken(SEARCH)) {
      assertThat(assertAnswered(client.send("POST", "/v1/objects", body))).isEqualTo(400);
    }
    assertThat(assertAnswered(client.send("POST", "/v1/objects", " ".repeat(1024 * 1024 + 1))))
        .isEqualTo(413);
  }

  @Test
  @DisplayName("app-data §1.1 – §1.3: nothing that stands in a URL is a fault")
  void shouldAnswerEveryUrl() {
    for (var word : Mutations.inUrl()) {
      for (var path :
          List.of(
              "/v1/objects/%s/acme/attributes",
              "/v1/objects/%s/acme/relationships",
              "/v1/objects/1/%s/attributes",
              "/v1/objects/1/%s/relationships",
              "/v1/objects/1/%s/attributes?id_type=cio_object_id",
              "/v1/objects/1/%s/relationships?id_type=cio_object_id",
              "/v1/objects/1/acme/attributes?id_type=%s",
              "/v1/objects/1/acme/relationships?start=%s",
              "/v1/objects/1/acme/relationships?limit=%s",
              "/v1/customers/%s/relationships",
              "/v1/customers/%s/relationships?id_type=cio_id",
              "/v1/customers/%s/relationships?id_type=email",
              "/v1/customers/u-42/relationships?id_type=%s",
              "/v1/customers/u-42/relationships?start=%s",
              "/v1/customers/u-42/relationships?limit=%s",
              "/v1/object_types?start=%s")) {
        assertAnswered(client.get(path.formatted(word)));
      }
      for (var query : List.of("start", "limit")) {
        assertAnswered(client.send("POST", "/v1/objects?" + query + "=" + word, SEARCH));
      }
    }
  }

  @Test
  @DisplayName("I5: another workspace's key finds nothing of this one")
  void shouldKeepWorkspacesApart() {
    var stranger = server.as(other);
    stranger.get("/v1/objects/1/acme/attributes").expectProblem(404, "object not found");
    stranger
        .get("/v1/objects/1/" + CioObjectId.of(acme) + "/relationships?id_type=cio_object_id")
        .expectProblem(404, "object not found");
    stranger
        .get("/v1/customers/" + CioId.of(kim) + "/relationships?id_type=cio_id")
        .expectProblem(404, "customer not found");
    var next =
        client
            .send("POST", "/v1/objects?limit=1", search("{\"and\":[]}"))
            .expect(200)
            .json()
            .get("next")
            .asString();
    assertThat(next).isNotEmpty();
    stranger
        .send("POST", "/v1/objects?start=" + next, search("{\"and\":[]}"))
        .expectProblem(400, "start is not a cursor of this list");
    stranger
        .send("POST", "/v1/objects", search("{\"and\":[]}"))
        .expect(200, "{\"identifiers\":[],\"ids\":[],\"next\":\"\"}");
    server.as("").send("POST", "/v1/objects", "{}").expectProblem(401, "unauthorized");
  }
}
