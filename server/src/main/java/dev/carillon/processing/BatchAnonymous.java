package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository;
import dev.carillon.events.AnonymousRepository.Key;
import dev.carillon.events.AnonymousRepository.Link;
import dev.carillon.events.AnonymousRepository.Stored;
import dev.carillon.events.EventNames;
import dev.carillon.processing.EventApplier.Incoming;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Anonymous activity in one batch (track §4.3, P-30 … P-36). The ids that occur are locked first,
 * so an event and the identify that claims it cannot pass each other in two batches.
 */
final class BatchAnonymous {
  /** How long events of nobody wait (P-30). */
  static final Duration KEPT = Duration.ofDays(30);

  /**
   * How long after an identify later events of the same anonymous id still find the person (P-31).
   */
  static final Duration FOLLOWED = Duration.ofMinutes(5);

  private final Handle handle;
  private final AnonymousRepository repository;
  private final EventNames names;
  private final BatchPeople people;
  private final Map<Key, Link> links = new HashMap<>();
  private final Map<Key, Link> changed = new HashMap<>();
  private final Map<Key, List<Stored>> stored = new HashMap<>();

  BatchAnonymous(Handle handle, Stores stores, BatchPeople people) {
    this.handle = handle;
    this.repository = stores.anonymous();
    this.names = stores.names();
    this.people = people;
  }

  /** Those of these ids that nobody has, at a look without locks. */
  Set<Key> unowned(Set<Key> keys) {
    var unowned = new TreeSet<Key>(keys);
    if (!unowned.isEmpty()) {
      unowned.removeAll(repository.owned(handle, keys));
    }
    return unowned;
  }

  /**
   * Locks the ids that occur in the batch and takes the stored events of those somebody claims.
   *
   * @return the people these ids belong to
   */
  List<Long> lock(SortedSet<Key> keys, SortedSet<Key> claimed, Instant now) {
    if (keys.isEmpty()) {
      return List.of();
    }
    links.putAll(repository.lock(handle, keys));
    if (!claimed.isEmpty()) {
      for (var event : repository.take(handle, claimed, now.minus(KEPT))) {
        stored.computeIfAbsent(event.key(), _ -> new ArrayList<>()).add(event);
      }
    }
    return links.values().stream().map(Link::personId).distinct().toList();
  }

  /**
   * The key of whom an event of this anonymous id goes to at the given time; null: nobody (yet).
   */
  @Nullable Long follower(Key key, Instant at) {
    var link = links.get(key);
    return link != null && !at.isAfter(link.linkedAt().plus(FOLLOWED)) ? link.personId() : null;
  }

  /** Keeps an event until somebody claims its id. */
  void keep(Key key, Incoming event) {
    stored
        .computeIfAbsent(key, _ -> new ArrayList<>())
        .add(
            new Stored(
                key,
                event.kind(),
                event.name(),
                names.numberOf(key.workspace(), event.kind(), event.name()),
                event.op(),
                event.occurredAt(),
                event.receivedAt(),
                event.eventId(),
                event.data()));
  }

  /** Whether no living person has the anonymous id; the id must be locked. */
  boolean isFree(Key key) {
    var link = links.get(key);
    return link == null || people.byId(link.personId()) == null;
  }

  /** Whether a living person other than this one has the anonymous id; the id must be locked. */
  boolean heldByAnother(Key key, PersonState person) {
    var link = links.get(key);
    return link != null && link.personId() != person.personId() && !isFree(key);
  }

  /**
   * Gives an anonymous id to a person, unless somebody else has it (P-36, track §4.3). For a while
   * later events of the id find the person (P-31).
   */
  void link(Key key, PersonState person, Instant at) {
    if (!heldByAnother(key, person)) {
      var link = new Link(person.personId(), at);
      links.put(key, link);
      changed.put(key, link);
    }
  }

  /** Hands out the events that wait for who claims the id, oldest first (P-31). */
  List<Incoming> waiting(Key key) {
    var waiting = stored.remove(key);
    if (waiting == null) {
      return List.of();
    }
    return waiting.stream()
        .map(event ->
            new Incoming(
                event.kind(),
                event.name(),
                event.op(),
                event.occurredAt(),
                event.receivedAt(),
                event.eventId(),
                event.data()))
        .toList();
  }

  /** Writes links and the events that still wait. */
  void write() {
    changed.values().removeIf(link -> people.byId(link.personId()) == null); // deleted since
    if (!changed.isEmpty()) {
      repository.link(handle, changed);
    }
    var waiting = stored.values().stream().flatMap(List::stream).toList();
    if (!waiting.isEmpty()) {
      repository.insert(handle, waiting);
    }
  }
}
