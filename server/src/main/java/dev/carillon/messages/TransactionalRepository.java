package dev.carillon.messages;

import dev.carillon.messages.TransactionalMessage.Draft;
import dev.carillon.messages.TransactionalOutcome.Deleted;
import dev.carillon.messages.TransactionalOutcome.NameTaken;
import dev.carillon.messages.TransactionalOutcome.Saved;
import dev.carillon.messages.TransactionalOutcome.TooMany;
import dev.carillon.messages.TransactionalOutcome.Unknown;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Transactional messages and what they say. A change of one holds its row, so versions are exact.
 */
public final class TransactionalRepository {
  /** Choice: messages a workspace may have, so that lists stay short. */
  public static final int MOST = 1_000;

  /** Choice: languages one may have beside the default. */
  public static final int MOST_LANGUAGES = 100;

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String MESSAGE =
      """
      SELECT workspace_id, message_id, channel, name, description, trigger_name, send_to_unsubscribed, queue_drafts,
             hide_body, version, created_at, updated_at
        FROM transactional_message WHERE workspace_id = :workspace AND deleted_at IS NULL
      """;

  private final InstantSource clock;

  /** Dates what it stores by this clock. */
  public TransactionalRepository(InstantSource clock) {
    this.clock = clock;
  }

  /** All messages of a workspace, in the order of their numbers. */
  public List<TransactionalMessage> list(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(MESSAGE + " ORDER BY message_id")
        .bind("workspace", workspace.value())
        .map((row, _) -> message(row))
        .list();
  }

  /** The numbers of the messages whose default content asks not to be tracked. */
  public Set<Integer> untracked(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            """
            SELECT message_id FROM transactional_content
             WHERE workspace_id = :workspace AND language = '' AND content->>'tracked' = 'false'
            """)
        .bind("workspace", workspace.value())
        .mapTo(Integer.class)
        .set();
  }

  /** A message of the workspace. */
  public Optional<TransactionalMessage> find(Handle handle, WorkspaceId workspace, int id) {
    return handle
        .createQuery(MESSAGE + " AND message_id = :id")
        .bind("workspace", workspace.value())
        .bind("id", id)
        .map((row, _) -> message(row))
        .findOne();
  }

  /** The message callers name so, in any case (M-130). */
  public Optional<TransactionalMessage> named(
      Handle handle, WorkspaceId workspace, String triggerName) {
    return handle
        .createQuery(MESSAGE + " AND lower(trigger_name) = lower(:name)")
        .bind("workspace", workspace.value())
        .bind("name", triggerName)
        .map((row, _) -> message(row))
        .findOne();
  }

  /**
   * Stores a new message.
   *
   * @param email what it says in the default language
   */
  public TransactionalOutcome create(
      Handle handle, WorkspaceId workspace, Draft draft, EmailTemplate email) {
    alone(handle, workspace);
    if (isTaken(handle, workspace, 0, draft.triggerName())) {
      return new NameTaken();
    }
    if (list(handle, workspace).size() >= MOST) {
      return new TooMany("a workspace has at most " + MOST + " transactional messages");
    }
    var id =
        handle
            .createQuery(
                """
                INSERT INTO transactional_message (workspace_id, message_id, channel, name, description, trigger_name,
                                                   send_to_unsubscribed, queue_drafts, hide_body, created_at, updated_at)
                SELECT :workspace, greatest(coalesce(max(message_id), 0), %d) + 1, :channel, :name, :description, :trigger,
                       :unsubscribed, :drafts, :hidden, :now, :now
                  FROM transactional_message WHERE workspace_id = :workspace
                RETURNING message_id
                """
                    .formatted(TransactionalMessage.UNCATEGORIZED))
            .bind("workspace", workspace.value())
            .bind("channel", draft.channel())
            .bind("name", draft.name())
            .bind("description", draft.description())
            .bind("trigger", draft.triggerName())
            .bind("unsubscribed", draft.sendToUnsubscribed())
            .bind("drafts", draft.queueDrafts())
            .bind("hidden", draft.hideBody())
            .bind("now", clock.instant())
            .mapTo(Integer.class)
            .one();
    put(handle, workspace, id, "", email);
    return new Saved(find(handle, workspace, id).orElseThrow());
  }

  /** Changes what is decided about a message; its channel stays. */
  public TransactionalOutcome update(Handle handle, WorkspaceId workspace, int id, Draft draft) {
    alone(handle, workspace);
    if (isTaken(handle, workspace, id, draft.triggerName())) {
      return new NameTaken();
    }
    handle
        .createUpdate(
            """
            UPDATE transactional_message SET name = :name, description = :description, trigger_name = :trigger,
                   send_to_unsubscribed = :unsubscribed, queue_drafts = :drafts, hide_body = :hidden
             WHERE workspace_id = :workspace AND message_id = :id AND deleted_at IS NULL
            """)
        .bind("name", draft.name())
        .bind("description", draft.description())
        .bind("trigger", draft.triggerName())
        .bind("unsubscribed", draft.sendToUnsubscribed())
        .bind("drafts", draft.queueDrafts())
        .bind("hidden", draft.hideBody())
        .bind("workspace", workspace.value())
        .bind("id", id)
        .execute();
    return changed(handle, workspace, id);
  }

  /** Deletes a message; what is under way with it is not sent any more. */
  public TransactionalOutcome delete(Handle handle, WorkspaceId workspace, int id) {
    var deleted =
        handle
            .createUpdate(
                """
                UPDATE transactional_message SET deleted_at = :now, version = version + 1
                 WHERE workspace_id = :workspace AND message_id = :id AND deleted_at IS NULL
                """)
            .bind("now", clock.instant())
            .bind("workspace", workspace.value())
            .bind("id", id)
            .execute();
    return deleted == 0 ? new Unknown() : new Deleted();
  }

  /** What a message says, the default language first. */
  public List<TransactionalContent> contents(Handle handle, WorkspaceId workspace, int id) {
    return handle
        .createQuery(
            """
            SELECT content_id, language, content::text, created_at, updated_at FROM transactional_content
             WHERE workspace_id = :workspace AND message_id = :id ORDER BY lower(language), content_id
            """)
        .bind("workspace", workspace.value())
        .bind("id", id)
        .map((row, _) -> content(row))
        .list();
  }

  /** Says something else in a language, or for the first time. */
  public TransactionalOutcome say(
      Handle handle, WorkspaceId workspace, int id, String language, EmailTemplate email) {
    alone(handle, workspace);
    if (find(handle, workspace, id).isEmpty()) {
      return new Unknown();
    }
    var present = contents(handle, workspace, id);
    if (present.size() > MOST_LANGUAGES
        && present.stream().noneMatch(each -> each.language().equalsIgnoreCase(language))) {
      return new TooMany("a message has at most " + MOST_LANGUAGES + " languages");
    }
    put(handle, workspace, id, language, email);
    return changed(handle, workspace, id);
  }

  /** Takes a language away; the default one stays. */
  public TransactionalOutcome unsay(Handle handle, WorkspaceId workspace, int id, String language) {
    var deleted =
        handle
            .createUpdate(
                """
                DELETE FROM transactional_content WHERE workspace_id = :workspace AND message_id = :id
                   AND lower(language) = :language AND language <> ''
                """)
            .bind("workspace", workspace.value())
            .bind("id", id)
            .bind("language", language.toLowerCase(Locale.ROOT))
            .execute();
    return deleted == 0 ? new Unknown() : changed(handle, workspace, id);
  }

  /** One change of a workspace's messages after the other: numbers and names are told apart. */
  private static void alone(Handle handle, WorkspaceId workspace) {
    handle.execute(
        "SELECT FROM workspace WHERE workspace_id = ? FOR NO KEY UPDATE", workspace.value());
  }

  private boolean isTaken(
      Handle handle, WorkspaceId workspace, int id, @Nullable String triggerName) {
    return triggerName != null
        && named(handle, workspace, triggerName).filter(other -> other.id() != id).isPresent();
  }

  private TransactionalOutcome changed(Handle handle, WorkspaceId workspace, int id) {
    handle
        .createUpdate(
            """
            UPDATE transactional_message SET version = version + 1, updated_at = :now
             WHERE workspace_id = :workspace AND message_id = :id
            """)
        .bind("now", clock.instant())
        .bind("workspace", workspace.value())
        .bind("id", id)
        .execute();
    return find(handle, workspace, id)
        .<TransactionalOutcome>map(Saved::new)
        .orElseGet(Unknown::new);
  }

  private void put(
      Handle handle, WorkspaceId workspace, int id, String language, EmailTemplate email) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    EmailReader.write(email, json);
    handle
        .createUpdate(
            """
            INSERT INTO transactional_content (workspace_id, message_id, language, content, created_at, updated_at)
            VALUES (:workspace, :id, :language, :content::json, :now, :now)
            ON CONFLICT (workspace_id, message_id, lower(language))
            DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at
            """)
        .bind("workspace", workspace.value())
        .bind("id", id)
        .bind("language", language)
        .bind("content", JSON.writeValueAsString(json))
        .bind("now", clock.instant())
        .execute();
  }

  private static TransactionalMessage message(ResultSet row) throws SQLException {
    return new TransactionalMessage(
        new WorkspaceId(row.getInt(1)),
        row.getInt(2),
        new Draft(
            row.getString(3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            row.getBoolean(7),
            row.getBoolean(8),
            row.getBoolean(9)),
        row.getInt(10),
        row.getTimestamp(11).toInstant(),
        row.getTimestamp(12).toInstant());
  }

  private static TransactionalContent content(ResultSet row) throws SQLException {
    var stored = new JsonFields(JsonObjects.parse(row.getString(3)), "", new ArrayList<>());
    return new TransactionalContent(
        row.getInt(1),
        row.getString(2),
        EmailReader.read(stored, false),
        row.getTimestamp(4).toInstant(),
        row.getTimestamp(5).toInstant());
  }
}
