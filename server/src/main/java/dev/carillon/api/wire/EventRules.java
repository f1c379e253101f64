package dev.carillon.api.wire;

import dev.carillon.events.EventKind;
import org.jspecify.annotations.Nullable;

/** What callers may say about events (track §4.1, §8). */
public final class EventRules {
  private static final int LONGEST_EVENT_NAME_BYTES = 100;
  private static final int PAGE_NAME_CHARACTERS = 500;
  private static final int LONGEST_DATA_BYTES = 100_000;
  private static final int LONGEST_EVENT_ID_BYTES = 255;
  private static final int LONGEST_ANONYMOUS_ID_BYTES = 150;

  private EventRules() {}

  /**
   * The name, without white space at both ends.
   *
   * @throws Refused when it is no text, blank, or too long for its kind
   */
  public static String name(EventKind kind, @Nullable Object value) {
    var name =
        switch (value) {
          case null -> "";
          case String text -> text.strip();
          default -> throw Refused.invalid("name", "event name must be a string");
        };
    if (name.isEmpty()) {
      throw Refused.required("name", "event name must not be blank");
    }
    switch (kind) {
      case EVENT -> {
        if (Sizes.utf8(name) > LONGEST_EVENT_NAME_BYTES) {
          throw Refused.tooLarge(
              "name", "event name cannot be longer than " + LONGEST_EVENT_NAME_BYTES + " bytes");
        }
      }
      case PAGE, SCREEN, FORM -> {
        if (name.codePointCount(0, name.length()) >= PAGE_NAME_CHARACTERS) {
          throw Refused.tooLarge(
              "name", "event name must be less than " + PAGE_NAME_CHARACTERS + " characters");
        }
      }
    }
    return name;
  }

  /**
   * The data of an event, as they are.
   *
   * @param field where they stand in the call
   * @throws Refused when they have more than 100,000 bytes
   */
  public static byte[] data(String field, byte[] data) {
    if (data.length > LONGEST_DATA_BYTES) {
      throw Refused.tooLarge(
          field, "event data cannot be longer than " + LONGEST_DATA_BYTES + " bytes");
    }
    return data;
  }

  /**
   * An event id as text; null when absent or empty.
   *
   * @param field where it stands in the call
   * @param what the words for it in messages
   * @throws Refused when it is neither text nor an integer, or longer than 255 bytes
   */
  public static @Nullable String eventId(String field, String what, @Nullable Object value) {
    return Members.text(field, what, value, LONGEST_EVENT_ID_BYTES);
  }

  /**
   * An anonymous id as text; null when absent or empty.
   *
   * @param field where it stands in the call
   * @throws Refused when it is neither text nor an integer, or longer than 150 bytes
   */
  public static @Nullable String anonymousId(String field, @Nullable Object value) {
    return Members.text(field, value, LONGEST_ANONYMOUS_ID_BYTES);
  }
}
