package dev.carillon.delivery;

import dev.carillon.messages.EmailAddress;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses mail is not sent to (app-data §6, M-103 … M-106). An entry holds for one sending
 * domain, or for all; what is put here through the App API holds for all. Safe for many threads.
 */
public final class EspSuppressions {
  private static final String BY_API = "added through the API";

  private final Database database;
  private final InstantSource clock;

  /** Keeps them in this database. */
  public EspSuppressions(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * An address on the list.
   *
   * @param status what the provider answered, such as {@code 550}; empty when none was asked
   */
  public record Entry(
      String email, SuppressionKind kind, String reason, String status, Instant createdAt) {}

  /**
   * The form in which addresses are compared: as mail servers know it, in lower case; empty for a
   * text mail cannot be sent to.
   */
  public static Optional<String> comparable(String text) {
    return EmailAddress.parse(text.strip())
        .map(address -> address.address().toLowerCase(Locale.ROOT));
  }

  /**
   * Puts an address on the list for all sending domains; nothing changes when it is there.
   *
   * @param email in {@link #comparable} form
   */
  public void add(WorkspaceId workspace, SuppressionKind kind, String email) {
    database.read(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO esp_suppression (workspace_id, email, kind, reason, status, created_at)
                VALUES (:workspace, :email, :kind, :reason, '', :now) ON CONFLICT DO NOTHING
                """)
            .bind("workspace", workspace.value())
            .bind("email", email)
            .bind("kind", kind.code())
            .bind("reason", BY_API)
            .bind("now", clock.instant())
            .execute());
  }

  /** Takes an address off the list of this kind, for every sending domain. */
  public void remove(WorkspaceId workspace, SuppressionKind kind, String email) {
    database.read(handle ->
        handle
            .createUpdate(
                "DELETE FROM esp_suppression WHERE workspace_id = :workspace AND email = :email AND kind = :kind")
            .bind("workspace", workspace.value())
            .bind("email", email)
            .bind("kind", kind.code())
            .execute());
  }

  private static final String ENTRY =
      """
      SELECT email, kind, reason, status, created_at FROM esp_suppression WHERE workspace_id = :workspace
      """;

  /** Everything that is on the list of an address, the newest first. */
  public List<Entry> of(WorkspaceId workspace, String email) {
    return database.read(handle ->
        handle
            .createQuery(
                ENTRY + " AND email = :email ORDER BY created_at DESC, kind, domain LIMIT 1000")
            .bind("workspace", workspace.value())
            .bind("email", email)
            .map((row, _) -> entry(row))
            .list());
  }

  /**
   * Why mail from this domain is not sent to some of these addresses; others are absent.
   *
   * @param emails in {@link #comparable} form, few
   * @param domain of the sender, lower case
   */
  Map<String, Entry> blocking(WorkspaceId workspace, Collection<String> emails, String domain) {
    var blocking = new HashMap<String, Entry>();
    database.<Integer, RuntimeException>read(handle -> {
      handle
          .createQuery(
              ENTRY
                  + " AND email = ANY(:emails) AND domain IN ('', :domain) ORDER BY created_at, kind")
          .bind("workspace", workspace.value())
          .bind("emails", emails.toArray(String[]::new))
          .bind("domain", domain)
          .map((row, _) -> entry(row))
          .forEach(entry -> blocking.putIfAbsent(entry.email(), entry));
      return blocking.size();
    });
    return blocking;
  }

  /**
   * The entry of one kind that keeps mail of a sending domain from an address; empty for none.
   *
   * @param email in {@link #comparable} form
   * @param domain lower case
   */
  public Optional<Entry> find(
      WorkspaceId workspace, SuppressionKind kind, String domain, String email) {
    return database.read(handle ->
        handle
            .createQuery(
                ENTRY
                    + " AND email = :email AND kind = :kind AND domain IN ('', :domain) ORDER BY created_at LIMIT 1")
            .bind("workspace", workspace.value())
            .bind("email", email)
            .bind("kind", kind.code())
            .bind("domain", domain)
            .map((row, _) -> entry(row))
            .findOne());
  }

  /**
   * Addresses of one kind, the newest first.
   *
   * @param skip how many to pass over
   */
  public List<Entry> newest(WorkspaceId workspace, SuppressionKind kind, int skip, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                ENTRY
                    + " AND kind = :kind ORDER BY created_at DESC, email DESC OFFSET :skip LIMIT :limit")
            .bind("workspace", workspace.value())
            .bind("kind", kind.code())
            .bind("skip", skip)
            .bind("limit", limit)
            .map((row, _) -> entry(row))
            .list());
  }

  /**
   * Addresses of one kind that mail of a sending domain is not sent to, in their own order.
   *
   * @param domain lower case
   * @param after behind this address; empty from the first
   * @param skip how many to pass over
   */
  public List<Entry> ofDomain(
      WorkspaceId workspace,
      SuppressionKind kind,
      String domain,
      String after,
      int skip,
      int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT DISTINCT ON (email) * FROM (
                    (SELECT email, kind, reason, status, created_at FROM esp_suppression
                      WHERE workspace_id = :workspace AND kind = :kind AND domain = '' AND email > :after
                      ORDER BY email LIMIT :reach)
                    UNION ALL
                    (SELECT email, kind, reason, status, created_at FROM esp_suppression
                      WHERE workspace_id = :workspace AND kind = :kind AND domain = :domain AND email > :after
                      ORDER BY email LIMIT :reach)) e
                 ORDER BY email, created_at OFFSET :skip LIMIT :limit
                """)
            .bind("workspace", workspace.value())
            .bind("kind", kind.code())
            .bind("domain", domain)
            .bind("after", after)
            .bind("reach", skip + limit)
            .bind("skip", skip)
            .bind("limit", limit)
            .map((row, _) -> entry(row))
            .list());
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getString("email"),
        SuppressionKind.ofCode(row.getInt("kind")),
        row.getString("reason"),
        row.getString("status"),
        row.getTimestamp("created_at").toInstant());
  }
}
