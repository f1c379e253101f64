package dev.carillon.privacy;

import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.privacy.ErasureRecord.Hashed;
import dev.carillon.privacy.ErasureRecord.Table;
import dev.carillon.privacy.ErasureRecord.Waiting;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Puts requests to forget somebody down, and reads what became of them. Safe for many threads. */
public final class ErasureRecords {
  /** A slot of the log is used for five minutes and given back within about half a minute. */
  private static final Duration LOG_GONE = Duration.ofMinutes(6);

  private final Database database;
  private final ErasureRepository repository;

  /** Reads from this database. */
  public ErasureRecords(Database database, ErasureRepository repository) {
    this.database = database;
    this.repository = repository;
  }

  /** Puts a request down that is in the log. */
  public void accept(ErasureRequest request) {
    database.<Boolean, RuntimeException>inTransaction(handle -> {
      repository.accept(handle, List.of(request));
      return true;
    });
  }

  /** One record, or empty when the workspace has none of this number. */
  public Optional<ErasureRecord> find(WorkspaceId workspace, long id) {
    return database.read(handle ->
        records(
                handle,
                handle
                    .createQuery(
                        "SELECT * FROM erasure_request WHERE workspace_id = :workspace AND request_id = :id")
                    .bind("workspace", workspace.value())
                    .bind("id", id)
                    .map((row, _) -> Row.of(row))
                    .list())
            .stream()
            .findFirst());
  }

  /** Records of a workspace, the last asked for first. */
  public List<ErasureRecord> list(WorkspaceId workspace, long offset, int limit) {
    return database.read(handle ->
        records(
            handle,
            handle
                .createQuery(
                    """
                    SELECT * FROM erasure_request WHERE workspace_id = :workspace
                     ORDER BY request_id DESC OFFSET :offset LIMIT :limit
                    """)
                .bind("workspace", workspace.value())
                .bind("offset", offset)
                .bind("limit", limit)
                .map((row, _) -> Row.of(row))
                .list()));
  }

  /** Those of them that are about somebody with one of these identifiers. */
  public List<ErasureRecord> list(
      WorkspaceId workspace, Collection<Identifier> identifiers, long offset, int limit) {
    var keys = identifiers.stream().map(each -> IdentifierKey.of(workspace, each)).toList();
    return database.read(handle ->
        records(
            handle,
            handle
                .createQuery(
                    """
                    SELECT * FROM erasure_request r
                     WHERE r.workspace_id = :workspace
                       AND r.request_id IN (SELECT i.request_id FROM erasure_identifier i
                                             WHERE i.workspace_id = :workspace AND i.hash = ANY(:hashes))
                     ORDER BY r.request_id DESC OFFSET :offset LIMIT :limit
                    """)
                .bind("workspace", workspace.value())
                .bind("hashes", repository.hashes(keys).toArray(UUID[]::new))
                .bind("offset", offset)
                .bind("limit", limit)
                .map((row, _) -> Row.of(row))
                .list()));
  }

  private record Row(
      ErasureRequest request,
      @Nullable Instant removedAt,
      @Nullable Instant completedAt,
      @Nullable Instant failedAt) {
    static Row of(ResultSet row) throws SQLException {
      var requested = instant(row, "requested_at");
      return new Row(
          new ErasureRequest(
              row.getLong("request_id"),
              new WorkspaceId(row.getInt("workspace_id")),
              ErasureMode.of(row.getInt("mode")),
              row.getString("reason"),
              row.getInt("credential_id"),
              requested == null ? Instant.EPOCH : requested),
          instant(row, "removed_at"),
          instant(row, "completed_at"),
          instant(row, "failed_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
      var at = row.getObject(column, OffsetDateTime.class);
      return at == null ? null : at.toInstant();
    }
  }

  private static List<ErasureRecord> records(Handle handle, List<Row> rows) {
    if (rows.isEmpty()) {
      return List.of();
    }
    var ids = rows.stream().mapToLong(row -> row.request.id()).toArray();
    var identifiers = identifiers(handle, ids);
    var tables = tables(handle, ids);
    var forLog = waiting(handle, ids);
    var records = new ArrayList<ErasureRecord>();
    for (var row : rows) {
      var id = row.request.id();
      var waiting = waiting(row, forLog.getOrDefault(id, false));
      records.add(
          new ErasureRecord(
              row.request,
              row.removedAt,
              row.completedAt,
              row.failedAt,
              waiting,
              waiting == Waiting.LOG && row.removedAt != null ? row.removedAt.plus(LOG_GONE) : null,
              identifiers.getOrDefault(id, List.of()),
              tables.getOrDefault(id, List.of())));
    }
    return records;
  }

  private static @Nullable Waiting waiting(Row row, boolean waitsForLog) {
    if (row.completedAt != null || row.failedAt != null) {
      return null;
    }
    return row.removedAt == null ? Waiting.PROCESSING : waitsForLog ? Waiting.LOG : Waiting.ROWS;
  }

  /**
   * Of running requests, whether what is seen of them waits for the log or for a transaction that
   * is older than the removal.
   */
  private static Map<Long, Boolean> waiting(Handle handle, long[] ids) {
    var waiting = new HashMap<Long, Boolean>();
    handle
        .createQuery(
            """
            SELECT r.request_id, bool_or(e.stage = 1 AND %s)
              FROM erasure_request r JOIN erasure e ON e.person_id = ANY(r.people)
             WHERE r.request_id = ANY(:ids) AND r.completed_at IS NULL AND e.seen_at IS NOT NULL
             GROUP BY r.request_id
            """
                .formatted(WorkQueue.UNSETTLED))
        .bind("ids", ids)
        .map((row, _) -> waiting.put(row.getLong(1), row.getBoolean(2)))
        .list();
    return waiting;
  }

  private static Map<Long, List<Hashed>> identifiers(Handle handle, long[] ids) {
    var identifiers = new HashMap<Long, List<Hashed>>();
    handle
        .createQuery(
            "SELECT request_id, kind, hash FROM erasure_identifier WHERE request_id = ANY(:ids) ORDER BY kind, hash")
        .bind("ids", ids)
        .map((row, _) ->
            identifiers
                .computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                .add(
                    new Hashed(
                        Called.word(IdentifierKind.of(row.getInt(2))),
                        row.getObject(3, UUID.class))))
        .list();
    return identifiers;
  }

  private static Map<Long, List<Table>> tables(Handle handle, long[] ids) {
    var tables = new HashMap<Long, List<Table>>();
    handle
        .createQuery("SELECT * FROM erasure_table WHERE request_id = ANY(:ids) ORDER BY table_name")
        .bind("ids", ids)
        .map((row, _) ->
            tables
                .computeIfAbsent(row.getLong("request_id"), _ -> new ArrayList<>())
                .add(
                    new Table(
                        row.getString("table_name"),
                        row.getLong("removed"),
                        row.getLong("anonymised"),
                        row.getObject("remaining", Long.class))))
        .list();
    return tables;
  }
}
