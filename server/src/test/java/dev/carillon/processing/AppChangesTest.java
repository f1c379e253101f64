package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.app.AppApi;
import dev.carillon.api.app.AppSettings;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.EventNames;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the App API changes of people takes effect (app-data §2.3, §2.11, §2.12). */
class AppChangesTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose private static final ProcessingKit KIT = ProcessingKit.start(2);
  @AutoClose private static final HttpServer SERVER = serve();
  private static final JsonClient APP = new JsonClient(SERVER.port(), "app");

  /** Unique to each test. */
  private final String kim = "kim" + NUMBER.incrementAndGet();

  private final String lee = "lee" + NUMBER.get();

  private static HttpServer serve() {
    var database = KIT.database;
    var clock = KIT.clock;
    FirstStart.ensure(database, clock, new GivenKeys("site", "key", "app", "write"));
    var app =
        new AppApi(
            new AppSettings(List.of()),
            new Credentials(new CredentialRepository(database)),
            RateLimits.off(),
            RateLimits.off(),
            new AppApi.Sources(
                database,
                KIT.node(0).intake(),
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
                new DeliveryIds(ProcessingKit.SECRET),
                new ObjectTypes(database, clock),
                new ObjectQueries(database),
                new TransactionalRepository(clock),
                new IdRanges(() -> 7),
                WebhookKit.webhooks(clock),
                WebhookKit.TARGETS),
            clock);
    return HttpServer.start(
        HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), List.of(app.routes()));
  }

  @AfterEach
  void holds() {
    KIT.assertConsistent();
  }

  private static void optOut(String person, String from, boolean optedOut) {
    APP.send(
            "PUT",
            "/v1/customers/" + person + "/optouts",
            "{\"optouts\":[{\"from\":\"%s\",\"optout\":%s}]}".formatted(from, optedOut))
        .expect(204);
  }

  private static void expectOptOuts(String person, String... senders) {
    KIT.settle();
    var shown = APP.get("/v1/customers/" + person + "/optouts").expect(200).json();
    assertThat(shown.get("optouts").valueStream().map(each -> each.get("from").asString()).toList())
        .containsExactlyInAnyOrder(senders);
  }

  @Test
  @DisplayName("app-data §2.11: an opt-out holds until the person opts in again")
  void shouldOptOutAndIn() {
    KIT.identify(Identifier.id(kim));
    KIT.settle();
    optOut(kim, "+1555", true);
    optOut(kim, " SHOP", true);
    optOut(kim, "shop", true);
    expectOptOuts(kim, "+1555", "shop");
    optOut(kim, "Shop ", false);
    optOut(kim, "never", false);
    expectOptOuts(kim, "+1555");
    assertThat(APP.get("/v1/optouts?from=%2B1555").json().get("optouts")).hasSize(1);
  }

  @Test
  @DisplayName(
      "app-data §2.11: within one batch the last word counts, and nothing is left of the deleted")
  void shouldApplyOptOutsOfOneBatchInOrder() {
    KIT.identify(Identifier.id(kim));
    KIT.identify(Identifier.id(lee));
    KIT.settle();
    KIT.gather(() -> {
      optOut(kim, "a", true);
      optOut(kim, "a", false);
      optOut(kim, "b", false);
      optOut(kim, "b", true);
      optOut(lee, "a", true);
      KIT.delete(Identifier.id(lee));
    });
    expectOptOuts(kim, "b");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM sender_opt_out WHERE person_id <> ?",
                KIT.personId(Identifier.id(kim))))
        .isZero();
  }

  @Test
  @DisplayName("journeys U-13, track §9.3: whoever opted out stays out after a merge")
  void shouldKeepOptOutsInAMerge() {
    KIT.identify(Identifier.id(kim));
    KIT.identify(Identifier.id(lee));
    KIT.settle();
    optOut(kim, "a", true);
    optOut(lee, "A", true);
    optOut(lee, "b", true);
    KIT.settle();
    KIT.accept(KIT.mergeOf(Identifier.id(kim), Identifier.id(lee)));
    expectOptOuts(kim, "a", "b");
    var survivor = KIT.personId(Identifier.id(kim));
    KIT.delete(Identifier.id(kim));
    KIT.settle();
    assertThat(KIT.number("SELECT count(*) FROM sender_opt_out WHERE person_id = ?", survivor))
        .isZero();
  }

  @Test
  @DisplayName("app-data §2.12: a deleted person is gone, and may come again")
  void shouldDelete() {
    KIT.identify(Identifier.id(kim), "email", kim + "@b.test", "plan", "pro");
    KIT.settle();
    var former = KIT.personId(Identifier.id(kim));
    var search = "{\"filter\":{\"field\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}}";
    assertThat(APP.send("POST", "/v1/customers", search).json().get("ids").toString())
        .contains(kim);

    APP.send("DELETE", "/v1/customers/" + kim, "").expect(200, "{}");
    KIT.settle();

    APP.get("/v1/customers/" + kim).expectProblem(404, "customer not found");
    APP.send("DELETE", "/v1/customers/" + kim, "").expectProblem(404, "customer not found");
    assertThat(APP.send("POST", "/v1/customers", search).json().get("ids").toString())
        .doesNotContain(kim);
    KIT.identify(Identifier.id(kim));
    KIT.settle();
    assertThat(KIT.personId(Identifier.id(kim))).isNotEqualTo(former);
  }

  @Test
  @DisplayName("app-data §2.1: what was just sent is read, and found, at once")
  void shouldFindWhatWasJustSent() {
    KIT.identify(Identifier.id(kim), "first_name", kim);
    KIT.settle();
    var search =
        "{\"filter\":{\"field\":\"first_name\",\"operator\":\"eq\",\"value\":\"%s\"}}"
            .formatted(kim);
    assertThat(
            APP.get("/v1/customers/" + kim + "/attributes")
                .json()
                .at("/customer/attributes/first_name")
                .asString())
        .isEqualTo(kim);
    assertThat(APP.send("POST", "/v1/customers", search).json().at("/ids/0").asString())
        .isEqualTo(kim);

    // and no more once it is another one, though the index knows the former
    KIT.assertConsistent();
    KIT.identify(Identifier.id(kim), "first_name", "other");
    KIT.settle();
    assertThat(APP.send("POST", "/v1/customers", search).json().get("ids")).isEmpty();
  }

  @Test
  @DisplayName("app-data §2.3: merged people are found as the one they are now")
  void shouldFindMergedPeople() {
    KIT.identify(Identifier.id(kim));
    KIT.identify(Identifier.id(lee), "badge", lee);
    KIT.settle();
    KIT.assertConsistent();
    KIT.accept(KIT.mergeOf(Identifier.id(kim), Identifier.id(lee)));
    KIT.settle();

    var found =
        APP.send(
                "POST",
                "/v1/customers",
                "{\"filter\":{\"field\":\"badge\",\"operator\":\"eq\",\"value\":\"%s\"}}"
                    .formatted(lee))
            .expect(200)
            .json();

    assertThat(found.at("/identifiers/0/cio_id").asString())
        .isEqualTo(CioId.of(KIT.personId(Identifier.id(kim))));
    assertThat(found.get("ids")).hasSize(1);
  }
}
