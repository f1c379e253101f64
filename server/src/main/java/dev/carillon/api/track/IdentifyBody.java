package dev.carillon.api.track;

import dev.carillon.api.wire.Attributes;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Times;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the attributes of an identify call into operations (track §3.4, §3.5, §7, §8). */
final class IdentifyBody {
  private final Relationships relationships;

  /** Reads {@code cio_relationships} with this reader. */
  IdentifyBody(Relationships relationships) {
    this.relationships = relationships;
  }

  /**
   * The person's change, then one operation for each relationship.
   *
   * @param attributes every key is an attribute, but the reserved ones of track §3.4
   * @param at when it happened unless {@code _timestamp} says so, Unix milliseconds; 0 = at receipt
   * @throws Refused with the message of the first rule broken
   */
  List<Operation> operations(
      Access access, Identifier person, Map<String, @Nullable Object> attributes, long at) {
    var kept = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(attributes.size());
    Object related = null;
    long writtenAt = at;
    boolean updateOnly = false;
    for (var entry : attributes.entrySet()) {
      var name = entry.getKey();
      var value = entry.getValue();
      switch (name) {
        case "_timestamp" -> writtenAt = Times.millis(value);
        case "_update" -> updateOnly = flag(name, value);
        // Set by the server alone; clients that read a person and send it back include them.
        case "cio_id", "_created_in_customerio_at" -> {}
        case "cio_relationships" -> related = value;
        case "_relationship" ->
            throw Refused.invalid(name, "_relationship is a reserved attribute name");
        case "id" -> kept.put(name, id(value));
        case "email" -> kept.put(name, email(value));
        // In the form events carry it, or they would never meet (track §4.3).
        case "anonymous_id" -> kept.put(name, EventReport.anonymousId(value));
        default -> kept.put(name, value);
      }
    }
    Attributes.check(kept);
    var identify = new Operation.Identify(access.workspace(), person, kept, writtenAt, updateOnly);
    if (related == null) {
      return List.of(identify);
    }
    var operations = new ArrayList<Operation>();
    operations.add(identify);
    operations.addAll(relationships.inAttributes(access, person, related, !updateOnly, writtenAt));
    return operations;
  }

  private static boolean flag(String name, @Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean bool -> bool;
      default -> throw Refused.invalid(name, name + " must be true or false");
    };
  }

  /** Numbers are common as ids and become text (track §7, last line). */
  private static String id(@Nullable Object value) {
    var id =
        switch (value) {
          case String text -> text;
          case Long number -> number.toString();
          case null, default -> throw Refused.invalid("id", "id attribute must be a string value");
        };
    if (id.isEmpty()) {
      throw Refused.invalid("id", "id attribute cannot be an empty string");
    }
    PathIdentifier.checkId(id);
    return id;
  }

  /** Null and the empty text stay: they may clear it (track §3.5). */
  private static @Nullable String email(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> text;
      default -> throw Refused.invalid("email", "email attribute must be a string value");
    };
  }
}
