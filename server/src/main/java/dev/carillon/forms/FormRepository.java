package dev.carillon.forms;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.http.Json;
import dev.carillon.http.JsonReader;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Forms as rows. A submission asks memory first; a changed form is noticed within {@link #MEMORY}.
 * Safe for many threads.
 */
public final class FormRepository {
  /** Bytes of a form's id. */
  public static final int LONGEST_ID_BYTES = 150;

  /** Forms of one workspace: the key that submits them is public, so somebody may invent ids. */
  public static final int MOST = 10_000;

  /** Fields a form remembers; further ones are taken, and become attributes of their own name. */
  public static final int MOST_FIELDS = 300;

  /** How long a form is remembered. */
  public static final Duration MEMORY = Duration.ofSeconds(1);

  private final Database database;
  private final InstantSource clock;
  private final JsonReader json = new JsonReader();
  private final Cache<Key, Form> known =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(MEMORY).build();

  private record Key(WorkspaceId workspace, String formId) {}

  /** Reads and writes through this database. */
  public FormRepository(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * The form that was submitted; made on its first submission, and told of fields it has not seen.
   *
   * @param fields names of the submitted fields
   * @return empty when it is unknown and the workspace has {@link #MOST} forms already
   */
  public Optional<Form> submitted(WorkspaceId workspace, String formId, Collection<String> fields) {
    var key = new Key(workspace, formId);
    var remembered = known.getIfPresent(key);
    if (remembered != null && knows(remembered, fields)) {
      return Optional.of(remembered);
    }
    var form = database.inTransaction(handle -> learn(handle, workspace, formId, fields));
    form.ifPresent(each -> known.put(key, each));
    return form;
  }

  private static boolean knows(Form form, Collection<String> fields) {
    return form.fields().size() >= MOST_FIELDS || form.fields().keySet().containsAll(fields);
  }

  private Optional<Form> learn(
      Handle handle, WorkspaceId workspace, String formId, Collection<String> fields) {
    return findOrAdd(handle, workspace, formId)
        .map(form -> knows(form, fields) ? form : write(handle, workspace, with(form, fields)));
  }

  private static Form with(Form form, Collection<String> fields) {
    var all = new LinkedHashMap<>(form.fields());
    for (var field : fields) {
      if (all.size() < MOST_FIELDS) {
        all.putIfAbsent(field, field);
      }
    }
    return new Form(form.id(), form.name(), all, form.createdAt());
  }

  /** Empty when there are too many. Another node may add the same one at the same time. */
  private Optional<Form> findOrAdd(Handle handle, WorkspaceId workspace, String formId) {
    var form = find(handle, workspace, formId);
    if (form.isPresent()) {
      return form;
    }
    handle
        .createUpdate(
            """
            INSERT INTO form (workspace_id, form_id, name, created_at)
            SELECT :workspace, :form, :form, :now
             WHERE (SELECT count(*) FROM form WHERE workspace_id = :workspace) < :most
            ON CONFLICT DO NOTHING
            """)
        .bind("workspace", workspace.value())
        .bind("form", formId)
        .bind("now", clock.instant())
        .bind("most", MOST)
        .execute();
    return find(handle, workspace, formId);
  }

  /** Locks the row, so that fields that two submissions bring at once are both kept. */
  private Optional<Form> find(Handle handle, WorkspaceId workspace, String formId) {
    return handle
        .createQuery(
            """
            SELECT form_id, name, fields, created_at FROM form
             WHERE workspace_id = :workspace AND form_id = :form FOR UPDATE
            """)
        .bind("workspace", workspace.value())
        .bind("form", formId)
        .map((row, _) -> form(row))
        .findOne();
  }

  /** The form with this id. */
  public Optional<Form> find(WorkspaceId workspace, String formId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT form_id, name, fields, created_at FROM form
                 WHERE workspace_id = :workspace AND form_id = :form
                """)
            .bind("workspace", workspace.value())
            .bind("form", formId)
            .map((row, _) -> form(row))
            .findOne());
  }

  /** All forms of the workspace by id, at most {@link #MOST}. */
  public List<Form> list(WorkspaceId workspace) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT form_id, name, fields, created_at FROM form
                 WHERE workspace_id = :workspace ORDER BY form_id
                """)
            .bind("workspace", workspace.value())
            .map((row, _) -> form(row))
            .list());
  }

  /**
   * Replaces name and fields of a form, or sets up a new one.
   *
   * @param fields field → attribute; at most {@link #MOST_FIELDS}
   * @return the form as it is now; empty when it is new and the workspace has {@link #MOST} forms
   */
  public Optional<Form> save(
      WorkspaceId workspace, String formId, String name, Map<String, String> fields) {
    var saved =
        database.inTransaction(handle ->
            findOrAdd(handle, workspace, formId)
                .map(former ->
                    write(handle, workspace, new Form(formId, name, fields, former.createdAt()))));
    known.invalidate(new Key(workspace, formId));
    return saved;
  }

  private static Form write(Handle handle, WorkspaceId workspace, Form form) {
    handle
        .createUpdate(
            """
            UPDATE form SET name = :name, fields = :fields
             WHERE workspace_id = :workspace AND form_id = :form
            """)
        .bind("workspace", workspace.value())
        .bind("form", form.id())
        .bind("name", form.name())
        .bind("fields", new String(Json.bytes(form.fields()), StandardCharsets.UTF_8))
        .execute();
    return form;
  }

  private Form form(ResultSet row) throws SQLException {
    var fields = new LinkedHashMap<String, String>();
    json.object(row.getString("fields").getBytes(StandardCharsets.UTF_8))
        .forEach((field, attribute) -> fields.put(field, String.valueOf(attribute)));
    return new Form(
        row.getString("form_id"),
        row.getString("name"),
        fields,
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
