package dev.carillon.api.pipelines;

import dev.carillon.api.wire.Attributes;
import dev.carillon.api.wire.EventRules;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns traits, properties and the like into attributes (pipelines §5.1). */
final class Traits {
  private static final String CREATED_AT = "created_at";
  private static final String CAMEL_CREATED_AT = "createdAt";

  /** Set by the server alone. */
  private static final Set<String> SERVERS_OWN =
      Set.of("cio_id", "_created_in_customerio_at", "cio_object_id");

  /** Texts that name somebody stay as they are, even when they look like a date. */
  private static final Set<String> NAMES = Set.of("id", "email", "anonymous_id");

  private Traits() {}

  /**
   * Attributes of a person.
   *
   * @param traits without what only steers the call
   * @throws Refused with the first rule broken
   */
  static Map<String, @Nullable Object> ofPerson(
      Map<String, @Nullable Object> traits, boolean convertTimes) {
    refuse(traits, "_relationship");
    if (traits.get("cio_relationships") != null) {
      throw Refused.invalid(
          "traits.cio_relationships",
          "cio_relationships is not taken from traits; use group or objectId");
    }
    var attributes = attributes(traits, convertTimes);
    attributes.remove("cio_relationships");
    // Control keys of the Track API: here the call itself says when it happened.
    attributes.remove("_timestamp");
    attributes.remove("_update");
    checkNames(attributes);
    Attributes.check(attributes);
    return attributes;
  }

  private static void checkNames(Map<String, @Nullable Object> attributes) {
    if (attributes.containsKey("id")) {
      var id = CallReader.id("traits.id", attributes.get("id"));
      if (id == null) {
        // An id cannot be taken away (track §3.5).
        attributes.remove("id");
      } else {
        PathIdentifier.checkId(id);
        attributes.put("id", id);
      }
    }
    var email = attributes.get("email");
    if (email != null && !(email instanceof String)) {
      throw Refused.invalid("traits.email", "email attribute must be a string value");
    }
    if (attributes.containsKey("anonymous_id")) {
      attributes.put(
          "anonymous_id",
          EventRules.anonymousId("traits.anonymous_id", attributes.get("anonymous_id")));
    }
  }

  /**
   * Attributes of an object.
   *
   * @param traits without what only steers the call
   * @throws Refused with the first rule broken
   */
  static Map<String, @Nullable Object> ofObject(
      Map<String, @Nullable Object> traits, boolean convertTimes) {
    refuse(traits, "relationship");
    var attributes = attributes(traits, convertTimes);
    Attributes.check(attributes);
    return attributes;
  }

  /**
   * Attributes of a device or a relationship: nothing is renamed.
   *
   * @throws Refused with the first rule broken
   */
  static Map<String, @Nullable Object> plain(
      Map<String, @Nullable Object> members, boolean convertTimes) {
    var attributes = convertTimes ? IsoTimes.converted(members) : members;
    Attributes.check(attributes);
    return attributes;
  }

  private static Map<String, @Nullable Object> attributes(
      Map<String, @Nullable Object> traits, boolean convertTimes) {
    var attributes =
        new LinkedHashMap<String, @Nullable Object>(
            convertTimes ? IsoTimes.converted(traits) : traits);
    for (var name : NAMES) {
      if (traits.containsKey(name)) {
        attributes.put(name, traits.get(name));
      }
    }
    if (attributes.containsKey(CAMEL_CREATED_AT)) {
      var createdAt = attributes.remove(CAMEL_CREATED_AT);
      attributes.putIfAbsent(CREATED_AT, createdAt);
    }
    attributes.keySet().removeAll(SERVERS_OWN);
    return attributes;
  }

  private static void refuse(Map<String, @Nullable Object> traits, String reserved) {
    if (traits.containsKey(reserved)) {
      throw Refused.invalid("traits." + reserved, reserved + " is a reserved attribute name");
    }
  }
}
