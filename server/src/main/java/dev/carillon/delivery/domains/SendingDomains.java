package dev.carillon.delivery.domains;

import dev.carillon.store.SecretBox;
import dev.carillon.workspaces.WorkspaceId;
import java.security.KeyPair;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of sending domains. Private keys are stored sealed. */
public final class SendingDomains {
  /** How many a workspace may have. */
  public static final int MOST = 100;

  private static final String COLUMNS =
      "domain_id, domain, selector, public_key, verified_at, created_at";

  private final SecretBox secrets;
  private final InstantSource clock;

  /** Seals keys with this box. */
  public SendingDomains(SecretBox secrets, InstantSource clock) {
    this.secrets = secrets;
    this.clock = clock;
  }

  /** What came of adding a domain. */
  public sealed interface Added {
    /** It is there now. */
    record Saved(SendingDomain domain) implements Added {}

    /** The workspace has it already. */
    record Known() implements Added {}

    /** The workspace has {@link #MOST}. */
    record Full() implements Added {}
  }

  /**
   * Adds a domain.
   *
   * @param name in lower case, ASCII, well-formed
   */
  public Added add(Handle handle, WorkspaceId workspace, String name, KeyPair key) {
    // One at a time in a workspace, so that the limit holds.
    handle
        .createQuery("SELECT 1 FROM workspace WHERE workspace_id = :workspace FOR NO KEY UPDATE")
        .bind("workspace", workspace.value())
        .mapTo(Integer.class)
        .one();
    if (count(handle, workspace) >= MOST) {
      return new Added.Full();
    }
    var now = clock.instant();
    return handle
        .createQuery(
            """
            INSERT INTO sending_domain (workspace_id, domain, selector, private_key, public_key, created_at)
            VALUES (:workspace, :domain, :selector, :private, :public, :now)
            ON CONFLICT (workspace_id, domain) DO NOTHING
            RETURNING %s
            """
                .formatted(COLUMNS))
        .bind("workspace", workspace.value())
        .bind("domain", name)
        .bind("selector", "carillon" + now.getEpochSecond())
        .bind("private", secrets.seal(key.getPrivate().getEncoded(), purpose(workspace, name)))
        .bind("public", key.getPublic().getEncoded())
        .bind("now", now)
        .map((row, context) -> domain(row))
        .findOne()
        .<Added>map(Added.Saved::new)
        .orElseGet(Added.Known::new);
  }

  private static int count(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery("SELECT count(*) FROM sending_domain WHERE workspace_id = :workspace")
        .bind("workspace", workspace.value())
        .mapTo(Integer.class)
        .one();
  }

  /** All domains of a workspace by name. */
  public List<SendingDomain> list(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            "SELECT %s FROM sending_domain WHERE workspace_id = :workspace ORDER BY domain LIMIT %d"
                .formatted(COLUMNS, MOST))
        .bind("workspace", workspace.value())
        .map((row, context) -> domain(row))
        .list();
  }

  /** One domain. */
  public Optional<SendingDomain> find(Handle handle, WorkspaceId workspace, int id) {
    return handle
        .createQuery(
            "SELECT %s FROM sending_domain WHERE workspace_id = :workspace AND domain_id = :id"
                .formatted(COLUMNS))
        .bind("workspace", workspace.value())
        .bind("id", id)
        .map((row, context) -> domain(row))
        .findOne();
  }

  /** Removes a domain; its mails are not signed any more. False when there is no such domain. */
  public boolean delete(Handle handle, WorkspaceId workspace, int id) {
    return handle
            .createUpdate(
                "DELETE FROM sending_domain WHERE workspace_id = :workspace AND domain_id = :id")
            .bind("workspace", workspace.value())
            .bind("id", id)
            .execute()
        > 0;
  }

  /** Notes whether the key was found in the DNS. False when there is no such domain. */
  public boolean verified(Handle handle, WorkspaceId workspace, int id, boolean found) {
    return handle
            .createUpdate(
                """
                UPDATE sending_domain SET verified_at = CASE WHEN :found THEN :now::timestamptz END
                 WHERE workspace_id = :workspace AND domain_id = :id
                """)
            .bind("found", found)
            .bind("now", clock.instant())
            .bind("workspace", workspace.value())
            .bind("id", id)
            .execute()
        > 0;
  }

  /**
   * The key that signs for the longest of these names.
   *
   * @param names in lower case
   */
  Optional<DkimKey> key(Handle handle, WorkspaceId workspace, List<String> names) {
    return handle
        .createQuery(
            """
            SELECT domain, selector, private_key FROM sending_domain
             WHERE workspace_id = :workspace AND domain = ANY(:names)
             ORDER BY length(domain) DESC LIMIT 1
            """)
        .bind("workspace", workspace.value())
        .bind("names", names.toArray(String[]::new))
        .map((row, context) ->
            new DkimKey(
                row.getString(1),
                row.getString(2),
                Rsa.privateKey(
                    secrets.open(row.getBytes(3), purpose(workspace, row.getString(1))))))
        .findOne();
  }

  private static String purpose(WorkspaceId workspace, String name) {
    return "DKIM key of " + name + " in workspace " + workspace.value();
  }

  private static SendingDomain domain(ResultSet row) throws SQLException {
    return new SendingDomain(
        row.getInt(1),
        row.getString(2),
        row.getString(3),
        row.getBytes(4),
        instant(row, 5),
        row.getTimestamp(6).toInstant());
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    var value = row.getTimestamp(column);
    return value == null ? null : value.toInstant();
  }
}
