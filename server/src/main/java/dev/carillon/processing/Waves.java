package dev.carillon.processing;

import dev.carillon.people.IdentifierKey;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.store.Epoch;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Applies operations in waves, all inside the caller's transaction.
 *
 * <p>A batch reads everything first and works in memory. Operations that move or remove whole
 * people — merges, suppressions, erasures — do not fit into that: what they touch is known only
 * from what is stored. So they are barriers. Ordinary operations up to the next barrier form a
 * wave, an {@link OperationBatch}, and are written; consecutive barriers of one kind about
 * different people form a wave that is done in sets with SQL; the next wave reads again. Most
 * batches are one wave.
 *
 * <p>An identify may turn out to make two people one only when it is looked at (P-20). Then its
 * wave ends before it, the merge is a wave, and the next begins with the same identify. As each
 * such wave has read for operations it did not come to, waves start small again after one and
 * double, so that the work stays in proportion to the operations.
 *
 * <p>When barriers are among the operations, everybody is locked at the start in the order that all
 * batches keep; otherwise locks taken wave by wave would often meet those of another batch the
 * wrong way round.
 */
final class Waves {
  private static final int SMALL = 16;

  private final Handle handle;
  private final Stores stores;
  private final RuleBook ruleBook;
  private final Epoch epoch;
  private final InstantSource clock;
  private final Map<IdentifierKey, Long> resolved = new HashMap<>();
  private IdentifierCache cache;
  private boolean identityMoved;
  private int deliveries;
  private boolean leavesWork;

  Waves(
      Handle handle,
      Stores stores,
      RuleBook ruleBook,
      Epoch epoch,
      IdentifierCache cache,
      InstantSource clock) {
    this.handle = handle;
    this.stores = stores;
    this.ruleBook = ruleBook;
    this.epoch = epoch;
    this.cache = cache;
    this.clock = clock;
  }

  /** Applies all of them, in order. The caller commits. */
  void run(List<Accepted> accepted) {
    SeenNames.learn(stores, accepted);
    var operations = new Repeats(stores.events()).without(handle, accepted);
    if (operations.stream().anyMatch(each -> barrier(each) != Barrier.NONE)) {
      new OperationBatch(scope(), operations).lock();
    }
    var longest = Integer.MAX_VALUE;
    var resumed = false;
    for (var at = 0; at < operations.size(); ) {
      var kind = barrier(operations.get(at));
      var end = at;
      while (end < operations.size()
          && end - at < longest
          && barrier(operations.get(end)) == kind) {
        end++;
      }
      var wave = operations.subList(at, end);
      if (kind == Barrier.NONE) {
        var outcome = ordinary(wave, resumed);
        at += outcome.applied();
        resumed = outcome.again();
        if (outcome.merge() != null) {
          var scope = scope();
          new MergeWave(scope).run(outcome.merge());
          done(scope, true);
          at += outcome.again() ? 0 : 1;
          longest = SMALL;
        } else if (longest < Integer.MAX_VALUE / 2) {
          longest *= 2;
        }
      } else {
        at += barriers(kind, wave);
      }
    }
  }

  private OperationBatch.Outcome ordinary(List<Accepted> wave, boolean resumed) {
    var scope = scope();
    var outcome = new OperationBatch(scope, wave).run(resumed);
    done(scope, false);
    return outcome;
  }

  /** Returns how many of them were done, at least one. */
  private int barriers(Barrier kind, List<Accepted> wave) {
    var scope = scope();
    var applied =
        switch (kind) {
          case MERGE -> new MergeWave(scope).run(wave);
          case SUPPRESS -> new SuppressionWave(scope).suppress(wave);
          case UNSUPPRESS -> new SuppressionWave(scope).unsuppress(wave);
          case ERASE -> new ErasureWave(scope).erase(wave);
          case NONE -> throw new IllegalStateException("no barrier");
        };
    done(scope, true);
    return applied;
  }

  private BatchScope scope() {
    return new BatchScope(handle, stores, ruleBook, epoch.identity(), cache, clock);
  }

  private void done(BatchScope scope, boolean moved) {
    resolved.putAll(scope.people().toCache());
    deliveries += scope.reactions().deliveries().size();
    leavesWork |= scope.leavesWork();
    if (moved || scope.people().namesRemoved()) {
      identityMoved = true;
      cache = new IdentifierCache(); // what was cached is not true for this transaction any more
    }
  }

  /** Whom identifiers name once this is committed; worth nothing when {@link #identityMoved}. */
  Map<IdentifierKey, Long> resolved() {
    return resolved;
  }

  /** Whether identifiers stopped naming their people, or were suppressed. */
  boolean identityMoved() {
    return identityMoved;
  }

  /** How many deliveries were queued. */
  int deliveries() {
    return deliveries;
  }

  /** Whether due work has something to do at once, when this is committed. */
  boolean leavesWork() {
    return leavesWork;
  }

  /** What keeps operations from being applied together with ordinary ones. */
  private enum Barrier {
    NONE,
    MERGE,
    SUPPRESS,
    UNSUPPRESS,
    ERASE
  }

  /** A merge that may only claim an anonymous id is ordinary until its people are known. */
  private static Barrier barrier(Accepted each) {
    return switch (each.operation()) {
      case Operation.Merge merge -> merge.elseAnonymous() ? Barrier.NONE : Barrier.MERGE;
      case Operation.Suppress _ -> Barrier.SUPPRESS;
      case Operation.Unsuppress _ -> Barrier.UNSUPPRESS;
      case Operation.Erase _ -> Barrier.ERASE;
      default -> Barrier.NONE;
    };
  }
}
