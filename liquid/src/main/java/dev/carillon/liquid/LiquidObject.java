package dev.carillon.liquid;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value with named members that are fetched only when a template asks for them. Values are those
 * of {@link Template#render(Map, RenderOptions)}. An object given to renderings in several threads
 * must allow that.
 */
public interface LiquidObject {
  /**
   * The member called {@code name}. Null means that it is nil when {@link #has} is true, and that
   * it is missing otherwise.
   */
  @Nullable Object value(String name);

  /** Whether there is a member called {@code name}; asked only after {@link #value} gave null. */
  boolean has(String name);

  /**
   * The members a loop, {@code to_json} or printing the whole object shows, in order. Empty unless
   * overridden.
   */
  default Map<String, ? extends @Nullable Object> entries() {
    return Map.of();
  }
}
