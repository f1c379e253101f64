package dev.carillon.messages;

/** What became of a request to make, change or delete a transactional message. */
public sealed interface TransactionalOutcome {

  /** It is stored. */
  record Saved(TransactionalMessage message) implements TransactionalOutcome {}

  /** It is gone; what was sent with it stays. */
  record Deleted() implements TransactionalOutcome {}

  /** The workspace has none of this number, or the message has no such content. */
  record Unknown() implements TransactionalOutcome {}

  /** Another message of the workspace has this trigger name. */
  record NameTaken() implements TransactionalOutcome {}

  /** The workspace has as many as it may have. */
  record TooMany(String sentence) implements TransactionalOutcome {}
}
