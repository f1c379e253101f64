package dev.carillon.reporting;

import dev.carillon.events.EventKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The types of activities: the closed list of journeys §1.5 and app-data §2.8. */
public sealed interface ActivityType {

  /** The word in requests and answers. */
  String wire();

  /** What happens to people, and what they do. */
  enum Of implements ActivityType {
    PROFILE_CREATE,
    PROFILE_DELETE,
    PROFILE_MERGE,
    ANON_MERGE,
    ATTRIBUTE_CHANGE,
    FAILED_ATTRIBUTE_CHANGE,
    SKIPPED_UPDATE,
    DEVICE_CHANGE,
    FAILED_BATCH_UPDATE,
    EVENT,
    PAGE,
    SCREEN,
    FAILED_EVENT,
    WEBHOOK_EVENT,
    ADD_RELATIONSHIP,
    DELETE_RELATIONSHIP,
    RELATIONSHIP_ATTRIBUTE_CHANGE,
    RELATIONSHIP_FAILED_ATTRIBUTE_CHANGE,
    FAILED_QUERY_COLLECTION,
    FAILED_OBJECT_JOURNEYS;

    private static final Map<String, Of> BY_WIRE =
        Arrays.stream(values()).collect(Collectors.toMap(Of::wire, Function.identity()));

    private final String wire = name().toLowerCase(Locale.ROOT);

    @Override
    public String wire() {
      return wire;
    }
  }

  /**
   * What becomes of a message, such as {@code opened_email}.
   *
   * @param metric such as {@code opened}
   * @param channel such as {@code email}
   */
  record OfMessage(String metric, String channel) implements ActivityType {
    private static final Set<String> METRICS =
        Set.of(
            "drafted",
            "attempted",
            "sent",
            "delivered",
            "opened",
            "clicked",
            "converted",
            "bounced",
            "dropped",
            "deferred",
            "failed",
            "undeliverable");
    private static final Set<String> CHANNELS =
        Set.of("email", "push", "in_app", "slack", "twilio", "webhook", "whatsapp", "action");
    private static final Set<String> OTHERS =
        Set.of(
            "spammed_email",
            "unsubscribed_email",
            "topic_unsubscribed_email",
            "suppressed_twilio",
            "suppressed_whatsapp",
            "viewed_content",
            "clicked_content",
            "converted_content");

    /** How the published list spells {@code dropped_whatsapp}; accepted, never written (P-51). */
    private static final String MISSPELLED = "dropped_whatasapp";

    @Override
    public String wire() {
      return metric + "_" + channel;
    }

    private static Optional<ActivityType> parse(String given) {
      var wire = given.equals(MISSPELLED) ? "dropped_whatsapp" : given;
      for (var channel : CHANNELS) {
        if (wire.endsWith("_" + channel)) {
          var metric = wire.substring(0, wire.length() - channel.length() - 1);
          if (METRICS.contains(metric) || OTHERS.contains(wire)) {
            return Optional.of(new OfMessage(metric, channel));
          }
        }
      }
      return OTHERS.contains(wire)
          ? Optional.of(new OfMessage(wire.substring(0, wire.lastIndexOf('_')), "content"))
          : Optional.empty();
    }
  }

  /**
   * What happens to objects of a type, or to relationships to them.
   *
   * @param wire such as {@code _o:1:create}
   */
  record OfObject(String wire) implements ActivityType {
    private static final Pattern KNOWN =
        Pattern.compile(
            "_o:[0-9]{1,9}:(create|delete|attribute_change|failed_attribute_change|add_relationship"
                + "|delete_relationship)|_r:[0-9]{1,9}:(attribute_change|failed_attribute_change)");
  }

  /** The type of this word; empty when there is none. */
  static Optional<ActivityType> parse(String wire) {
    var plain = Of.BY_WIRE.get(wire);
    if (plain != null) {
      return Optional.of(plain);
    }
    return OfObject.KNOWN.matcher(wire).matches()
        ? Optional.of(new OfObject(wire))
        : OfMessage.parse(wire);
  }

  /** The type of an event: what is neither a page nor a screen is an event. */
  static ActivityType of(EventKind kind) {
    return kind == EventKind.PAGE ? Of.PAGE : kind == EventKind.SCREEN ? Of.SCREEN : Of.EVENT;
  }

  /** The kinds of events of this type; none when it is a type of something else. */
  default List<EventKind> eventKinds() {
    return Arrays.stream(EventKind.values()).filter(kind -> of(kind).equals(this)).toList();
  }
}
