package dev.carillon.segments;

import java.io.Serial;

/**
 * So many people have so many relationships that they are not held at once: ask for fewer people.
 */
public final class TooManyRelationships extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TooManyRelationships(int people, int most) {
    super(
        "%d people have more than %d relationships, which is the most that is read at once"
            .formatted(people, most));
  }
}
