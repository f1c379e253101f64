package dev.carillon.processing;

import dev.carillon.people.IdentifierKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Whom identifiers name, so that an event costs no look-up. Holds only committed facts, by the
 * identifiers' fingerprints. An identifier stops naming its person only in a transaction that moves
 * {@code epoch.identity}; every batch reads that number first and empties the cache when it has
 * moved, so at worst a batch that began before a deletion attaches an event to the person as if it
 * had come first, and the erasure that follows the deletion removes it. Thread-safe.
 */
final class IdentifierCache {
  /** 24 MiB when full. */
  private static final int MOST_ENTRIES = 1 << 20;

  /** Room is left for who comes. */
  private static final int MOST_FILLED = MOST_ENTRIES * 7 / 8;

  private final IdentifierTable people = new IdentifierTable(MOST_ENTRIES);
  private long identity = -1;
  private long missed;
  private long life;

  /** Empties the cache when it was filled under an earlier identity epoch. */
  synchronized void under(long identityEpoch) {
    if (identityEpoch > identity) {
      people.clear();
      identity = identityEpoch;
    }
  }

  /** The people of those identifiers that are known here. */
  Map<IdentifierKey, Long> find(Collection<IdentifierKey> keys) {
    var sha = sha256();
    keys.forEach(key -> key.fingerprint(sha)); // before the lock
    var found = HashMap.<IdentifierKey, Long>newHashMap(keys.size());
    synchronized (this) {
      for (var key : keys) {
        var fingerprint = key.fingerprint(sha);
        var person = people.get(fingerprint.high(), fingerprint.low());
        if (person != 0) {
          found.put(key, person);
        }
      }
    }
    return found;
  }

  /**
   * Adds what a committed batch resolved or created under the given epoch; ignored when the epoch
   * has moved since.
   */
  void add(long identityEpoch, Map<IdentifierKey, Long> resolved) {
    var sha = sha256();
    resolved.keySet().forEach(key -> key.fingerprint(sha)); // before the lock
    synchronized (this) {
      if (identity == identityEpoch) {
        resolved.forEach((key, person) -> {
          var fingerprint = key.fingerprint(sha);
          people.put(fingerprint.high(), fingerprint.low(), person);
        });
      }
    }
  }

  /** Notes how many the database had to be asked for in vain here, and knew. */
  synchronized void missed(int identifiers) {
    missed += identifiers;
  }

  /** How many were missed since this was last asked. */
  synchronized long takeMissed() {
    var taken = missed;
    missed = 0;
    return taken;
  }

  /** A number that moves with {@link #clear}; to be asked before reading what is filled in. */
  synchronized long life() {
    return life;
  }

  /**
   * Adds what was read under the given epoch without putting anything out. What was read before a
   * {@link #clear} is refused: the database may have lost it since.
   *
   * @param begunIn {@link #life} before it was read
   * @return false when there is no point in going on: everything was forgotten since, the epoch has
   *     moved, or there is hardly any room left
   */
  boolean fill(long begunIn, long identityEpoch, Map<IdentifierKey, Long> read) {
    var sha = sha256();
    read.keySet().forEach(key -> key.fingerprint(sha)); // before the lock
    synchronized (this) {
      if (life != begunIn) {
        return false;
      }
      under(identityEpoch);
      if (identity != identityEpoch) {
        return false;
      }
      read.forEach((key, person) -> {
        var fingerprint = key.fingerprint(sha);
        people.putIfRoom(fingerprint.high(), fingerprint.low(), person);
      });
      return people.entries() < MOST_FILLED;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java runtime has SHA-256", missing);
    }
  }

  /**
   * Forgets everything, also the epoch: after a broken connection nothing is known of what the
   * database kept.
   */
  synchronized void clear() {
    people.clear();
    identity = -1;
    life++;
  }
}
