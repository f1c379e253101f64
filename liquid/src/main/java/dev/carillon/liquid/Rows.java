package dev.carillon.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the rows that a collection query kept under a name (journeys §7.3, W-41). */
@FunctionalInterface
public interface Rows {
  /**
   * The rows of the query called {@code name}, empty when nothing matched; null when there is no
   * such query. Asked for top-level names that the data lacks.
   */
  @Nullable List<?> of(String name);

  /** No queries. */
  static Rows none() {
    return _ -> null;
  }
}
