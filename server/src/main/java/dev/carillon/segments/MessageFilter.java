package dev.carillon.segments;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which messages count for a condition (journeys §2.5).
 *
 * @param metric what they reached, as deliveries name it, such as {@code opened}
 * @param channel as the wire names it, such as {@code sms}; null: any
 * @param human for {@code opened} and {@code clicked}: whether openings and clicks by machines are
 *     left out
 * @param scope which messages
 * @param link for {@code clicked}: the address; null: any
 */
public record MessageFilter(
    Metric metric, @Nullable String channel, boolean human, Scope scope, @Nullable String link) {

  /** What a message can reach. The wire word is the name in lower case. */
  public enum Metric {
    SENT,
    DELIVERED,
    OPENED,
    CLICKED,
    CONVERTED,
    BOUNCED,
    DROPPED,
    SPAMMED,
    UNSUBSCRIBED,
    FAILED,
    UNDELIVERABLE;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The word in conditions and in {@code counter.metric}. */
    public String wire() {
      return wire;
    }
  }

  /** Which messages. */
  public sealed interface Scope {
    /** All. */
    record Any() implements Scope {}

    /** Those of a campaign or broadcast. */
    record Campaign(int id) implements Scope {}

    /** Those of a newsletter. */
    record Newsletter(int id) implements Scope {}

    /** Those of one message action of a campaign. */
    record Action(int id) implements Scope {}
  }
}
