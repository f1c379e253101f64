package dev.carillon.api.track;

import dev.carillon.api.wire.Attributes;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code cio_relationships} in all the forms it comes in (track §3.4, §6). */
final class Relationships {
  private static final String FIELD = "cio_relationships";
  private static final String ADD = "add_relationships";
  private static final String DELETE = "delete_relationships";

  private final ObjectNames objects;

  /** Names objects with this reader. */
  Relationships(ObjectNames objects) {
    this.objects = objects;
  }

  /**
   * The form of v1, {@code {action, relationships}}, or the bare list of v2, which adds.
   *
   * @param mayCreate whether an unknown person may be created (track §3.4, {@code _update})
   * @param writtenAt Unix milliseconds; 0 = at receipt
   * @throws Refused with the first rule broken
   */
  List<Operation> inAttributes(
      Access access, Identifier person, Object value, boolean mayCreate, long writtenAt) {
    if (value instanceof List<?> list) {
      return ofPerson(access, person, list, true, mayCreate, writtenAt);
    }
    var form = Members.requiredObject(FIELD, value);
    var action = form.get("action");
    if (!ADD.equals(action) && !DELETE.equals(action)) {
      throw Refused.invalid(
          FIELD + ".action", "cio_relationships.action must be " + ADD + " or " + DELETE);
    }
    var list = Members.list(FIELD + ".relationships", form.get("relationships"));
    if (list == null) {
      throw Refused.required(FIELD + ".relationships");
    }
    return ofPerson(access, person, list, ADD.equals(action), mayCreate, writtenAt);
  }

  /**
   * Objects related to a person.
   *
   * @param list {@code [{identifiers: {object…}, relationship_attributes?}]}
   * @throws Refused with the first rule broken
   */
  List<Operation> ofPerson(
      Access access,
      Identifier person,
      List<?> list,
      boolean add,
      boolean mayCreate,
      long writtenAt) {
    return each(
        list,
        (entry, attributes) ->
            new Operation.Relate(
                access.workspace(),
                person,
                null,
                objects.read(access.workspace(), entry.get("identifiers")),
                add,
                add && mayCreate,
                add ? attributes : Map.of(),
                writtenAt));
  }

  /**
   * People related to an object.
   *
   * @param list {@code [{identifiers: {id|email|cio_id}, relationship_attributes?}]}
   * @param anonymous whether an entry may name an anonymous id instead
   * @throws Refused with the first rule broken
   */
  List<Operation> ofObject(
      Access access,
      ObjectName object,
      List<?> list,
      boolean add,
      boolean anonymous,
      long writtenAt) {
    return each(
        list,
        (entry, attributes) -> {
          var names = entry.get("identifiers");
          var who =
              anonymous
                  ? PersonNames.somebody("identifiers", names, access)
                  : new PersonNames.Somebody(
                      PersonNames.person("identifiers", names, access), null);
          return new Operation.Relate(
              access.workspace(),
              who.person(),
              who.anonymousId(),
              object,
              add,
              add,
              add ? attributes : Map.of(),
              writtenAt);
        });
  }

  @FunctionalInterface
  private interface Entry {
    Operation read(Map<String, @Nullable Object> entry, Map<String, @Nullable Object> attributes);
  }

  private static List<Operation> each(List<?> list, Entry reader) {
    var operations = new ArrayList<Operation>(list.size());
    for (int i = 0; i < list.size(); i++) {
      try {
        if (!(list.get(i) instanceof Map)) {
          throw Refused.invalid("", "a relationship must be an object");
        }
        var entry = Members.requiredObject("", list.get(i));
        operations.add(
            reader.read(
                entry,
                Attributes.ofThing(
                    "relationship_attributes", entry.get("relationship_attributes"))));
      } catch (Refused refused) {
        throw refused.within(FIELD + "[" + i + "]");
      }
    }
    return operations;
  }
}
