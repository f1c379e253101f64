package dev.carillon.api.pipelines;

import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.ObjectTypeCheck;
import dev.carillon.api.wire.Refused;
import dev.carillon.objects.ObjectName;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads how calls name objects (pipelines §5.2, §6). */
final class ObjectReader {
  private static final int LONGEST_OBJECT_ID_BYTES = 150;
  private static final int MOST_DIGITS = 9;

  private final ObjectTypeCheck types;

  /** Asks this check whether a type exists. */
  ObjectReader(ObjectTypeCheck types) {
    this.types = types;
  }

  /**
   * The object with this id.
   *
   * @param field where the id should stand, for messages
   * @param objectId text or a whole number
   * @param typesSaid where the type may stand, in order; nowhere: type 1
   * @throws Refused when there is no id, or no such type
   */
  ObjectName read(
      WorkspaceId workspace,
      String field,
      @Nullable Object objectId,
      @Nullable Object... typesSaid) {
    var id = Members.requiredText(field, objectId, LONGEST_OBJECT_ID_BYTES);
    int type = typeId(Arrays.stream(typesSaid).filter(Objects::nonNull).findFirst().orElse(1L));
    if (!types.exists(workspace, type)) {
      throw Refused.unknown("objectTypeId", "objectTypeId names no object type");
    }
    return new ObjectName.OfType(type, id);
  }

  private static int typeId(Object said) {
    var text =
        switch (said) {
          case Long number -> number.toString();
          case String string -> string;
          default -> "";
        };
    boolean whole =
        !text.isEmpty()
            && text.length() <= MOST_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && Integer.parseInt(text) >= 1;
    if (!whole) {
      throw Refused.invalid("objectTypeId", "objectTypeId must be a whole number from 1");
    }
    return Integer.parseInt(text);
  }
}
