package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.events.EventKind;
import dev.carillon.events.EventNames;
import dev.carillon.http.RateLimits;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.AttributeNames.Scope;
import dev.carillon.people.AttributeNames.Sighting;
import dev.carillon.store.TestDatabase;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The data index as the App API changes it (app-data §9, P-60). */
class DataIndexTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String ATTRIBUTES = "/v1/data_index/attributes";
  private static final String EVENTS = "/v1/data_index/events";

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final AttributeNames attributes =
      new AttributeNames(TEST.database(), InstantSource.fixed(AppServer.NOW));
  private final EventNames events =
      new EventNames(TEST.database(), InstantSource.fixed(AppServer.NOW));
  private final Tenant shop = newTenant();
  private final JsonClient client = SERVER.as(shop);

  private static Tenant newTenant() {
    return Tenant.create(TEST.database(), "index-" + NUMBER.incrementAndGet());
  }

  private List<AttributeNames.Seen> attributesOf(Tenant tenant) {
    return attributes.list(Scope.people(tenant.workspace()), 100);
  }

  @Test
  @DisplayName("app-data §9: names described are hidden until they are seen; a description is kept")
  void shouldDescribe() {
    // given
    var other = newTenant();
    for (var tenant : List.of(shop, other)) {
      attributes.learn(List.of(new Sighting(Scope.people(tenant.workspace()), List.of("plan"))));
      events.numberOf(tenant.workspace(), EventKind.EVENT, "purchase");
    }
    // when
    client
        .send(
            "POST",
            ATTRIBUTES,
            """
            {"attributes":[{"name":"plan","description":"what they pay","privacy_level":1},{"name":"later"}]}
            """)
        .expect(204);
    client.send("POST", ATTRIBUTES, "{\"attributes\":[{\"name\":\"plan\"}]}").expect(204);
    client
        .send("POST", EVENTS, "{\"events\":[{\"name\":\"purchase\",\"description\":\"bought\"}]}")
        .expect(204);
    client.send("POST", EVENTS, "{\"events\":[{\"name\":\"later\"}]}").expect(204);
    // then
    assertThat(attributesOf(shop))
        .singleElement()
        .satisfies(plan -> {
          assertThat(plan.name()).isEqualTo("plan");
          assertThat(plan.description()).isEqualTo("what they pay");
          assertThat(plan.privacyLevel()).isEqualTo(1);
        });
    assertThat(events.list(shop.workspace(), 100))
        .singleElement()
        .satisfies(event -> assertThat(event.description()).isEqualTo("bought"));
    // and when
    attributes.learn(List.of(new Sighting(Scope.people(shop.workspace()), List.of("later"))));
    assertThat(attributesOf(shop)).hasSize(2);
    // I5: the other workspace's names are as they were
    assertThat(attributesOf(other))
        .singleElement()
        .satisfies(plan -> assertThat(plan.description()).isEmpty());
    assertThat(events.list(other.workspace(), 100))
        .singleElement()
        .satisfies(event -> assertThat(event.description()).isEmpty());
  }

  @ParameterizedTest
  @DisplayName("app-data §9: a body that is no list of entries is 400")
  @ValueSource(
      strings = {
        "",
        "x",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{}",
        "{\"attributes\":null,\"events\":null}",
        "{\"attributes\":{},\"events\":{}}",
        "{\"attributes\":\"plan\",\"events\":\"plan\"}",
        "{\"attributes\":[1],\"events\":[1]}",
        "{\"attributes\":[null],\"events\":[null]}",
        "{\"attributes\":[[]],\"events\":[[]]}",
        "{\"attributes\":[{\"name\":\"a\"}]",
        "{\"attributes\":[{\"name\":\"a\\u0000b\"}],\"events\":[{\"name\":\"a\\u0000b\"}]}",
        "{\"attributes\":[{\"name\":\"\\ud800\"}],\"events\":[{\"name\":\"\\ud800\"}]}"
      })
  void shouldRefuseWhatIsNoList(String body) {
    client.send("POST", ATTRIBUTES, body).expectProblem(400, "Invalid request format");
    client.send("POST", EVENTS, body).expectProblem(400, "Invalid request format");
    assertNothingStored();
  }

  @ParameterizedTest
  @DisplayName("app-data §9: an entry that is wrong is 422 with a pointer, and nothing is stored")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "none                             | .name          | name is required",
        "'name':7                         | .name          | name is required",
        "'name':' '                       | .name          | name is required",
        "'name':'LONG'                    | .name          | ",
        "'name':'a','description':7       | .description   | description must be a text",
        "'name':'a','description':'LONG'  | .description   | description cannot be longer than 255 characters",
        "'name':'a','privacy_level':2     | .privacy_level | privacy_level must be 0 or 1",
        "'name':'a','privacy_level':-1    | .privacy_level | privacy_level must be 0 or 1",
        "'name':'a','privacy_level':true  | .privacy_level | privacy_level must be 0 or 1",
        "'name':'a','privacy_level':'1'   | .privacy_level | privacy_level must be 0 or 1",
        "'name':'a','privacy_level':1e300 | .privacy_level | privacy_level must be 0 or 1"
      })
  void shouldRefuseWrongEntries(String entry, String member, String sentence) {
    var json =
        entry.equals("none") ? "" : entry.replace('\'', '"').replace("LONG", "x".repeat(300));
    var good = "{\"name\":\"good\"}";
    for (var list : List.of("attributes", "events")) {
      if (member.equals(".privacy_level") && list.equals("events")) {
        continue; // events have none
      }
      var answer =
          client
              .send(
                  "POST",
                  list.equals("events") ? EVENTS : ATTRIBUTES,
                  "{\"%s\":[%s,{%s}]}".formatted(list, good, json))
              .expect(422);
      var error = answer.json().get("errors").get(0);
      assertThat(error.at("/source/pointer").asString())
          .isEqualTo("/data/attributes/" + list + "[1]" + member);
      assertThat(error.get("detail").asString()).contains(sentence == null ? "bytes" : sentence);
    }
    assertNothingStored();
  }

  @Test
  @DisplayName("app-data §9: 1 to 100 entries a call")
  void shouldLimitTheList() {
    for (var list : List.of("attributes", "events")) {
      var path = list.equals("events") ? EVENTS : ATTRIBUTES;
      var one = list.substring(0, list.length() - 1);
      var none = client.send("POST", path, "{\"%s\":[]}".formatted(list)).expect(422).json();
      assertThat(none.at("/errors/0/detail").asString())
          .isEqualTo("At least one " + one + " is required");
      assertThat(none.at("/errors/0/source/pointer").asString())
          .isEqualTo("/data/attributes/" + list);
      var many = client.send("POST", path, entries(list, 101)).expect(422).json();
      assertThat(many.at("/errors/0/detail").asString())
          .isEqualTo("Can not update more than 100 " + list + " at once");
      assertNothingStored();
    }
    client.send("POST", ATTRIBUTES, entries("attributes", 100)).expect(204);
    client.send("POST", EVENTS, entries("events", 100)).expect(204);
  }

  private static String entries(String list, int count) {
    return IntStream.range(0, count)
        .mapToObj("{\"name\":\"n%d\"}"::formatted)
        .collect(Collectors.joining(",", "{\"" + list + "\":[", "]}"));
  }

  private void assertNothingStored() {
    for (var table : List.of("attribute_name", "event_name")) {
      assertThat(
              TEST.database()
                  .<Integer, RuntimeException>read(handle ->
                      handle
                          .select(
                              "SELECT count(*) FROM " + table + " WHERE workspace_id = ?",
                              shop.workspace().value())
                          .mapTo(Integer.class)
                          .one()))
          .as(table)
          .isZero();
    }
  }
}
