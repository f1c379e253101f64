package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.people.CioId;
import dev.carillon.people.search.IndexedPeople;
import dev.carillon.people.search.SearchIndexer;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
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

/** {@code POST /v1/customers} (app-data §2.3). */
class SearchApiTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final Tenant shop = newTenant("{}");
  private final JsonClient client = SERVER.as(shop);
  private int vips;
  private long ada;

  private static Tenant newTenant(String settings) {
    return Tenant.create(TEST.database(), "search-" + NUMBER.incrementAndGet(), settings);
  }

  @BeforeEach
  void fill() {
    ada =
        shop.person(
            Map.of("id", "ada", "email", "Ada@B.c", "plan", "pro", "seats", 5L, "beta", true),
            CREATED);
    shop.person(Map.of("id", "bob", "plan", "Pro", "unsubscribed", "1"), CREATED);
    shop.person(Map.of("email", "eve@b.c", "plan", "free", "tags", List.of("x")), CREATED);
    newTenant("{}").person(Map.of("id", "stranger", "email", "s@b.c", "plan", "pro"), CREATED);
    vips = segment(shop, ada);
  }

  private static int segment(Tenant tenant, long member) {
    return TEST.jdbi()
        .withHandle(handle -> {
          int id =
              handle
                  .createQuery(
                      """
                      INSERT INTO segment (workspace_id, name, type, served, created_at, updated_at)
                      VALUES (:workspace, 'VIP', 'manual', 1, now(), now()) RETURNING segment_id
                      """)
                  .bind("workspace", tenant.workspace().value())
                  .mapTo(Integer.class)
                  .one();
          handle.execute("INSERT INTO segment_member VALUES (?, ?, now())", member, id);
          return id;
        });
  }

  private JsonClient.Answer search(String filter) {
    return client.send("POST", "/v1/customers", "{\"filter\":" + filter + "}");
  }

  private List<String> found(String filter) {
    return ids(search(filter).expect(200).json());
  }

  private static List<String> ids(JsonNode page) {
    return page.get("ids").valueStream().map(JsonNode::asString).toList();
  }

  @Test
  @DisplayName("app-data §2.3, §10: the call of the public guides, answered for every reader")
  void shouldAnswerThePrintedCall() {
    var other = shop.person(Map.of("email", "a@b.c", "x", "y"), CREATED);

    search(
            "{\"and\":[{\"attribute\":{\"field\":\"email\",\"operator\":\"eq\",\"value\":\"a@b.c\"}}]}")
        .expect(
            200,
            """
            {"identifiers":[{"cio_id":"%1$s","id":null,"email":"a@b.c"}],
             "ids":[""],
             "results":[{"id":"","email":"a@b.c","cio_id":"%1$s","attributes":{"email":"a@b.c","cio_id":"%1$s"}}],
             "next":""}
            """
                .formatted(CioId.of(other)));
    search("{\"and\":[{\"attribute\":{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}}]}")
        .expect(
            200,
            """
            {"identifiers":[{"cio_id":"%1$s","id":"ada","email":"Ada@B.c"}],
             "ids":["ada"],
             "results":[{"id":"ada","email":"Ada@B.c","cio_id":"%1$s",
                         "attributes":{"id":"ada","email":"Ada@B.c","cio_id":"%1$s"}}],
             "next":""}
            """
                .formatted(CioId.of(ada)));
  }

  @ParameterizedTest
  @DisplayName("app-data §2.3: leaves wrapped or bare, compared as text; the index may lag or not")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'attribute':{'field':'plan','operator':'eq','value':'pro'}}           | ada",
        "{'field':'plan','operator':'eq','value':'pro'}                          | ada",
        "{'field':'plan','operator':'eq','value':'PRO'}                          | -",
        "{'attribute':{'field':'seats','operator':'eq','value':5}}               | ada",
        "{'attribute':{'field':'seats','operator':'eq','value':'5'}}             | ada",
        "{'attribute':{'field':'beta','operator':'eq','value':true}}             | ada",
        "{'attribute':{'field':'tags','operator':'eq','value':'[\\\"x\\\"]'}}    | eve",
        "{'attribute':{'field':'email','operator':'eq','value':'ADA@b.C'}}       | ada",
        "{'attribute':{'field':'email','operator':'exists'}}                     | ada eve",
        "{'attribute':{'field':'plan','operator':'exists'}}                      | ada bob eve",
        "{'attribute':{'field':'nothing','operator':'exists'}}                   | -",
        "{'attribute':{'field':'id','operator':'eq','value':'bob'}}              | bob",
        "{'attribute':{'field':'id','operator':'eq','value':'BOB'}}              | -",
        "{'attribute':{'field':'id','operator':'eq','value':'stranger'}}         | -",
        "{'attribute':{'field':'cio_id','operator':'eq','value':'$ADA'}}         | ada",
        "{'attribute':{'field':'cio_id','operator':'eq','value':'cio_$ADA'}}     | ada",
        "{'attribute':{'field':'unsubscribed','operator':'eq','value':true}}     | bob",
        "{'attribute':{'field':'unsubscribed','operator':'eq','value':'1'}}      | bob",
        "{'attribute':{'field':'unsubscribed','operator':'eq','value':'false'}}  | ada eve",
        "{'segment':{'id':$VIP}}                                                 | ada",
        "{'id':$VIP}                                                             | ada",
        "{'not':{'segment':{'id':$VIP}}}                                         | bob eve",
        "{'segment':{'id':0}}                                                    | -",
        "{'segment':{'id':99999999999}}                                          | -",
        "{'or':[{'id':$VIP},{'field':'plan','operator':'eq','value':'free'}]}    | ada eve",
        "{'and':[{'not':{'or':[{'id':$VIP},{'and':[{'field':'id','operator':'eq','value':'bob'}]}]}}]} | eve",
        "{'and':[]}                                                              | ada bob eve",
        "{'or':[]}                                                               | -",
        "{'and':[{'field':'email','operator':'eq','value':'ada@b.c'},{'field':'plan','operator':'eq','value':'free'}]} | -"
      })
  void shouldFind(String filter, String expected) {
    var text =
        filter
            .replace('\'', '"')
            .replace("$VIP", Integer.toString(vips))
            .replace("$ADA", CioId.of(ada));
    var names =
        expected.equals("-")
            ? List.<String>of()
            : List.of(expected.replace("eve", "").split(" ", -1));

    assertThat(found(text)).as("pending").isEqualTo(names);
    IndexedPeople.index(TEST.database());
    assertThat(found(text)).as("indexed").isEqualTo(names);
  }

  @Test
  @DisplayName("I5: nobody and no segment of another workspace is found")
  void shouldKeepWorkspacesApart() {
    var stranger = newTenant("{}");
    var member = stranger.person(Map.of("id", "x", "plan", "pro"), CREATED);
    var theirs = segment(stranger, member);
    // as if a row had gone astray
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute("INSERT INTO segment_member VALUES (?, ?, now())", ada, theirs));

    assertThat(found("{\"segment\":{\"id\":" + theirs + "}}")).isEmpty();
    assertThat(found("{\"not\":{\"segment\":{\"id\":" + theirs + "}}}")).hasSize(3);
    assertThat(
            found(
                "{\"attribute\":{\"field\":\"cio_id\",\"operator\":\"eq\",\"value\":\"%s\"}}"
                    .formatted(CioId.of(member))))
        .isEmpty();
  }

  @Test
  @DisplayName("app-data §1.1: where addresses name nobody, email is an attribute like any other")
  void shouldSearchByEmailWithoutIdentifiers() {
    var plain = newTenant("{\"identifiers\":[\"id\"]}");
    for (var id : List.of("one", "two")) {
      var person = plain.person(Map.of("id", id, "email", "Same@b.c"), CREATED);
      TEST.jdbi()
          .useHandle(handle ->
              handle.execute(
                  "DELETE FROM person_identifier WHERE person_id = ? AND kind = 2", person));
      // both may have it: nothing is looked up by it
    }

    var filter =
        "{\"filter\":{\"attribute\":{\"field\":\"email\",\"operator\":\"eq\",\"value\":\"same@B.c\"}}}";
    assertThat(ids(SERVER.as(plain).send("POST", "/v1/customers", filter).expect(200).json()))
        .containsExactly("one", "two");
    // app-data §2.2: all people with that e-mail
    assertThat(
            SERVER
                .as(plain)
                .get("/v1/customers?email=SAME%40b.c")
                .expect(200)
                .json()
                .get("results")
                .valueStream()
                .map(each -> each.get("id").asString()))
        .containsExactly("one", "two");
  }

  @Test
  @DisplayName("app-data §1.3: a walk meets everybody once; the usual page has 50")
  void shouldWalk() {
    var expected = new ArrayList<String>();
    for (var i = 0; i < 120; i++) {
      shop.person(Map.of("id", "w" + i, "walk", "x" + i % 2), CREATED);
      if (i % 2 == 0) {
        expected.add("w" + i);
      }
    }
    new SearchIndexer(TEST.database(), 100).step(); // some are indexed, some are not
    var body = "{\"filter\":{\"and\":[{\"field\":\"walk\",\"operator\":\"eq\",\"value\":\"x0\"}]}}";

    for (var limit : List.of("", "&limit=1", "&limit=7", "&limit=60", "&limit=5000")) {
      var met = new ArrayList<String>();
      var next = "";
      do {
        var page =
            client.send("POST", "/v1/customers?start=" + next + limit, body).expect(200).json();
        met.addAll(ids(page));
        next = page.get("next").asString();
        if (limit.isEmpty() && !next.isEmpty()) {
          assertThat(ids(page)).hasSize(50);
        }
      } while (!next.isEmpty());
      assertThat(met).as(limit).isEqualTo(expected);
    }
  }

  @Test
  @DisplayName("app-data §1.3: a cursor of another query, workspace or list is 400")
  void shouldRefuseForeignCursors() {
    var all = "{\"filter\":{\"and\":[]}}";
    var next =
        client.send("POST", "/v1/customers?limit=1", all).expect(200).json().get("next").asString();
    var again = "/v1/customers?limit=1&start=" + next;
    client.send("POST", again, all).expect(200);
    client.send("POST", again.replace("limit=1", "limit=2"), all).expect(200);

    client
        .send("POST", again, "{\"filter\":{\"or\":[{\"and\":[]}]}}")
        .expectProblem(400, "start is not a cursor of this list");
    SERVER
        .as(newTenant("{}"))
        .send("POST", again, all)
        .expectProblem(400, "start is not a cursor of this list");
    client
        .send(
            "POST",
            "/v1/customers?start=" + PageCursor.MEMBERS.asked(shop.workspace(), 1).text(1),
            all)
        .expectProblem(400, "start is not a cursor of this list");
  }

  private static String nested(int groups) {
    return "{\"and\":[".repeat(groups)
        + "{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}"
        + "]}".repeat(groups);
  }

  private static String wide(int leaves) {
    return "{\"or\":["
        + String.join(
            ",",
            IntStream.range(0, leaves)
                .mapToObj(i ->
                    i % 2 == 0 ? "{\"id\":" + i + "}" : "{\"field\":\"a\",\"operator\":\"exists\"}")
                .toList())
        + "]}";
  }

  @Test
  @DisplayName("app-data §2.3: filters have ten levels and two hundred parts at most")
  void shouldBoundFilters() {
    search(nested(10)).expect(200);
    search(nested(11)).expectProblem(400, "and, or and not may stand in each other 10 deep");
    search("{\"not\":".repeat(11) + wide(1) + "}".repeat(11))
        .expectProblem(400, "and, or and not may stand in each other 10 deep");
    search(wide(199)).expect(200);
    search(wide(200)).expectProblem(400, "a filter has at most 200 parts");
    search("{\"and\":[" + "{\"or\":[]},".repeat(5_000) + wide(1) + "]}")
        .expectProblem(400, "a filter has at most 200 parts");
  }

  @ParameterizedTest
  @DisplayName("app-data §2.3: what cannot be understood is 400 and says why")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                              | filter is required",
        "{'filter':null}                                 | filter is required",
        "{'filter':[]}                                   | a filter is an object with exactly one key",
        "{'filter':{}}                                   | a filter is an object with exactly one key",
        "{'filter':{'and':[],'or':[]}}                   | a filter is an object with exactly one key",
        "{'filter':{'xor':[]}}                           | the key of a filter must be and, or, not, segment or attribute",
        "{'filter':{'and':{}}}                           | and must be a list of filters",
        "{'filter':{'not':[]}}                           | a filter is an object with exactly one key",
        "{'filter':{'segment':4}}                        | segment must be an object with an id, which is a whole number",
        "{'filter':{'segment':{'id':'x'}}}               | segment must be an object with an id, which is a whole number",
        "{'filter':{'segment':{'id':1.5}}}               | segment must be an object with an id, which is a whole number",
        "{'filter':{'attribute':{'operator':'exists'}}}  | attribute must be an object with a field",
        "{'filter':{'attribute':{'field':''}}}           | attribute must be an object with a field",
        "{'filter':{'attribute':{'field':'a'}}}          | operator must be eq or exists",
        "{'filter':{'attribute':{'field':'a','operator':'gt','value':1}}} | operator must be eq or exists",
        "{'filter':{'attribute':{'field':'a','operator':'eq'}}}           | eq needs a value",
        "{'filter':{'attribute':{'field':'a','operator':'eq','value':[]}}} | value must be a text, a number, true or false"
      })
  void shouldRefuse(String body, String message) {
    client.send("POST", "/v1/customers", body.replace('\'', '"')).expectProblem(400, message);
  }
}
