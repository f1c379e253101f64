package dev.carillon.processing;

import dev.carillon.people.IdentifierKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whom identifiers name, so that an event costs no look-up. Holds only committed facts, by the
 * first 128 bits of the identifiers' SHA-256: no two texts are known that share them. An identifier
 * stops naming its person only in a transaction that moves {@code epoch.identity}; every batch
 * reads that number first and empties the cache when it has moved, so at worst a batch that began
 * before a deletion attaches an event to the person as if it had come first, and the erasure that
 * follows the deletion removes it. Thread-safe.
 */
final class IdentifierCache {
  /** 24 MiB when full. */
  private static final int MOST_ENTRIES = 1 << 20;

  private final IdentifierTable people = new IdentifierTable(MOST_ENTRIES);
  private long identity = -1;

  /** Empties the cache when it was filled under an earlier identity epoch. */
  synchronized void under(long identityEpoch) {
    if (identityEpoch > identity) {
      people.clear();
      identity = identityEpoch;
    }
  }

  /** The people of those identifiers that are known here. */
  Map<IdentifierKey, Long> find(Collection<IdentifierKey> keys) {
    var wanted = List.copyOf(keys);
    var hashes = hashes(wanted);
    var found = HashMap.<IdentifierKey, Long>newHashMap(wanted.size());
    synchronized (this) {
      for (var i = 0; i < hashes.length; i += 2) {
        var person = people.get(hashes[i], hashes[i + 1]);
        if (person != 0) {
          found.put(wanted.get(i / 2), person);
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
    var known = List.copyOf(resolved.entrySet());
    var hashes = hashes(known.stream().map(Map.Entry::getKey).toList());
    synchronized (this) {
      if (identity == identityEpoch) {
        for (var i = 0; i < hashes.length; i += 2) {
          people.put(hashes[i], hashes[i + 1], known.get(i / 2).getValue());
        }
      }
    }
  }

  private static long[] hashes(List<IdentifierKey> keys) {
    var hashes = new long[keys.size() * 2];
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      var space = ByteBuffer.allocate(5);
      var i = 0;
      for (var key : keys) {
        sha.update(
            space.clear().putInt(key.workspace().value()).put((byte) key.kind().code()).array());
        var hash = ByteBuffer.wrap(sha.digest(key.value().getBytes(StandardCharsets.UTF_8)));
        hashes[i++] = hash.getLong();
        hashes[i++] = hash.getLong();
      }
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java runtime has SHA-256", missing);
    }
    return hashes;
  }

  /**
   * Forgets everything, also the epoch: after a broken connection nothing is known of what the
   * database kept.
   */
  synchronized void clear() {
    people.clear();
    identity = -1;
  }
}
