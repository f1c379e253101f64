package dev.carillon.processing;

import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Manual segments in one batch (track §5.3). The edge has looked whether the segment is manual; it
 * may be gone since, so the rules, which are those of this transaction, are asked again (S-2).
 */
final class MembershipApplier {
  private static final Logger LOG = LoggerFactory.getLogger(MembershipApplier.class);

  private final BatchScope scope;

  MembershipApplier(BatchScope scope) {
    this.scope = scope;
  }

  /** What has to be read before the call can be applied: the segment and the rules that read it. */
  void need(Operation.Membership call, RuleBook.Reach reach) {
    var rules = scope.ruleBook().of(call.workspace());
    if (rules.manual().contains(call.segmentId())) {
      reach.read(call.segmentId());
      reach.wake(rules, rules.bySegment().getOrDefault(call.segmentId(), List.of()));
      rules
          .onEntry()
          .getOrDefault(call.segmentId(), List.of())
          .forEach(campaign -> reach.start(rules, campaign));
    }
  }

  /** Whether the call can have an effect: its segment exists and is manual. */
  boolean allows(Operation.Membership call) {
    var manual = scope.ruleBook().of(call.workspace()).manual().contains(call.segmentId());
    if (!manual) {
      LOG.debug(
          "a membership is ignored, there is no such manual segment: workspace={} segment={}",
          call.workspace().value(),
          call.segmentId());
    }
    return manual;
  }

  /** Puts the person in or takes it out; nothing when that is so already. */
  void apply(Operation.Membership call, PersonState person, Instant at) {
    var segmentId = call.segmentId();
    if (person.in(segmentId) == call.add()) {
      return;
    }
    if (call.add()) {
      person.enter(segmentId, at);
      scope.reactions().entered(person, segmentId, at);
    } else {
      person.leave(segmentId);
      scope.reactions().left(person, segmentId, at);
    }
  }
}
