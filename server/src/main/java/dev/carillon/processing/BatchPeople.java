package dev.carillon.processing;

import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.Profile;
import dev.carillon.people.Suppressions;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
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
 * Somebody deleted between look-up and lock is missing from the answer, and somebody renamed has
 * another identifier in it; the identifiers are then looked up again, and name nobody or a
 * successor.
 */
final class BatchPeople {
  private static final int ATTEMPTS = 10;
  private static final long NOBODY = 0;

  private final Handle handle;
  private final PeopleRepository people;
  private final Suppressions suppressions;
  private final RuleBook ruleBook;
  private final long identity;
  private final IdentifierCache cache;
  private final Map<IdentifierKey, Long> named = new HashMap<>();
  private final Map<IdentifierKey, Long> found = new HashMap<>();
  private final Map<Long, PersonState> states = new TreeMap<>();
  private final TreeMap<IdentifierKey, Long> added = new TreeMap<>();
  private final TreeMap<IdentifierKey, Long> removed = new TreeMap<>();
  private final Set<IdentifierKey> suppressed = new HashSet<>();
  private final TreeSet<IdentifierKey> nobodys = new TreeSet<>();

  /**
   * @param identity {@link dev.carillon.store.Epoch#identity} when the transaction began
   * @param cache what was true then
   */
  BatchPeople(
      Handle handle, Stores stores, RuleBook ruleBook, long identity, IdentifierCache cache) {
    this.handle = handle;
    this.people = stores.people();
    this.suppressions = stores.suppressions();
    this.ruleBook = ruleBook;
    this.identity = identity;
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
    cache.missed(resolved.size());
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
    var lookedUpAgain = new HashSet<IdentifierKey>();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var toLoad = new TreeSet<Long>(missingIds);
      wanted.forEach(key -> toLoad.add(named.getOrDefault(key, NOBODY)));
      toLoad.remove(NOBODY);
      toLoad.removeIf(id -> states.containsKey(id) && states.get(id).loaded());
      if (toLoad.isEmpty()) {
        var renamed = renamed(wanted);
        renamed.removeAll(lookedUpAgain);
        if (renamed.isEmpty()) {
          return;
        }
        lookedUpAgain.addAll(renamed);
        cache.clear();
        found.keySet().removeAll(renamed);
        lookUp(renamed);
        continue;
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
        continue; // whom they name now is known once the locks are held
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
   * Those of the identifiers that were somebody's when they were looked up and are not any more,
   * now that the locks are held. What this batch names itself it knows better.
   */
  private Set<IdentifierKey> renamed(Collection<IdentifierKey> keys) {
    var renamed = new HashSet<IdentifierKey>();
    for (var key : keys) {
      var state = states.get(named.getOrDefault(key, NOBODY));
      if (state != null
          && state.loaded()
          && !state.deleted()
          && !added.containsKey(key)
          && (key.kind() == IdentifierKind.ID || key.kind() == IdentifierKind.EMAIL)) {
        var held = held(state, key.kind());
        if (held == null || !held.key().equals(key.value())) {
          renamed.add(key);
        }
      }
    }
    return renamed;
  }

  /**
   * A row that still names somebody who is gone names nobody: it is removed, so that it cannot
   * stand in the way.
   */
  private void dropOrphan(IdentifierKey key, Set<Long> missing) {
    var personId = named.getOrDefault(key, NOBODY);
    if (missing.contains(personId)) {
      named.put(key, NOBODY);
      found.remove(key);
      removed.put(key, personId);
    }
  }

  /**
   * Finds out which of the identifiers that name nobody are suppressed. To be called once people
   * are loaded: only then it is known who is nobody.
   */
  void lookForSuppressed() {
    var unknown = new ArrayList<IdentifierKey>();
    named.forEach((key, personId) -> {
      if (personId == NOBODY && key.kind() != IdentifierKind.CIO_ID) {
        unknown.add(key);
      }
    });
    if (!unknown.isEmpty()) {
      suppressed.addAll(suppressions.find(handle, unknown));
    }
  }

  /** Whether calls that name one of these are ignored (track §9.2). */
  boolean suppressed(WorkspaceId workspace, Collection<Identifier> identifiers) {
    return identifiers.stream()
        .anyMatch(each -> suppressed.contains(IdentifierKey.of(workspace, each)));
  }

  /** Whether any identifier of the batch is suppressed. */
  boolean anySuppressed() {
    return !suppressed.isEmpty();
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

  /**
   * Notes that it mattered that an identifier names nobody, if it does not. Two batches that look
   * for each other's new identifiers at the same moment would otherwise both find nothing, as if
   * each had come first.
   */
  void relyOnNobody(WorkspaceId workspace, Identifier identifier) {
    if (personId(workspace, identifier) == NOBODY) {
      nobodys.add(IdentifierKey.of(workspace, identifier));
    }
  }

  /** Whether this batch has deleted somebody; a merge is no deletion. */
  boolean deletedHere(long personId) {
    var state = states.get(personId);
    return state != null && state.deleted() && !state.merged();
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
        release(formerKey, person);
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
    var held = held(person, kind);
    if (held != null) {
      release(IdentifierKey.of(person.workspace(), held), person);
      person.profile().write(attribute(kind), null, writtenAtMillis);
    }
  }

  /** Deletes a locked person; its identifiers are free at once. */
  void delete(PersonState person) {
    identifiers(person)
        .forEach(each -> release(IdentifierKey.of(person.workspace(), each), person));
    person.delete();
  }

  /**
   * Removes a locked person who is merged into another one. Identifiers go where the primary has
   * none of the kind, others are free (P-28).
   *
   * @return names of the primary's attributes that have another value now
   */
  Set<String> merge(PersonState primary, PersonState secondary) {
    var changed = new HashSet<String>();
    for (var each : identifiers(secondary)) {
      release(IdentifierKey.of(secondary.workspace(), each), secondary);
      if (held(primary, each.kind()) == null) {
        var name = attribute(each.kind());
        var writtenAt =
            Math.max(
                primary.profile().writtenAtMillis(name), secondary.profile().writtenAtMillis(name));
        name(primary, each, writtenAt);
        changed.add(name);
      }
    }
    secondary.mergeAway();
    return changed;
  }

  /** The identifiers a loaded person has, of the kinds in use. */
  List<Identifier> identifiers(PersonState person) {
    var identifiers = new ArrayList<Identifier>(2);
    for (var kind : List.of(IdentifierKind.ID, IdentifierKind.EMAIL)) {
      var held = held(person, kind);
      if (held != null && identifies(person.workspace(), kind)) {
        identifiers.add(held);
      }
    }
    return identifiers;
  }

  /** Whether identifiers of this kind name people of the workspace (track §3.1). */
  boolean identifies(WorkspaceId workspace, IdentifierKind kind) {
    return switch (kind) {
      case ID, CIO_ID -> true;
      case EMAIL -> ruleBook.settings(workspace).emailIdentifies();
      case PHONE -> false;
    };
  }

  private static @Nullable Identifier held(PersonState person, IdentifierKind kind) {
    return person.profile().attribute(attribute(kind)) instanceof String text
        ? new Identifier(kind, text)
        : null;
  }

  private static String attribute(IdentifierKind kind) {
    return kind == IdentifierKind.ID ? "id" : "email";
  }

  private void release(IdentifierKey key, PersonState from) {
    var holder = named.getOrDefault(key, NOBODY);
    if (holder != NOBODY && holder != from.personId()) {
      return;
    }
    named.put(key, NOBODY);
    if (added.remove(key) == null) {
      removed.put(key, from.personId());
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
   * Writes people and identifiers; those who are gone are left to {@link PersonRemoval}.
   *
   * @param now when the changes were accepted
   */
  void write(Instant now) {
    var inserts = new ArrayList<PeopleRepository.Row>();
    var updates = new ArrayList<PeopleRepository.Row>();
    for (var state : states.values()) {
      if (state.created() && !state.deleted()) {
        inserts.add(row(state));
      } else if (!state.deleted() && state.profile().changed()) {
        updates.add(row(state));
      }
    }
    if (!removed.isEmpty()) {
      people.deleteIdentifiers(handle, removed);
    }
    insertIdentifiers();
    if (!inserts.isEmpty()) {
      checkSuppressions(people.insert(handle, inserts));
    } else if (!added.isEmpty()) {
      checkSuppressions(Epoch.identity(handle));
    }
    if (!updates.isEmpty()) {
      people.update(handle, updates, now);
    }
  }

  /**
   * Identifiers that matter because they name nobody are written too, and removed again: whoever
   * adds one at the same moment waits here, or is waited for and found.
   */
  private void insertIdentifiers() {
    nobodys.removeAll(added.keySet());
    var rows = new TreeMap<>(added);
    nobodys.forEach(key -> rows.put(key, NOBODY));
    if (!rows.isEmpty() && people.insertIdentifiers(handle, rows) != rows.size()) {
      throw new RetryBatch("another batch took one of " + rows.size() + " identifiers");
    }
    if (!nobodys.isEmpty()) {
      rows.keySet().retainAll(nobodys);
      people.deleteIdentifiers(handle, rows);
    }
  }

  /**
   * An identifier may have been suppressed since this batch looked. A suppression writes and
   * removes the row of the identifier itself, so the insertion above has waited for its end, and it
   * moves the number of identities: unless that moved nothing was missed.
   */
  private void checkSuppressions(long present) {
    if (present != identity && !suppressions.find(handle, added.keySet()).isEmpty()) {
      throw new RetryBatch("an identifier was suppressed while a batch created its person");
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
    removed.keySet().forEach(facts::remove);
    facts.values().removeIf(id -> states.containsKey(id) && states.get(id).deleted());
    return facts;
  }
}
