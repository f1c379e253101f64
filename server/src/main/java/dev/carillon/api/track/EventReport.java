package dev.carillon.api.track;

import dev.carillon.events.EventKind;
import dev.carillon.http.EventBody;
import dev.carillon.http.Problem;
import dev.carillon.http.ProblemException;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import org.jspecify.annotations.Nullable;

/** Turns the body of an event call into an operation (track §4.1, §7, §8). */
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
   * @throws ProblemException 400 with the message of the first rule broken
   */
  static Operation.Event ofPerson(WorkspaceId workspace, Identifier person, EventBody body) {
    return operation(workspace, person, null, body);
  }

  /**
   * An event of nobody known yet.
   *
   * @throws ProblemException 400 with the message of the first rule broken
   */
  static Operation.Event anonymous(WorkspaceId workspace, EventBody body) {
    return operation(workspace, null, anonymousId(body.anonymousId()), body);
  }

  /**
   * An anonymous id as text; null when absent or empty.
   *
   * @throws ProblemException 400 when it is neither text nor an integer, or longer than 150 bytes
   */
  static @Nullable String anonymousId(@Nullable Object value) {
    return text("anonymous_id", value, LONGEST_ANONYMOUS_ID_BYTES);
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
      throw bad("event data must be a hash");
    }
    if (data.length > LONGEST_DATA_BYTES) {
      throw bad("event data cannot be longer than " + LONGEST_DATA_BYTES + " bytes");
    }
    var eventId = text("event id", body.id(), LONGEST_EVENT_ID_BYTES);
    return new Operation.Event(
        workspace, person, anonymousId, kind, name, eventId, Times.millis(body.timestamp()), data);
  }

  private static String name(EventKind kind, @Nullable Object value) {
    var name =
        switch (value) {
          case null -> "";
          case String text -> text.strip();
          default -> throw bad("event name must be a string");
        };
    if (name.isEmpty()) {
      throw bad("event name must not be blank");
    }
    switch (kind) {
      case EVENT -> {
        if (Sizes.utf8(name) > LONGEST_EVENT_NAME_BYTES) {
          throw bad("event name cannot be longer than " + LONGEST_EVENT_NAME_BYTES + " bytes");
        }
      }
      case PAGE, SCREEN -> {
        if (name.codePointCount(0, name.length()) >= PAGE_NAME_CHARACTERS) {
          throw bad("event name must be less than " + PAGE_NAME_CHARACTERS + " characters");
        }
      }
    }
    return name;
  }

  /** A text, or an integer as text; null when absent or empty. */
  private static @Nullable String text(String what, @Nullable Object value, int longestBytes) {
    var text =
        switch (value) {
          case null -> "";
          case String string -> string;
          case Long number -> number.toString();
          default -> throw bad(what + " must be a string");
        };
    if (Sizes.utf8(text) > longestBytes) {
      throw bad(what + " cannot be longer than " + longestBytes + " bytes");
    }
    return text.isEmpty() ? null : text;
  }

  private static ProblemException bad(String message) {
    return new Problem.BadRequest(message).thrown();
  }
}
