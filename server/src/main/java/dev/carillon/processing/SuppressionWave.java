package dev.carillon.processing;

import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Suppressions (track §9.2, P-17, P-18): people are removed, and nobody can be named as they were.
 *
 * <p>A batch that creates somebody by one of these identifiers at the same moment has looked before
 * and found nothing. Neither side may miss the other, so the suppression writes the row of each
 * identifier and removes it again. Who comes second waits there for the first to commit, and then
 * knows: the suppression finds the row taken and is done again, with somebody to remove; the other
 * batch looks once more (class {@link BatchPeople}).
 */
final class SuppressionWave {
  private static final long NOBODY = 0;

  private final BatchScope scope;
  private final BatchActivity activity = new BatchActivity();

  SuppressionWave(BatchScope scope) {
    this.scope = scope;
  }

  /**
   * Suppresses, up to the first one about somebody an earlier one is about.
   *
   * @return how many were done, at least one
   */
  int suppress(List<Accepted> operations) {
    var people = scope.people();
    var named = new ArrayList<IdentifierKey>();
    operations.forEach(each -> named.add(key(each)));
    people.resolve(named);
    people.load(named, List.of());
    var blocked = new TreeMap<IdentifierKey, Long>();
    var touched = new HashSet<IdentifierKey>();
    var done = 0;
    for (var each : operations) {
      if (!touched.add(key(each))) {
        break;
      }
      var call = (Operation.Suppress) each.operation();
      var person = people.find(call.workspace(), call.person());
      if (call.person().kind() != IdentifierKind.CIO_ID) {
        blocked.put(key(each), each.op());
      }
      if (person != null) {
        for (var own : people.identifiers(person)) {
          touched.add(IdentifierKey.of(call.workspace(), own));
          blocked.put(IdentifierKey.of(call.workspace(), own), each.op());
        }
        people.delete(person);
        // Redacted: it happened, to nobody in particular.
        var entry = new Entry(call.workspace(), each.op(), each.receivedAt());
        activity.note(entry, null, "profile_delete", Map.of());
      }
      done++;
    }
    write(blocked, operations.get(done - 1));
    return done;
  }

  private void write(TreeMap<IdentifierKey, Long> blocked, Accepted last) {
    var handle = scope.handle();
    var stores = scope.stores();
    scope.write(last.receivedAt());
    if (!blocked.isEmpty()) {
      block(blocked);
      stores.suppressions().add(handle, blocked, scope.present());
    }
    if (!activity.entries().isEmpty()) {
      stores.activity().insert(handle, activity.entries());
    }
    scope.removeGone(last.receivedAt());
  }

  private void block(TreeMap<IdentifierKey, Long> blocked) {
    var rows = new TreeMap<IdentifierKey, Long>();
    blocked.keySet().forEach(key -> rows.put(key, NOBODY));
    var people = scope.stores().people();
    if (people.insertIdentifiers(scope.handle(), rows) != rows.size()) {
      throw new RetryBatch("somebody took an identifier while it was suppressed");
    }
    people.deleteIdentifiers(scope.handle(), rows);
  }

  /** Frees everything that was suppressed together with one of these; any number at once. */
  int unsuppress(List<Accepted> operations) {
    scope
        .stores()
        .suppressions()
        .free(scope.handle(), operations.stream().map(SuppressionWave::key).distinct().toList());
    return operations.size();
  }

  private static IdentifierKey key(Accepted each) {
    return IdentifierKey.of(each.operation().workspace(), each.operation().people().getFirst());
  }
}
