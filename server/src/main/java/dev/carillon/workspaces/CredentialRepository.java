package dev.carillon.workspaces;

import dev.carillon.store.Database;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Credentials as rows. Only SHA-256 of each secret is stored. */
public final class CredentialRepository {
  private final Database database;

  /** Reads and writes through this database. */
  public CredentialRepository(Database database) {
    this.database = database;
  }

  /**
   * A credential that is not revoked.
   *
   * @param number of the credential
   * @param siteId empty for kinds that have none
   * @param source for a write key, its source; for a Track credential, the first one of the
   *     workspace; 0 when there is none
   * @param convertsTimes as that source is set; true when there is none
   */
  record Live(
      int number,
      Access access,
      String siteId,
      SecretHash secret,
      int source,
      boolean convertsTimes) {}

  /** The live credential with this secret; empty when there is none. */
  Optional<Live> find(CredentialKind kind, SecretHash secret) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT c.credential_id, c.workspace_id, c.site_id, c.secret_hash,
                       coalesce((w.settings -> 'identifiers')::jsonb @> '"email"', true) AS email_identifies,
                       coalesce(s.credential_id, 0) AS source, coalesce(s.convert_times, true) AS convert_times
                  FROM credential c JOIN workspace w USING (workspace_id)
                  LEFT JOIN LATERAL (
                      SELECT d.credential_id, d.convert_times FROM credential d
                       WHERE d.workspace_id = c.workspace_id AND d.kind = 'cdp' AND d.revoked_at IS NULL
                         AND (c.kind <> 'cdp' OR d.credential_id = c.credential_id)
                       ORDER BY d.credential_id LIMIT 1) s ON c.kind <> 'app'
                 WHERE c.kind = :kind AND c.secret_hash = :secret AND c.revoked_at IS NULL
                """)
            .bind("kind", kind.stored())
            .bind("secret", secret.bytes())
            .map((row, _) ->
                new Live(
                    row.getInt("credential_id"),
                    new Access(
                        new WorkspaceId(row.getInt("workspace_id")),
                        row.getBoolean("email_identifies")),
                    Optional.ofNullable(row.getString("site_id")).orElse(""),
                    SecretHash.ofStored(row.getBytes("secret_hash")),
                    row.getInt("source"),
                    row.getBoolean("convert_times")))
            .findOne());
  }

  /**
   * Stores a credential, in the transaction of the handle.
   *
   * @param siteId null for kinds that have none
   */
  static void add(
      Handle handle,
      WorkspaceId workspace,
      CredentialKind kind,
      @Nullable String siteId,
      String secret,
      Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO credential (workspace_id, kind, site_id, secret_hash, created_at)
            VALUES (:workspace, :kind, :siteId, :secret, :now)
            """)
        .bind("workspace", workspace.value())
        .bind("kind", kind.stored())
        .bind("siteId", siteId)
        .bind("secret", SecretHash.of(secret).bytes())
        .bind("now", now)
        .execute();
  }

  /**
   * Ends a credential; calls with it are refused within 30 seconds on every node.
   *
   * @return false when the workspace has no such live credential
   */
  public boolean revoke(WorkspaceId workspace, CredentialKind kind, String secret, Instant now) {
    int revoked =
        database.inTransaction(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE credential SET revoked_at = :now
                     WHERE workspace_id = :workspace AND kind = :kind AND secret_hash = :secret
                       AND revoked_at IS NULL
                    """)
                .bind("now", now)
                .bind("workspace", workspace.value())
                .bind("kind", kind.stored())
                .bind("secret", SecretHash.of(secret).bytes())
                .execute());
    return revoked == 1;
  }
}
