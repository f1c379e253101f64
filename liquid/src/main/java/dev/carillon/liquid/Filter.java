package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** A named function of a value, written {@code {{ value | name: argument }}}. Shared by threads. */
@FunctionalInterface
public interface Filter {
  /**
   * The filtered value. Throws {@link LiquidRenderException} with {@link
   * LiquidRenderException.Reason#BAD_ARGUMENT} for a value it cannot work with.
   */
  @Nullable Object apply(@Nullable Object input, Arguments arguments, Rendering rendering);
}
