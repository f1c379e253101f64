package dev.carillon.processing;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Keeps the present rule book and reads a new one when the rules have moved on. Thread-safe. */
public final class RuleBooks {
  private final RuleBookReader reader;
  private @Nullable RuleBook present;

  /** With nothing read yet. */
  public RuleBooks(RuleBookReader reader) {
    this.reader = reader;
  }

  /** The rules of an epoch the caller has joined. */
  synchronized RuleBook under(long rulesEpoch, Handle handle) {
    var known = present;
    if (known == null || known.version() != rulesEpoch) {
      known = reader.read(handle, rulesEpoch);
      present = known;
    }
    return known;
  }
}
