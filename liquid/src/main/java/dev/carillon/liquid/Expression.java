package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** Something in a template that stands for a value: a literal, a variable, a range. */
public sealed interface Expression permits Literal, Variable, RangeExpression, Filtered, InnerText {
  /**
   * The value in the scope of {@code rendering}; a missing variable is nil whatever the strictness.
   */
  @Nullable Object evaluate(Rendering rendering);
}
