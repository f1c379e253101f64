package dev.carillon.subscriptions;

import java.util.List;

/** What became of a request to make, change or delete a topic or channel. */
public sealed interface SubscriptionOutcome {

  /** It is stored. */
  record Saved(Subscribable subscribable) implements SubscriptionOutcome {}

  /** It is gone; choices that people made stay in their profiles. */
  record Deleted() implements SubscriptionOutcome {}

  /** The workspace has none of this number. */
  record Unknown() implements SubscriptionOutcome {}

  /** The workspace has a channel of this type already, or has as many topics as it may have. */
  record Full(String sentence) implements SubscriptionOutcome {}

  /** It was not deleted, because these use it. */
  record InUse(List<String> users) implements SubscriptionOutcome {
    /** Copies the list. */
    public InUse {
      users = List.copyOf(users);
    }
  }
}
