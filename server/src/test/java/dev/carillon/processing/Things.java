package dev.carillon.processing;

import dev.carillon.objects.CioObjectId;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.Identifier;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Operations about devices, objects and relationships, and what came of them. */
record Things(ProcessingKit kit) {

  // ── what goes in ──────────────────────────────────────────────────────────────────────────────

  Operation.DeviceUpdate device(
      Identifier person, String token, @Nullable Instant usedAt, @Nullable Object... attributes) {
    return new Operation.DeviceUpdate(
        kit.workspace(),
        person,
        token,
        "ios",
        usedAt == null ? 0 : usedAt.toEpochMilli(),
        ProcessingKit.attributes(attributes));
  }

  Operation.DeviceRemoval noDevice(Identifier person, String token) {
    return new Operation.DeviceRemoval(kit.workspace(), person, token);
  }

  static ObjectName object(String objectId) {
    return new ObjectName.OfType(1, objectId);
  }

  Operation.ObjectIdentify identify(ObjectName object, @Nullable Object... attributes) {
    return new Operation.ObjectIdentify(
        kit.workspace(), object, ProcessingKit.attributes(attributes), 0);
  }

  Operation.ObjectDelete delete(ObjectName object) {
    return new Operation.ObjectDelete(kit.workspace(), object);
  }

  Operation.Relate relate(Identifier person, ObjectName object, @Nullable Object... attributes) {
    return new Operation.Relate(
        kit.workspace(), person, null, object, true, true, ProcessingKit.attributes(attributes), 0);
  }

  Operation.Relate unrelate(Identifier person, ObjectName object) {
    return new Operation.Relate(kit.workspace(), person, null, object, false, false, Map.of(), 0);
  }

  Operation.Relate relateAnonymous(
      String anonymousId, ObjectName object, @Nullable Object... attributes) {
    return new Operation.Relate(
        kit.workspace(),
        null,
        anonymousId,
        object,
        true,
        false,
        ProcessingKit.attributes(attributes),
        0);
  }

  Operation.Relate unrelateAnonymous(String anonymousId, ObjectName object) {
    return new Operation.Relate(
        kit.workspace(), null, anonymousId, object, false, false, Map.of(), 0);
  }

  /** Accepts operations one after the other, each in a batch of its own, and waits. */
  void apply(Operation... operations) {
    for (var operation : operations) {
      kit.accept(operation);
      kit.settle();
    }
  }

  // ── what came of it ───────────────────────────────────────────────────────────────────────────

  /** {@code token platform last-used attributes} of a person's devices, in the order of tokens. */
  List<String> devices(long personId) {
    return rows(
        """
        SELECT concat_ws(' ', token, platform, round(extract(epoch FROM last_used)), attributes) FROM device
         WHERE person_id = ? ORDER BY token
        """,
        personId);
  }

  List<String> devices(Identifier person) {
    return devices(kit.personId(person));
  }

  /** Tokens of a person's devices. */
  List<String> tokens(Identifier person) {
    return rows(
        "SELECT token FROM device WHERE person_id = ? ORDER BY token", kit.personId(person));
  }

  long objectKey(String objectId) {
    return kit.number(
        "SELECT object_key FROM object WHERE workspace_id = ? AND type_id = 1 AND object_id = ?",
        kit.workspace().value(),
        objectId);
  }

  ObjectName cioId(String objectId) {
    return new ObjectName.OfCioId(CioObjectId.of(objectKey(objectId)));
  }

  /** {@code type/object-id attributes} of the workspace's objects. */
  List<String> objects() {
    return rows(
        """
        SELECT type_id || '/' || object_id || ' ' || attributes FROM object WHERE workspace_id = ?
         ORDER BY type_id, object_id
        """,
        kit.workspace().value());
  }

  Map<String, Object> attributes(String objectId) {
    return AttributesJson.parse(
        rows(
                "SELECT attributes FROM object WHERE workspace_id = ? AND object_id = ?",
                kit.workspace().value(),
                objectId)
            .getFirst());
  }

  /** {@code object-id attributes} of a person's relationships. */
  List<String> relationships(Identifier person) {
    return rows(
        """
        SELECT o.object_id || ' ' || r.attributes FROM relationship r JOIN object o USING (object_key)
         WHERE r.person_id = ? ORDER BY 1
        """,
        kit.personId(person));
  }

  /** {@code object-id attributes} of what waits for an anonymous id. */
  List<String> waiting(String anonymousId) {
    return rows(
        """
        SELECT o.object_id || ' ' || r.attributes FROM anonymous_relationship r JOIN object o USING (object_key)
         WHERE r.workspace_id = ? AND r.anonymous_id = ? ORDER BY 1
        """,
        kit.workspace().value(),
        anonymousId);
  }

  /** {@code type data} of the entries about an object, in the order of the operations. */
  List<String> activities(long objectKey) {
    return rows(
        "SELECT type || ' ' || data FROM activity WHERE object_key = ? AND person_id = 0 ORDER BY op, ctid",
        objectKey);
  }

  List<String> rows(String sql, @Nullable Object... arguments) {
    return kit.database.read(handle -> handle.select(sql, arguments).mapTo(String.class).list());
  }
}
