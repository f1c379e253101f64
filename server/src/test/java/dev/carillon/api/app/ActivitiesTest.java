package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.events.EventKind;
import dev.carillon.http.RateLimits;
import dev.carillon.people.CioId;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The workspace's activity log as the App API shows it (app-data §2.8, journeys §1.5). */
class ActivitiesTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Instant CREATED = AppServer.NOW.minus(Duration.ofDays(9));

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private Tenant shop = newTenant();
  private JsonClient client = SERVER.as(shop);

  @BeforeEach
  void newShop() {
    shop = newTenant();
    client = SERVER.as(shop);
  }

  private static Tenant newTenant() {
    return Tenant.create(TEST.database(), "activities-" + NUMBER.incrementAndGet());
  }

  private static Instant at(long seconds) {
    return CREATED.plusSeconds(seconds);
  }

  private List<String> types(String query) {
    return activities(query).stream().map(each -> each.get("type").asString()).toList();
  }

  private List<JsonNode> activities(String query) {
    return client
        .get("/v1/activities?limit=100" + query)
        .expect(200)
        .json()
        .get("activities")
        .valueStream()
        .toList();
  }

  private List<String> walk(String path, int limit) {
    var met = new ArrayList<String>();
    var next = "";
    do {
      var page = client.get(path + "limit=" + limit + "&start=" + next).expect(200).json();
      page.get("activities").forEach(each -> met.add(each.get("id").asString()));
      next = page.get("next").asString();
    } while (!next.isEmpty());
    return met;
  }

  /** Two people and one activity of every source. */
  private long story() {
    var kim = shop.person(Map.of("id", "kim", "email", "kim@example.test"), at(0));
    var lee = shop.person(Map.of("email", "lee@example.test"), at(10));
    shop.event(kim, EventKind.EVENT, "purchase", at(60), "{\"total\":5}");
    shop.activity(lee, "attribute_change", at(70), "{\"plan\":{\"from\":\"\",\"to\":\"pro\"}}");
    shop.event(lee, EventKind.PAGE, "https://shop.test/a", at(80), "{}");
    shop.activity(0, "failed_attribute_change", at(90), "{\"reason\":\"nobody\",\"plan\":1}");
    shop.activity(0, "_o:1:create", at(95), "{\"object_id\":\"acme\"}");
    var mail = shop.delivery(kim, null, null, at(100));
    shop.delivery(mail, "sent_at = '%s', opened_at = '%s'".formatted(at(101), at(200)));
    return kim;
  }

  @Test
  @DisplayName("app-data §2.8: everything that happened in the workspace, newest first")
  void shouldListTheWorkspace() {
    var kim = story();
    assertThat(types(""))
        .containsExactly(
            "opened_email",
            "sent_email",
            "_o:1:create",
            "failed_attribute_change",
            "page",
            "attribute_change",
            "event",
            "profile_create",
            "profile_create");
    var all = activities("");
    var event = all.get(6);
    assertThat(event.get("name").asString()).isEqualTo("purchase");
    assertThat(event.get("timestamp").asLong()).isEqualTo(at(60).getEpochSecond());
    assertThat(event.get("data").toString()).isEqualTo("{\"total\":5}");
    assertThat(event.get("customer_id").asString()).isEqualTo("kim");
    assertThat(event.get("customer_identifiers").toString())
        .isEqualTo(
            "{\"cio_id\":\"%s\",\"id\":\"kim\",\"email\":\"kim@example.test\"}"
                .formatted(CioId.of(kim)));
    assertThat(all.get(5).get("customer_id").isNull()).as("lee has no id").isTrue();
    assertThat(all.get(3).get("customer_identifiers").toString())
        .as("nobody")
        .isEqualTo("{\"cio_id\":null,\"id\":null,\"email\":null}");
    // P-50: ids are ULIDs in the order of the list, and those of the person's own list
    var ids = all.stream().map(each -> each.get("id").asString()).toList();
    assertThat(ids).allMatch(id -> id.matches("[0-9A-HJKMNP-TV-Z]{26}"));
    assertThat(ids).isSortedAccordingTo((one, other) -> other.compareTo(one));
    assertThat(ids).containsAll(walk("/v1/customers/kim/activities?", 3));
  }

  @ParameterizedTest
  @DisplayName("app-data §2.8: filters by type and name")
  @CsvSource(
      delimiter = '|',
      value = {
        "&type=event                   | event",
        "&type=page                    | page",
        "&type=screen                  | ''",
        "&type=sent_email              | sent_email",
        "&type=sent_push               | ''",
        "&type=dropped_whatasapp       | ''",
        "&type=_o:1:create             | _o:1:create",
        "&type=_o:2:create             | ''",
        "&type=profile_create          | profile_create profile_create",
        "&type=attribute_change        | attribute_change",
        "&name=purchase                | event",
        "&name=plan                    | failed_attribute_change attribute_change",
        "&name=plan&type=attribute_change | attribute_change",
        "&name=purchase&type=page      | ''",
        "&name=nothing                 | ''",
        "&name=plan&type=sent_email    | ''"
      })
  void shouldFilter(String query, String types) {
    story();
    assertThat(String.join(" ", types(query.strip()))).isEqualTo(types);
  }

  @ParameterizedTest
  @DisplayName("app-data §2.8: customer_id with every kind of identifier; nobody is no error here")
  @CsvSource(
      delimiter = '|',
      value = {
        "kim                | ''     | 4",
        "kim                | id     | 4",
        "KIM@example.test   | email  | 4",
        "lee@example.test   | email  | 3",
        "lee@example.test   | id     | 0",
        "cio_a3999999999999 | cio_id | 0"
      })
  void shouldListOnePerson(String name, String idType, int entries) {
    story();
    assertThat(activities("&customer_id=" + name + (idType.isEmpty() ? "" : "&id_type=" + idType)))
        .hasSize(entries);
  }

  @Test
  void shouldFindAPersonByCioId() {
    var kim = story();
    assertThat(activities("&customer_id=cio_" + CioId.of(kim) + "&id_type=cio_id")).hasSize(4);
    assertThat(walk("/v1/activities?customer_id=kim&", 1)).hasSize(4);
  }

  @ParameterizedTest
  @DisplayName("app-data §2.8: what cannot be understood is 400")
  @CsvSource(
      delimiter = '|',
      value = {
        "type=sent_pigeon         | type is not a type of activity",
        "type=suppressed_slack    | type is not a type of activity",
        "type=_o:x:create         | type is not a type of activity",
        "type=_r:1:create         | type is not a type of activity",
        "type=EVENT               | type is not a type of activity",
        "deleted=perhaps          | deleted must be true or false",
        "start=MTox               | start is not a cursor of this list",
        "customer_id=a&id_type=fax | id_type must be id, email or cio_id"
      })
  void shouldRefuseWrongParameters(String query, String message) {
    client.get("/v1/activities?" + query).expectProblem(400, message);
  }

  @ParameterizedTest
  @DisplayName("fuzz: whatever a parameter holds, the answer is 200 or 400, never 500")
  @ValueSource(
      strings = {
        "%00",
        "%ff",
        "%ed%a0%80",
        "+",
        "%20",
        "-1",
        "0",
        "1e3",
        "0x10",
        "99999999999999999999",
        "null",
        "[]",
        "{}",
        "true",
        "'%3B--",
        "%25",
        "%F0%9F%98%80",
        "AAAA",
        "Mg",
        "_o:999999999:create",
        "_o:1:create%00",
        "_r:1:attribute_change",
        "cio_",
        "cio_zz",
        "cio_a39999999999999999999",
        "......",
        "=",
        "%5Cu0000"
      })
  void shouldNeverFail(String value) {
    story();
    for (var path : List.of("/v1/activities?", "/v1/customers/kim/activities?")) {
      for (var parameter :
          List.of("type", "name", "start", "limit", "deleted", "customer_id", "id_type")) {
        var answer = client.get(path + parameter + "=" + value);
        assertThat(answer.status())
            .as(answer.call() + " " + answer.http().body())
            .isIn(200, 400, 404);
      }
      var longest = client.get(path + "name=" + "x".repeat(4_000));
      assertThat(longest.status()).isIn(200, 400, 414);
      assertThat(client.get(path + "type=event&type=page").status()).isIn(200, 400);
    }
    assertThat(client.get("/v1/customers/" + value + "/activities").status()).isIn(200, 400, 404);
  }

  @ParameterizedTest
  @DisplayName("journeys §1.5: every type of the list can be asked for")
  @ValueSource(
      strings = {
        "profile_merge",
        "anon_merge",
        "skipped_update",
        "device_change",
        "failed_batch_update",
        "failed_event",
        "webhook_event",
        "spammed_email",
        "unsubscribed_email",
        "topic_unsubscribed_email",
        "suppressed_twilio",
        "suppressed_whatsapp",
        "attempted_in_app",
        "undeliverable_webhook",
        "dropped_whatsapp",
        "dropped_whatasapp",
        "failed_action",
        "viewed_content",
        "clicked_content",
        "converted_content",
        "add_relationship",
        "delete_relationship",
        "relationship_attribute_change",
        "relationship_failed_attribute_change",
        "_o:12:failed_attribute_change",
        "_o:1:add_relationship",
        "_r:1:failed_attribute_change",
        "failed_query_collection",
        "failed_object_journeys"
      })
  void shouldKnowEveryType(String type) {
    var person = shop.person(Map.of("id", "p"), at(0));
    var stored = type.equals("dropped_whatasapp") ? "dropped_whatsapp" : type;
    shop.activity(person, stored, at(5), "{}");
    assertThat(types("&type=" + type)).containsExactly(stored);
    assertThat(client.get("/v1/customers/p/activities?type=" + type).json().get("activities"))
        .hasSize(1);
  }

  @Test
  @DisplayName("P-52: those of deleted people are listed only when asked for, by cio_id alone")
  void shouldListDeletedPeopleWhenAsked() {
    shop.person(Map.of("id", "kim"), at(0));
    var gone = 7_000_000L + NUMBER.incrementAndGet();
    shop.activity(gone, "profile_delete", at(50), "{}");
    var mail = shop.delivery(gone, null, null, at(40));
    shop.delivery(mail, "sent_at = '%s'".formatted(at(41)));
    assertThat(types("")).containsExactly("profile_create");
    assertThat(types("&deleted=false")).containsExactly("profile_create");
    assertThat(types("&deleted=true"))
        .containsExactly("profile_delete", "sent_email", "profile_create");
    var deletion = activities("&deleted=true").getFirst();
    assertThat(deletion.get("customer_id").isNull()).isTrue();
    assertThat(deletion.get("customer_identifiers").toString())
        .isEqualTo("{\"cio_id\":\"%s\",\"id\":null,\"email\":null}".formatted(CioId.of(gone)));
    var byCioId = "&customer_id=cio_" + CioId.of(gone);
    assertThat(types(byCioId)).isEmpty();
    assertThat(types(byCioId + "&deleted=true")).containsExactly("profile_delete", "sent_email");
    client.get("/v1/customers/cio_" + CioId.of(gone) + "/activities").expect(404);
  }

  @Test
  @DisplayName("P-61: what became known long ago is not listed, whatever time it names")
  void shouldForgetAfterAWhile() {
    var person = shop.person(Map.of("id", "p"), AppServer.NOW.minus(Duration.ofDays(200)));
    var old = AppServer.NOW.minus(Duration.ofDays(93));
    shop.event(person, EventKind.EVENT, "long ago", old, "{}");
    shop.activity(person, "attribute_change", old, "{}");
    shop.event(person, EventKind.EVENT, "lately", AppServer.NOW.minus(Duration.ofDays(31)), "{}");
    var mail = shop.delivery(person, null, null, AppServer.NOW.minus(Duration.ofDays(100)));
    shop.delivery(
        mail,
        "sent_at = '%s', opened_at = '%s'"
            .formatted(
                AppServer.NOW.minus(Duration.ofDays(100)),
                AppServer.NOW.minus(Duration.ofDays(20))));
    assertThat(types("")).containsExactly("opened_email", "event");
    assertThat(client.get("/v1/customers/p/activities").json().get("activities")).hasSize(2);
  }

  @Test
  @DisplayName("I5: another workspace sees nothing, with whatever parameters")
  void shouldKeepWorkspacesApart() {
    var kim = story();
    var foreign = activities("");
    var cursor = client.get("/v1/activities?limit=1").json().get("next").asString();
    client = SERVER.as(newTenant());
    for (var query :
        List.of(
            "",
            "&deleted=true",
            "&type=event",
            "&name=purchase",
            "&customer_id=kim",
            "&customer_id=cio_" + CioId.of(kim) + "&deleted=true")) {
      assertThat(activities(query)).as(query).isEmpty();
    }
    client
        .get("/v1/activities?start=" + cursor)
        .expectProblem(400, "start is not a cursor of this list");
    assertThat(foreign).isNotEmpty();
  }

  @Test
  @DisplayName(
      "app-data §1.3: a walk meets each entry once, in order, also at one instant and while more come in")
  void shouldWalkWhileRowsComeIn() {
    var people = new ArrayList<Long>();
    for (int i = 0; i < 24; i++) {
      var when = at(i / 6);
      people.add(shop.person(Map.of("id", "p" + i), when));
      shop.event(people.get(i), EventKind.EVENT, "e" + i % 3, when, "{}");
      shop.activity(people.get(i), "attribute_change", when, "{\"a\":{\"from\":1,\"to\":2}}");
      var mail = shop.delivery(people.get(i), null, null, when);
      shop.delivery(mail, "sent_at = created_at, opened_at = created_at");
    }
    var all = walk("/v1/activities?", 100);
    assertThat(all).hasSize(24 * 5).doesNotHaveDuplicates();
    assertThat(all).isSortedAccordingTo((one, other) -> other.compareTo(one));
    for (int limit : List.of(1, 7, 50)) {
      assertThat(walk("/v1/activities?", limit)).isEqualTo(all);
    }
    for (var filter : List.of("type=event&", "name=e1&", "type=attribute_change&name=a&")) {
      assertThat(walk("/v1/activities?" + filter, 1))
          .as(filter)
          .isNotEmpty()
          .isEqualTo(walk("/v1/activities?" + filter, 100));
    }

    // more of every source with each page, some of it about things long ago
    var met = new ArrayList<String>();
    var next = "";
    for (int i = 0; i == 0 || !next.isEmpty(); i++) {
      var page = client.get("/v1/activities?limit=9&start=" + next).expect(200).json();
      page.get("activities").forEach(each -> met.add(each.get("id").asString()));
      next = page.get("next").asString();
      var later = at(1_000 + i);
      var person = shop.person(Map.of("id", "later" + i), later);
      shop.event(person, EventKind.EVENT, "e1", later, "{}");
      shop.activity(people.get(i), "attribute_change", later, "{\"a\":{\"from\":1,\"to\":2}}");
      shop.delivery(shop.delivery(person, null, null, later), "sent_at = created_at");
    }
    assertThat(met).isEqualTo(all);
    assertThat(new HashSet<>(walk("/v1/activities?", 50))).containsAll(all);
  }
}
