package dev.carillon.delivery;

import static dev.carillon.delivery.Metric.BOUNCED;
import static dev.carillon.delivery.Metric.CLICKED;
import static dev.carillon.delivery.Metric.CONVERTED;
import static dev.carillon.delivery.Metric.DEFERRED;
import static dev.carillon.delivery.Metric.DELIVERED;
import static dev.carillon.delivery.Metric.DROPPED;
import static dev.carillon.delivery.Metric.OPENED;
import static dev.carillon.delivery.Metric.SPAMMED;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which metrics may be reported from outside, by channel (Track API > Report delivery metrics). */
public final class ReportableMetrics {
  private static final Set<Metric> MAIL =
      Set.of(BOUNCED, CLICKED, CONVERTED, DEFERRED, DELIVERED, DROPPED, OPENED, SPAMMED);

  private static final Map<String, Set<Metric>> BY_CHANNEL =
      Map.of(
          "email", MAIL,
          "webhook", MAIL,
          "in_app", Set.of(CLICKED, CONVERTED, OPENED),
          "push", Set.of(CONVERTED, DELIVERED, OPENED),
          "slack", Set.of(CLICKED, CONVERTED, DELIVERED, OPENED),
          "twilio", Set.of(BOUNCED, CLICKED, DELIVERED, OPENED),
          // Choice: the public table leaves it out; what the channel has (journeys §5.2).
          "whatsapp", Set.of(BOUNCED, CLICKED, CONVERTED, DELIVERED, DROPPED, OPENED));

  private ReportableMetrics() {}

  /**
   * The metric a report names.
   *
   * @param channel the word in {@code delivery.channel}
   * @return empty for a word that is no metric, or none of this channel
   */
  public static Optional<Metric> of(String channel, String word) {
    return Metric.ofWire(word).filter(metric -> has(channel, metric));
  }

  /**
   * A metric with those it implies where the channel has them: who clicked has opened (M-76), what
   * was opened was delivered (M-3).
   */
  public static List<Metric> withImplied(String channel, Metric metric) {
    return switch (metric) {
      case CLICKED ->
          List.of(CLICKED, OPENED, DELIVERED).stream().filter(each -> has(channel, each)).toList();
      case OPENED ->
          List.of(OPENED, DELIVERED).stream().filter(each -> has(channel, each)).toList();
      case CREATED,
          DRAFTED,
          ATTEMPTED,
          SENT,
          DELIVERED,
          DEFERRED,
          CONVERTED,
          BOUNCED,
          DROPPED,
          SPAMMED,
          FAILED,
          UNDELIVERABLE,
          UNSUBSCRIBED ->
          List.of(metric);
    };
  }

  private static boolean has(String channel, Metric metric) {
    return BY_CHANNEL.getOrDefault(channel, Set.of()).contains(metric);
  }
}
