package dev.carillon.demo;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The segment and the campaigns of the shop, made when the workspace does not have them yet. */
final class ShopRules {
  private static final int START_ATTEMPTS = 40;
  private static final int START_PAUSE_MILLIS = 200;
  private static final int CART_DELAY_SECONDS = 2;

  private final ApiClient api;
  private final String environment;

  /** A campaign with what it is for. */
  record ShopCampaign(int id, String name) {}

  /**
   * @param workspace number of the workspace
   */
  ShopRules(ApiClient api, int workspace) {
    this.api = api;
    this.environment = "/v1/environments/" + workspace;
  }

  /** The number of the segment of people who bought lately or look around often. */
  int activeShoppers() throws InterruptedException {
    var conditions =
        Map.of("or", List.of(performed("ordered", 1, 14), performed("viewed_product", 3, 7)));
    var found = find("segments", "Active shoppers");
    var segment =
        found != null
            ? found
            : api.app(
                    "POST",
                    environment + "/segments",
                    Map.of(
                        "segment",
                        Map.of(
                            "name", "Active shoppers",
                            "description",
                                "Ordered within two weeks, or looked at three products within one.",
                            "conditions", conditions)))
                .get("segment");
    return segment.get("id").intValue();
  }

  /** Greets everybody who signs up, once. */
  ShopCampaign welcome() throws InterruptedException {
    return running(
        Map.of(
            "name",
            "Welcome",
            "trigger",
            Map.of("event", Map.of("name", "signed_up")),
            "frequency",
            "once",
            "steps",
            List.of(
                mail(
                    "Welcome, {{customer.first_name | default: \"friend\"}}!",
                    "Hello {{customer.first_name | default: \"friend\"}}, good to have you on the {{event.plan | default: \"free\"}} plan.\nHave a look around: the shop is open all night."))));
  }

  /** Reminds those who filled a cart and have not ordered these days. */
  ShopCampaign abandonedCart() throws InterruptedException {
    return running(
        Map.of(
            "name",
            "Abandoned cart",
            "trigger",
            Map.of("event", Map.of("name", "added_to_cart")),
            "frequency",
            "every_time",
            "steps",
            List.of(
                Map.of("type", "delay", "for", Map.of("n", CART_DELAY_SECONDS, "unit", "second")),
                Map.of(
                    "type", "branch",
                    "name", "Ordered within three days",
                    "condition", performed("ordered", 1, 3),
                    "true", List.of(Map.of("type", "exit")),
                    "false",
                        List.of(
                            mail(
                                "Your {{event.item}} is waiting",
                                "{{customer.first_name | default: \"Hello\"}}, the {{event.item}} for {{event.price}} EUR is still in your cart.\nIt is yours with one click."))))));
  }

  private static Map<String, Object> performed(String event, int times, int days) {
    return Map.of(
        "event",
        Map.of(
            "name", event,
            "count", Map.of("op", "gte", "n", times),
            "window", Map.of("kind", "within_past", "n", days, "unit", "day")));
  }

  private static Map<String, Object> mail(String subject, String text) {
    return Map.of(
        "type",
        "email",
        "subject",
        subject,
        "body",
        "<p>" + text.replace("\n", "</p><p>") + "</p>",
        "body_plain",
        text,
        "sending_state",
        "automatic");
  }

  private ShopCampaign running(Map<String, Object> definition) throws InterruptedException {
    var name = String.valueOf(definition.get("name"));
    var found = find("campaigns", name);
    var campaign =
        found != null
            ? found
            : api.app("POST", environment + "/campaigns", Map.of("campaign", definition))
                .get("campaign");
    var id = campaign.get("id").intValue();
    if (!campaign.get("state").stringValue().equals("running")) {
      start(id);
    }
    return new ShopCampaign(id, name);
  }

  /** The server counts past events first, and refuses the start until it has done so. */
  private void start(int campaign) throws InterruptedException {
    var path = environment + "/campaigns/" + campaign + "/start";
    for (var attempt = 1; ; attempt++) {
      try {
        api.app("POST", path, Map.of());
        return;
      } catch (DemoFailure notYet) {
        if (attempt == START_ATTEMPTS) {
          throw notYet;
        }
        TimeUnit.MILLISECONDS.sleep(START_PAUSE_MILLIS);
      }
    }
  }

  private @Nullable JsonNode find(String kind, String name) throws InterruptedException {
    for (var page = 1; ; page++) {
      var answer = api.app("GET", environment + "/" + kind + "?size=1000&page=" + page, null);
      for (var each : answer.get(kind)) {
        if (each.get("name").stringValue().equals(name)) {
          return each;
        }
      }
      if (!answer.path("has_more").asBoolean(false)) {
        return null;
      }
    }
  }
}
