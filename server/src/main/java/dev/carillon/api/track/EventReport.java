package dev.carillon.api.track;

import dev.carillon.api.wire.EventRules;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Times;
import dev.carillon.events.EventKind;
import dev.carillon.http.EventBody;
import dev.carillon.http.ParsedObject;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import org.jspecify.annotations.Nullable;

/** Turns what a caller says about an event into an operation (track §4.1, §6, §7, §8). */
final class EventReport {
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
    var name = EventRules.name(kind, members.get("name"));
    Members.checkObject("attributes", members.get("attributes"));
    return new Operation.Event(
        workspace,
        who.person(),
        who.anonymousId(),
        kind,
        name,
        EventRules.eventId("id", "event id", members.get("id")),
        Times.millis(members.get("timestamp")),
        EventRules.data("attributes", item.keptText()));
  }

  /**
   * An anonymous id as text; null when absent or empty.
   *
   * @throws Refused when it is neither text nor an integer, or longer than 150 bytes
   */
  static @Nullable String anonymousId(@Nullable Object value) {
    return EventRules.anonymousId("anonymous_id", value);
  }

  private static Operation.Event operation(
      WorkspaceId workspace,
      @Nullable Identifier person,
      @Nullable String anonymousId,
      EventBody body) {
    var kind = body.type() instanceof String word ? EventKind.ofWire(word) : EventKind.EVENT;
    var name = EventRules.name(kind, body.name());
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
        EventRules.eventId("id", "event id", body.id()),
        Times.millis(body.timestamp()),
        EventRules.data("data", data));
  }
}
