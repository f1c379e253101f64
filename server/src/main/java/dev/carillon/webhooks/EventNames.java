package dev.carillon.webhooks;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The names webhooks ask for events by, such as {@code email_sent} (app-data §8). */
public final class EventNames {
  /** Somebody takes mail again. */
  public static final String SUBSCRIBED = "customer_subscribed";

  /** Somebody takes no mail any more. */
  public static final String UNSUBSCRIBED = "customer_unsubscribed";

  /** Somebody has changed what to get. */
  public static final String PREFERENCES_CHANGED = "customer_subscription_preferences_changed";

  private static final String PREFERENCES_METRIC = "cio_subscription_preferences_changed";

  /** Every name, in the order of the public description. */
  public static final Set<String> ALL = all();

  private EventNames() {}

  private static Set<String> all() {
    var names = new LinkedHashSet<>(List.of(SUBSCRIBED, UNSUBSCRIBED, PREFERENCES_CHANGED));
    add(
        names,
        "email",
        "drafted attempted sent delivered opened clicked converted bounced dropped deferred spammed failed unsubscribed undeliverable");
    add(names, "in_app", "drafted attempted sent opened clicked converted failed undeliverable");
    add(
        names,
        "push",
        "drafted attempted sent delivered opened clicked converted bounced dropped failed undeliverable");
    add(names, "slack", "drafted attempted sent clicked converted failed undeliverable");
    add(
        names,
        "sms",
        "drafted attempted sent delivered clicked converted bounced dropped failed undeliverable replied");
    add(
        names,
        "whatsapp",
        "drafted attempted sent delivered opened clicked converted bounced dropped failed undeliverable replied");
    add(names, "webhook", "drafted attempted sent clicked converted failed undeliverable");
    return Collections.unmodifiableSet(names);
  }

  private static void add(Set<String> names, String type, String metrics) {
    for (var metric : metrics.split(" ", -1)) {
      names.add(type + "_" + metric);
    }
  }

  /** The name of what happened to a message. */
  public static String of(String channel, String metric) {
    return objectType(channel) + "_" + metric;
  }

  /** What events call a channel. */
  static String objectType(String channel) {
    return channel.equals("twilio") ? "sms" : channel;
  }

  /** The metric in an event about somebody, by the name it is asked for by (events-out A.1). */
  static String customerMetric(String name) {
    return Map.of(
            SUBSCRIBED, "subscribed",
            UNSUBSCRIBED, "unsubscribed",
            PREFERENCES_CHANGED, PREFERENCES_METRIC)
        .getOrDefault(name, name);
  }
}
