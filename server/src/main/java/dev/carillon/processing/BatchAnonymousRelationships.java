package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository;
import dev.carillon.objects.AnonymousRelationshipRepository;
import dev.carillon.objects.AnonymousRelationshipRepository.Key;
import dev.carillon.objects.AnonymousRelationshipRepository.Row;
import dev.carillon.objects.ObjectAttributes;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Relationships of nobody yet in one batch (P-34). Their anonymous ids are locked already (class
 * {@link BatchAnonymous}), so whoever claims one finds all it has.
 */
final class BatchAnonymousRelationships {
  private static final Comparator<Map.Entry<Long, State>> OLDEST_FIRST =
      Comparator.<Map.Entry<Long, State>, Instant>comparing(each -> each.getValue().addedAt())
          .thenComparing(Map.Entry.comparingByKey());

  private final Handle handle;
  private final AnonymousRelationshipRepository repository;
  private final Set<Key> stored = new HashSet<>();
  private final Map<AnonymousRepository.Key, Map<Long, State>> waiting = new HashMap<>();
  private final Set<Key> changed = new HashSet<>();

  /**
   * A relationship while a batch works on it.
   *
   * @param addedAt when it was last added
   */
  record State(Instant addedAt, ObjectAttributes attributes) {
    boolean expired(Instant now) {
      return addedAt.isBefore(now.minus(AnonymousRelationshipRepository.KEPT));
    }
  }

  BatchAnonymousRelationships(Handle handle, AnonymousRelationshipRepository repository) {
    this.handle = handle;
    this.repository = repository;
  }

  /** Reads what waits for these ids. Returns the keys of the objects they are related to. */
  Set<Long> read(Collection<AnonymousRepository.Key> owners) {
    var objects = new HashSet<Long>();
    if (!owners.isEmpty()) {
      for (var row : repository.find(handle, owners)) {
        stored.add(row.key());
        objects.add(row.key().objectKey());
        of(row.key().owner())
            .put(
                row.key().objectKey(),
                new State(row.createdAt(), ObjectAttributes.of(row.attributes(), row.written())));
      }
    }
    return objects;
  }

  /** Keys of the objects an anonymous id is related to. */
  Set<Long> objects(AnonymousRepository.Key owner) {
    return waiting.getOrDefault(owner, Map.of()).keySet();
  }

  /** Adds a relationship, or finds the one there is; its attributes are the caller's to write. */
  ObjectAttributes add(AnonymousRepository.Key owner, long objectKey, Instant now) {
    var mine = of(owner);
    var former = mine.get(objectKey);
    var attributes =
        former == null || former.expired(now) ? ObjectAttributes.empty() : former.attributes();
    mine.put(objectKey, new State(now, attributes));
    changed.add(new Key(owner, objectKey));
    if (mine.size() > AnonymousRelationshipRepository.MOST) {
      mine.entrySet().stream().min(OLDEST_FIRST).map(Map.Entry::getKey).ifPresent(mine::remove);
    }
    return attributes;
  }

  /** Undoes a relationship. */
  void remove(AnonymousRepository.Key owner, long objectKey) {
    of(owner).remove(objectKey);
  }

  /**
   * Takes out what waits for an id somebody claims, in the order of objects; what is past its time
   * is gone.
   */
  Map<Long, ObjectAttributes> take(AnonymousRepository.Key owner, Instant now) {
    var taken = new TreeMap<Long, ObjectAttributes>();
    var mine = waiting.remove(owner);
    if (mine != null) {
      mine.forEach((objectKey, state) -> {
        if (!state.expired(now)) {
          taken.put(objectKey, state.attributes());
        }
      });
    }
    return taken;
  }

  /** The relationships of a deleted object go too. */
  void forget(ObjectState object) {
    waiting.values().forEach(each -> each.remove(object.objectKey()));
  }

  /**
   * Writes what has changed. Those of deleted objects are left to {@link
   * dev.carillon.objects.ObjectRemains}.
   */
  void write(Collection<Long> deletedObjects) {
    var removed = new TreeSet<Key>();
    for (var key : stored) {
      if (find(key) == null && !deletedObjects.contains(key.objectKey())) {
        removed.add(key);
      }
    }
    if (!removed.isEmpty()) {
      repository.delete(handle, removed);
    }
    var rows = new TreeMap<Key, Row>();
    for (var key : changed) {
      var state = find(key);
      if (state != null) {
        var attributes = state.attributes();
        rows.put(
            key,
            new Row(key, state.addedAt(), attributes.attributesJson(), attributes.writtenJson()));
      }
    }
    if (!rows.isEmpty()) {
      repository.store(handle, rows);
    }
  }

  private @Nullable State find(Key key) {
    var mine = waiting.get(key.owner());
    return mine == null ? null : mine.get(key.objectKey());
  }

  private Map<Long, State> of(AnonymousRepository.Key owner) {
    return waiting.computeIfAbsent(owner, _ -> new HashMap<>());
  }
}
