package dev.carillon.subscriptions;

import dev.carillon.store.Epoch;
import dev.carillon.subscriptions.Subscribable.Draft;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.Subscribable.Text;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Topics and channels. What decides who is subscribed — a default, a topic that comes or goes —
 * changes like any rule: running batches are over first, and every batch after it knows.
 */
public final class SubscriptionRepository {
  /** Topics a workspace may have. Choice: the public API names no number. */
  public static final int MOST_TOPICS = 100;

  private final InstantSource clock;
  private final SubscriptionReaders readers;

  /**
   * Dates what it stores by this clock.
   *
   * @param readers asked before something is deleted, told when it decides otherwise
   */
  public SubscriptionRepository(InstantSource clock, SubscriptionReaders readers) {
    this.clock = clock;
    this.readers = readers;
  }

  private static String select(Kind kind) {
    return switch (kind) {
      case TOPIC ->
          """
          SELECT topic_id AS id, NULL::text AS type, name, description, subscribed_by_default, translations, created_at
            FROM subscription_topic WHERE workspace_id = :workspace AND deleted_at IS NULL
          """;
      case CHANNEL ->
          """
          SELECT channel_id AS id, type, name, description, subscribed_by_default, translations, created_at
            FROM subscription_channel WHERE workspace_id = :workspace AND deleted_at IS NULL
          """;
    };
  }

  private static String table(Kind kind) {
    return kind == Kind.TOPIC ? "subscription_topic" : "subscription_channel";
  }

  private static String key(Kind kind) {
    return kind == Kind.TOPIC ? "topic_id" : "channel_id";
  }

  /** All topics or channels of a workspace, in the order of their numbers. */
  public List<Subscribable> list(Handle handle, WorkspaceId workspace, Kind kind) {
    return handle
        .createQuery(select(kind) + " ORDER BY id")
        .bind("workspace", workspace.value())
        .map((row, _) -> read(row, kind))
        .list();
  }

  /** A topic or channel of a workspace. */
  public Optional<Subscribable> find(Handle handle, WorkspaceId workspace, Kind kind, int id) {
    return handle
        .createQuery(select(kind) + " AND " + key(kind) + " = :id")
        .bind("workspace", workspace.value())
        .bind("id", id)
        .map((row, _) -> read(row, kind))
        .findOne();
  }

  /** Stores a new topic or channel, with the next number of the workspace. */
  public SubscriptionOutcome create(Handle handle, WorkspaceId workspace, Kind kind, Draft draft) {
    Epoch.newRules(handle);
    var present = list(handle, workspace, kind);
    if (kind == Kind.TOPIC && present.size() >= MOST_TOPICS) {
      return new SubscriptionOutcome.Full("a workspace has at most " + MOST_TOPICS + " topics");
    }
    if (kind == Kind.CHANNEL && present.stream().anyMatch(each -> each.type() == draft.type())) {
      return new SubscriptionOutcome.Full("there is a channel of this type already");
    }
    var insert =
        bound(
                handle.createQuery(
                    """
                    INSERT INTO %1$s (workspace_id, %2$s, name, description, subscribed_by_default, translations, created_at %3$s)
                    SELECT :workspace, coalesce(max(%2$s), 0) + 1, :name, :description, :default, :translations, :now %4$s
                      FROM %1$s WHERE workspace_id = :workspace
                    RETURNING %2$s
                    """
                        .formatted(
                            table(kind),
                            key(kind),
                            kind == Kind.CHANNEL ? ", type" : "",
                            kind == Kind.CHANNEL ? ", :type" : "")),
                workspace,
                draft)
            .bind("now", clock.instant());
    if (draft.type() != null) {
      insert.bind("type", draft.type().wire());
    }
    var id = insert.mapTo(Integer.class).one();
    var made = find(handle, workspace, kind, id).orElseThrow();
    readers.changed(handle, workspace, made);
    return new SubscriptionOutcome.Saved(made);
  }

  /** Changes a topic or channel; a channel keeps its type. */
  public SubscriptionOutcome update(
      Handle handle, WorkspaceId workspace, Kind kind, int id, Draft draft) {
    Epoch.newRules(handle);
    var present = find(handle, workspace, kind, id).orElse(null);
    if (present == null) {
      return new SubscriptionOutcome.Unknown();
    }
    bound(
            handle.createUpdate(
                """
                UPDATE %s SET name = :name, description = :description, subscribed_by_default = :default,
                              translations = :translations
                 WHERE workspace_id = :workspace AND %s = :id
                """
                    .formatted(table(kind), key(kind))),
            workspace,
            draft)
        .bind("id", id)
        .execute();
    var changed = find(handle, workspace, kind, id).orElseThrow();
    if (changed.subscribedByDefault() != present.subscribedByDefault()) {
      readers.changed(handle, workspace, changed);
    }
    return new SubscriptionOutcome.Saved(changed);
  }

  /** Deletes a topic or channel that nothing uses. */
  public SubscriptionOutcome delete(Handle handle, WorkspaceId workspace, Kind kind, int id) {
    Epoch.newRules(handle);
    var present = find(handle, workspace, kind, id).orElse(null);
    if (present == null) {
      return new SubscriptionOutcome.Unknown();
    }
    var users = readers.using(handle, workspace, present);
    if (!users.isEmpty()) {
      return new SubscriptionOutcome.InUse(users);
    }
    handle
        .createUpdate(
            "UPDATE %s SET deleted_at = :now WHERE workspace_id = :workspace AND %s = :id"
                .formatted(table(kind), key(kind)))
        .bind("now", clock.instant())
        .bind("workspace", workspace.value())
        .bind("id", id)
        .execute();
    readers.changed(handle, workspace, present);
    return new SubscriptionOutcome.Deleted();
  }

  private static <S extends SqlStatement<S>> S bound(
      S statement, WorkspaceId workspace, Draft draft) {
    return statement
        .bind("workspace", workspace.value())
        .bind("name", draft.text().name())
        .bind("description", draft.text().description())
        .bind("default", draft.subscribedByDefault())
        .bind("translations", Translations.print(draft.translations(), Subscribable::toJson));
  }

  private static Subscribable read(ResultSet row, Kind kind) throws SQLException {
    return new Subscribable(
        kind,
        row.getInt("id"),
        type(row.getString("type")),
        new Text(row.getString("name"), row.getString("description")),
        row.getBoolean("subscribed_by_default"),
        Translations.parse(
            row.getString("translations"),
            text ->
                new Text(Translations.text(text, "name"), Translations.text(text, "description"))),
        row.getTimestamp("created_at").toInstant());
  }

  static @Nullable ChannelType type(@Nullable String wire) {
    return wire == null ? null : ChannelType.ofWire(wire).orElseThrow();
  }
}
