package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** {@code (start..end)}; bounds that are not numbers count as the number their text begins with. */
record RangeExpression(Expression start, Expression end) implements Expression {
  @Override
  public Object evaluate(Rendering rendering) {
    return new LiquidRange(bound(start, rendering), bound(end, rendering));
  }

  private static long bound(Expression expression, Rendering rendering) {
    @Nullable Object value = expression.evaluate(rendering);
    return Numbers.truncate(Numbers.of(value), "a bound of a range");
  }
}
