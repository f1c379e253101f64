package dev.carillon.objects;

import dev.carillon.objects.ObjectQueries.Candidate;
import dev.carillon.people.AttributesJson;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which objects somebody looks for (app-data §3). */
public sealed interface ObjectFilter {

  /** All of these hold. */
  record And(List<ObjectFilter> all) implements ObjectFilter {
    /** Copies the list. */
    public And {
      all = List.copyOf(all);
    }
  }

  /** At least one of these holds. */
  record Or(List<ObjectFilter> any) implements ObjectFilter {
    /** Copies the list. */
    public Or {
      any = List.copyOf(any);
    }
  }

  /** This does not hold. */
  record Not(ObjectFilter inner) implements ObjectFilter {}

  /** The attribute is there. */
  record Exists(String field) implements ObjectFilter {}

  /** The attribute, as text, is exactly this. */
  record Equal(String field, String value) implements ObjectFilter {}

  /**
   * Whether an object fulfils a filter. {@code object_id} and {@code cio_object_id} count as
   * attributes.
   */
  static boolean matches(ObjectFilter filter, Candidate object) {
    return switch (filter) {
      case And(var all) -> all.stream().allMatch(each -> matches(each, object));
      case Or(var any) -> any.stream().anyMatch(each -> matches(each, object));
      case Not(var inner) -> !matches(inner, object);
      case Exists(var field) -> text(object, field) != null;
      case Equal(var field, var value) -> Objects.equals(text(object, field), value);
    };
  }

  private static @Nullable String text(Candidate object, String field) {
    return switch (field) {
      case "object_id" -> object.names().objectId();
      case "cio_object_id" -> object.names().cioObjectId();
      default -> {
        var value = object.attributes().get(field);
        yield value == null ? null : AttributesJson.plainText(value);
      }
    };
  }
}
