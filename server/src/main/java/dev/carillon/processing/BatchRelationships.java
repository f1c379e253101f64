package dev.carillon.processing;

import dev.carillon.objects.ObjectAttributes;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.objects.RelationshipRepository.Key;
import dev.carillon.objects.RelationshipRepository.Row;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Relationships between people and objects in one batch. Both sides are locked before, so a
 * relationship can be read at any point of the batch and nobody else changes it.
 *
 * <p>Those that operations name are read at once. Whom an identifier names may change within the
 * batch, and then a relationship of somebody else is asked for: all between the people and objects
 * of the batch are read then, once.
 */
final class BatchRelationships {
  private final BatchScope scope;
  private final BatchObjects objects;
  private final RelationshipRepository repository;
  private final Set<Key> read = new HashSet<>();
  private final Set<Key> stored = new HashSet<>();
  private final Map<Key, State> states = new HashMap<>();
  private boolean allRead;

  /** A relationship while a batch works on it. */
  record State(
      WorkspaceId workspace, boolean created, Instant createdAt, ObjectAttributes attributes) {}

  BatchRelationships(BatchScope scope, BatchObjects objects) {
    this.scope = scope;
    this.objects = objects;
    this.repository = scope.stores().relationships();
  }

  /** Reads those of these relationships that exist. */
  void read(Collection<Key> keys) {
    if (!keys.isEmpty()) {
      read.addAll(keys);
      repository.find(scope.handle(), keys).forEach(this::put);
    }
  }

  private void put(Row row) {
    if (stored.add(row.key())) {
      states.put(
          row.key(),
          new State(
              row.workspace(),
              false,
              row.createdAt(),
              ObjectAttributes.of(row.attributes(), row.written())));
    }
  }

  /** The relationship of a person to an object; null when there is none. */
  @Nullable State find(PersonState person, ObjectState object) {
    var key = new Key(person.personId(), object.objectKey());
    if (!read.contains(key) && !allRead && !person.created() && !object.created()) {
      allRead = true;
      var people =
          scope.people().loaded().stream()
              .filter(each -> !each.created())
              .mapToLong(PersonState::personId)
              .toArray();
      repository.between(scope.handle(), people, objects.stored()).forEach(this::put);
    }
    return states.get(key);
  }

  /** Relates a person to an object it is not related to. */
  State add(PersonState person, ObjectState object, Instant now) {
    var state = new State(person.workspace(), true, now, ObjectAttributes.empty());
    states.put(new Key(person.personId(), object.objectKey()), state);
    return state;
  }

  /** Undoes a relationship; false when there is none. */
  boolean remove(PersonState person, ObjectState object) {
    return find(person, object) != null
        && states.remove(new Key(person.personId(), object.objectKey())) != null;
  }

  /** The relationships of a deleted object go too. */
  void forget(ObjectState object) {
    states.keySet().removeIf(key -> key.objectKey() == object.objectKey());
  }

  /**
   * Writes what has changed. Those of people and objects that were deleted are left to the removal
   * of the people, and to {@link dev.carillon.objects.ObjectRemains}.
   *
   * @param now when it was accepted
   */
  void write(Instant now) {
    var people = new TreeSet<Long>();
    for (var person : scope.people().loaded()) {
      if (person.deleted()) {
        states.keySet().removeIf(key -> key.personId() == person.personId());
        people.add(person.personId());
      }
    }
    var gone = objects.deleted();
    var removed = new TreeSet<Key>();
    for (var key : stored) {
      if (!states.containsKey(key)
          && !people.contains(key.personId())
          && !gone.contains(key.objectKey())) {
        removed.add(key);
      }
    }
    if (!removed.isEmpty()) {
      repository.delete(scope.handle(), removed);
    }
    var rows = new TreeMap<Key, Row>();
    states.forEach((key, state) -> {
      if (state.created() || state.attributes().changed()) {
        rows.put(key, row(key, state));
      }
    });
    if (!rows.isEmpty()) {
      repository.store(scope.handle(), rows, now);
    }
  }

  private static Row row(Key key, State state) {
    return new Row(
        key,
        state.workspace(),
        state.createdAt(),
        state.attributes().attributesJson(),
        state.attributes().writtenJson());
  }
}
