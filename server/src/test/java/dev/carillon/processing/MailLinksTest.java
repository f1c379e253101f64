package dev.carillon.processing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.api.JsonClient;
import dev.carillon.api.app.AppApi;
import dev.carillon.api.app.AppSettings;
import dev.carillon.api.hooks.HooksApi;
import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.delivery.CampaignEmail;
import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.DeliverySettings;
import dev.carillon.delivery.DeliveryWorker;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.MailLinks;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.delivery.ScriptedSmtpServer;
import dev.carillon.delivery.SmtpMailer;
import dev.carillon.delivery.TransactionalTemplates;
import dev.carillon.events.EventNames;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.Copies;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.segments.ConditionJson;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.SubscriptionReaders;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.webhooks.WebhookKit;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import dev.carillon.workspaces.WorkspaceSettings;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Links in mails, from the mail a server takes to what becomes of a visit (journeys §5.5, §5.6).
 */
class MailLinksTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final AtomicInteger PORT = new AtomicInteger();
  private static final String PERSON = "User-Agent: Mozilla/5.0 (X11) Firefox/140.0\r\n";

  @AutoClose private static final ProcessingKit KIT = ProcessingKit.standing(2);
  private static final DeliveryIds IDS = new DeliveryIds(ProcessingKit.SECRET);
  private static final LinkTokens TOKENS = new LinkTokens(ProcessingKit.SECRET);
  private static final MailLinks LINKS =
      new MailLinks(TOKENS, () -> "http://127.0.0.1:" + PORT.get());
  private static final TransactionalRepository MESSAGES = new TransactionalRepository(KIT.clock);
  private static final SubscriptionRepository SUBSCRIPTIONS =
      new SubscriptionRepository(KIT.clock, SubscriptionReaders.NONE);
  @AutoClose private static final HttpServer SERVER = serve();
  private static final JsonClient APP = new JsonClient(SERVER.port(), "app");

  @AutoClose private static final ScriptedSmtpServer SMTP = new ScriptedSmtpServer();

  @AutoClose
  private static final SmtpMailer MAILER =
      new SmtpMailer(SMTP.settings(), (_, _) -> Optional.empty());

  /** What the step of the campaign says. */
  private static final AtomicReference<EmailTemplate> STEP =
      new AtomicReference<>(new EmailTemplate("", "", "", "", "", "", "", Map.of()));

  @AutoClose
  private static final DeliveryWorker WORKER =
      new DeliveryWorker(
          DeliverySettings.standard(KIT.node(0).incarnation(), "carillon.test"),
          KIT.database,
          IDS,
          LINKS,
          (_, _, _) ->
              Optional.of(
                  new CampaignEmail(
                      "Welcome", "behavioral", "First", Objects.requireNonNull(STEP.get()))),
          new TransactionalTemplates(KIT.database, MESSAGES, "Shop <shop@example.test>"),
          MAILER,
          KIT.clock,
          new Random(1),
          KIT.node(0)::messagesReached);

  /** Unique to each test. */
  private final Identifier kim = Identifier.id("kim" + NUMBER.incrementAndGet());

  private static HttpServer serve() {
    var database = KIT.database;
    var clock = KIT.clock;
    FirstStart.ensure(database, clock, new GivenKeys("site", "key", "app", "write"));
    var deliveries = new DeliveryRepository(database);
    var people = new PeopleQueries(database);
    var app =
        new AppApi(
            new AppSettings(List.of()),
            new Credentials(new CredentialRepository(database)),
            RateLimits.off(),
            RateLimits.off(),
            new AppApi.Sources(
                database,
                KIT.node(0).intake(),
                people,
                new ActivityQueries(database, clock),
                new WorkspaceActivities(database, clock),
                new AttributeNames(database, clock),
                new EventNames(database, clock),
                KIT.segments,
                SUBSCRIPTIONS,
                KIT.campaigns,
                new CampaignMetrics(database),
                deliveries,
                IDS,
                new ObjectTypes(database, clock),
                new ObjectQueries(database),
                MESSAGES,
                new IdRanges(() -> KIT.number("SELECT nextval('id_range')")),
                WebhookKit.webhooks(clock),
                WebhookKit.TARGETS),
            clock);
    var hooks =
        new HooksApi(
            new HooksApi.Sources(
                database, KIT.node(0).intake(), LINKS, deliveries, people, SUBSCRIPTIONS),
            clock);
    var server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0),
            new ErrorEnvelope(),
            List.of(app.routes(), hooks.routes()));
    PORT.set(server.port());
    return server;
  }

  @BeforeEach
  void begin() {
    SMTP.mails().clear();
    KIT.identify(kim, "email", kim.value() + "@example.test", "plan", "gold & more");
    KIT.settle();
  }

  @AfterEach
  void holds() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  // ── what happens ──────────────────────────────────────────────────────────────────────────────

  /** A mail as the receiving server got it. */
  private record Got(String id, MimeMessage message, String html, String plain) {
    List<String> hrefs() {
      return Jsoup.parse(html).select("a[href], area[href]").eachAttr("href");
    }

    String href(int index) {
      return hrefs().get(index);
    }

    String pixel() {
      return Jsoup.parse(html).select("img[width=1]").attr("src");
    }
  }

  private Got sent(String body) {
    return sent(body, "");
  }

  /** Sent by an application; members follow the body. */
  private Got sent(String body, String members) {
    var call =
        "{\"to\":\"%1$s@example.test\",\"identifiers\":{\"id\":\"%1$s\"},\"from\":\"a@example.test\",\"subject\":\"S\",\"body\":%2$s%3$s}"
            .formatted(kim.value(), JsonMapper.shared().writeValueAsString(body), members);
    var id =
        APP.send("POST", "/v1/send/email", call).expect(200).json().get("delivery_id").asString();
    var mail = received(id);
    // what follows happens later than machines come
    KIT.clock.advance(Duration.ofMinutes(1));
    return mail;
  }

  /** Sent by a campaign. */
  private Got sentByCampaign(EmailTemplate email) {
    STEP.set(email);
    var deliveryId = KIT.number("SELECT nextval('id_range')") * 1_000_000;
    var intent =
        new NewDelivery(
            deliveryId,
            KIT.clock.instant(),
            KIT.workspace(),
            KIT.personId(kim),
            null,
            900_001,
            900_002,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    KIT.database.inTransaction(handle -> {
      new DeliveryRepository(KIT.database).insertIntents(handle, List.of(intent));
      return deliveryId;
    });
    return received(IDS.text(deliveryId, intent.createdAt()));
  }

  /** Applies what was accepted and sends what is due. */
  private static Got received(String id) {
    KIT.settle();
    SMTP.mails().clear();
    try {
      WORKER.runDue();
      KIT.settle();
      var session = Session.getInstance(new Properties());
      var raw = SMTP.mails().getFirst();
      var message = new MimeMessage(session, new ByteArrayInputStream(raw.getBytes(UTF_8)));
      var parts = (MimeMultipart) message.getContent();
      return new Got(
          id,
          message,
          ((String) parts.getBodyPart(1).getContent()).replace("\r\n", "\n").strip(),
          ((String) parts.getBodyPart(0).getContent()).replace("\r\n", "\n").strip());
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private static RawHttp.Answer call(String method, String url, String headers, String body) {
    try {
      var path = url.startsWith("http") ? url.substring(url.indexOf('/', 8)) : url;
      return RawHttp.once(SERVER.port(), method, path, headers, body.getBytes(UTF_8));
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private static RawHttp.Answer visit(String url) {
    return call("GET", url, PERSON, "");
  }

  private static RawHttp.Answer post(String url, String form) {
    return call("POST", url, PERSON + "Content-Type: application/x-www-form-urlencoded\r\n", form);
  }

  private static JsonNode metrics(Got mail) {
    KIT.settle();
    return APP.get("/v1/messages/" + mail.id).expect(200).json().get("message").get("metrics");
  }

  private static List<String> reached(Got mail) {
    var names = new ArrayList<String>();
    metrics(mail).propertyNames().forEach(names::add);
    return names;
  }

  private static List<String> clicks() {
    return KIT.database.read(handle ->
        handle
            .createQuery(
                "SELECT coalesce(href, '') || ' ' || coalesce(link, '') || ' ' || human FROM delivery_click ORDER BY clicked_at")
            .mapTo(String.class)
            .list());
  }

  private Object attribute(String name) {
    KIT.settle();
    return KIT.attributesOf(kim).getOrDefault(name, "none");
  }

  private String link(String tag) {
    var mail = sent("<p><a class='untracked' href='{% " + tag + " %}'>x</a></p>");
    return mail.href(0);
  }

  // ── opens and clicks ──────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName(
      "M-70 … M-73, M-76: links lead on and count; the rest of the mail stays byte for byte")
  void shouldCountClicks() {
    var mail =
        sent(
            """
            <!DOCTYPE html><HTML><Body bgcolor=white>
            <!--[if mso]><a href="https://shop.test/mso">x</a><![endif]-->
            <A HREF='https://shop.test/a?b=1&amp;c=2#d' title="t">A</A>
            <a href="mailto:x@y.test">M</a> <a href="#top">T</a> <a href="/rel">R</a>
            <a class="big untracked" href="https://shop.test/left">U</a>
            <a href="https://shop.test/{{customer.plan | url_encode}}">P</a>
            <a data-cio-tag="tagged" href=https://shop.test/tag>G</a>
            <map><area href="http://shop.test/ä b"></map>
            </BODY></HTML>\
            """);
    assertThat(mail.html)
        .contains("<!DOCTYPE html><HTML><Body bgcolor=white>")
        .contains("<!--[if mso]><a href=\"https://shop.test/mso\">x</a><![endif]-->")
        .contains("href=\"mailto:x@y.test\"", "href=\"#top\"", "href=\"/rel\"", "title=\"t\"")
        .contains("href=\"https://shop.test/left\"")
        .doesNotContain("shop.test/a", "shop.test/gold", "data-carillon-link");
    assertThat(mail.html).matches("(?s).*<img [^>]*width=\"1\"[^>]*></BODY></HTML>");
    assertThat(mail.plain).contains("A (http://127.0.0.1", "U (https://shop.test/left)");

    assertThat(visit(mail.href(0)).status()).isEqualTo(302);
    assertThat(visit(mail.href(0)).header("location")).isEqualTo("https://shop.test/a?b=1&c=2#d");
    KIT.clock.advance(Duration.ofSeconds(2));
    assertThat(visit(mail.href(5)).header("location")).isEqualTo("https://shop.test/gold+%26+more");
    KIT.clock.advance(Duration.ofSeconds(2));
    assertThat(visit(mail.href(6)).header("location")).isEqualTo("https://shop.test/tag");
    KIT.clock.advance(Duration.ofSeconds(2));
    assertThat(visit(mail.href(7)).header("location")).isEqualTo("http://shop.test/%C3%A4%20b");

    assertThat(reached(mail)).contains("clicked", "opened", "delivered");
    assertThat(clicks())
        .contains(
            "https://shop.test/a?b=1&c=2#d  true",
            "https://shop.test/gold+%26+more https://shop.test/{{customer.plan | url_encode}} true",
            "https://shop.test/tag tagged true",
            "http://shop.test/%C3%A4%20b http://shop.test/ä b true");
    KIT.database.inTransaction(handle -> handle.execute("DELETE FROM delivery_click"));
  }

  @Test
  @DisplayName("M-75, §2.5, §2.7: the picture counts an open, which wakes segments")
  void shouldCountOpens() {
    var openers =
        KIT.segment(
            ConditionJson.stored(
                "{\"message\":{\"metric\":\"opened\",\"engagement\":\"human\",\"count\":{\"op\":\"gte\",\"n\":1}}}"));
    var clickers =
        KIT.segment(
            ConditionJson.stored(
                "{\"message\":{\"metric\":\"clicked\",\"link\":\"https://shop.test/{{customer.id}}\",\"count\":{\"op\":\"gte\",\"n\":1}}}"));
    var mail = sent("<p>Hi</p><a href=\"https://shop.test/{{customer.id}}\">x</a>");
    var answer = visit(mail.pixel());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("image/gif");
    assertThat(answer.header("cache-control")).contains("no-store");
    assertThat(reached(mail)).contains("opened", "delivered").doesNotContain("clicked");
    assertThat(KIT.segmentsOf(kim)).contains(openers).doesNotContain(clickers);
    var first = metrics(mail).get("opened").asLong();
    KIT.clock.advance(Duration.ofHours(1));
    visit(mail.pixel());
    assertThat(metrics(mail).get("opened").asLong()).as("M-1").isEqualTo(first);
    visit(mail.href(0));
    KIT.settle();
    assertThat(KIT.segmentsOf(kim)).contains(clickers);
    var activities = APP.get("/v1/customers/" + kim.value() + "/activities?limit=100");
    assertThat(activities.expect(200).http().body()).contains("opened_email", "clicked_email");
    KIT.deleteSegment(openers);
    KIT.deleteSegment(clickers);
  }

  @Test
  @DisplayName("M-7: machines count as opened and clicked, and are told apart")
  void shouldTellMachines() {
    var body = "<a href=\"https://shop.test/1\">1</a><a href=\"https://shop.test/2\">2</a>";
    var proxied = sent(body);
    call("GET", proxied.pixel(), "User-Agent: Mozilla/5.0\r\n", "");
    assertThat(reached(proxied))
        .contains("opened", "prefetch_opened")
        .doesNotContain("human_opened");
    visit(proxied.pixel());
    assertThat(reached(proxied)).contains("human_opened");

    var headed = sent(body);
    assertThat(call("HEAD", headed.href(0), PERSON, "").status()).isEqualTo(302);
    assertThat(reached(headed))
        .contains("clicked", "opened", "prefetch_clicked")
        .doesNotContain("human_clicked", "human_opened");

    var scanned = sent(body);
    call("GET", scanned.href(0), "User-Agent: Foo Barracuda/1\r\n", "");
    assertThat(reached(scanned)).contains("prefetch_clicked").doesNotContain("human_clicked");

    var swept = sent(body);
    visit(swept.href(0));
    visit(swept.href(1));
    assertThat(reached(swept)).contains("human_clicked", "prefetch_clicked");
    KIT.clock.advance(Duration.ofSeconds(5));

    var soon = sentByCampaign(new EmailTemplate("S", body, "", "a@b.test", "", "", "", Map.of()));
    KIT.clock.advance(Duration.ofMillis(2_500));
    visit(soon.href(0));
    assertThat(reached(soon)).contains("clicked").doesNotContain("human_clicked");
    visit(soon.pixel());
    assertThat(reached(soon)).as("later than two seconds").contains("human_opened");
  }

  @Test
  @DisplayName("§5.4, M-79: what is not tracked is sent as it is; pages work all the same")
  void shouldLeaveUntracked() {
    var mail =
        sent(
            "<a href=\"https://shop.test/{{customer.id}}\">x</a><a href=\"{% unsubscribe_url %}\">u</a>",
            ",\"tracked\":false");
    assertThat(mail.href(0)).isEqualTo("https://shop.test/" + kim.value());
    assertThat(mail.html).doesNotContain("<img", "data-carillon-link");
    assertThat(visit(mail.href(1)).status()).isEqualTo(200);
    var byStep =
        sentByCampaign(
            new EmailTemplate(
                "S",
                "<a href=\"https://shop.test/x\">x</a>",
                "",
                "a@b.test",
                "",
                "",
                "",
                Map.of(),
                Copies.NONE,
                false,
                true,
                ""));
    assertThat(byStep.hrefs()).containsExactly("https://shop.test/x");
  }

  @Test
  @DisplayName("M-74, M-80: cio_link and cio_link_id")
  void shouldServeLinkTags() {
    var mail =
        sent(
            "<a href=\"{% cio_link url:https://shop.test/t %}\">t</a>"
                + "<a href=\"{% cio_link url:https://shop.test/n track:false %}\">n</a>"
                + "<a class=untracked href=\"app://x?{% cio_link_id %}\">i</a>");
    assertThat(visit(mail.href(0)).header("location")).isEqualTo("https://shop.test/t");
    assertThat(mail.href(1)).isEqualTo("https://shop.test/n");
    KIT.clock.advance(Duration.ofSeconds(5));
    var id = mail.href(2).substring(mail.href(2).indexOf('?') + 1);
    assertThat(visit("/e/c/" + id).status()).isEqualTo(204);
    assertThat(reached(mail)).contains("human_clicked");
  }

  @Test
  @DisplayName("M-72: a link that was altered leads nowhere and leaves no trace")
  void shouldRefuseForeignLinks() {
    var mail = sent("<a href=\"https://shop.test/x\">x</a>");
    var url = mail.href(0);
    var path = url.substring(url.indexOf('/', 8));
    var token = path.substring("/e/c/".length());
    var middle = token.length() / 2;
    var other = token.charAt(middle) == 'A' ? 'B' : 'A';
    var bad =
        List.of(
            "/e/c/" + token.substring(0, middle) + other + token.substring(middle + 1),
            "/e/c/" + token.substring(0, token.length() - 1),
            "/e/c/" + token + "A",
            "/e/c/x",
            "/e/c/" + "A".repeat(12_000),
            "/e/u/" + token,
            "/e/o/" + token,
            "/e/z/" + token,
            "/e/c/" + "https:%2F%2Fevil.test");
    for (var each : bad) {
      var answer = visit(each);
      assertThat(answer.status()).as(each).isEqualTo(404);
      assertThat(answer.header("content-type")).startsWith("text/html");
      assertThat(answer.body()).contains("This link does not work").doesNotContain("shop.test");
    }
    assertThat(post(bad.get(5), "").status()).isEqualTo(404);
    assertThat(reached(mail)).doesNotContain("clicked", "opened");
    assertThat(TOKENS.read(LinkTokens.Use.CLICK, token)).isPresent();
    assertThat(
            new LinkTokens("another secret of some length".getBytes(UTF_8))
                .read(LinkTokens.Use.CLICK, token))
        .isEmpty();
  }

  @Test
  @DisplayName(
      "M-77: the workspace's parameters at every link; those it has win, its fragment is last")
  void shouldAddParameters() {
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("utm_source", "carillon & co");
    parameters.put("utm_medium", "{{message.type}}");
    parameters.put("utm_campaign", "{{campaign.name}}");
    parameters.put("utm_content", "{{nobody.knows}}");
    settings(parameters);
    try {
      var body =
          "<a href=\"https://shop.test/?utm_source=own#top\">x</a> <a href=https://shop.test/y>y</a>"
              + "<a href=\"{% cio_link url:https://shop.test/z url_params:false %}\">z</a>";
      var mail = sentByCampaign(new EmailTemplate("S", body, "", "a@b.test", "", "", "", Map.of()));
      assertThat(visit(mail.href(0)).header("location"))
          .isEqualTo(
              "https://shop.test/?utm_source=own&utm_campaign=Welcome&utm_medium=email_action#top");
      assertThat(visit(mail.href(1)).header("location"))
          .isEqualTo(
              "https://shop.test/y?utm_campaign=Welcome&utm_medium=email_action&utm_source=carillon+%26+co");
      assertThat(visit(mail.href(2)).header("location")).isEqualTo("https://shop.test/z");
      KIT.settle();
      assertThat(clicks()).anyMatch(each -> each.endsWith(" https://shop.test/y false"));
      var untracked = sent(body, ",\"tracked\":false");
      assertThat(untracked.href(1))
          .isEqualTo("https://shop.test/y?utm_medium=email_action&utm_source=carillon+%26+co");
      assertThat(untracked.html).doesNotContain("<img");
    } finally {
      settings(Map.of());
    }
  }

  @Test
  @DisplayName("app-messaging §0.5, M-1, M-4: clicks on each link, all of them or each person once")
  void shouldShowLinkMetrics() {
    var before = links("");
    var mail =
        sent(
            "<a href='https://shop.test/m/{{customer.id}}'>a</a><a href='https://shop.test/n'>b</a>");
    visit(mail.href(0));
    KIT.clock.advance(Duration.ofSeconds(2));
    visit(mail.href(0));
    KIT.clock.advance(Duration.ofSeconds(2));
    call("HEAD", mail.href(1), PERSON, "");
    KIT.settle();
    assertThat(links("")).hasSize(before.size() + 2);
    assertThat(shown("", "https://shop.test/m/{{customer.id}}"))
        .isEqualTo("{\"clicked\":[0,2],\"human_clicked\":[0,2]}");
    assertThat(shown("&unique=true", "https://shop.test/m/{{customer.id}}"))
        .isEqualTo("{\"clicked\":[0,1],\"human_clicked\":[0,1]}");
    assertThat(shown("", "https://shop.test/n"))
        .isEqualTo("{\"clicked\":[0,1],\"human_clicked\":[0,0]}");
    APP.get("/v1/transactional/99/metrics/links").expect(404);
    APP.get("/v1/transactional/1/metrics/links?unique=maybe").expect(400);
    APP.get("/v1/campaigns/99/metrics/links").expect(404);
  }

  private static JsonNode links(String more) {
    return APP.get("/v1/transactional/1/metrics/links?period=days&steps=2" + more)
        .expect(200)
        .json()
        .get("links");
  }

  private static String shown(String more, String href) {
    for (var each : links(more)) {
      if (each.at("/link/href").asString().equals(href)) {
        assertThat(each.at("/link/id").isIntegralNumber()).isTrue();
        return each.at("/metric/series").toString();
      }
    }
    throw new AssertionError("no link " + href);
  }

  private void settings(Map<String, String> parameters) {
    KIT.settings(now ->
        new WorkspaceSettings(
            now.autoMerge(),
            now.emailUpdatesById(),
            now.mergeAnonymousEvents(),
            now.identifiers(),
            now.zone(),
            parameters,
            now.sendMode(),
            now.testAddress()));
    // what the worker remembers holds for a second
    await()
        .until(() ->
            sent("<a href=https://shop.test/w>w</a>", ",\"tracked\":false")
                    .href(0)
                    .contains("utm_source")
                != parameters.isEmpty());
  }

  // ── pages ─────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName(
      "M-90: mails of campaigns can be left with one click, transactional ones have no such header")
  void shouldOfferOneClick() throws Exception {
    var mail =
        sentByCampaign(new EmailTemplate("S", "<p>Hi</p>", "", "a@b.test", "", "", "", Map.of()));
    var header = mail.message.getHeader("List-Unsubscribe", null);
    assertThat(header).matches("<http://[^>]+>");
    assertThat(mail.message.getHeader("List-Unsubscribe-Post", null))
        .isEqualTo("List-Unsubscribe=One-Click");
    var url = header.substring(1, header.length() - 1);
    assertThat(sent("<p>Hi</p>").message.getHeader("List-Unsubscribe")).isNull();
    var own =
        sentByCampaign(
            new EmailTemplate(
                "S",
                "<p>Hi</p>",
                "",
                "a@b.test",
                "",
                "",
                "",
                Map.of("List-Unsubscribe", "<https://own.test>")));
    assertThat(own.message.getHeader("List-Unsubscribe", null)).isEqualTo("<https://own.test>");
    // M-91, M-93: twice, no page needed, one unsubscription
    for (var i = 0; i < 2; i++) {
      assertThat(post(url, "List-Unsubscribe=One-Click").status()).isEqualTo(200);
    }
    assertThat(attribute("unsubscribed")).isEqualTo(true);
    assertThat(reached(mail)).contains("unsubscribed");
  }

  @Test
  @DisplayName("M-92, M-94, U-24: looking changes nothing, the button does, and it can be undone")
  void shouldAskBeforeUnsubscribing() {
    var url = link("unsubscribe_url");
    for (var method : List.of("GET", "HEAD")) {
      assertThat(call(method, url, PERSON, "").status()).isEqualTo(200);
    }
    assertThat(attribute("unsubscribed")).isEqualTo("none");
    var page = visit(url);
    assertThat(page.body())
        .contains("<form method=\"post\">", "k…@example.test")
        .doesNotContain(kim.value() + "@", "<script");
    assertThat(page.header("content-security-policy"))
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(post(url, "").body()).contains("You are unsubscribed");
    assertThat(attribute("unsubscribed")).isEqualTo(true);
    assertThat(post(url, "action=subscribe").body()).contains("subscribed again");
    assertThat(attribute("unsubscribed")).isEqualTo(false);
    var preferences = Jsoup.parse(page.body(), url).select("a[href]").getFirst().absUrl("href");
    assertThat(visit(preferences).status()).isEqualTo(200);
  }

  @Test
  @DisplayName("U-20 … U-22, U-4: topics, channels and all of it; what was not shown stays")
  void shouldSavePreferences() {
    KIT.topic(2, true);
    KIT.channel(ChannelType.TWILIO, true);
    KIT.database.<Object, RuntimeException>inTransaction(handle ->
        SUBSCRIPTIONS.update(
            handle,
            KIT.workspace(),
            Subscribable.Kind.TOPIC,
            1,
            new Subscribable.Draft(
                null,
                new Subscribable.Text("<b>\"News\"</b>", "& more"),
                true,
                Map.of("nl", new Subscribable.Text("Nieuws", "")))));
    var url = link("manage_subscription_preferences_url");
    var page = visit(url);
    assertThat(page.body())
        .contains("&lt;b&gt;&quot;News&quot;&lt;/b&gt;", "&amp; more")
        .doesNotContain("<b>");
    assertThat(call("GET", url, PERSON + "Accept-Language: nl\r\n", "").body()).contains("Nieuws");
    var boxes = Jsoup.parse(page.body()).select("input[type=checkbox][checked]");
    assertThat(boxes.eachAttr("value"))
        .containsExactly("topics.topic_1", "topics.topic_2", "channels.sms");
    // topic 1 no longer; topic 2 was not on the page; the channel stays
    post(
        url,
        "shown=topics.topic_1&shown=channels.sms&wanted=channels.sms&shown=topics.topic_99&wanted=evil");
    assertThat(attribute("cio_subscription_preferences"))
        .isEqualTo(Map.of("topics", Map.of("topic_1", false)));
    assertThat(Jsoup.parse(visit(url).body()).select("input[checked]").eachAttr("value"))
        .containsExactly("topics.topic_2", "channels.sms");
    post(url, "nothing=1");
    assertThat(attribute("unsubscribed")).isEqualTo(true);
    post(url, "");
    assertThat(attribute("unsubscribed")).isEqualTo(false);
  }

  @Test
  @DisplayName("U-21, P-24: links work after a merge; somebody deleted has nothing to choose")
  void shouldFollowThePerson() {
    var url = link("manage_subscription_preferences_url");
    var leave = link("unsubscribe_url");
    var survivor = Identifier.id(kim.value() + "-survivor");
    KIT.identify(survivor, "email", kim.value() + "-s@example.test");
    KIT.accept(KIT.mergeOf(survivor, kim));
    KIT.settle();
    assertThat(visit(url).body()).contains("k…@example.test");
    post(leave, "");
    KIT.settle();
    assertThat(KIT.attributesOf(survivor)).containsEntry("unsubscribed", true);
    KIT.delete(survivor);
    KIT.settle();
    assertThat(visit(url).body()).contains("There is nothing to choose");
    assertThat(post(url, "nothing=1").status()).isEqualTo(200);
    assertThat(post(leave, "").status()).isEqualTo(200);
    KIT.settle();
    assertThat(KIT.find(survivor)).isEmpty();
  }

  @Test
  @DisplayName("M-61: the mail in the browser, unless its content is not kept")
  void shouldShowTheMail() {
    var mail =
        sent(
            "<a href=\"{% view_in_browser_url %}\">v</a><script>alert(1)</script><a href=\"https://shop.test/x\">x</a>");
    var page = visit(mail.href(0));
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("content-security-policy")).contains("default-src 'none'", "sandbox");
    var copied = Jsoup.parse(page.body()).select("a").eachAttr("href");
    assertThat(copied.get(0)).isEqualTo(mail.href(0));
    assertThat(visit(copied.get(1)).header("location")).isEqualTo("https://shop.test/x");
    assertThat(reached(mail)).contains("clicked");
    var gone =
        sent("<a href=\"{% view_in_browser_url %}\">v</a>", ",\"disable_message_retention\":true");
    assertThat(visit(gone.href(0)).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @DisplayName("what stands around an address in plain text stays")
  @ValueSource(strings = {"(%s)", "%s.", "%s, and", "<%s>", "%s"})
  void shouldTrackPlainText(String around) {
    var mail =
        sent(
            "<p>Hi</p>",
            ",\"body_plain\":\"See %s\"".formatted(around.formatted("https://shop.test/p_(1)")));
    var found =
        Pattern.compile("http://127\\.0\\.0\\.1:[0-9]+/e/c/[A-Za-z0-9_-]+").matcher(mail.plain);
    assertThat(found.find()).isTrue();
    assertThat(mail.plain).isEqualTo("See " + around.formatted(found.group()));
    assertThat(visit(found.group()).header("location")).isEqualTo("https://shop.test/p_(1)");
  }
}
