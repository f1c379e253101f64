package dev.carillon.segments;

import org.jspecify.annotations.Nullable;

/**
 * One test on one value of a person's attributes or of an event's data (journeys §2.3).
 *
 * @param field name or path, such as {@code plan} or {@code cart.items[0].sku}
 * @param value what to compare with: String, Long, Double or Boolean; null exactly when the
 *     operator takes none
 */
public record AttributeTest(String field, Operator operator, @Nullable Object value) {

  /** How the stored value is compared. The wire word is the name in lower case. */
  public enum Operator {
    /**
     * Equal; numbers numerically, text without regard to case, {@code true} and {@code "true"}
     * alike.
     */
    EQ,
    /** Not {@link #EQ}; also true when there is no value. */
    NEQ,
    /** Present, not null and not an empty text. */
    EXISTS,
    /** Both numbers, and smaller. */
    LT,
    /** Both numbers, and greater. */
    GT,
    /** Text holds the text, or list holds an equal element. */
    CONTAINS
  }
}
