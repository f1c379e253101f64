package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** Finds the texts that {@code {% render %}} and {@code {% include %}} name. */
@FunctionalInterface
public interface PartialSource {
  /** The Liquid text called {@code name}; null when there is none. */
  @Nullable String text(String name);
}
