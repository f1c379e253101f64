package dev.carillon.computed;

/** What became of a change. */
public sealed interface ComputedOutcome {
  /** It is stored. */
  record Saved(ComputedAttribute attribute) implements ComputedOutcome {}

  /** Another one of the workspace has the name, or one that is being withdrawn still has it. */
  record NameTaken() implements ComputedOutcome {}

  /** Calls have written an attribute of this name, or it cannot be told whether they have. */
  record WrittenByCalls() implements ComputedOutcome {}

  /** The workspace has as many as it may have. */
  record TooMany() implements ComputedOutcome {}

  /** The workspace has no such computed attribute. */
  record NoSuch() implements ComputedOutcome {}

  /** Only the description may change: what is computed makes another attribute. */
  record Fixed() implements ComputedOutcome {}

  /** It is deleted; profiles lose it in the background. */
  record Deleted() implements ComputedOutcome {}
}
