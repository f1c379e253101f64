package dev.carillon.processing;

import java.time.Instant;

/** Manual segments in one batch (track §5.3). */
@SuppressWarnings("UnusedVariable")
final class MembershipApplier {
  private final BatchScope scope;

  MembershipApplier(BatchScope scope) {
    this.scope = scope;
  }

  /** What has to be read before the call can be applied: the segment and the rules that read it. */
  void need(Operation.Membership call, RuleBook.Reach reach) {}

  void apply(Operation.Membership call, PersonState person, Instant at) {}
}
