package dev.carillon.api.track;

import dev.carillon.api.wire.Attributes;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Times;
import dev.carillon.objects.ObjectName;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Items of v2 about objects (track §6). */
final class ObjectItems {
  private final ObjectNames objects;
  private final Relationships relationships;

  ObjectItems(ObjectNames objects, Relationships relationships) {
    this.objects = objects;
    this.relationships = relationships;
  }

  /**
   * What the item stands for.
   *
   * @throws Refused with the first rule broken
   */
  List<Operation> operations(Access access, String action, Map<String, @Nullable Object> members) {
    return switch (action) {
      case "identify" -> identify(access, members, false);
      case "identify_anonymous" -> identify(access, members, true);
      case "delete" ->
          List.of(new Operation.ObjectDelete(access.workspace(), name(access, members)));
      case "add_relationships" -> relate(access, members, true);
      case "delete_relationships" -> relate(access, members, false);
      default -> throw Refused.invalid("action", "action is not one of type object");
    };
  }

  private ObjectName name(Access access, Map<String, @Nullable Object> members) {
    return objects.read(access.workspace(), members.get("identifiers"));
  }

  private List<Operation> identify(
      Access access, Map<String, @Nullable Object> members, boolean anonymous) {
    var object = name(access, members);
    long at = Times.millis(members.get("timestamp"));
    var operations = new ArrayList<Operation>();
    operations.add(
        new Operation.ObjectIdentify(access.workspace(), object, attributes(members), at));
    var list = Members.list("cio_relationships", members.get("cio_relationships"));
    if (list != null) {
      operations.addAll(relationships.ofObject(access, object, list, true, anonymous, at));
    }
    if (anonymous) {
      var anonymousId = EventReport.anonymousId(members.get("anonymous_id"));
      if (anonymousId != null) {
        operations.add(
            new Operation.Relate(
                access.workspace(), null, anonymousId, object, true, true, Map.of(), at));
      }
      if (operations.size() == 1) {
        throw Refused.required("cio_relationships");
      }
    }
    return operations;
  }

  private static Map<String, @Nullable Object> attributes(Map<String, @Nullable Object> members) {
    var attributes = Attributes.ofThing("attributes", members.get("attributes"));
    if (attributes.containsKey("relationship")) {
      throw Refused.invalid("attributes.relationship", "relationship is a reserved attribute name");
    }
    var createdAt = members.get("created_at");
    if (createdAt == null || attributes.containsKey("created_at")) {
      return attributes;
    }
    // Beside the attributes, as some integrations write it.
    var all = new LinkedHashMap<String, @Nullable Object>(attributes);
    all.put("created_at", createdAt);
    return Attributes.ofThing("attributes", all);
  }

  private List<Operation> relate(
      Access access, Map<String, @Nullable Object> members, boolean add) {
    var object = name(access, members);
    return relationships.ofObject(
        access,
        object,
        PersonItems.relationships(members),
        add,
        false,
        Times.millis(members.get("timestamp")));
  }
}
