package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository;
import dev.carillon.objects.ObjectAttributes;
import dev.carillon.objects.ObjectAttributes.Outcome;
import dev.carillon.objects.ObjectName;
import dev.carillon.objects.ObjectRepository.Use;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.people.CioId;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects and relationships in one batch (track §6). Locks are taken in this order: anonymous ids,
 * people, objects. Whoever only relates people to an object shares its lock, so that a company with
 * many people is no bottleneck.
 *
 * <p>Choice: the deletion of a person or an object is noted there alone, not at all those it was
 * related to.
 */
final class ObjectApplier {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectApplier.class);

  /** An object's own names: the server knows them, what callers say of them is not stored. */
  private static final Set<String> SERVER_SET =
      Set.of("object_id", "cio_object_id", "object_type_id");

  private static final String RESERVED = "relationship";

  /** Tells in entries about objects whose relationship it is. */
  private static final String PERSON = "cio_id";

  private final BatchScope scope;
  private final BatchActivity activity;
  private final BatchObjects objects;
  private final BatchRelationships relationships;
  private final BatchAnonymousRelationships anonymous;

  ObjectApplier(BatchScope scope, BatchActivity activity) {
    this.scope = scope;
    this.activity = activity;
    var stores = scope.stores();
    this.objects = new BatchObjects(scope.handle(), stores.objects(), stores.objectTypes());
    this.relationships = new BatchRelationships(scope, objects);
    this.anonymous =
        new BatchAnonymousRelationships(scope.handle(), stores.anonymousRelationships());
  }

  /**
   * Reads and locks the objects and relationships these operations touch; people are loaded and
   * anonymous ids are locked.
   *
   * @param claimed anonymous ids that somebody may claim
   */
  void read(List<Accepted> operations, Collection<AnonymousRepository.Key> claimed) {
    var needs = new BatchObjects.Needs();
    var owners = new TreeSet<>(claimed);
    for (var each : operations) {
      if (each.operation() instanceof Operation.ObjectIdentify call) {
        needs.name(call.workspace(), call.object(), true, Use.CHANGE);
      } else if (each.operation() instanceof Operation.ObjectDelete call) {
        needs.name(call.workspace(), call.object(), false, Use.DELETE);
      } else if (each.operation() instanceof Operation.Relate call) {
        needs.name(call.workspace(), call.object(), call.add(), Use.RELATE);
        var anonymousId = call.person() == null ? call.anonymousId() : null;
        if (anonymousId != null && !anonymousId.isEmpty()) {
          owners.add(new AnonymousRepository.Key(call.workspace(), anonymousId));
        }
      }
    }
    needs.keys.addAll(anonymous.read(owners));
    objects.load(needs);
    relationships.read(named(operations));
  }

  /** Relationships that operations name, as far as both sides exist already. */
  private Set<RelationshipRepository.Key> named(List<Accepted> operations) {
    var keys = new TreeSet<RelationshipRepository.Key>();
    for (var each : operations) {
      if (each.operation() instanceof Operation.Relate call && call.person() != null) {
        var object = objects.find(call.workspace(), call.object());
        var person = scope.people().personId(call.workspace(), call.person());
        if (object != null && person != 0) {
          keys.add(new RelationshipRepository.Key(person, object.objectKey()));
        }
      } else if (each.operation() instanceof Operation.Identify call
          && call.attributes().get("anonymous_id") instanceof String anonymousId) {
        var person = scope.people().personId(call.workspace(), call.person());
        var owner = new AnonymousRepository.Key(call.workspace(), anonymousId);
        for (var objectKey : anonymous.objects(owner)) {
          if (person != 0 && objects.byKey(objectKey) != null) {
            keys.add(new RelationshipRepository.Key(person, objectKey));
          }
        }
      }
    }
    return keys;
  }

  /** Creates or changes an object. */
  void identify(Operation.ObjectIdentify call, Entry entry) {
    var known = objects.find(call.workspace(), call.object());
    var object = known != null ? known : create(call.workspace(), call.object(), entry);
    if (object == null) {
      return;
    }
    var given = new LinkedHashMap<>(call.attributes());
    given.keySet().removeAll(SERVER_SET);
    if (given.containsKey(RESERVED)) {
      var reserved = new LinkedHashMap<String, @Nullable Object>();
      reserved.put(RESERVED, given.remove(RESERVED));
      failed(object, reserved, "no object may have an attribute of this name", entry);
    }
    var written = write(object.attributes(), given, call.writtenAtMillis(), entry);
    if (!written.changes.isEmpty()) {
      scope.surroundings().objectChanged(object, written.changes.keySet(), entry.receivedAt());
    }
    if (known != null && !written.changes.isEmpty()) {
      activity.noteObject(
          entry, object.objectKey(), object.activity("attribute_change"), written.changes);
    }
    if (written.refusal != null) {
      failed(object, written.refused, written.refusal, entry);
    }
  }

  private void failed(
      ObjectState object, Map<String, @Nullable Object> refused, String reason, Entry entry) {
    activity.noteObject(
        entry,
        object.objectKey(),
        object.activity("failed_attribute_change"),
        BatchActivity.refusal(refused, reason));
  }

  private @Nullable ObjectState create(WorkspaceId workspace, ObjectName name, Entry entry) {
    var object = objects.create(workspace, name, entry.op(), entry.receivedAt());
    if (object == null) {
      ignored(workspace, name, entry);
      return null;
    }
    activity.noteObject(entry, object.objectKey(), object.activity("create"), object.identifiers());
    return object;
  }

  private static void ignored(WorkspaceId workspace, ObjectName name, Entry entry) {
    var unknown =
        switch (name) {
          case ObjectName.OfType(var typeId, _) -> "object type " + typeId;
          case ObjectName.OfCioId(var value) -> "cio_object_id " + value;
        };
    LOG.debug(
        "operation {} of workspace {} names an unknown {} and is ignored",
        entry.op(),
        workspace.value(),
        unknown);
  }

  /** Removes an object with all its relationships. */
  void delete(Operation.ObjectDelete call, Entry entry) {
    var object = objects.find(call.workspace(), call.object());
    if (object == null) {
      return;
    }
    objects.delete(object);
    relationships.forget(object);
    anonymous.forget(object);
    scope.surroundings().objectDeleted(object, entry.receivedAt());
    activity.noteObject(entry, object.objectKey(), object.activity("delete"), object.identifiers());
  }

  /** Relates a person to an object, changes the relationship, or undoes it. */
  void relate(Operation.Relate call, PersonState person, Entry entry) {
    var known = objects.find(call.workspace(), call.object());
    if (call.add()) {
      var object = known != null ? known : create(call.workspace(), call.object(), entry);
      if (object != null) {
        relate(person, object, call.attributes(), call.writtenAtMillis(), entry);
      }
    } else if (known == null) {
      ignored(call.workspace(), call.object(), entry);
    } else if (relationships.remove(person, known)) {
      scope.surroundings().unrelated(person, known, entry.receivedAt());
      activity.note(entry, person, "delete_relationship", known.identifiers());
      noteOther(entry, known, person, "delete_relationship");
    }
  }

  private void relate(
      PersonState person,
      ObjectState object,
      Map<String, @Nullable Object> given,
      long writtenAtMillis,
      Entry entry) {
    var known = relationships.find(person, object);
    var relationship =
        known != null ? known : relationships.add(person, object, entry.receivedAt());
    var written = write(relationship.attributes(), given, writtenAtMillis, entry);
    note(person, object, known == null, relationship.attributes(), written, entry);
  }

  private void note(
      PersonState person,
      ObjectState object,
      boolean isNew,
      ObjectAttributes attributes,
      Written written,
      Entry entry) {
    if (isNew || !written.changes.isEmpty()) {
      scope.surroundings().related(person, object, attributes, entry.receivedAt());
    }
    var data = object.identifiers();
    if (isNew) {
      data.put("attributes", new LinkedHashMap<>(attributes.attributes()));
      activity.note(entry, person, "add_relationship", data);
      noteOther(entry, object, person, "add_relationship");
    } else if (!written.changes.isEmpty()) {
      data.put("attributes", written.changes);
      activity.note(entry, person, "relationship_attribute_change", data);
      noteRelationship(entry, object, person, "attribute_change", written.changes);
    }
    if (written.refusal != null) {
      var failed = object.identifiers();
      failed.put("reason", written.refusal);
      failed.put("attributes", List.copyOf(written.refused.keySet()));
      activity.note(entry, person, "relationship_failed_attribute_change", failed);
      noteRelationship(
          entry,
          object,
          person,
          "failed_attribute_change",
          BatchActivity.refusal(written.refused, written.refusal));
    }
  }

  /**
   * The object's side of what became of a relationship's attributes: as an entry about attributes,
   * and whose relationship it is.
   */
  private void noteRelationship(
      Entry entry, ObjectState object, PersonState person, String what, Map<String, Object> said) {
    var data = new LinkedHashMap<String, Object>(said);
    data.put(PERSON, CioId.of(person.personId()));
    activity.noteObject(entry, object.objectKey(), object.relationshipActivity(what), data);
  }

  /** The object's side of what is noted about a person. */
  private void noteOther(Entry entry, ObjectState object, PersonState person, String what) {
    activity.noteObject(
        entry,
        object.objectKey(),
        object.activity(what),
        Map.of(PERSON, CioId.of(person.personId())));
  }

  /** Relates nobody yet to an object, or undoes that; nothing without an anonymous id. */
  void relateAnonymous(Operation.Relate call, Entry entry) {
    var anonymousId = call.anonymousId();
    if (anonymousId == null || anonymousId.isEmpty()) {
      return;
    }
    var owner = new AnonymousRepository.Key(call.workspace(), anonymousId);
    var known = objects.find(call.workspace(), call.object());
    if (!call.add()) {
      if (known != null) {
        anonymous.remove(owner, known.objectKey());
      }
      return;
    }
    var object = known != null ? known : create(call.workspace(), call.object(), entry);
    if (object == null) {
      return;
    }
    var attributes = anonymous.add(owner, object.objectKey(), entry.receivedAt());
    var written = write(attributes, call.attributes(), call.writtenAtMillis(), entry);
    if (written.refusal != null) {
      activity.noteObject(
          entry,
          object.objectKey(),
          object.relationshipActivity("failed_attribute_change"),
          BatchActivity.refusal(written.refused, written.refusal));
    }
  }

  /** Gives a person the relationships of an anonymous id it has claimed (P-34). */
  void claim(AnonymousRepository.Key owner, PersonState person, Entry entry) {
    anonymous
        .take(owner, entry.receivedAt())
        .forEach((objectKey, attributes) -> {
          var object = objects.byKey(objectKey);
          if (object != null) {
            carryOver(attributes, person, object, entry);
          }
        });
  }

  /** Each attribute keeps the time it was written at: what the person wrote later stays. */
  private void carryOver(
      ObjectAttributes from, PersonState person, ObjectState object, Entry entry) {
    var known = relationships.find(person, object);
    var relationship =
        known != null ? known : relationships.add(person, object, entry.receivedAt());
    var written = write(relationship.attributes(), from.attributes(), from::writtenAtMillis, false);
    note(person, object, known == null, relationship.attributes(), written, entry);
  }

  /** What writing the attributes of a call did; {@code refusal} is why some were refused. */
  private record Written(
      Map<String, Object> changes,
      Map<String, @Nullable Object> refused,
      @Nullable String refusal) {}

  private static Written write(
      ObjectAttributes attributes,
      Map<String, @Nullable Object> given,
      long writtenAtMillis,
      Entry entry) {
    var at = writtenAtMillis == 0 ? entry.receivedAt().toEpochMilli() : writtenAtMillis;
    return write(attributes, given, _ -> at, writtenAtMillis != 0);
  }

  private static Written write(
      ObjectAttributes attributes,
      Map<String, ? extends @Nullable Object> given,
      ToLongFunction<String> writtenAt,
      boolean confirm) {
    var changes = new LinkedHashMap<String, Object>();
    var refused = new LinkedHashMap<String, @Nullable Object>();
    var refusals = new ArrayList<String>();
    given.forEach((name, value) -> {
      switch (attributes.write(name, value, writtenAt.applyAsLong(name))) {
        case Outcome.Changed(var from, var to) ->
            changes.put(name, IdentifyApplier.change(from, to));
        case Outcome.Unchanged() -> {
          if (confirm) { // without a time calls that change nothing would cost an update
            attributes.confirm(name, writtenAt.applyAsLong(name));
          }
        }
        case Outcome.Refused(var reason) -> {
          refused.put(name, value);
          refusals.add(reason);
        }
      }
    });
    return new Written(changes, refused, refusals.isEmpty() ? null : refusals.getFirst());
  }

  /**
   * Writes what has changed.
   *
   * @param now when it was accepted
   */
  void write(Instant now) {
    relationships.write(now);
    objects.write(now);
    scope.surroundings().write();
    anonymous.write(objects.deleted());
  }
}
