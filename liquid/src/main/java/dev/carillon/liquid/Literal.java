package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** A value written in the template itself. */
record Literal(@Nullable Object value) implements Expression {
  static final Literal NIL = new Literal(null);

  @Override
  public @Nullable Object evaluate(Rendering rendering) {
    return value;
  }
}
