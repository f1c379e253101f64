package dev.carillon.api.wire;

import dev.carillon.http.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The limits of attributes, of whatever they describe (track §3.5, §6, §8). */
public final class Attributes {
  private static final int MOST = 300;

  /** Of attributes, and of the ids of people and objects. */
  public static final int LONGEST_NAME_BYTES = 150;

  private static final int LONGEST_VALUE_BYTES = 1000;
  private static final int LARGEST_TOTAL_BYTES = 100 * 1024;

  private Attributes() {}

  /**
   * Refuses too many attributes, names that are empty or too long, and values that are too long.
   * The messages are those of an identify call.
   *
   * @throws Refused naming the first
   */
  public static void check(Map<String, @Nullable Object> attributes) {
    if (attributes.size() > MOST) {
      throw Refused.limit("", "cannot identify more than " + MOST + " attributes in one request");
    }
    for (var entry : attributes.entrySet()) {
      var name = entry.getKey();
      if (name.isEmpty()) {
        throw Refused.invalid("", "attribute name cannot be empty");
      }
      if (Sizes.utf8(name) > LONGEST_NAME_BYTES) {
        throw Refused.tooLarge(
            "", "attribute name cannot be longer than " + LONGEST_NAME_BYTES + " bytes");
      }
      if (Sizes.value(entry.getValue()) > LONGEST_VALUE_BYTES) {
        throw Refused.tooLarge(
            name,
            "value for attribute '%s' cannot be longer than %d bytes"
                .formatted(name, LONGEST_VALUE_BYTES));
      }
    }
  }

  /**
   * The attributes of an object or relationship: checked one by one and in total.
   *
   * @param field where they stand
   * @param value null and absent are no attributes
   * @throws Refused naming the first rule broken
   */
  public static Map<String, @Nullable Object> ofThing(String field, @Nullable Object value) {
    var attributes = Members.object(field, value);
    if (attributes == null) {
      return Map.of();
    }
    try {
      check(attributes);
    } catch (Refused refused) {
      throw refused.within(field);
    }
    if (Json.length(attributes) > LARGEST_TOTAL_BYTES) {
      throw Refused.tooLarge(
          field, field + " cannot be longer than " + LARGEST_TOTAL_BYTES + " bytes");
    }
    return attributes;
  }
}
