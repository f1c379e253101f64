package dev.carillon.processing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.api.JsonClient;
import dev.carillon.api.app.AppApi;
import dev.carillon.api.app.AppSettings;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.DeliverySettings;
import dev.carillon.delivery.DeliveryWorker;
import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.MailLinks;
import dev.carillon.delivery.MailTrap;
import dev.carillon.delivery.TransactionalTemplates;
import dev.carillon.events.EventNames;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.TransactionalMessage.Draft;
import dev.carillon.messages.TransactionalOutcome;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.webhooks.Waiting;
import dev.carillon.webhooks.WebhookKit;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import dev.carillon.workspaces.SendMode;
import dev.carillon.workspaces.WorkspaceSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What applications send to one person at a time, from the call to the mail (app-messaging §2). */
class TransactionalTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose private static final ProcessingKit KIT = ProcessingKit.start(2);
  private static final TransactionalRepository MESSAGES = new TransactionalRepository(KIT.clock);
  private static final DeliveryIds IDS = new DeliveryIds(ProcessingKit.SECRET);
  @AutoClose private static final HttpServer SERVER = serve();
  private static final JsonClient APP = new JsonClient(SERVER.port(), "app");

  @AutoClose private static final DeliveryWorker WORKER = worker();

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Unique to each test. */
  private final String kim = "kim" + NUMBER.incrementAndGet();

  private static DeliveryWorker worker() {
    return new DeliveryWorker(
        DeliverySettings.standard(KIT.node(0).incarnation(), "carillon.test"),
        KIT.database,
        IDS,
        new MailLinks(new LinkTokens(ProcessingKit.SECRET), () -> "https://carillon.test"),
        (_, _, _) -> Optional.empty(),
        new TransactionalTemplates(KIT.database, MESSAGES, "Shop <shop@example.test>"),
        new MailTrap(),
        KIT.clock,
        new Random(1),
        KIT.node(0)::messagesReached);
  }

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
                IDS,
                new ObjectTypes(database, clock),
                new ObjectQueries(database),
                MESSAGES,
                new IdRanges(() -> KIT.number("SELECT nextval('id_range')")),
                WebhookKit.webhooks(clock),
                WebhookKit.TARGETS),
            clock);
    return HttpServer.start(
        HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), List.of(app.routes()));
  }

  @AfterEach
  void holds() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static int message(String name, boolean toUnsubscribed, EmailTemplate email) {
    var draft = new Draft("email", name, "", name, toUnsubscribed, false, false);
    var outcome =
        KIT.database.<TransactionalOutcome, RuntimeException>inTransaction(
            handle -> MESSAGES.create(handle, KIT.workspace(), draft, email));
    return ((TransactionalOutcome.Saved) outcome).message().id();
  }

  private static EmailTemplate email(String subject, String body) {
    return new EmailTemplate(subject, body, "", "", "", "", "", Map.of());
  }

  /** A call with further headers, each with its line end. */
  private static JsonClient.Answer call(String headers, String body) {
    try {
      return new JsonClient.Answer(
          RawHttp.once(
              SERVER.port(),
              "POST",
              "/v1/send/email",
              "Authorization: Bearer app\r\n" + headers,
              body.getBytes(UTF_8)),
          "POST /v1/send/email");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static String sent(String body) {
    var before = KIT.clock.instant().getEpochSecond();
    var answer = call("", body).expect(200).json();
    assertThat(answer.get("queued_at").asLong())
        .isBetween(before, KIT.clock.instant().getEpochSecond());
    return answer.get("delivery_id").asString();
  }

  /** Applies what was accepted and sends what is due. */
  private static void work() {
    KIT.settle();
    try {
      WORKER.runDue();
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
    KIT.settle();
  }

  private static JsonNode delivery(String id) {
    return APP.get("/v1/messages/" + id).expect(200).json().get("message");
  }

  private static JsonNode archived(String id) {
    return APP.get("/v1/messages/" + id + "/archived_message")
        .expect(200)
        .json()
        .get("archived_message");
  }

  private String body(String members) {
    return "{\"to\":\"%1$s@example.test\",\"identifiers\":{\"id\":\"%1$s\"},%2$s}"
        .formatted(kim, members);
  }

  @Test
  @DisplayName(
      "§2.1, M-130 … M-132: a message by its trigger name, in any case, with the call's data; somebody unknown is created")
  void shouldSendAMessage() {
    var id =
        message("Reset " + kim, true, email("Hi {{trigger.name}}", "<p>{{message_data.link}}</p>"));
    var members =
        "\"transactional_message_id\":\"%s\",\"message_data\":{\"name\":\"Kim\",\"link\":\"L\"}";
    var delivery = sent(body(members.formatted("RESET " + kim)));
    assertThat(delivery).hasSize(36);
    work();
    assertThat(KIT.find(Identifier.id(kim))).isPresent();
    var shown = delivery(delivery);
    assertThat(shown.get("transactional_message_id").asInt()).isEqualTo(id);
    assertThat(shown.get("campaign_id").isNull()).isTrue();
    assertThat(shown.get("subject").asString()).isEqualTo("Hi Kim");
    assertThat(shown.get("recipient").asString()).isEqualTo(kim + "@example.test");
    assertThat(shown.at("/metrics/sent").isNumber()).isTrue();
    assertThat(archived(delivery).get("body").asString()).isEqualTo("<p>L</p>");
    assertThat(archived(delivery).get("from").asString()).isEqualTo("Shop <shop@example.test>");
    // by number, also when it is written as a text
    for (var number : List.of("" + id, "\"" + id + "\"")) {
      var again =
          sent(
              body(
                  "\"transactional_message_id\":%s,\"message_data\":{\"name\":\"N\",\"link\":\"\"}"
                      .formatted(number)));
      work();
      assertThat(delivery(again).get("subject").asString()).as(number).isEqualTo("Hi N");
    }
  }

  @Test
  @DisplayName(
      "§2.2: words of the call take the place of the message's; without one all are the call's")
  void shouldCombine() {
    message("Combined " + kim, true, email("Theirs", "<p>Body</p>"));
    var combined =
        sent(
            body(
                "\"transactional_message_id\":\"combined %s\",\"subject\":\"Mine\",\"headers\":{}"
                    .formatted(kim)));
    var own =
        sent(
            body(
                "\"from\":\"a@example.test\",\"subject\":\"S {{trigger.n}}\",\"body\":\"<b>B</b>\",\"message_data\":{\"n\":7},"
                    + "\"headers\":\"[{\\\"name\\\":\\\"X-A\\\",\\\"value\\\":\\\"b\\\"}]\""));
    work();
    assertThat(delivery(combined).get("subject").asString()).isEqualTo("Mine");
    assertThat(archived(combined).get("body").asString()).isEqualTo("<p>Body</p>");
    assertThat(delivery(own).get("subject").asString()).isEqualTo("S 7");
    assertThat(delivery(own).get("transactional_message_id").asInt()).isEqualTo(1);
    assertThat(archived(own).get("from").asString()).isEqualTo("a@example.test");
    assertThat(archived(own).get("headers").toString()).contains("X-A");
  }

  @Test
  @DisplayName("§2.2: a call may hold 2 MB, more than a message that is kept")
  void shouldSendWhatIsLarge() {
    var large = "x".repeat(600_000);
    var delivery =
        sent(
            body(
                "\"from\":\"a@example.test\",\"subject\":\"%s\",\"body\":\"%s\""
                    .formatted("s".repeat(1_200), large)));
    work();
    assertThat(delivery(delivery).get("subject").asString()).hasSize(1_200);
    assertThat(archived(delivery).get("body").asString()).hasSize(600_000);
  }

  @Test
  @DisplayName(
      "a call that is sent again is answered with the first delivery and sends nothing more")
  void shouldSendOnce() {
    var body = body("\"from\":\"a@example.test\",\"subject\":\"Once\",\"body\":\"B\"");
    var first = sent(body);
    KIT.settle();
    assertThat(call("X-Retry-Count: 1\r\n", body).json().get("delivery_id").asString())
        .isEqualTo(first);
    assertThat(sent(body)).as("the same words on purpose").isNotEqualTo(first);
    var key = "Idempotency-Key: k-" + kim + "\r\n";
    var keyed = call(key, body).expect(200).json().get("delivery_id").asString();
    assertThat(call(key, body.replace("Once", "Other")).json().get("delivery_id").asString())
        .isEqualTo(keyed);
    assertThat(
            call("X-Retry-Count: 2\r\n", body.replace("Once", "Lost"))
                .expect(200)
                .json()
                .get("delivery_id")
                .asString())
        .as("the first call of which never came")
        .isNotEqualTo(first);
    work();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM delivery WHERE person_id = ?",
                KIT.personId(Identifier.id(kim))))
        .isEqualTo(4);
    KIT.clock.advance(Duration.ofHours(25));
    assertThat(call(key, body).json().get("delivery_id").asString()).isNotEqualTo(keyed);
    KIT.settle();
  }

  @Test
  @DisplayName(
      "§2.1: send_at, queue_draft, disable_message_retention, send_to_unsubscribed, language")
  void shouldObeyTheCall() {
    message("Quiet " + kim, false, email("Quiet", "B"));
    var mine = "\"from\":\"a@example.test\",\"subject\":\"S\",\"body\":\"B\"";
    var later = KIT.clock.instant().plus(Duration.ofDays(2)).getEpochSecond();
    var atTwo = call("", body(mine + ",\"send_at\":" + later)).expect(200).json();
    assertThat(atTwo.get("send_at").asLong()).isEqualTo(later);
    var draft = sent(body(mine + ",\"queue_draft\":true"));
    var forgotten = sent(body(mine + ",\"disable_message_retention\":true"));
    KIT.identify(Identifier.id(kim), "unsubscribed", true);
    var anyway = sent(body(mine));
    var quiet = sent(body("\"transactional_message_id\":\"quiet " + kim + "\""));
    var loud =
        sent(
            body(
                "\"transactional_message_id\":\"quiet %s\",\"send_to_unsubscribed\":true"
                    .formatted(kim)));
    work();
    assertThat(delivery(draft).at("/metrics/drafted").isNumber()).isTrue();
    assertThat(delivery(draft).at("/metrics/sent").isMissingNode()).isTrue();
    assertThat(delivery(forgotten).get("forgotten").asBoolean()).isTrue();
    assertThat(delivery(forgotten).at("/metrics/sent").isNumber()).isTrue();
    assertThat(archived(forgotten).get("forgotten").asBoolean()).isTrue();
    assertThat(archived(forgotten).get("body").asString()).isEmpty();
    assertThat(delivery(anyway).at("/metrics/sent").isNumber()).isTrue();
    assertThat(delivery(quiet).at("/metrics/undeliverable").isNumber()).isTrue();
    assertThat(delivery(loud).at("/metrics/sent").isNumber()).isTrue();
    var waiting = atTwo.get("delivery_id").asString();
    assertThat(delivery(waiting).at("/metrics/sent").isMissingNode()).isTrue();
    KIT.clock.advance(Duration.ofDays(2));
    work();
    assertThat(delivery(waiting).at("/metrics/sent").isNumber()).isTrue();
  }

  @Test
  @DisplayName("M-120: exactly the language that is wanted, else the default")
  void shouldSpeakTheLanguage() {
    var id = message("Hello " + kim, true, email("Hello", "B"));
    KIT.database.<TransactionalOutcome, RuntimeException>inTransaction(
        handle -> MESSAGES.say(handle, KIT.workspace(), id, "nl-BE", email("Hallo", "B")));
    KIT.identify(Identifier.id(kim), "language", "NL-be");
    var members = "\"transactional_message_id\":" + id;
    var own = sent(body(members));
    var other = sent(body(members + ",\"language\":\"nl\""));
    work();
    assertThat(delivery(own).get("subject").asString()).isEqualTo("Hallo");
    assertThat(delivery(other).get("subject").asString()).isEqualTo("Hello");
  }

  @Test
  @DisplayName(
      "§2.1: whoever is suppressed gets nothing; the call is answered, and the delivery tells")
  void shouldDropWhatGoesToSuppressedPeople() {
    var webhook = Waiting.all(KIT.database, KIT.workspace(), KIT.clock, false, false);
    KIT.accept(new Operation.Suppress(KIT.workspace(), Identifier.id(kim)));
    KIT.settle();
    var delivery = sent(body("\"from\":\"a@example.test\",\"subject\":\"S\",\"body\":\"B\""));
    work();
    assertThat(KIT.find(Identifier.id(kim))).isEmpty();
    assertThat(delivery(delivery).at("/metrics/dropped").isNumber()).isTrue();
    assertThat(delivery(delivery).get("failure_message").asString())
        .isEqualTo("the person is suppressed");
    assertThat(webhook.names()).containsExactly("email dropped");
    var told = webhook.events().getFirst().get("data");
    assertThat(told.get("failure_message").asString()).isEqualTo("the person is suppressed");
    assertThat(told.get("delivery_id").asString()).isEqualTo(delivery);
    assertThat(told.get("transactional_message_id").isInt()).isTrue();
    assertThat(told.get("identifiers").get("cio_id").isNull()).isTrue();
  }

  @ParameterizedTest
  @DisplayName("§2.6: the words clients know")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x | 400 | Request entity must be JSON encoded and not exceed 2048 KB.",
        "{'identifiers':{'id':'1'}} | 400 | Missing required field: \"to\"",
        "{'to':'a@b.test'} | 400 | Missing required field: \"identifiers\"",
        "{'to':'a@b.test','identifiers':{'id':'1'}} | 400 | Missing required field: \"from\"",
        "{'to':'a@b.test','identifiers':{'id':'1'},'from':'c@d.test'} | 400 | Missing required field: \"subject\"",
        "{'to':'a@b.test','identifiers':{'id':'1'},'transactional_message_id':'none'} | 400 | \"transactional_message_id\" not found.",
        "{'to':'a@b.test','identifiers':{'id':'1'},'transactional_message_id':999} | 400 | \"transactional_message_id\" not found.",
        "{'to':'a@b.test','identifiers':{'id':'1','email':'x@y.test'}} | 400 | \"identifiers\" must hold exactly one of id, email and cio_id.",
        "{'to':'a@b.test','identifiers':{'cio_id':'a1b2'},'from':'c@d.test','subject':'s','body':'b'} | 400 | \"identifiers\" names nobody.",
        "{'to':'nobody','identifiers':{'id':'1'},'from':'c@d.test','subject':'s','body':'b'} | 400 | \"to\" is not a well-formed address.",
        "{'to':'a@b.test','identifiers':{'id':'1'},'from':'c@d.test','subject':'s','body':'b','send_at':99999999999} | 400 | \"send_at\" must be at most 90 days ahead.",
        "{'to':'a@b.test','identifiers':{'id':'1'},'from':'c@d.test','subject':'s','body':'b','attachments':{'f.pdf':'%%'}} | 400 | Attachment must be base64 encoded: \"f.pdf\"",
        "{'to':'a@b.test','identifiers':{'id':'1'},'from':'c@d.test','subject':'s','body':'b','attachments':{'f.exe':'AAAA'}} | 403 | Forbidden file type exe for attachment f.exe."
      })
  void shouldTellWhatIsWrong(String body, int status, String message) {
    call("", body.replace('\'', '"')).expectProblem(status, message);
  }

  @Test
  @DisplayName("§2.1: a name nobody has becomes an empty message when the call asks for it")
  void shouldCreateAMessage() {
    var delivery =
        sent(
            body(
                "\"transactional_message_id\":\"New %s\",\"auto_create\":true,\"subject\":\"S\",\"body\":\"B\""
                    .formatted(kim)));
    work();
    assertThat(delivery(delivery).at("/metrics/sent").isNumber()).isTrue();
    assertThat(delivery(delivery).get("transactional_message_id").asInt()).isGreaterThan(1);
  }

  @Test
  @DisplayName("app-messaging §3: messages are listed and read, with what they say")
  void readsMessages() {
    var id = message("Receipt" + kim, true, email("Hi {{customer.id}}", "<p>a</p>"));
    say(id, "de", email("Hallo", "<p>b</p>"));
    var listed = APP.get("/v1/transactional").expect(200).json().get("messages");
    var mine =
        listed.valueStream().filter(each -> each.get("id").asInt() == id).findFirst().orElseThrow();
    assertThat(mine.get("name").asString()).isEqualTo("Receipt" + kim);
    assertThat(mine.get("send_to_unsubscribed").asBoolean()).isTrue();
    assertThat(mine.propertyNames())
        .contains(
            "id",
            "name",
            "description",
            "send_to_unsubscribed",
            "link_tracking",
            "open_tracking",
            "hide_message_body",
            "queue_drafts",
            "created_at",
            "updated_at");
    var path = "/v1/transactional/" + id;
    assertThat(APP.get(path).expect(200).json().get("message")).isEqualTo(mine);
    var contents = APP.get(path + "/contents").expect(200).json().get("contents");
    assertThat(contents.size()).isEqualTo(2);
    assertThat(contents.at("/0/language").asString()).isEmpty();
    assertThat(contents.at("/1/language").asString()).isEqualTo("de");
    assertThat(contents.at("/1/subject").asString()).isEqualTo("Hallo");
    assertThat(contents.at("/1/preprocessor").asString()).isEqualTo("premailer");
    assertThat(contents.at("/1/headers").asString()).isEqualTo("[]");
    assertThat(contents.at("/1/from_id").isNull()).isTrue();
    var german = contents.get(1);
    assertThat(
            APP.get(path + "/contents/" + german.get("id").asInt())
                .expect(200)
                .json()
                .get("content"))
        .isEqualTo(german);
    assertThat(APP.get(path + "/language/DE").expect(200).json().at("/content/0"))
        .isEqualTo(german);
    assertThat(APP.get(path + "/language/").expect(200).json().at("/content/0"))
        .isEqualTo(contents.get(0));

    APP.get("/v1/transactional/999999").expectProblem(404, "transactional message not found");
    APP.get("/v1/transactional/999999/contents").expect(404);
    APP.get(path + "/contents/999999").expect(400);
    APP.get(path + "/language/fr").expect(400);
    var other = message("Other" + kim, true, email("x", "y"));
    APP.get("/v1/transactional/" + other + "/contents/" + german.get("id").asInt()).expect(400);
  }

  @Test
  @DisplayName("app-messaging §3: contents are changed by number or language; what is absent stays")
  void changesContents() {
    var id = message("Change" + kim, true, email("Before", "<p>a</p>"));
    var path = "/v1/transactional/" + id;
    var content = APP.get(path + "/contents").expect(200).json().at("/contents/0/id").asInt();
    var changed =
        APP.send(
                "PUT",
                path + "/content/" + content,
                """
                {"subject":"After","recipient":"{{customer.email}}","from":"nobody@example.test","created":1,
                 "headers":[{"name":"X-A","value":"b"}],"preheader_text":"p"}
                """)
            .expect(200)
            .json()
            .at("/content/0");
    assertThat(changed.get("subject").asString()).isEqualTo("After");
    assertThat(changed.get("body").asString()).isEqualTo("<p>a</p>");
    assertThat(changed.get("from").asString()).as("read-only").isEmpty();
    assertThat(changed.get("headers").asString()).isEqualTo("[{\"name\":\"X-A\",\"value\":\"b\"}]");
    assertThat(changed.get("preheader_text").asString()).isEqualTo("p");
    APP.send("PUT", path + "/language/", "{\"body\":\"<p>new</p>\"}").expect(200);
    var now = APP.get(path + "/contents/" + content).expect(200).json().get("content");
    assertThat(now.get("subject").asString()).isEqualTo("After");
    assertThat(now.get("body").asString()).isEqualTo("<p>new</p>");

    for (var bad :
        List.of(
            "{\"subject\":7}",
            "{\"body\":\"{% if %}\"}",
            "{\"from_id\":3}",
            "{\"subject\":\"" + "x".repeat(1_001) + "\"}",
            "[1]",
            "{")) {
      APP.send("PUT", path + "/content/" + content, bad).expect(400);
    }
    assertThat(APP.get(path + "/contents/" + content).expect(200).json().get("content"))
        .isEqualTo(now);
    APP.send("PUT", path + "/content/999999", "{}").expect(400);
    APP.send("PUT", path + "/language/fr", "{}").expect(400);
    APP.send("PUT", "/v1/transactional/999999/content/1", "{}").expect(404);
  }

  @Test
  @DisplayName("app-messaging §3: deliveries of a message, by state and metric, and its metrics")
  void tellsWhatBecameOfThem() throws Exception {
    var id = message("Count" + kim, true, email("Hi", "<p>a</p>"));
    var path = "/v1/transactional/" + id;
    for (var n = 0; n < 3; n++) {
      APP.send(
              "POST",
              "/v1/send/email",
              """
              {"transactional_message_id":%d,"to":"a@example.test","identifiers":{"id":"%s"},"queue_draft":%s}
              """
                  .formatted(id, kim, n == 2))
          .expect(200);
    }
    KIT.settle();
    WORKER.runDue();
    KIT.settle();
    var first = APP.get(path + "/messages?limit=1").expect(200).json();
    assertThat(first.get("messages").size()).isEqualTo(1);
    assertThat(first.at("/messages/0/transactional_message_id").asInt()).isEqualTo(id);
    assertThat(first.at("/messages/0/campaign_id").isNull()).isTrue();
    var next = first.get("next").asString();
    var second = APP.get(path + "/messages?limit=1&start=" + next).expect(200).json();
    assertThat(second.at("/messages/0/id")).isNotEqualTo(first.at("/messages/0/id"));
    assertThat(second.get("next").asString()).isEmpty();
    assertThat(APP.get(path + "/messages?state=drafted").expect(200).json().get("messages").size())
        .isEqualTo(1);
    assertThat(APP.get(path + "/messages?state=sent").expect(200).json().get("messages").size())
        .isEqualTo(2);
    assertThat(APP.get(path + "/messages?metric=failed").expect(200).json().get("messages").size())
        .isZero();
    APP.get(path + "/messages?state=odd").expect(400);
    APP.get(path + "/messages?metric=odd").expect(400);
    APP.get("/v1/messages?start=" + next).expect(400);

    var series = APP.get(path + "/metrics?period=hours&steps=2").expect(200).json();
    assertThat(series.at("/metric/series/created").toString()).isEqualTo("[0,3]");
    assertThat(series.at("/metric/series/sent").toString()).isEqualTo("[0,2]");
    assertThat(series.at("/metric/series/drafted").toString()).isEqualTo("[0,1]");
    APP.get("/v1/transactional/1/metrics").expect(200);
    APP.get("/v1/transactional/1/messages").expect(200);
    APP.get("/v1/transactional/999999/metrics").expect(404);
    APP.get("/v1/transactional/999999/messages").expect(404);
  }

  private static void say(int id, String language, EmailTemplate email) {
    KIT.database.<TransactionalOutcome, RuntimeException>inTransaction(
        handle -> MESSAGES.say(handle, KIT.workspace(), id, language, email));
  }

  @Test
  @DisplayName(
      "journeys §5.1, gate 3: one address gets all mails while testing; nothing is sent in mode never")
  void sendsInModes() throws Exception {
    var id = message("Modes" + kim, true, email("Hi", "<p>a</p>"));
    var call =
        """
        {"transactional_message_id":%d,"to":"real@example.test","cc":"copy@example.test","identifiers":{"id":"%s"}}
        """
            .formatted(id, kim);
    try {
      mode(SendMode.TEST);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            var sent = APP.send("POST", "/v1/send/email", call).expect(200).json();
            KIT.settle();
            WORKER.runDue();
            var archived =
                APP.get("/v1/messages/" + sent.get("delivery_id").asString() + "/archived_message")
                    .expect(200)
                    .json()
                    .get("archived_message");
            assertThat(archived.get("recipient").asString()).isEqualTo("qa@example.test");
            assertThat(archived.get("cc").asString()).isEmpty();
          });

      // Accepted while mails went out, its turn comes when they do not.
      var late = APP.send("POST", "/v1/send/email", call).expect(200).json();
      KIT.settle();
      mode(SendMode.NEVER);
      await()
          .atMost(PATIENCE)
          .until(() -> APP.send("POST", "/v1/send/email", call).status() == 403);
      APP.send("POST", "/v1/send/email", call)
          .expectProblem(403, "Workspace is set to \"Do Not Send.\"");
      try (var fresh = worker()) { // the other one may still think of the former mode
        fresh.runDue();
      }
      var metrics =
          APP.get("/v1/messages/" + late.get("delivery_id").asString())
              .expect(200)
              .json()
              .at("/message/metrics");
      assertThat(metrics.has("undeliverable")).isTrue();
      assertThat(metrics.has("sent")).isFalse();
    } finally {
      mode(SendMode.NORMAL);
      await()
          .atMost(PATIENCE)
          .until(() -> APP.send("POST", "/v1/send/email", call).status() == 200);
    }
  }

  private static void mode(SendMode mode) {
    KIT.settings(now ->
        new WorkspaceSettings(
            now.autoMerge(),
            now.emailUpdatesById(),
            now.mergeAnonymousEvents(),
            now.identifiers(),
            now.zone(),
            now.linkParameters(),
            mode,
            "qa@example.test"));
  }
}
