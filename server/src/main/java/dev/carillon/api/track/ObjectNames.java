package dev.carillon.api.track;

import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.ObjectCheck;
import dev.carillon.api.wire.ObjectTypeCheck;
import dev.carillon.api.wire.Refused;
import dev.carillon.objects.ObjectName;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads how JSON names objects (track §6). */
final class ObjectNames {
  private static final String FIELD = "identifiers";
  private static final int LONGEST_OBJECT_ID_BYTES = 150;

  private final ObjectTypeCheck types;
  private final ObjectCheck objects;

  /** Asks these checks what exists. */
  ObjectNames(ObjectTypeCheck types, ObjectCheck objects) {
    this.types = types;
    this.objects = objects;
  }

  /**
   * The object named by {@code identifiers}: {@code {object_type_id, object_id}} or {@code
   * {cio_object_id}}.
   *
   * @throws Refused when it names none, one of a type that does not exist, or an unknown {@code
   *     cio_object_id}, which cannot be created
   */
  ObjectName read(WorkspaceId workspace, @Nullable Object value) {
    var names = Members.requiredObject(FIELD, value);
    try {
      var cioId =
          Members.text("cio_object_id", names.get("cio_object_id"), LONGEST_OBJECT_ID_BYTES);
      if (cioId == null) {
        return ofType(workspace, names);
      }
      if (names.get("object_id") != null || names.get("objectId") != null) {
        throw Refused.invalid("", "identifiers must hold object_id or cio_object_id, not both");
      }
      if (!objects.exists(workspace, cioId)) {
        throw Refused.unknown("cio_object_id", "cio_object_id names no object");
      }
      return new ObjectName.OfCioId(cioId);
    } catch (Refused refused) {
      throw refused.within(FIELD);
    }
  }

  private ObjectName ofType(WorkspaceId workspace, Map<String, @Nullable Object> names) {
    var type = Members.requiredText("object_type_id", names.get("object_type_id"), 10);
    // Some integrations write the key so.
    var alias = names.get("object_id") == null ? names.get("objectId") : names.get("object_id");
    var objectId = Members.requiredText("object_id", alias, LONGEST_OBJECT_ID_BYTES);
    int typeId = typeId(type);
    if (!types.exists(workspace, typeId)) {
      throw Refused.unknown("object_type_id", "object_type_id names no object type");
    }
    return new ObjectName.OfType(typeId, objectId);
  }

  private static int typeId(String text) {
    try {
      int typeId = Integer.parseInt(text);
      if (typeId >= 1 && Character.isDigit(text.charAt(0))) {
        return typeId;
      }
    } catch (NumberFormatException notWhole) {
      // told below
    }
    throw Refused.invalid("object_type_id", "object_type_id must be a whole number from 1");
  }
}
