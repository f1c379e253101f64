package dev.carillon.liquid;

import dev.carillon.liquid.Environment.FilterDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One filter of a chain.
 *
 * @param arguments positional arguments, then one per entry of {@code names}
 */
record FilterCall(
    String name, FilterDefinition definition, List<Expression> arguments, List<String> names) {
  FilterCall {
    arguments = List.copyOf(arguments);
    names = List.copyOf(names);
  }

  /** Whether this is {@code default}. */
  boolean isFallback() {
    return definition.fallback();
  }

  @Nullable Object apply(@Nullable Object input, Rendering rendering) {
    return apply(input, rendering, false);
  }

  /** Like {@link #apply}, but a missing variable among the arguments stops the rendering. */
  @Nullable Object applyStrictly(@Nullable Object input, Rendering rendering) {
    return apply(input, rendering, true);
  }

  void requireArguments(Rendering rendering) {
    for (Expression argument : arguments) {
      evaluate(argument, rendering, true);
    }
  }

  @SuppressWarnings("ReferenceEquality") // asks whether a new text or array was built
  private @Nullable Object apply(@Nullable Object input, Rendering rendering, boolean strict) {
    Arguments evaluated = arguments.isEmpty() ? Arguments.NONE : arguments(rendering, strict);
    Object result = definition.filter().apply(rendering.plain(input), evaluated, rendering);
    // What a filter hands on is paid for here; filters that could build far more than they were
    // given check while they build.
    switch (result) {
      case String text when text != input -> rendering.meter().text(text.length());
      case List<?> list when list != input -> rendering.meter().array(list.size());
      case null, default -> rendering.meter().tick(1);
    }
    if (input instanceof String text) {
      rendering.meter().scanned(text.length());
    }
    return result;
  }

  private Arguments arguments(Rendering rendering, boolean strict) {
    var values = new @Nullable Object[arguments.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rendering.plain(evaluate(arguments.get(i), rendering, strict));
      if (values[i] instanceof String text) {
        rendering.meter().scanned(text.length());
      }
    }
    return new Arguments(values, names);
  }

  private static @Nullable Object evaluate(
      Expression argument, Rendering rendering, boolean strict) {
    return strict && argument instanceof Variable variable
        ? variable.require(rendering)
        : argument.evaluate(rendering);
  }
}
