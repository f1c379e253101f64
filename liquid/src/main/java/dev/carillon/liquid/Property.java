package dev.carillon.liquid;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks up the property that array filters such as {@code map} and {@code where} name. */
final class Property {
  private Property() {}

  /** Whether {@link #of} has an answer for {@code element}: nil, true and false have none. */
  static boolean isSelectable(@Nullable Object element) {
    return element != null && !(element instanceof Boolean);
  }

  /**
   * The property of {@code element}, nil when it has none. Of text it is the part that equals the
   * property. A number has no properties at all, which is an error.
   */
  static @Nullable Object of(
      @Nullable Object element, @Nullable Object property, String filter, Rendering rendering) {
    rendering.meter().tick(1);
    return switch (element) {
      case Map<?, ?> map -> member(map, property);
      case LiquidObject object -> member(object, property);
      case String text when property instanceof String part -> {
        rendering.meter().scanned(text.length());
        yield Search.contains(text, part, rendering.meter()) ? part : null;
      }
      case null -> null;
      case Boolean _ -> null;
      default ->
          throw LiquidRenderException.badArgument(
              filter + " cannot take a property of " + Values.kind(element));
    };
  }

  private static @Nullable Object member(Object owner, @Nullable Object property) {
    Object value = Members.bracket(owner, property);
    return value == Special.MISSING ? null : value;
  }
}
