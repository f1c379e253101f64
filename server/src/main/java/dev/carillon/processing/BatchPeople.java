package dev.carillon.processing;

import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.Profile;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
 * The people of one batch: whom identifiers name, who is loaded and locked, who was created,
 * renamed or deleted.
 *
 * <p>Invariant: whatever is written about a person beyond plain events is written while its row is
 * locked, and was read after the lock was held. Rows are locked in key order in one statement.
 * Somebody deleted between look-up and lock is missing from the answer; the identifiers are then
 * looked up again, and name nobody or a successor.
 */
final class BatchPeople {
  /**
   * Longer than any batch may run: what a running batch still writes about a deleted person is
   * there when the erasure looks.
   */
  private static final Duration ERASE_AFTER = Duration.ofMinutes(2);

  private static final int ATTEMPTS = 5;
  private static final long NOBODY = 0;

  private final Handle handle;
  private final PeopleRepository people;
  private final IdentifierCache cache;
  private final Map<IdentifierKey, Long> named = new HashMap<>();
  private final Map<IdentifierKey, Long> found = new HashMap<>();
  private final Map<Long, PersonState> states = new TreeMap<>();
  private final TreeMap<IdentifierKey, Long> added = new TreeMap<>();
  private final TreeSet<IdentifierKey> removed = new TreeSet<>();

  BatchPeople(Handle handle, PeopleRepository people, IdentifierCache cache) {
    this.handle = handle;
    this.people = people;
    this.cache = cache;
  }

  /** Looks up whom identifiers name: in the cache, then in the database. */
  void resolve(Collection<IdentifierKey> keys) {
    var unknown = new HashSet<IdentifierKey>();
    for (var key : keys) {
      if (named.containsKey(key)) {
        continue;
      }
      if (key.kind() == IdentifierKind.CIO_ID) {
        named.put(key, CioId.personId(key.value()).orElse(NOBODY));
      } else {
        unknown.add(key);
      }
    }
    var cached = cache.find(unknown);
    named.putAll(cached);
    unknown.removeAll(cached.keySet());
    lookUp(unknown);
  }

  private void lookUp(Set<IdentifierKey> keys) {
    var resolved = people.resolve(handle, keys);
    found.putAll(resolved);
    for (var key : keys) {
      named.put(key, resolved.getOrDefault(key, NOBODY));
    }
  }

  /** The key of whom an identifier names; 0 for nobody. It must have been resolved. */
  long personId(WorkspaceId workspace, Identifier identifier) {
    return named.getOrDefault(IdentifierKey.of(workspace, identifier), NOBODY);
  }

  /** Locks and reads the people these identifiers name, and those with these keys. */
  void load(Collection<IdentifierKey> keys, Collection<Long> ids) {
    var wanted = new HashSet<IdentifierKey>(keys);
    var missingIds = new HashSet<>(ids);
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var toLoad = new TreeSet<Long>(missingIds);
      wanted.forEach(key -> toLoad.add(named.getOrDefault(key, NOBODY)));
      toLoad.remove(NOBODY);
      toLoad.removeIf(id -> states.containsKey(id) && states.get(id).loaded());
      if (toLoad.isEmpty()) {
        return;
      }
      var rows = people.lockAndLoad(handle, toLoad.stream().mapToLong(Long::longValue).toArray());
      rows.forEach((id, row) ->
          states.put(
              id,
              PersonState.loaded(
                  id,
                  row.workspace(),
                  row.createdAt(),
                  Profile.of(row.attributes(), row.written()))));
      missingIds.clear();
      toLoad.removeAll(rows.keySet());
      if (toLoad.isEmpty()) {
        return;
      }
      var stale = new HashSet<IdentifierKey>();
      for (var key : wanted) {
        if (toLoad.contains(named.getOrDefault(key, NOBODY))) {
          if (key.kind() == IdentifierKind.CIO_ID) {
            named.put(key, NOBODY);
          } else {
            stale.add(key);
          }
        }
      }
      if (!stale.isEmpty()) {
        cache.clear();
        lookUp(stale);
        stale.forEach(key -> dropOrphan(key, toLoad));
      }
    }
    throw new RetryBatch("identifiers kept changing hands while people were locked");
  }

  /**
   * A row that still names somebody who is gone names nobody: it is removed, so that it cannot
   * stand in the way.
   */
  private void dropOrphan(IdentifierKey key, Set<Long> missing) {
    if (missing.contains(named.getOrDefault(key, NOBODY))) {
      named.put(key, NOBODY);
      found.remove(key);
      removed.add(key);
    }
  }

  /** Whom an identifier names at this point of the batch; null for nobody. */
  @Nullable PersonState find(WorkspaceId workspace, Identifier identifier) {
    var id = personId(workspace, identifier);
    if (id == NOBODY) {
      return null;
    }
    var state = states.get(id);
    if (state == null) {
      if (identifier.kind() == IdentifierKind.CIO_ID) {
        return null; // a key that was asked for and not found
      }
      state = PersonState.known(id, workspace);
      states.put(id, state);
    }
    return state.deleted() || !state.workspace().equals(workspace) ? null : state;
  }

  /** The state of a locked person; null when it is not loaded or does not exist. */
  @Nullable PersonState byId(long personId) {
    var state = states.get(personId);
    return state == null || state.deleted() ? null : state;
  }

  /** Creates a person whom nobody names yet. */
  PersonState create(WorkspaceId workspace, long personId, Instant now) {
    var state = PersonState.created(personId, workspace, now);
    states.put(personId, state);
    return state;
  }

  /**
   * Makes an identifier name this person, and gives the person the attribute of that name. The
   * identifier must name nobody else.
   */
  Profile.Outcome name(PersonState person, Identifier identifier, long writtenAtMillis) {
    var attribute = identifier.kind() == IdentifierKind.ID ? "id" : "email";
    var former = person.profile().attribute(attribute);
    if (former instanceof String text) {
      var formerKey = IdentifierKey.of(person.workspace(), new Identifier(identifier.kind(), text));
      if (!formerKey.value().equals(identifier.key())) {
        release(formerKey);
      }
    }
    var key = IdentifierKey.of(person.workspace(), identifier);
    var holder = named.put(key, person.personId());
    if (holder == null || holder != person.personId()) {
      added.put(key, person.personId());
    }
    return person.profile().write(attribute, identifier.value(), Math.max(writtenAtMillis, 0));
  }

  /** Takes an identifier from its person. */
  void unname(PersonState person, IdentifierKind kind, long writtenAtMillis) {
    var attribute = kind == IdentifierKind.ID ? "id" : "email";
    if (person.profile().attribute(attribute) instanceof String text) {
      release(IdentifierKey.of(person.workspace(), new Identifier(kind, text)));
      person.profile().write(attribute, null, writtenAtMillis);
    }
  }

  /** Deletes a locked person; its identifiers are free at once. */
  void delete(PersonState person) {
    for (var kind : List.of(IdentifierKind.ID, IdentifierKind.EMAIL)) {
      var attribute = kind == IdentifierKind.ID ? "id" : "email";
      if (person.profile().attribute(attribute) instanceof String text) {
        release(IdentifierKey.of(person.workspace(), new Identifier(kind, text)));
      }
    }
    person.delete();
  }

  private void release(IdentifierKey key) {
    named.put(key, NOBODY);
    if (added.remove(key) == null) {
      removed.add(key);
    }
  }

  /** Everybody this batch has touched and loaded. */
  Collection<PersonState> loaded() {
    return states.values().stream().filter(PersonState::loaded).toList();
  }

  /** Whether an identifier stopped naming its person. */
  boolean namesRemoved() {
    return !removed.isEmpty();
  }

  /**
   * Writes people and identifiers.
   *
   * @param now when the changes were accepted
   * @param present when they are applied, which may be much later
   */
  void write(Instant now, Instant present) {
    var inserts = new ArrayList<PeopleRepository.Row>();
    var updates = new ArrayList<PeopleRepository.Row>();
    var deleted = new TreeMap<Long, WorkspaceId>();
    for (var state : states.values()) {
      if (state.deleted()) {
        if (!state.created()) {
          deleted.put(state.personId(), state.workspace());
        }
      } else if (state.created()) {
        inserts.add(row(state));
      } else if (state.profile().changed()) {
        updates.add(row(state));
      }
    }
    if (!deleted.isEmpty()) {
      people.delete(handle, deleted, present.plus(ERASE_AFTER));
    }
    if (!removed.isEmpty()) {
      people.deleteIdentifiers(handle, removed);
    }
    if (!inserts.isEmpty()) {
      people.insert(handle, inserts);
    }
    if (!added.isEmpty() && people.insertIdentifiers(handle, added) != added.size()) {
      throw new RetryBatch("another batch took one of " + added.size() + " identifiers");
    }
    if (!updates.isEmpty()) {
      people.update(handle, updates, now);
    }
  }

  private static PeopleRepository.Row row(PersonState state) {
    return new PeopleRepository.Row(
        state.personId(),
        state.workspace(),
        state.createdAt(),
        state.profile().attributesJson(),
        state.profile().writtenJson());
  }

  /** What the cache may keep once the batch is committed. */
  Map<IdentifierKey, Long> toCache() {
    if (added.isEmpty()
        && removed.isEmpty()
        && states.values().stream().noneMatch(PersonState::deleted)) {
      return found;
    }
    var facts = new HashMap<>(found);
    facts.putAll(added);
    removed.forEach(facts::remove);
    facts.values().removeIf(id -> states.containsKey(id) && states.get(id).deleted());
    return facts;
  }
}
