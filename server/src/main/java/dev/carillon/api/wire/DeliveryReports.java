package dev.carillon.api.wire;

import dev.carillon.delivery.DeliveryId;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what callers report about deliveries (track §5.2). */
public final class DeliveryReports {
  /** Nobody has named a workspace: the delivery decides. */
  public static final WorkspaceId UNNAMED = new WorkspaceId(0);

  private static final Set<String> METRICS =
      Set.of(
          "bounced",
          "clicked",
          "converted",
          "deferred",
          "delivered",
          "dropped",
          "opened",
          "spammed");
  private static final int LONGEST_DETAIL = 2000;

  /** Ours have 36 characters; mails that were sent elsewhere carry shorter and longer ones. */
  private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9_-]{16,100}={0,2}");

  private final DeliveryIds ids;

  /** Reads the ids of deliveries with these. */
  public DeliveryReports(DeliveryIds ids) {
    this.ids = ids;
  }

  /** Whether the text could be the id of a delivery, ours or not. */
  public static boolean isWellFormed(String id) {
    return WELL_FORMED.matcher(id).matches();
  }

  /** Whether there is such a metric. */
  public static boolean isMetric(String metric) {
    return METRICS.contains(metric);
  }

  /** The delivery with this id; empty when it is none of ours. Padding is optional. */
  public Optional<DeliveryId> find(String id) {
    int end = id.length();
    while (end > 0 && id.charAt(end - 1) == '=') {
      end--;
    }
    return ids.parse(id.substring(0, end));
  }

  /**
   * The report in these members, which every surface calls alike; empty when it names no delivery
   * of ours or no metric.
   *
   * @param metric the value of the member that holds it
   * @param details where recipient, reason, href and metadata stand
   */
  public Optional<Operation.DeliveryReport> read(
      WorkspaceId workspace,
      @Nullable Object id,
      @Nullable Object metric,
      @Nullable Object timestamp,
      Map<String, @Nullable Object> details) {
    if (!(id instanceof String text) || !(metric instanceof String word) || !isMetric(word)) {
      return Optional.empty();
    }
    return find(text)
        .map(delivery ->
            new Operation.DeliveryReport(
                workspace, delivery.value(), word, Times.reported(timestamp), details(details)));
  }

  /** What else was said, under the names the rest of the program uses; too long is cut. */
  private static Map<String, @Nullable Object> details(Map<String, @Nullable Object> said) {
    var details = new LinkedHashMap<String, @Nullable Object>();
    put(details, "recipient", said.get("device_token"));
    put(details, "recipient", said.get("device_id"));
    put(details, "recipient", said.get("recipient"));
    put(details, "reason", said.get("reason"));
    put(details, "href", said.get("href"));
    put(details, "action_name", said.get("action_name"));
    put(details, "action_value", said.get("action_value"));
    if (said.get("metadata") instanceof Map<?, ?> metadata) {
      put(details, "action_name", metadata.get("action_name"));
      put(details, "action_value", metadata.get("action_value"));
    }
    return details;
  }

  /** Puts a scalar as text; leaves what is there for anything else. */
  public static void put(
      Map<String, @Nullable Object> details, String name, @Nullable Object value) {
    var text =
        switch (value) {
          case String string -> string;
          case Long number -> number.toString();
          case Double number -> number.toString();
          case Boolean bool -> bool.toString();
          case null, default -> "";
        };
    if (!text.isEmpty()) {
      details.put(name, cut(text));
    }
  }

  private static String cut(String text) {
    if (text.length() <= LONGEST_DETAIL) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST_DETAIL - 1)) ? 1 : 0;
    return text.substring(0, LONGEST_DETAIL - end);
  }
}
