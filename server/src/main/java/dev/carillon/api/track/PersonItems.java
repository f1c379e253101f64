package dev.carillon.api.track;

import dev.carillon.api.wire.DeliveryReports;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Times;
import dev.carillon.events.EventKind;
import dev.carillon.http.ParsedObject;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Items of v2 about people (track §6). */
final class PersonItems {
  private final IdentifyBody identify;
  private final Relationships relationships;

  PersonItems(IdentifyBody identify, Relationships relationships) {
    this.identify = identify;
    this.relationships = relationships;
  }

  /**
   * What the item stands for.
   *
   * @throws Refused with the first rule broken
   */
  List<Operation> operations(Access access, String action, ParsedObject item) {
    var members = item.members();
    return switch (action) {
      case "identify" -> identify(access, members);
      case "delete" -> List.of(new Operation.Delete(access.workspace(), person(access, members)));
      case "suppress" ->
          List.of(new Operation.Suppress(access.workspace(), person(access, members)));
      case "unsuppress" ->
          List.of(new Operation.Unsuppress(access.workspace(), person(access, members)));
      case "merge" -> List.of(PeopleCalls.merge(access, members));
      case "event" -> event(access, EventKind.EVENT, item);
      case "page" -> event(access, EventKind.PAGE, item);
      case "screen" -> event(access, EventKind.SCREEN, item);
      case "add_relationships" -> relate(access, members, true);
      case "delete_relationships" -> relate(access, members, false);
      case "add_device" ->
          List.of(
              DeviceBody.update(
                  access.workspace(), person(access, members), members.get("device"), "token"));
      case "delete_device" ->
          List.of(
              new Operation.DeviceRemoval(
                  access.workspace(),
                  person(access, members),
                  DeviceBody.token(members.get("device"))));
      case "viewed_content" -> content(access, members, false);
      case "clicked_content" -> content(access, members, true);
      default -> throw Refused.invalid("action", "action is not one of type person");
    };
  }

  private List<Operation> identify(Access access, Map<String, @Nullable Object> members) {
    var person = person(access, members);
    var attributes = Members.object("attributes", members.get("attributes"));
    long at = Times.millis(members.get("timestamp"));
    var operations = new ArrayList<Operation>();
    try {
      operations.addAll(
          identify.operations(access, person, attributes == null ? Map.of() : attributes, at));
    } catch (Refused refused) {
      throw refused.within("attributes");
    }
    var related = Members.list("cio_relationships", members.get("cio_relationships"));
    if (related != null) {
      var first = (Operation.Identify) operations.getFirst();
      operations.addAll(
          relationships.ofPerson(
              access, person, related, true, !first.updateOnly(), first.writtenAtMillis()));
    }
    return operations;
  }

  private List<Operation> relate(
      Access access, Map<String, @Nullable Object> members, boolean add) {
    var person = person(access, members);
    return relationships.ofPerson(
        access, person, relationships(members), add, true, Times.millis(members.get("timestamp")));
  }

  /**
   * The list of relationships an action cannot do without.
   *
   * @throws Refused when it is absent, empty or no list
   */
  static List<?> relationships(Map<String, @Nullable Object> members) {
    var list = Members.list("cio_relationships", members.get("cio_relationships"));
    if (list == null || list.isEmpty()) {
      throw Refused.required("cio_relationships");
    }
    return list;
  }

  private static List<Operation> event(Access access, EventKind kind, ParsedObject item) {
    var who = PersonNames.somebody("identifiers", item.members().get("identifiers"), access);
    return List.of(EventReport.ofItem(access.workspace(), who, kind, item));
  }

  /** Content shown in an app (dest); its facts under the names the rest of the program uses. */
  private static List<Operation> content(
      Access access, Map<String, @Nullable Object> members, boolean clicked) {
    var who = PersonNames.somebody("identifiers", members.get("identifiers"), access);
    Members.requiredText("name", members.get("name"), LONGEST_NAME_BYTES);
    var said = Members.requiredObject("attributes", members.get("attributes"));
    var details = new LinkedHashMap<String, @Nullable Object>();
    DeliveryReports.put(details, "content_id", said.get("contentId"));
    DeliveryReports.put(details, "template_id", said.get("templateId"));
    DeliveryReports.put(details, "content_type", said.get("contentType"));
    DeliveryReports.put(details, "action_name", said.get("actionName"));
    DeliveryReports.put(details, "action_value", said.get("actionValue"));
    return List.of(
        new Operation.ContentReport(
            access.workspace(),
            who.person(),
            who.anonymousId(),
            clicked,
            Times.millis(members.get("timestamp")),
            details));
  }

  private static final int LONGEST_NAME_BYTES = 100;

  private static Identifier person(Access access, Map<String, @Nullable Object> members) {
    return PersonNames.person("identifiers", members.get("identifiers"), access);
  }
}
