package dev.carillon.people;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Identifiers nobody may use (track §9.2, P-17, P-18). Nothing of a suppressed person is kept but a
 * keyed hash of each identifier: without the secret of this installation nobody can tell whose it
 * is, or try addresses against it. Safe for any number of threads.
 */
public final class Suppressions {
  private final IdentifierHashes hashes;

  /**
   * Uses a key of its own made from the server's secret; with another secret all suppressions are
   * forgotten.
   *
   * @throws IllegalArgumentException for fewer than 16 bytes
   */
  public Suppressions(byte[] secret) {
    hashes = new IdentifierHashes(secret, "suppression");
  }

  /** Those of these identifiers that are suppressed. */
  public Set<IdentifierKey> find(Handle handle, Collection<IdentifierKey> identifiers) {
    var found = new HashSet<IdentifierKey>();
    if (identifiers.isEmpty() || !any(handle, identifiers)) {
      return found;
    }
    var byHash = hashes.of(identifiers);
    handle
        .createQuery(
            """
            SELECT s.hash FROM unnest(:workspaces, :hashes) AS k(workspace_id, hash)
              JOIN suppression s USING (workspace_id, hash)
            """)
        .bind("workspaces", workspaces(byHash))
        .bind("hashes", byHash.keySet().toArray(UUID[]::new))
        .map(
            (row, _) -> found.add(Objects.requireNonNull(byHash.get(row.getObject(1, UUID.class)))))
        .list();
    return found;
  }

  /** Whether anything is suppressed in their workspaces; mostly not, which spares the hashes. */
  private static boolean any(Handle handle, Collection<IdentifierKey> identifiers) {
    return handle
        .createQuery(
            "SELECT EXISTS (SELECT FROM suppression WHERE workspace_id = ANY(:workspaces))")
        .bind(
            "workspaces",
            identifiers.stream().mapToInt(each -> each.workspace().value()).distinct().toArray())
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * Suppresses identifiers; one that is suppressed already stays with those it was suppressed with.
   *
   * @param together for each identifier the number shared by all that are to be freed with it
   */
  public void add(Handle handle, Map<IdentifierKey, Long> together, Instant now) {
    var byHash = hashes.of(together.keySet());
    handle
        .createUpdate(
            """
            INSERT INTO suppression (workspace_id, hash, together, suppressed_at)
            SELECT u.workspace, u.hash, u.together, :now
              FROM unnest(:workspaces, :hashes, :together) AS u(workspace, hash, together)
            ON CONFLICT DO NOTHING
            """)
        .bind("workspaces", workspaces(byHash))
        .bind("hashes", byHash.keySet().toArray(UUID[]::new))
        .bind(
            "together",
            byHash.values().stream().mapToLong(each -> together.getOrDefault(each, 0L)).toArray())
        .bind("now", now)
        .execute();
  }

  /** Frees these identifiers and all that were suppressed with them. */
  public void free(Handle handle, Collection<IdentifierKey> identifiers) {
    var byHash = hashes.of(identifiers);
    handle
        .createUpdate(
            """
            DELETE FROM suppression WHERE together IN (
              SELECT s.together FROM unnest(:workspaces, :hashes) AS k(workspace_id, hash)
                JOIN suppression s USING (workspace_id, hash))
            """)
        .bind("workspaces", workspaces(byHash))
        .bind("hashes", byHash.keySet().toArray(UUID[]::new))
        .execute();
  }

  private static int[] workspaces(Map<UUID, IdentifierKey> byHash) {
    return byHash.values().stream().mapToInt(each -> each.workspace().value()).toArray();
  }
}
