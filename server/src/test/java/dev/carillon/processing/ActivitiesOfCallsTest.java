package dev.carillon.processing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.app.AppApi;
import dev.carillon.api.app.AppSettings;
import dev.carillon.api.pipelines.PipelinesApi;
import dev.carillon.api.pipelines.PipelinesSettings;
import dev.carillon.api.track.TrackApi;
import dev.carillon.api.track.TrackSettings;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.events.EventNames;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.KnownObjects;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.webhooks.WebhookKit;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Which activities the calls of the Track and Pipelines APIs leave, read through the App API
 * (journeys §1.5, app-data §2.8): over HTTP, through the log and its processing.
 */
class ActivitiesOfCallsTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final DeliveryIds IDS = new DeliveryIds(ProcessingKit.SECRET);

  @AutoClose private static final ProcessingKit KIT = ProcessingKit.start(2);
  @AutoClose private static final HttpServer SERVER = serve();
  private static final JsonClient APP = new JsonClient(SERVER.port(), "app");

  /** Unique to each test. */
  private final String kim = "kim" + NUMBER.incrementAndGet();

  private final String acme = "acme" + NUMBER.get();

  private static HttpServer serve() {
    var database = KIT.database;
    var clock = KIT.clock;
    FirstStart.ensure(database, clock, new GivenKeys("site", "key", "app", "write"));
    var credentials = new Credentials(new CredentialRepository(database));
    var objectTypes = new ObjectTypes(database, clock);
    var intake = KIT.node(0).intake();
    var track =
        new TrackApi(
            new TrackSettings(() -> "https://track.example.test", "us"),
            credentials,
            RateLimits.off(),
            intake,
            new TrackApi.Sources(
                IDS,
                new FormRepository(database, clock),
                objectTypes::exists,
                new KnownObjects(database)::exists,
                (_, _) -> false));
    var pipelines =
        new PipelinesApi(
            new PipelinesSettings(() -> "https://track.example.test", true),
            credentials,
            RateLimits.off(),
            intake,
            new PipelinesApi.Sources(objectTypes::exists, IDS, clock));
    var app =
        new AppApi(
            new AppSettings(List.of()),
            credentials,
            RateLimits.off(),
            RateLimits.off(),
            new AppApi.Sources(
                database,
                intake,
                new PeopleQueries(database),
                new ActivityQueries(database, clock),
                new WorkspaceActivities(database, clock),
                new AttributeNames(database, clock),
                new EventNames(database, clock),
                KIT.segments,
                new SubscriptionRepository(clock, SubscriptionReaders.NONE),
                KIT.campaigns,
                new CampaignMetrics(database),
                new DeliveryRepository(database),
                IDS,
                objectTypes,
                new ObjectQueries(database),
                new TransactionalRepository(clock),
                new IdRanges(() -> 7),
                WebhookKit.webhooks(clock),
                WebhookKit.TARGETS),
            clock);
    var routes = new ArrayList<>(track.routes());
    routes.add(pipelines.routes());
    routes.add(app.routes());
    return HttpServer.start(HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), routes);
  }

  @BeforeEach
  void later() {
    KIT.clock.advance(Duration.ofSeconds(1));
  }

  private static void call(String user, String method, String path, String body) {
    var basic = Base64.getEncoder().encodeToString(user.getBytes(UTF_8));
    try {
      var answer =
          RawHttp.once(
              SERVER.port(),
              method,
              path,
              "Authorization: Basic " + basic + "\r\n",
              body.getBytes(UTF_8));
      assertThat(answer.status()).as(method + " " + path + " → " + answer.body()).isEqualTo(200);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    KIT.settle();
    KIT.clock.advance(Duration.ofMillis(5));
  }

  /** A call of the Track API; {@code KIM} and {@code ACME} stand for names of this test. */
  private void track(String method, String path, String body) {
    call("site:key", method, named(path), named(body));
  }

  private void pipelines(String path, String body) {
    call("write:", "POST", path, named(body));
  }

  private String named(String text) {
    return text.replace("KIM", kim).replace("ACME", acme);
  }

  private void identify(String attributes) {
    track("PUT", "/api/v1/customers/KIM", attributes);
  }

  private static List<JsonNode> list(String path) {
    return APP.get(path).expect(200).json().get("activities").valueStream().toList();
  }

  /** What happened to the person, oldest first. */
  private List<JsonNode> ofKim() {
    return list("/v1/customers/" + kim + "/activities?limit=100").reversed();
  }

  private static List<String> types(List<JsonNode> activities) {
    return activities.stream().map(each -> each.get("type").asString()).toList();
  }

  /** What happened to the object, oldest first. */
  private List<JsonNode> ofAcme(String cioObjectId) {
    return list("/v1/activities?limit=100&deleted=true").reversed().stream()
        .filter(each -> each.has("object_identifiers"))
        .filter(each ->
            each.get("object_identifiers").get("cio_object_id").asString().equals(cioObjectId))
        .toList();
  }

  private String cioObjectId() {
    return APP.get("/v1/objects/1/" + acme + "/attributes")
        .expect(200)
        .json()
        .at("/object/identifiers/cio_object_id")
        .asString();
  }

  @Test
  @DisplayName("P-1, P-13, P-53: a person is created, changed, and written once more in vain")
  void shouldTellOfProfiles() {
    identify("{\"plan\":\"free\"}");
    identify("{\"plan\":\"pro\",\"seats\":3}");
    identify("{\"plan\":\"pro\"}");
    identify("{\"seats\":null}");
    var met = ofKim();
    assertThat(types(met))
        .containsExactly(
            "profile_create", "attribute_change", "skipped_update", "attribute_change");
    assertThat(met.get(1).get("data").toString())
        .isEqualTo(
            "{\"plan\":{\"from\":\"free\",\"to\":\"pro\"},\"seats\":{\"from\":\"\",\"to\":3}}");
    assertThat(met.get(2).get("data").toString()).isEqualTo("{}");
    assertThat(met.get(3).get("data").toString()).isEqualTo("{\"seats\":{\"from\":3,\"to\":\"\"}}");
    assertThat(met.get(1).get("customer_id").asString()).isEqualTo(kim);
    assertThat(types(list("/v1/customers/" + kim + "/activities?name=seats")))
        .containsExactly("attribute_change", "attribute_change");
  }

  @Test
  @DisplayName("P-4, P-6, P-14: what cannot be changed is told with the reason")
  void shouldTellOfFailedChanges() {
    identify("{\"email\":\"KIM@example.test\"}");
    track("PUT", "/api/v1/customers/KIM-b", "{\"email\":\"KIM-b@example.test\"}");
    identify("{\"email\":\"KIM-b@example.test\",\"plan\":\"pro\"}");
    var met = ofKim();
    assertThat(types(met))
        .containsExactly("profile_create", "failed_attribute_change", "attribute_change");
    assertThat(met.get(1).get("data").toString())
        .isEqualTo(
            named(
                "{\"reason\":\"it belongs to another person\",\"email\":\"KIM-b@example.test\"}"));
    track("PUT", "/api/v1/customers/KIM-c", "{\"_update\":true,\"plan\":\"pro\"}");
    var newest = list("/v1/activities?type=failed_attribute_change").getFirst();
    assertThat(newest.get("customer_id").isNull()).isTrue();
    assertThat(newest.get("data").get("reason").asString())
        .isEqualTo(kim + "-c names nobody and _update forbids creating");
  }

  @ParameterizedTest
  @DisplayName("P-40, P-44: events, pages and screens of either API")
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/customers/KIM/events | {'name':' purchase ','data':{'total':5}} | event | name | purchase",
        "/api/v1/customers/KIM/events | {'name':'https://shop.test','type':'page','data':{'total':5}} | page | url | https://shop.test",
        "/api/v1/customers/KIM/events | {'name':'Home','type':'screen','data':{'total':5}} | screen | name | Home",
        "/api/v2/entity | {'type':'person','identifiers':{'id':'KIM'},'action':'event','name':'purchase','attributes':{'total':5}} | event | name | purchase",
        "/api/v2/entity | {'type':'person','identifiers':{'id':'KIM'},'action':'page','name':'/a','attributes':{'total':5}} | page | url | /a",
        "/api/v2/entity | {'type':'person','identifiers':{'id':'KIM'},'action':'screen','name':'Home','attributes':{'total':5}} | screen | name | Home",
        "/v1/track | {'userId':'KIM','event':'purchase','properties':{'total':5}} | event | name | purchase",
        "/v1/screen | {'userId':'KIM','name':'Home','properties':{'total':5}} | screen | name | Home"
      })
  void shouldTellOfEvents(String path, String body, String type, String key, String name) {
    var json = body.replace('\'', '"');
    if (path.startsWith("/v1/")) {
      pipelines(path, json);
    } else {
      track("POST", path, json);
    }
    var met = ofKim();
    assertThat(types(met)).as("P-45").containsExactly("profile_create", type);
    assertThat(met.getLast().get(key).asString()).isEqualTo(name);
    assertThat(met.getLast().get("data").get("total").asInt()).isEqualTo(5);
    assertThat(types(list("/v1/customers/" + kim + "/activities?name=" + name)))
        .containsExactly(type);
  }

  @Test
  @DisplayName("P-31: events of nobody are attached; the claim is told")
  void shouldTellOfAnonymousEvents() {
    track("POST", "/api/v1/events", "{\"name\":\"look\",\"anonymous_id\":\"anon-KIM\"}");
    var anonymous = list("/v1/activities?type=event").getFirst();
    assertThat(anonymous.get("customer_identifiers").toString())
        .isEqualTo("{\"cio_id\":null,\"id\":null,\"email\":null}");
    identify("{\"anonymous_id\":\"anon-KIM\"}");
    var met = ofKim();
    assertThat(types(met)).containsExactlyInAnyOrder("event", "profile_create", "anon_merge");
    assertThat(met.getLast().get("data").toString()).isEqualTo("{\"events\":1}");
    var attached = met.stream().filter(each -> each.get("type").asString().equals("event"));
    assertThat(attached.toList().getFirst().get("id")).as("P-50").isEqualTo(anonymous.get("id"));
  }

  @Test
  @DisplayName("P-21: a merge is told of who survives, who brings along all activities")
  void shouldTellOfMerges() {
    identify("{}");
    track("PUT", "/api/v1/customers/KIM-b", "{}");
    track("PUT", "/api/v1/customers/KIM-b", "{\"plan\":\"pro\"}");
    track("POST", "/api/v1/customers/KIM-b/events", "{\"name\":\"look\"}");
    track(
        "POST",
        "/api/v1/merge_customers",
        "{\"primary\":{\"id\":\"KIM\"},\"secondary\":{\"id\":\"KIM-b\"}}");
    KIT.moveMerged();
    var met = ofKim();
    assertThat(types(met))
        .containsExactly("profile_create", "attribute_change", "event", "profile_merge");
    assertThat(met.getLast().get("data").get("secondary").get("id").asString())
        .isEqualTo(kim + "-b");
  }

  @Test
  @DisplayName("track §5.1: devices come, change and go")
  void shouldTellOfDevices() {
    identify("{}");
    var path = "/api/v1/customers/KIM/devices";
    track("PUT", path, "{\"device\":{\"id\":\"t-KIM\",\"platform\":\"ios\"}}");
    track(
        "PUT",
        path,
        "{\"device\":{\"id\":\"t-KIM\",\"platform\":\"ios\",\"attributes\":{\"os\":\"18\"}}}");
    track("DELETE", path + "/t-KIM", "");
    pipelines(
        "/v1/track",
        """
        {"userId":"KIM","event":"Device Created or Updated","context":{"device":{"token":"u-KIM","type":"android"}}}
        """);
    var met = ofKim();
    assertThat(types(met))
        .containsExactly(
            "profile_create", "device_change", "device_change", "device_change", "device_change");
    assertThat(met.stream().skip(1).map(each -> each.get("data").get("action").asString()))
        .containsExactly("add", "update", "remove", "add");
    assertThat(met.get(1).get("data").get("device_id").asString()).isEqualTo("t-" + kim);
  }

  @Test
  @DisplayName("journeys §1.5: relationships on both sides, objects, and the deletion of an object")
  void shouldTellOfObjectsAndRelationships() {
    identify("{}");
    var relate =
        """
        {"type":"person","identifiers":{"id":"KIM"},"action":"%s_relationships","cio_relationships":[
          {"identifiers":{"object_type_id":"1","object_id":"ACME"},"relationship_attributes":{"role":"%s"}}]}
        """;
    track("POST", "/api/v2/entity", relate.formatted("add", "owner"));
    track("POST", "/api/v2/entity", relate.formatted("add", "admin"));
    var object =
        """
        {"type":"object","identifiers":{"object_type_id":"1","object_id":"ACME"},"action":"%s"%s}
        """;
    track(
        "POST",
        "/api/v2/entity",
        object.formatted("identify", ",\"attributes\":{\"plan\":\"pro\"}"));
    for (var part = 0; part < 4; part++) { // together more than an object may hold
      track("POST", "/api/v2/entity", object.formatted("identify", large(part)));
    }
    var cioObjectId = cioObjectId();
    track("POST", "/api/v2/entity", relate.formatted("delete", ""));
    var met = ofKim();
    assertThat(types(met))
        .containsExactly(
            "profile_create",
            "add_relationship",
            "relationship_attribute_change",
            "delete_relationship");
    assertThat(types(list("/v1/customers/" + kim + "/activities?name=role")))
        .as("the name of a relationship's attribute")
        .contains("relationship_attribute_change");
    assertThat(types(ofAcme(cioObjectId)))
        .containsExactly(
            "_o:1:create",
            "_o:1:add_relationship",
            "_r:1:attribute_change",
            "_o:1:attribute_change",
            "_o:1:attribute_change",
            "_o:1:attribute_change",
            "_o:1:attribute_change",
            "_o:1:attribute_change",
            "_o:1:failed_attribute_change",
            "_o:1:delete_relationship");
    var change = ofAcme(cioObjectId).get(2);
    assertThat(change.get("data").toString())
        .isEqualTo(
            "{\"role\":{\"from\":\"owner\",\"to\":\"admin\"},\"cio_id\":\"%s\"}"
                .formatted(CioId.of(KIT.personId(Identifier.id(kim)))));
    assertThat(change.get("customer_id").isNull()).isTrue();
    assertThat(change.get("object_identifiers").get("object_id").asString()).isEqualTo(acme);

    track("POST", "/api/v2/entity", object.formatted("delete", ""));
    var gone = ofAcme(cioObjectId);
    assertThat(types(gone)).hasSize(11).endsWith("_o:1:delete");
    assertThat(gone.getLast().get("data").get("object_id").asString()).isEqualTo(acme);
    assertThat(gone.getFirst().get("object_identifiers").get("object_id").isNull()).isTrue();
    assertThat(types(list("/v1/activities?type=_o:1:delete&limit=1"))).hasSize(1);
    assertThat(types(ofKim())).as("what the person did stays").hasSize(4);
  }

  /** Attributes of almost 29 KB. */
  private static String large(int part) {
    var attributes = new ArrayList<String>();
    for (var i = 0; i < 29; i++) {
      attributes.add("\"a%d_%d\":\"%s\"".formatted(part, i, "x".repeat(980)));
    }
    return ",\"attributes\":{" + String.join(",", attributes) + "}";
  }

  @Test
  @DisplayName("pipelines §5.1: group relates, as an object with an attribute")
  void shouldTellOfGroups() {
    pipelines(
        "/v1/group", "{\"userId\":\"KIM\",\"groupId\":\"ACME\",\"traits\":{\"name\":\"Acme\"}}");
    assertThat(types(ofKim())).containsExactly("profile_create", "add_relationship");
    assertThat(types(ofAcme(cioObjectId()))).startsWith("_o:1:create");
  }

  /** A mail to the person. */
  private String mail() {
    var deliveryId = 900_000_000L + NUMBER.incrementAndGet();
    var created = KIT.clock.instant();
    var intent =
        new NewDelivery(
            deliveryId,
            created,
            KIT.workspace(),
            KIT.personId(Identifier.id(kim)),
            null,
            null,
            null,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    KIT.database.inTransaction(handle -> {
      new DeliveryRepository(KIT.database).insertIntents(handle, List.of(intent));
      return handle.execute("DELETE FROM outbox WHERE delivery_id = ?", deliveryId);
    });
    KIT.database.read(handle ->
        handle.execute(
            "UPDATE delivery SET state = 'sent', attempted_at = created_at, sent_at = created_at WHERE delivery_id = ?",
            deliveryId));
    KIT.clock.advance(Duration.ofMillis(5));
    return IDS.text(deliveryId, created);
  }

  @ParameterizedTest
  @DisplayName("track §5.2: reports about mails")
  @CsvSource({
    "delivered, delivered_email",
    "opened, delivered_email opened_email",
    "clicked, delivered_email opened_email clicked_email",
    "converted, converted_email",
    "bounced, bounced_email",
    "dropped, dropped_email",
    "deferred, deferred_email",
    "spammed, spammed_email"
  })
  void shouldTellOfReports(String metric, String expected) {
    identify("{}");
    var delivery = mail();
    track(
        "POST",
        "/api/v1/metrics",
        "{\"delivery_id\":\"%s\",\"metric\":\"%s\",\"timestamp\":%d}"
            .formatted(delivery, metric, KIT.clock.instant().getEpochSecond() + 1));
    var met = ofKim();
    assertThat(types(met)).contains("attempted_email", "sent_email").contains(expected.split(" "));
    var newest = met.getLast();
    assertThat(newest.get("delivery_id").asString()).isEqualTo(delivery);
    assertThat(newest.get("delivery_type").asString()).isEqualTo("email");
    assertThat(newest.get("data").get("delivery_id").asString()).isEqualTo(delivery);
  }

  @Test
  @DisplayName(
      "journeys §1.5: unsubscribing by a link is the mail's metric and the person's change")
  void shouldTellOfUnsubscriptions() {
    identify("{}");
    track("POST", "/unsubscribe/" + mail(), "{\"unsubscribe\":true}");
    assertThat(types(ofKim()))
        .containsExactlyInAnyOrder(
            "profile_create",
            "attempted_email",
            "sent_email",
            "unsubscribed_email",
            "attribute_change");
  }

  @Test
  @DisplayName("pipelines §6: contents of nobody in particular")
  void shouldTellOfContents() {
    for (var action : List.of("viewed_content", "clicked_content")) {
      pipelines(
          "/v1/track",
          """
          {"anonymousId":"anon-KIM","event":"Report Content Event","properties":{"actionType":"%s","contentId":7,"templateId":8}}
          """
              .formatted(action));
      var newest = list("/v1/activities?limit=1&type=" + action).getFirst();
      assertThat(newest.get("data").get("anonymous_id").asString()).isEqualTo("anon-" + kim);
      assertThat(newest.get("customer_id").isNull()).isTrue();
    }
  }

  @Test
  @DisplayName("P-46: what was accepted as an event and could not become one")
  void shouldTellOfFailedEvents() {
    identify("{}");
    KIT.accept(KIT.eventOf(Identifier.id(kim), "bro\0ken", "{}"));
    KIT.settle();
    var met = ofKim();
    assertThat(types(met)).containsExactly("profile_create", "failed_event");
    assertThat(met.getLast().get("data").toString())
        .contains("\"name\":\"bro?ken\"", "\"reason\":\"the event could not be processed\"");
    assertThat(KIT.deadLetters()).isNotEmpty();
  }

  @Test
  @DisplayName("P-15, P-52: of a deleted person the deletion and metrics remain, for who asks")
  void shouldTellOfDeletions() {
    identify("{\"plan\":\"pro\"}");
    track("POST", "/api/v1/customers/KIM/events", "{\"name\":\"look\"}");
    mail();
    var cioId = CioId.of(KIT.personId(Identifier.id(kim)));
    track("DELETE", "/api/v1/customers/KIM", "");
    var of = "/v1/activities?customer_id=cio_" + cioId;
    assertThat(list(of)).isEmpty();
    KIT.advance(Duration.ofMinutes(5));
    KIT.erase();
    var met = list(of + "&deleted=true");
    assertThat(types(met)).containsExactly("profile_delete", "sent_email", "attempted_email");
    assertThat(met.getFirst().get("customer_identifiers").toString())
        .isEqualTo("{\"cio_id\":\"%s\",\"id\":null,\"email\":null}".formatted(cioId));
    assertThat(list("/v1/activities?limit=100"))
        .noneMatch(each -> each.get("customer_identifiers").toString().contains(cioId));

    // P-16: who has the name next has no history
    identify("{}");
    assertThat(types(ofKim())).containsExactly("profile_create");
  }

  @Test
  @DisplayName("P-17: a suppression is told of nobody in particular; later calls leave nothing")
  void shouldRedactSuppressions() {
    identify("{}");
    var cioId = CioId.of(KIT.personId(Identifier.id(kim)));
    track("POST", "/api/v1/customers/KIM/suppress", "");
    identify("{\"plan\":\"pro\"}");
    KIT.advance(Duration.ofMinutes(5));
    KIT.erase();
    assertThat(list("/v1/activities?deleted=true&customer_id=cio_" + cioId)).isEmpty();
    var newest = list("/v1/activities?limit=1").getFirst();
    assertThat(newest.get("type").asString()).isEqualTo("profile_delete");
    assertThat(newest.get("customer_identifiers").toString())
        .isEqualTo("{\"cio_id\":null,\"id\":null,\"email\":null}");
  }

  @Test
  @DisplayName("P-60: names of calls of either API are in the data index, with when they were seen")
  void shouldIndexNames() {
    identify(
        "{\"plan-KIM\":1,\"_internal-KIM\":1,\"cio_subscription_preferences.topics.topic_1\":true}");
    pipelines("/v1/track", "{\"userId\":\"KIM\",\"event\":\"look-KIM\"}");
    pipelines("/v1/identify", "{\"userId\":\"KIM\",\"traits\":{\"trait-KIM\":1}}");
    var attributes =
        new AttributeNames(KIT.database, KIT.clock)
            .list(AttributeNames.Scope.people(KIT.workspace()), 1_000);
    assertThat(attributes.stream().map(AttributeNames.Seen::name))
        .contains("plan-" + kim, "trait-" + kim, "cio_subscription_preferences")
        .doesNotContain("_internal-" + kim);
    var events = new EventNames(KIT.database, KIT.clock).list(KIT.workspace(), 1_000);
    assertThat(events.stream().map(EventNames.Seen::name)).contains("look-" + kim);
  }
}
