package dev.carillon.processing;

import dev.carillon.objects.CioObjectId;
import dev.carillon.objects.ObjectName;
import dev.carillon.objects.ObjectRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one batch: which are locked, created or deleted. Locks are taken in the order of
 * keys in one statement; an object somebody else adds under a name meanwhile makes the batch start
 * again.
 */
final class BatchObjects {
  private final Handle handle;
  private final ObjectRepository repository;
  private final ObjectTypes types;
  private final Map<ObjectRepository.Key, ObjectState> named = new HashMap<>();
  private final Map<Long, ObjectState> states = new TreeMap<>();
  private final Set<ObjectTypes.Key> existing = new HashSet<>();
  private final TreeSet<Long> deleted = new TreeSet<>();

  BatchObjects(Handle handle, ObjectRepository repository, ObjectTypes types) {
    this.handle = handle;
    this.repository = repository;
    this.types = types;
  }

  /** What has to be read before operations can be applied. */
  static final class Needs {
    final Set<ObjectRepository.Key> names = new HashSet<>();
    final Set<Long> keys = new HashSet<>();
    final Set<ObjectTypes.Key> types = new HashSet<>();
    ObjectRepository.Use use = ObjectRepository.Use.RELATE;

    /** An operation names this object, and may create it. */
    void name(
        WorkspaceId workspace, ObjectName object, boolean mayCreate, ObjectRepository.Use as) {
      use = use.or(as);
      switch (object) {
        case ObjectName.OfType(var typeId, var objectId) -> {
          var name = new ObjectRepository.Key(workspace, typeId, objectId);
          names.add(name);
          if (mayCreate) {
            types.add(name.type());
          }
        }
        case ObjectName.OfCioId(var value) -> CioObjectId.objectKey(value).ifPresent(keys::add);
      }
    }

    boolean isEmpty() {
      return names.isEmpty() && keys.isEmpty();
    }
  }

  /** Locks and reads. */
  void load(Needs needs) {
    if (needs.isEmpty()) {
      return;
    }
    for (var row : repository.lockAndLoad(handle, needs.names, needs.keys, needs.use)) {
      put(ObjectState.loaded(row));
    }
    existing.addAll(types.existing(handle, needs.types));
  }

  /** The object of this name at this point of the batch; null when there is none. */
  @Nullable ObjectState find(WorkspaceId workspace, ObjectName object) {
    return switch (object) {
      case ObjectName.OfType(var typeId, var objectId) ->
          named.get(new ObjectRepository.Key(workspace, typeId, objectId));
      case ObjectName.OfCioId(var value) -> {
        var objectKey = CioObjectId.objectKey(value);
        var state = objectKey.isPresent() ? states.get(objectKey.getAsLong()) : null;
        yield state == null || !state.name().workspace().equals(workspace) ? null : state;
      }
    };
  }

  /** The object with this key; null when it does not exist (any more). */
  @Nullable ObjectState byKey(long objectKey) {
    return states.get(objectKey);
  }

  /**
   * Creates an object nothing is called yet; null when it is named by a {@code cio_object_id}, or
   * its type does not exist.
   *
   * @param objectKey the number of the operation
   */
  @Nullable ObjectState create(
      WorkspaceId workspace, ObjectName object, long objectKey, Instant now) {
    if (!(object instanceof ObjectName.OfType(var typeId, var objectId))) {
      return null;
    }
    var name = new ObjectRepository.Key(workspace, typeId, objectId);
    if (!existing.contains(name.type())) {
      return null;
    }
    var state = ObjectState.created(objectKey, name, now);
    put(state);
    return state;
  }

  private void put(ObjectState state) {
    named.put(state.name(), state);
    states.put(state.objectKey(), state);
  }

  /** Deletes an object; its name is free at once. */
  void delete(ObjectState object) {
    named.remove(object.name());
    states.remove(object.objectKey());
    if (!object.created()) {
      deleted.add(object.objectKey());
    }
  }

  /** Keys of locked objects that were there before this batch. */
  long[] stored() {
    return states.values().stream()
        .filter(each -> !each.created())
        .mapToLong(ObjectState::objectKey)
        .toArray();
  }

  /** Keys of objects that were there before this batch and are gone. */
  Collection<Long> deleted() {
    return deleted;
  }

  /**
   * Writes objects.
   *
   * @param now when the changes were accepted
   */
  void write(Instant now) {
    var inserts = new ArrayList<ObjectRepository.Row>();
    var updates = new ArrayList<ObjectRepository.Row>();
    for (var state : states.values()) {
      if (state.created()) {
        inserts.add(state.row());
      } else if (state.attributes().changed()) {
        updates.add(state.row());
      }
    }
    if (!deleted.isEmpty()) {
      repository.delete(handle, deleted);
    }
    if (!updates.isEmpty()) {
      repository.update(handle, updates, now);
    }
    if (!inserts.isEmpty()) {
      insert(inserts);
    }
  }

  private void insert(List<ObjectRepository.Row> inserts) {
    inserts.sort(Comparator.comparing(ObjectRepository.Row::key));
    if (repository.insert(handle, inserts) != inserts.size()) {
      throw new RetryBatch("another batch added one of " + inserts.size() + " objects");
    }
  }
}
