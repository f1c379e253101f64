package dev.carillon.processing;

import dev.carillon.people.Heir;
import dev.carillon.processing.BatchActivity.Entry;

/**
 * A merge that is to be done.
 *
 * @param heir who takes over from whom
 * @param entry the operation that wants it
 */
record Merge(Heir heir, Entry entry) {
  static Merge of(PersonState primary, PersonState secondary, Entry entry) {
    return new Merge(new Heir(entry.workspace(), primary.personId(), secondary.personId()), entry);
  }
}
