package dev.carillon.api.pipelines;

import dev.carillon.api.wire.EventRules;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.events.EventKind;
import dev.carillon.http.Json;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.EmailAddress;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns calls into operations (pipelines §5.2). */
final class CallOperations {
  /**
   * Under this key the context of a call lies beside the properties in an event's data. Names that
   * begin with an underscore are never offered to segments (P-9). See docs/decisions/0009.
   */
  static final String CONTEXT = "_context";

  private static final String RELATIONSHIP_ATTRIBUTES = "relationshipAttributes";
  private static final String TYPE = "object_type_id";
  private static final String CAMEL_TYPE = "objectTypeId";

  private final ObjectReader objects;
  private final SemanticEvents semantics;

  /** Names objects with the one, and asks the other which events mean more than themselves. */
  CallOperations(ObjectReader objects, SemanticEvents semantics) {
    this.objects = objects;
    this.semantics = semantics;
  }

  /**
   * What the call does, in order; empty when it changes nothing.
   *
   * @throws Refused with the first rule broken
   */
  List<Operation> of(Call call) {
    var operations =
        switch (call.type()) {
          case IDENTIFY -> identify(call);
          case TRACK -> track(call);
          case PAGE -> page(call);
          case SCREEN -> screen(call);
          case GROUP -> group(call);
          case ALIAS -> alias(call);
        };
    if (!call.forPeople()) {
      return List.of();
    }
    var messageId = call.messageId();
    return messageId == null ? operations : once(operations, messageId);
  }

  /**
   * Events carry the id themselves; everything else gets it, with its place in the call: no text of
   * a caller holds a NUL, so none is equal to these keys.
   */
  private static List<Operation> once(List<Operation> operations, String messageId) {
    var keyed = new ArrayList<Operation>(operations.size());
    for (var operation : operations) {
      keyed.add(
          operation instanceof Operation.Event
              ? operation
              : new Operation.Once(operation, messageId + '\0' + keyed.size()));
    }
    return keyed;
  }

  private List<Operation> identify(Call call) {
    var traits = new LinkedHashMap<>(call.object("traits"));
    var person = call.person() == null ? byEmail(call, traits.get("email")) : call.person();
    if (person == null) {
      call.requireSomebody();
      // Nobody can be told apart yet, so there is no profile to put the traits into.
      return List.of();
    }
    var operations = new ArrayList<Operation>();
    Operation relation = null;
    if (traits.get("objectId") != null) {
      var object =
          objects.read(
              call.source().workspace(),
              "traits.objectId",
              traits.get("objectId"),
              traits.remove(TYPE),
              traits.remove(CAMEL_TYPE));
      relation = relate(call, person, object, traits.remove(RELATIONSHIP_ATTRIBUTES));
    }
    var attributes = Traits.ofPerson(traits, call.source().convertsTimes());
    if (call.anonymousId() != null) {
      attributes.put("anonymous_id", call.anonymousId());
    }
    operations.add(
        new Operation.Identify(
            call.source().workspace(), person, attributes, call.writtenAtMillis(), false));
    if (relation != null) {
      operations.add(relation);
    }
    return operations;
  }

  /** Who is identified by the address alone; null when there is none. */
  private static @Nullable Identifier byEmail(Call call, @Nullable Object email) {
    if (!(email instanceof String address) || address.isEmpty()) {
      return null;
    }
    if (!call.source().access().emailIdentifies()) {
      PathIdentifier.checkId(address);
      return Identifier.id(address);
    }
    if (!EmailAddress.isWellFormed(address)) {
      if (call.anonymousId() != null) {
        return null;
      }
      throw Refused.invalid("traits.email", "traits.email must be an e-mail address");
    }
    return Identifier.email(address);
  }

  private List<Operation> track(Call call) {
    var name = call.members().get("event");
    if (name == null || name instanceof String text && text.isBlank()) {
      throw Refused.required("event");
    }
    if (!(name instanceof String event)) {
      throw Refused.invalid("event", "event must be a string");
    }
    var properties = call.object("properties");
    var meant = semantics.of(call, event, properties);
    if (meant.keptAsEvent()) {
      call.requireSomebody();
      var operations = new ArrayList<>(meant.operations());
      operations.add(event(call, EventKind.EVENT, event, properties));
      return operations;
    }
    return meant.operations();
  }

  private static List<Operation> page(Call call) {
    call.requireSomebody();
    var properties = call.object("properties");
    var name =
        firstText(
            properties.get("url"), call.members().get("name"), call.inContext("page").get("url"));
    if (name == null) {
      throw Refused.required("name", "properties.url or name is required");
    }
    return List.of(event(call, EventKind.PAGE, name, properties));
  }

  private static List<Operation> screen(Call call) {
    call.requireSomebody();
    var properties = call.object("properties");
    var name = firstText(call.members().get("name"), properties.get("name"));
    if (name == null) {
      throw Refused.required("name");
    }
    return List.of(event(call, EventKind.SCREEN, name, properties));
  }

  /** The first of these that is a text with something in it. */
  private static @Nullable String firstText(@Nullable Object... values) {
    for (var value : values) {
      if (value instanceof String text && !text.isBlank()) {
        return text;
      }
    }
    return null;
  }

  private static Operation event(
      Call call, EventKind kind, String name, Map<String, @Nullable Object> properties) {
    var data =
        new LinkedHashMap<String, @Nullable Object>(
            call.source().convertsTimes() ? IsoTimes.converted(properties) : properties);
    if (!call.context().isEmpty()) {
      data.putIfAbsent(CONTEXT, call.context());
    }
    return new Operation.Event(
        call.source().workspace(),
        call.person(),
        call.anonymousId(),
        kind,
        EventRules.name(kind, name),
        call.messageId(),
        call.atMillis(),
        EventRules.data("properties", Json.bytes(data)));
  }

  private List<Operation> group(Call call) {
    var traits = new LinkedHashMap<>(call.object("traits"));
    var object =
        objects.read(
            call.source().workspace(),
            "groupId",
            call.members().get("groupId"),
            traits.remove(TYPE),
            traits.remove(CAMEL_TYPE),
            call.members().get(CAMEL_TYPE));
    call.requireSomebody();
    var ofRelationship = traits.remove(RELATIONSHIP_ATTRIBUTES);
    var attributes =
        traits.get("objectAttributes") instanceof Map<?, ?>
            ? Members.requiredObject("traits.objectAttributes", traits.get("objectAttributes"))
            : traits;
    var operations = new ArrayList<Operation>();
    operations.add(
        new Operation.ObjectIdentify(
            call.source().workspace(),
            object,
            Traits.ofObject(attributes, call.source().convertsTimes()),
            call.writtenAtMillis()));
    var person = call.person();
    if (person != null && call.anonymousId() != null) {
      operations.add(
          new Operation.Identify(
              call.source().workspace(),
              person,
              Map.of("anonymous_id", call.anonymousId()),
              call.writtenAtMillis(),
              false));
    }
    operations.add(relate(call, person, object, ofRelationship));
    return operations;
  }

  private static Operation.Relate relate(
      Call call, @Nullable Identifier person, ObjectName object, @Nullable Object attributes) {
    var members = Members.object("traits." + RELATIONSHIP_ATTRIBUTES, attributes);
    return new Operation.Relate(
        call.source().workspace(),
        person,
        person == null ? call.anonymousId() : null,
        object,
        true,
        true,
        members == null ? Map.of() : Traits.plain(members, call.source().convertsTimes()),
        call.writtenAtMillis());
  }

  private static List<Operation> alias(Call call) {
    var primary = call.requiredPerson();
    var previousId = CallReader.id("previousId", call.members().get("previousId"));
    if (previousId == null) {
      throw Refused.required("previousId");
    }
    var secondary = CallReader.person("previousId", previousId, call.source());
    if (secondary.kind() == primary.kind() && secondary.key().equals(primary.key())) {
      throw Refused.invalid("previousId", "previousId must differ from userId");
    }
    return List.of(new Operation.Merge(call.source().workspace(), primary, secondary, true));
  }
}
