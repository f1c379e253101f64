package dev.carillon.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression and the filters it passes through. */
record Filtered(Expression input, List<FilterCall> calls) implements Expression {
  Filtered {
    calls = List.copyOf(calls);
  }

  @Override
  public @Nullable Object evaluate(Rendering rendering) {
    Object value = input.evaluate(rendering);
    for (int i = 0; i < calls.size(); i++) {
      value = calls.get(i).apply(value, rendering);
    }
    return value;
  }

  /** The value to print: with strict output, what is missing stops the rendering. */
  @Nullable Object evaluateOutput(Rendering rendering) {
    if (!rendering.strict()) {
      return evaluate(rendering);
    }
    boolean guarded = isFallback(0);
    Object value =
        input instanceof Variable variable && !guarded
            ? variable.require(rendering)
            : input.evaluate(rendering);
    for (int i = 0; i < calls.size(); i++) {
      FilterCall call = calls.get(i);
      if (!call.isFallback()) {
        value = call.applyStrictly(value, rendering);
      } else {
        value = call.apply(value, rendering);
        if (value == null && !isFallback(i + 1)) {
          call.requireArguments(rendering);
        }
      }
    }
    return value;
  }

  private boolean isFallback(int index) {
    return index < calls.size() && calls.get(index).isFallback();
  }
}
