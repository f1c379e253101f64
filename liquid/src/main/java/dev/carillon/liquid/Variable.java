package dev.carillon.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path into the data, such as {@code event.items[0].name}.
 *
 * @param path the path as the template writes it, for messages
 * @param root the name looked up first: text, or any expression for {@code [expression]}
 * @param steps what is looked up in the value so far
 */
record Variable(String path, Expression root, List<Step> steps) implements Expression {
  Variable {
    steps = List.copyOf(steps);
  }

  /** One look-up. {@code size}, {@code first} and {@code last} work behind a dot only. */
  sealed interface Step {
    /** {@code .name}. */
    record Dot(String name) implements Step {}

    /** {@code [key]}. */
    record Bracket(Expression key) implements Step {}
  }

  @Override
  public @Nullable Object evaluate(Rendering rendering) {
    Object value = resolve(rendering);
    return value == Special.MISSING ? null : value;
  }

  /** The value, or {@link Special#MISSING} when a step is not there. */
  @Nullable Object resolve(Rendering rendering) {
    Object name = root.evaluate(rendering);
    Object value =
        rendering.scope().find(name instanceof String text ? text : rendering.text(name));
    // An index loop: this is the hottest line of a rendering and an iterator costs an allocation.
    for (int i = 0; i < steps.size(); i++) {
      if (value == null || value == Special.MISSING) {
        return Special.MISSING;
      }
      value =
          switch (steps.get(i)) {
            case Step.Dot(var member) -> {
              if (value instanceof String string) {
                rendering.meter().scanned(string.length());
              }
              Object owner = value instanceof LiquidText text ? rendering.capture(text) : value;
              yield Members.dot(owner, member);
            }
            case Step.Bracket(var key) -> Members.bracket(value, key.evaluate(rendering));
          };
    }
    return value;
  }

  /** The value; a missing one stops the rendering, unless it is forgiven or warned of. */
  @Nullable Object require(Rendering rendering) {
    Object value = resolve(rendering);
    return value == Special.MISSING ? rendering.missing(this) : value;
  }

  /** The name looked up first; empty when it is not written down but worked out. */
  String rootName() {
    return root instanceof Literal(String name) ? name : "";
  }
}
