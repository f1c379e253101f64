package dev.carillon.processing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.people.IdentifierKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom identifiers name, so that an event costs no look-up. Holds only committed facts. An
 * identifier stops naming its person only in a transaction that moves {@code epoch.identity}; every
 * batch reads that number first and empties the cache when it has moved, so at worst a batch that
 * began before a deletion attaches an event to the person as if it had come first, and the erasure
 * that follows the deletion removes it. Thread-safe.
 */
final class IdentifierCache {
  private static final int ENTRIES = 100_000;

  private final Cache<IdentifierKey, Long> people =
      Caffeine.newBuilder().maximumSize(ENTRIES).build();
  private long identity = -1;

  /** Empties the cache when it was filled under an earlier identity epoch. */
  synchronized void under(long identityEpoch) {
    if (identityEpoch > identity) {
      people.invalidateAll();
      identity = identityEpoch;
    }
  }

  @Nullable Long find(IdentifierKey key) {
    return people.getIfPresent(key);
  }

  /**
   * Adds what a committed batch resolved or created under the given epoch; ignored when the epoch
   * has moved since.
   */
  synchronized void add(long identityEpoch, Map<IdentifierKey, Long> resolved) {
    if (identity == identityEpoch) {
      people.putAll(resolved);
    }
  }

  /**
   * Forgets everything, also the epoch: after a broken connection nothing is known of what the
   * database kept.
   */
  synchronized void clear() {
    people.invalidateAll();
    identity = -1;
  }
}
