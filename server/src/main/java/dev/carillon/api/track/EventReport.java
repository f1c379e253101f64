package dev.carillon.api.track;

import dev.carillon.events.EventKind;
import dev.carillon.http.EventBody;
import dev.carillon.http.ParsedObject;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import org.jspecify.annotations.Nullable;

/** Turns what a caller says about an event into an operation (track §4.1, §6, §7, §8). */
final class EventReport {
  private static final int LONGEST_EVENT_NAME_BYTES = 100;
  private static final int PAGE_NAME_CHARACTERS = 500;
  private static final int LONGEST_DATA_BYTES = 100_000;
  private static final int LONGEST_EVENT_ID_BYTES = 255;
  private static final int LONGEST_ANONYMOUS_ID_BYTES = 150;

  private EventReport() {}

  /**
   * An event of this person; {@code anonymous_id} in the body means nothing here.
   *
   * @throws Refused with the message of the first rule broken
   */
  static Operation.Event ofPerson(WorkspaceId workspace, Identifier person, EventBody body) {
    return operation(workspace, person, null, body);
  }

  /**
   * An event of nobody known yet.
   *
   * @throws Refused with the message of the first rule broken
   */
  static Operation.Event anonymous(WorkspaceId workspace, EventBody body) {
    return operation(workspace, null, anonymousId(body.anonymousId()), body);
  }

  /**
   * An event of v2, whose data are {@code attributes}, the kept member of the item.
   *
   * @throws Refused with the message of the first rule broken
   */
  static Operation.Event ofItem(
      WorkspaceId workspace, PersonNames.Somebody who, EventKind kind, ParsedObject item) {
    var members = item.members();
    if (members.get("name") == null || members.get("name") instanceof String n && n.isBlank()) {
      throw Refused.required("name");
    }
    var name = name(kind, members.get("name"));
    Members.checkObject("attributes", members.get("attributes"));
    return new Operation.Event(
        workspace,
        who.person(),
        who.anonymousId(),
        kind,
        name,
        eventId(members.get("id")),
        Times.millis(members.get("timestamp")),
        checkLength("attributes", item.keptText()));
  }

  /**
   * An anonymous id as text; null when absent or empty.
   *
   * @throws Refused when it is neither text nor an integer, or longer than 150 bytes
   */
  static @Nullable String anonymousId(@Nullable Object value) {
    return Members.text("anonymous_id", value, LONGEST_ANONYMOUS_ID_BYTES);
  }

  private static Operation.Event operation(
      WorkspaceId workspace,
      @Nullable Identifier person,
      @Nullable String anonymousId,
      EventBody body) {
    var kind = body.type() instanceof String word ? EventKind.ofWire(word) : EventKind.EVENT;
    var name = name(kind, body.name());
    var data = body.data();
    if (data == null) {
      throw Refused.invalid("data", "event data must be a hash");
    }
    return new Operation.Event(
        workspace,
        person,
        anonymousId,
        kind,
        name,
        eventId(body.id()),
        Times.millis(body.timestamp()),
        checkLength("data", data));
  }

  /**
   * The data of an event, at most 100,000 bytes.
   *
   * @throws Refused when there are more
   */
  static byte[] checkLength(String field, byte[] data) {
    if (data.length > LONGEST_DATA_BYTES) {
      throw Refused.tooLarge(
          field, "event data cannot be longer than " + LONGEST_DATA_BYTES + " bytes");
    }
    return data;
  }

  private static @Nullable String eventId(@Nullable Object value) {
    return Members.text("id", "event id", value, LONGEST_EVENT_ID_BYTES);
  }

  private static String name(EventKind kind, @Nullable Object value) {
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
}
