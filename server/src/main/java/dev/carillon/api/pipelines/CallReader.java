package dev.carillon.api.pipelines;

import dev.carillon.api.wire.EventRules;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.people.Identifier;
import dev.carillon.workspaces.Source;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the fields that all calls share (pipelines §4). */
final class CallReader {
  /** Under this name the platform is addressed in {@code integrations}. */
  private static final String OURSELVES = "Actions Customerio";

  private final InstantSource clock;

  /** Compares times of callers with this clock. */
  CallReader(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * What a batch, or the connection, says about all of its calls.
   *
   * @param context fills what the context of a call does not say
   * @param integrations likewise
   * @param address of the client; null when the call does not come from the client's own machine
   */
  record Surroundings(
      Map<String, @Nullable Object> context,
      Map<String, @Nullable Object> integrations,
      @Nullable String address) {}

  /**
   * The call with these members.
   *
   * @throws Refused with the first rule broken
   */
  Call read(
      Source source,
      CallType type,
      Map<String, @Nullable Object> members,
      Surroundings surroundings) {
    var context = filled("context", members.get("context"), surroundings.context);
    if (surroundings.address != null && context.get("ip") == null) {
      context.put("ip", surroundings.address);
    }
    var integrations =
        filled("integrations", members.get("integrations"), surroundings.integrations);
    var userId = id("userId", members.get("userId"));
    long at = happenedAt(members);
    return new Call(
        source,
        type,
        userId == null ? null : person("userId", userId, source),
        EventRules.anonymousId("anonymousId", members.get("anonymousId")),
        EventRules.eventId("messageId", "messageId", members.get("messageId")),
        at,
        at > clock.millis() ? IsoTimes.AT_RECEIPT : at,
        context,
        isForPeople(integrations),
        members);
  }

  private static Map<String, @Nullable Object> filled(
      String field, @Nullable Object own, Map<String, @Nullable Object> surrounding) {
    var ownMembers = Members.object(field, own);
    var filled = new LinkedHashMap<String, @Nullable Object>(surrounding);
    if (ownMembers != null) {
      filled.putAll(ownMembers);
    }
    return filled;
  }

  /**
   * The id of somebody: a text, or a number as text; null when absent or empty.
   *
   * @throws Refused when it is something else
   */
  static @Nullable String id(String field, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> text.isEmpty() ? null : text;
      case Long number -> number.toString();
      case Double number -> new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
      default -> throw Refused.invalid(field, field + " must be a string");
    };
  }

  /**
   * Whom an id names, by its shape.
   *
   * @throws Refused when it is too long
   */
  static Identifier person(String field, String id, Source source) {
    try {
      return PathIdentifier.of(id, source.access());
    } catch (Refused tooLong) {
      throw Refused.tooLarge(field, tooLong.sentence().replaceFirst("^id", field));
    }
  }

  private static long happenedAt(Map<String, @Nullable Object> members) {
    var timestamp = members.get("timestamp");
    return IsoTimes.millis(timestamp == null ? members.get("originalTimestamp") : timestamp);
  }

  /** Neither switched off by name, nor with all others without being named. */
  private static boolean isForPeople(Map<String, @Nullable Object> integrations) {
    return switch (integrations.get(OURSELVES)) {
      case Boolean chosen -> chosen;
      case Map<?, ?> _ -> true;
      case null, default -> !Boolean.FALSE.equals(integrations.get("All"));
    };
  }
}
