package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Mutations;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.SubscriptionDefaultsRepository;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code …/subscription_topics}, {@code …/subscription_channels}, {@code …/subscription_center}.
 */
class SubscriptionsManageTest {
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Description DESCRIPTION = Description.read();
  private static final Readers READERS = new Readers();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  @AutoClose
  static final ManageServer SERVER =
      new ManageServer(TEST.database(), InstantSource.fixed(NOW), RateLimits.off(), READERS);

  private final Tenant shop = Tenant.create(TEST.database(), "subs-" + NUMBER.incrementAndGet());
  private final JsonClient client = SERVER.as(shop);
  private final String base = "/v1/environments/" + shop.workspace().value();

  /** Notes what it is told; uses what it is told to use. */
  private static final class Readers implements SubscriptionReaders {
    private final List<String> told = new ArrayList<>();
    private List<String> users = List.of();

    @Override
    public List<String> using(Handle handle, WorkspaceId workspace, Subscribable used) {
      return users;
    }

    @Override
    public void changed(Handle handle, WorkspaceId workspace, Subscribable changed) {
      told.add(changed.kind() + " " + changed.id() + " " + changed.subscribedByDefault());
    }
  }

  @BeforeEach
  void forget() {
    READERS.told.clear();
    READERS.users = List.of();
  }

  private static long epoch() {
    return TEST.database()
        .read(handle -> handle.createQuery("SELECT rules FROM epoch").mapTo(Long.class).one());
  }

  private String example(String operation) {
    return DESCRIPTION
        .operation(operation)
        .json()
        .at("/requestBody/content/application~1json/example")
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"topic", "channel"})
  @DisplayName(
      "app-data §5, U-6: made, read, changed, sent back, deleted; numbers are never reused")
  void shouldManage(String word) {
    var name = "subscription_" + word;
    var list = base + "/" + name + "s";
    var made =
        DESCRIPTION
            .check(name + "s.create", client.send("POST", list, example(name + "s.create")))
            .expect(200)
            .json()
            .get(name);
    assertThat(made.get("id").asInt()).isEqualTo(1);
    var at = list + "/1";
    DESCRIPTION
        .check(name + "s.get", client.get(at))
        .expect(200, "{\"%s\":%s}".formatted(name, made));
    var same = "{\"%s\":%s}".formatted(name, made);
    assertThat(DESCRIPTION.requestFaults(name + "s.update", same)).isEmpty();
    DESCRIPTION.check(name + "s.update", client.send("PUT", at, same)).expect(200, same);
    var page = DESCRIPTION.check(name + "s.list", client.get(list + "?size=1")).expect(200).json();
    assertThat(page.get(name + "s")).hasSize(1);
    assertThat(page.get("has_more").asBoolean()).isFalse();

    DESCRIPTION.check(name + "s.delete", client.send("DELETE", at, "")).expect(204);
    client.get(at).expectProblem(404, word + " not found");
    client.send("DELETE", at, "").expectProblem(404, word + " not found");
    client.send("PUT", at, same).expectProblem(404, word + " not found");
    var next = client.send("POST", list, example(name + "s.create")).expect(200).json();
    assertThat(next.at("/" + name + "/id").asInt()).isEqualTo(2);
    var other = Tenant.create(TEST.database(), "subs-" + NUMBER.incrementAndGet());
    SERVER
        .as(other)
        .get("/v1/environments/" + other.workspace().value() + "/" + name + "s/2")
        .expectProblem(404, word + " not found");
  }

  @Test
  @DisplayName(
      "U-7: a default that changes, a topic that comes or goes, begins a new epoch of rules")
  void shouldTellThoseWhoRead() {
    var topics = base + "/subscription_topics";
    var before = epoch();
    client.send("POST", topics, "{\"subscription_topic\":{\"name\":\"A\"}}").expect(200);
    assertThat(epoch()).isGreaterThan(before);
    assertThat(READERS.told).containsExactly("TOPIC 1 true");

    client.send("PUT", topics + "/1", "{\"subscription_topic\":{\"name\":\"B\"}}").expect(200);
    assertThat(READERS.told).as("another name decides nothing").hasSize(1);

    before = epoch();
    client
        .send(
            "PUT",
            topics + "/1",
            "{\"subscription_topic\":{\"name\":\"B\",\"subscribed_by_default\":false}}")
        .expect(200);
    assertThat(epoch()).isGreaterThan(before);
    var channel = "{\"subscription_channel\":{\"type\":\"twilio\",\"name\":\"SMS\"}}";
    client.send("POST", base + "/subscription_channels", channel).expect(200);
    var defaults =
        TEST.database()
            .read(handle -> new SubscriptionDefaultsRepository().all(handle).get(shop.workspace()));
    assertThat(defaults.topics()).isEqualTo(Map.of(1, false));
    assertThat(defaults.channels()).isEqualTo(Map.of(ChannelType.TWILIO, true));
    assertThat(defaults.subscribed(Map.of(), 1)).contains(false);
    assertThat(defaults.subscribed(Map.of(), 2)).isEmpty();

    READERS.users = List.of("segment 3 \"VIP\"", "campaign 4 \"Hello\"");
    client
        .send("DELETE", topics + "/1", "")
        .expectProblem(409, "the topic is used by segment 3 \"VIP\", campaign 4 \"Hello\"");
    READERS.users = List.of();
    client.send("DELETE", topics + "/1", "").expect(204);
    assertThat(READERS.told)
        .containsExactly("TOPIC 1 true", "TOPIC 1 false", "CHANNEL 1 true", "TOPIC 1 false");
    var left =
        TEST.database()
            .read(handle -> new SubscriptionDefaultsRepository().of(handle, shop.workspace()));
    assertThat(left.topics()).isEmpty();
  }

  @Test
  @DisplayName("a channel of each type; a hundred topics; what is too much is 409")
  void shouldBoundTheirNumber() {
    var channels = base + "/subscription_channels";
    var email = "{\"subscription_channel\":{\"type\":\"email\",\"name\":\"Mail\"}}";
    client.send("POST", channels, email).expect(200);
    client
        .send("POST", channels, email)
        .expectProblem(409, "there is a channel of this type already");
    client.send("DELETE", channels + "/1", "").expect(204);
    client.send("POST", channels, email).expect(200);

    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                "INSERT INTO subscription_topic SELECT ?, g, 't', '', true, '{}', now() FROM generate_series(1, 100) g",
                shop.workspace().value()));
    client
        .send("POST", base + "/subscription_topics", "{\"subscription_topic\":{\"name\":\"more\"}}")
        .expectProblem(409, "a workspace has at most 100 topics");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "topic   | {}                                            | /name                | name is required",
        "topic   | {'name':' '}                                  | /name                | name must be a text of 1 to 100 characters",
        "topic   | {'name':'a','description':5}                  | /description         | description must be a text of 0 to 1000 characters",
        "topic   | {'name':'a','subscribed_by_default':'yes'}    | /subscribed_by_default | subscribed_by_default must be true or false",
        "topic   | {'name':'a','type':'email'}                   | /type                | type is not known here; known are description, name, subscribed_by_default, translations",
        "topic   | {'name':'a','translations':[]}                | /translations        | translations must be an object",
        "topic   | {'name':'a','translations':{'no tag':{}}}     | /translations        | translations must map language tags, such as nl-BE, each once",
        "topic   | {'name':'a','translations':{'de':'x'}}        | /translations/de     | translations.de must be an object",
        "topic   | {'name':'a','translations':{'de':{}}}         | /translations/de/name | translations.de.name is required",
        "topic   | {'name':'a','translations':{'de':{'name':'b'},'DE':{'name':'c'}}} | /translations | translations must map language tags, such as nl-BE, each once",
        "channel | {'name':'a'}                                  | /type                | type is required",
        "channel | {'name':'a','type':'sms'}                     | /type                | type must be one of email, twilio, urban_airship, slack, push, in_app, line, inbox, whatsapp"
      })
  void shouldRefuse(String word, String body, String pointer, String message) {
    var name = "subscription_" + word;
    var before = epoch();
    client
        .send(
            "POST", base + "/" + name + "s", "{\"%s\":%s}".formatted(name, body.replace('\'', '"')))
        .expect(
            422,
            """
            {"meta":{"error":"%1$s","status":422},
             "errors":[{"detail":"%1$s","status":"422","source":{"pointer":"/%2$s%3$s"}}]}
            """
                .formatted(message, name, pointer));
    assertThat(epoch()).isEqualTo(before);
  }

  @Test
  @DisplayName("a channel keeps its type")
  void shouldKeepTheType() {
    var channels = base + "/subscription_channels";
    client
        .send("POST", channels, "{\"subscription_channel\":{\"type\":\"push\",\"name\":\"P\"}}")
        .expect(200);
    client.send("PUT", channels + "/1", "{\"subscription_channel\":{\"name\":\"Q\"}}").expect(200);
    assertThat(
            client
                .send(
                    "PUT",
                    channels + "/1",
                    "{\"subscription_channel\":{\"type\":\"email\",\"name\":\"Q\"}}")
                .expect(422)
                .json()
                .at("/meta/error")
                .asString())
        .isEqualTo("type must stay push");
  }

  @Test
  @DisplayName("app-data §2.10: the head of the centre, with translations")
  void shouldManageTheCenter() {
    var at = base + "/subscription_center";
    DESCRIPTION
        .check("subscription_center.get", client.get(at))
        .expect(
            200,
            "{\"subscription_center\":{\"default_language\":\"en\",\"title\":\"\",\"subtitle\":\"\",\"translations\":{}}}");
    var saved = example("subscription_center.update");
    DESCRIPTION
        .check("subscription_center.update", client.send("PUT", at, saved))
        .expect(200, saved);
    client.get(at).expect(200, saved);
    client
        .send("PUT", at, "{\"subscription_center\":{\"title\":5,\"default_language\":\"?\"}}")
        .expect(422);
    client.get(at).expect(200, saved);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, subscription_topics",
    "POST, subscription_channels",
    "PUT, subscription_center"
  })
  @DisplayName("whatever is sent: a success or a clear refusal, never a fault")
  void shouldNeverFault(String method, String path) {
    var operation = path + (method.equals("POST") ? ".create" : ".update");
    var good = example(operation);
    for (var body : Mutations.of(good)) {
      var answer = client.send(method, base + "/" + path, body);
      assertThat(answer.status()).as(body + " → " + answer.http().body()).isIn(200, 400, 409, 422);
    }
    for (var body : Mutations.broken(good)) {
      assertThat(client.send(method, base + "/" + path, body).status()).as(body).isEqualTo(400);
    }
    for (var id : Mutations.inUrl()) {
      assertThat(client.get(base + "/" + path + "/" + id).status()).as(id).isLessThan(500);
    }
  }
}
