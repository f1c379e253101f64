package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.MergerRepository;
import dev.carillon.people.Survivors;
import dev.carillon.privacy.Called;
import dev.carillon.privacy.ErasureRepository.Subject;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Erasures on request: people are removed as a deletion removes them, and put down for the steps
 * that remove the rest (class {@link dev.carillon.privacy.Erasures}).
 *
 * <p>Whom a call means is who its identifier names when its turn comes, as with a deletion, so
 * calls about one person keep their order: who was identified before is gone, who is identified
 * after is somebody new. If it names nobody, the one it named when it was accepted is meant, who
 * may have been deleted since or merged into somebody else; an erasure that was asked for is never
 * lost.
 */
final class ErasureWave {
  private static final int LONGEST_CHAIN = 100;

  private final BatchScope scope;
  private final BatchActivity activity = new BatchActivity();

  ErasureWave(BatchScope scope) {
    this.scope = scope;
  }

  /** Erases; any number at once. Returns how many that were. */
  int erase(List<Accepted> operations) {
    var people = scope.people();
    var named = new ArrayList<IdentifierKey>();
    operations.forEach(each -> named.add(key(each)));
    people.resolve(named);
    var meant = meant(operations);
    lockAnonymousIds(operations, meant);
    people.load(named, meant.values());
    checkMerges(meant);
    var subjects = new ArrayList<Subject>();
    for (var each : operations) {
      var call = (Operation.Erase) each.operation();
      var person = find(call, meant.getOrDefault(each.op(), call.personId()));
      subjects.add(subject(each, call, meant.getOrDefault(each.op(), call.personId()), person));
      if (person != null) {
        people.delete(person);
        // Of nobody: that it happened is all that may be told.
        var entry = new Entry(call.workspace(), each.op(), each.receivedAt());
        activity.note(entry, null, "profile_delete", Map.of());
      }
    }
    write(withAnonymousIds(subjects), operations.getLast());
    return operations.size();
  }

  /** The keys of those the calls mean, by the numbers of the operations. */
  private Map<Long, Long> meant(List<Accepted> operations) {
    var meant = new HashMap<Long, Long>();
    for (var each : operations) {
      var call = (Operation.Erase) each.operation();
      var personId = scope.people().personId(call.workspace(), call.person());
      meant.put(each.op(), personId == 0 ? call.personId() : personId);
    }
    var survivors = new Survivors();
    for (var step = 0; step < LONGEST_CHAIN; step++) {
      var found = survivors.of(scope.handle(), meant.values());
      if (found.isEmpty()) {
        return meant;
      }
      meant.replaceAll((_, person) -> found.getOrDefault(person, person));
    }
    throw new IllegalStateException("somebody was merged more than 100 times in a row");
  }

  /** Somebody who was merged while we waited for the lock lives on as somebody else: look again. */
  private void checkMerges(Map<Long, Long> meant) {
    var gone = new TreeSet<>(meant.values());
    gone.removeIf(person -> scope.people().byId(person) != null);
    if (!gone.isEmpty() && !new Survivors().of(scope.handle(), gone).isEmpty()) {
      throw new RetryBatch("somebody who is to be erased was merged");
    }
  }

  /** Batches lock anonymous ids before people. */
  private void lockAnonymousIds(List<Accepted> operations, Map<Long, Long> meant) {
    var workspaces = new HashMap<Long, WorkspaceId>();
    operations.forEach(
        each -> workspaces.put(meant.getOrDefault(each.op(), 0L), each.operation().workspace()));
    var keys = new TreeSet<AnonymousRepository.Key>();
    scope
        .stores()
        .erasures()
        .anonymousIds(scope.handle(), ids(meant.values()))
        .forEach((person, anonymous) -> {
          var workspace = workspaces.get(person);
          if (workspace != null) {
            anonymous.forEach(id -> keys.add(new AnonymousRepository.Key(workspace, id)));
          }
        });
    if (!keys.isEmpty()) {
      scope.stores().anonymous().lock(scope.handle(), keys);
    }
  }

  private @Nullable PersonState find(Operation.Erase call, long meant) {
    var named = scope.people().find(call.workspace(), call.person());
    if (named != null && named.loaded()) {
      return named;
    }
    var person = scope.people().byId(meant);
    return person == null || !person.workspace().equals(call.workspace()) ? null : person;
  }

  private static Subject subject(
      Accepted each, Operation.Erase call, long meant, @Nullable PersonState person) {
    var names = new LinkedHashSet<Identifier>();
    if (person != null) {
      names.addAll(Called.identifiers(person.profile().attributes()));
    }
    names.add(call.person());
    var called =
        new Called(
            person == null ? meant : person.personId(),
            call.workspace(),
            names,
            Set.of(),
            each.receivedAt());
    return new Subject(call.request(each.receivedAt()), called);
  }

  private List<Subject> withAnonymousIds(List<Subject> subjects) {
    var people = subjects.stream().map(each -> each.person().personId()).toList();
    var anonymous = scope.stores().erasures().anonymousIds(scope.handle(), ids(people));
    return subjects.stream()
        .map(each ->
            new Subject(
                each.request(),
                each.person().with(anonymous.getOrDefault(each.person().personId(), Set.of()))))
        .toList();
  }

  private void write(List<Subject> subjects, Accepted last) {
    var handle = scope.handle();
    var stores = scope.stores();
    var people = ids(subjects.stream().map(each -> each.person().personId()).toList());
    var merged = stores.erasures().merged(handle, people);
    var dueAt = scope.present().plus(MergerRepository.LATEST_BATCH);
    stores.erasures().begin(handle, subjects, merged, dueAt, scope.present());
    scope.write(last.receivedAt());
    if (!activity.entries().isEmpty()) {
      stores.activity().insert(handle, activity.entries());
    }
    scope.removeGone(last.receivedAt());
  }

  private static long[] ids(Iterable<Long> people) {
    var sorted = new TreeMap<Long, Boolean>();
    people.forEach(each -> sorted.put(each, true));
    return sorted.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  private static IdentifierKey key(Accepted each) {
    return IdentifierKey.of(each.operation().workspace(), each.operation().people().getFirst());
  }
}
