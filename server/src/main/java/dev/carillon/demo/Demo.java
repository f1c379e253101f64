package dev.carillon.demo;

import dev.carillon.demo.ShopRules.ShopCampaign;
import dev.carillon.demo.ShopStory.Happening;
import dev.carillon.demo.ShopStory.Shopper;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Tells a server six weeks of a small shop through its public APIs: 300 people and 3,000 events, a
 * segment and two campaigns that react, and the mails that come out. Can be told again: segment and
 * campaigns are found by name, people are updated, events happen anew.
 */
public final class Demo {
  private static final int CONNECTIONS = 16;
  private static final int LOOK_EVERY_MILLIS = 500;
  private static final Duration SETTLED = Duration.ofMillis(1_500);
  private static final Duration LEAST_WAIT = Duration.ofSeconds(4);
  private static final Duration MOST_WAIT = Duration.ofSeconds(10);
  private static final int SHOWN_MAILS = 3;
  private static final int SHOWN_LINES = 2;

  private final DemoTarget target;
  private final InstantSource clock;
  private final PrintStream out;
  private final boolean terminal;
  private final AtomicInteger people = new AtomicInteger();
  private final AtomicInteger events = new AtomicInteger();

  /**
   * @param clock gives the instant at which the story ends
   * @param terminal whether {@code out} is a terminal, where one line shows the progress
   */
  public Demo(DemoTarget target, InstantSource clock, PrintStream out, boolean terminal) {
    this.target = target;
    this.clock = clock;
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Tells the story and prints what came of it; takes about ten seconds.
   *
   * @throws DemoFailure when the server does not answer or refuses
   */
  public void run() throws InterruptedException {
    try (var api = new ApiClient(target)) {
      var workspace =
          api.track("GET", "/api/v1/accounts/region", null).get("environment_id").intValue();
      var rules = new ShopRules(api, workspace);
      var segment = rules.activeShoppers();
      var campaigns = List.of(rules.welcome(), rules.abandonedCart());
      out.printf("The shop at %s has a segment and two campaigns.%n", target.url());
      var watch = new Watch(api, segment, campaigns);
      watch.before();
      tell(api, ShopStory.endingAt(clock.instant()), watch);
      watch.awaitRest();
      report(api, watch, workspace);
    }
  }

  private void tell(ApiClient api, ShopStory story, Watch watch) throws InterruptedException {
    // Who did what decides the connection, so that each person's events arrive in their order.
    var shares = new ArrayList<List<Runnable>>();
    for (var share = 0; share < CONNECTIONS; share++) {
      shares.add(new ArrayList<>());
    }
    for (var person : story.people()) {
      shares.get(share(person.id())).add(call(() -> identify(api, person)));
    }
    for (var happening : story.happenings()) {
      shares.get(share(happening.person())).add(call(() -> report(api, happening)));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var sent = new ArrayList<Future<?>>();
      shares.forEach(share -> sent.add(threads.submit(() -> share.forEach(Runnable::run))));
      while (!sent.stream().allMatch(Future::isDone)) {
        watch.look();
        watch.show(story);
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
      for (var each : sent) {
        each.get();
      }
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof RuntimeException sentence
          ? sentence
          : new DemoFailure("The story could not be told: " + failure.getCause(), failure);
    }
    watch.show(story);
  }

  private static int share(String person) {
    return Math.floorMod(person.hashCode(), CONNECTIONS);
  }

  private interface Call {
    void make() throws InterruptedException;
  }

  private static Runnable call(Call call) {
    return () -> {
      try {
        call.make();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new DemoFailure("The demo was interrupted.", interrupted);
      }
    };
  }

  private void identify(ApiClient api, Shopper person) throws InterruptedException {
    api.track("PUT", "/api/v1/customers/" + person.id(), person.attributes());
    people.incrementAndGet();
  }

  private void report(ApiClient api, Happening happening) throws InterruptedException {
    var body = new LinkedHashMap<String, Object>();
    body.put("name", happening.name());
    body.put("timestamp", happening.at().getEpochSecond());
    body.put("data", happening.data());
    api.track("POST", "/api/v1/customers/" + happening.person() + "/events", body);
    events.incrementAndGet();
  }

  /** What the server has made of the story so far. */
  private final class Watch {
    private final ApiClient api;
    private final int segment;
    private final Map<ShopCampaign, Map<String, JsonNode>> earlier = new LinkedHashMap<>();
    private final Map<ShopCampaign, Map<String, JsonNode>> fresh = new LinkedHashMap<>();
    private int members;
    private String shown = "";

    private Watch(ApiClient api, int segment, List<ShopCampaign> campaigns) {
      this.api = api;
      this.segment = segment;
      campaigns.forEach(each -> {
        earlier.put(each, new LinkedHashMap<>());
        fresh.put(each, new LinkedHashMap<>());
      });
    }

    /** Takes note of mails from earlier runs. */
    private void before() throws InterruptedException {
      for (var campaign : earlier.entrySet()) {
        messages(campaign.getKey(), Set.of(), campaign.getValue());
      }
    }

    private void look() throws InterruptedException {
      members =
          api.app("GET", "/v1/segments/" + segment + "/customer_count", null)
              .get("count")
              .intValue();
      for (var campaign : fresh.entrySet()) {
        messages(campaign.getKey(), known(campaign.getKey()), campaign.getValue());
      }
    }

    /**
     * Adds the campaign's messages but those known from before; a message seen again replaces
     * itself.
     */
    private void messages(ShopCampaign campaign, Set<String> known, Map<String, JsonNode> into)
        throws InterruptedException {
      var start = "";
      do {
        var page =
            api.app(
                "GET",
                "/v1/messages?limit=1000&campaign_id=%d&start=%s"
                    .formatted(campaign.id(), URLEncoder.encode(start, StandardCharsets.UTF_8)),
                null);
        for (var message : page.get("messages")) {
          var id = message.get("id").stringValue();
          if (!known.contains(id)) {
            into.put(id, message);
          }
        }
        start = page.path("next").asString("");
      } while (!start.isEmpty());
    }

    private Set<String> known(ShopCampaign campaign) {
      return earlier.getOrDefault(campaign, Map.of()).keySet();
    }

    private List<JsonNode> sent(ShopCampaign campaign) {
      return fresh.getOrDefault(campaign, Map.of()).values().stream()
          .filter(each -> each.path("metrics").has("sent"))
          .toList();
    }

    private int mails() {
      return fresh.keySet().stream().mapToInt(each -> sent(each).size()).sum();
    }

    private void show(ShopStory story) {
      var line =
          "people %,d of %,d   events %,d of %,d   active shoppers %,d   mails %,d"
              .formatted(
                  people.get(),
                  story.people().size(),
                  events.get(),
                  story.happenings().size(),
                  members,
                  mails());
      print(line);
    }

    private void print(String line) {
      if (terminal) {
        out.print("\r\u001b[K  " + line);
        out.flush();
      } else if (!line.equals(shown)) {
        shown = line;
        out.println("  " + line);
      }
    }

    /** Waits until carts have been left alone long enough and no more mails come. */
    private void awaitRest() throws InterruptedException {
      var begin = System.nanoTime();
      var changed = begin;
      var mails = -1;
      while (elapsed(begin).compareTo(MOST_WAIT) < 0
          && (elapsed(begin).compareTo(LEAST_WAIT) < 0
              || elapsed(changed).compareTo(SETTLED) < 0)) {
        look();
        if (mails() != mails) {
          mails = mails();
          changed = System.nanoTime();
          print(
              "waiting for carts to be left alone   active shoppers %,d   mails %,d"
                  .formatted(members, mails));
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
      if (terminal) {
        out.println();
      }
    }

    private static Duration elapsed(long since) {
      return Duration.ofNanos(System.nanoTime() - since);
    }
  }

  private void report(ApiClient api, Watch watch, int workspace) throws InterruptedException {
    out.printf("%n%,d people are in the segment Active shoppers.%n", watch.members);
    for (var campaign : watch.fresh.keySet()) {
      var mails = watch.sent(campaign);
      var before = watch.earlier.getOrDefault(campaign, Map.of()).size();
      out.printf(
          "%n%s: %,d mails%s%n",
          campaign.name(),
          mails.size(),
          before == 0 ? "" : ", after %,d in earlier runs".formatted(before));
      for (var mail : mails.subList(0, Math.min(SHOWN_MAILS, mails.size()))) {
        print(api, mail.get("id").stringValue());
      }
      if (mails.size() > SHOWN_MAILS) {
        out.printf("  … and %,d more%n", mails.size() - SHOWN_MAILS);
      }
    }
    out.println(whereToLookNext(watch, workspace));
  }

  private void print(ApiClient api, String id) throws InterruptedException {
    var mail =
        api.app("GET", "/v1/messages/" + id + "/archived_message", null).get("archived_message");
    out.printf(
        "  To: %s%n  Subject: %s%n",
        mail.get("recipient").stringValue(), mail.get("subject").stringValue());
    mail.get("body_plain")
        .stringValue()
        .lines()
        .limit(SHOWN_LINES)
        .forEach(each -> out.println("    " + each));
  }

  private String whereToLookNext(Watch watch, int workspace) {
    var campaign = watch.fresh.keySet().stream().mapToInt(ShopCampaign::id).max().orElse(0);
    return """

    Look further, with the app_api_key of credentials.json in $KEY:
      curl -H "Authorization: Bearer $KEY" '%1$s/v1/messages?limit=5'
      curl -H "Authorization: Bearer $KEY" '%1$s/v1/customers/shopper-001/activities'
      curl -H "Authorization: Bearer $KEY" '%1$s/v1/segments/%2$d/membership'
      curl -H "Authorization: Bearer $KEY" '%1$s/v1/environments/%3$d/campaigns/%4$d/explain?person=shopper-001'\
    """
        .formatted(target.url(), watch.segment, workspace, campaign);
  }
}
