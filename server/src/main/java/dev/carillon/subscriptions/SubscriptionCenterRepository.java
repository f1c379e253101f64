package dev.carillon.subscriptions;

import dev.carillon.subscriptions.SubscriptionCenter.Header;
import dev.carillon.workspaces.WorkspaceId;
import org.jdbi.v3.core.Handle;

/** The subscription centres of workspaces. */
public final class SubscriptionCenterRepository {

  /** The centre of a workspace; {@link SubscriptionCenter#DEFAULT} when nothing was decided. */
  public SubscriptionCenter of(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            """
            SELECT default_language, title, subtitle, translations FROM subscription_center
             WHERE workspace_id = :workspace
            """)
        .bind("workspace", workspace.value())
        .map((row, _) ->
            new SubscriptionCenter(
                row.getString(1),
                new Header(row.getString(2), row.getString(3)),
                Translations.parse(
                    row.getString(4),
                    text ->
                        new Header(
                            Translations.text(text, "title"),
                            Translations.text(text, "subtitle")))))
        .findOne()
        .orElse(SubscriptionCenter.DEFAULT);
  }

  /** Replaces the centre of a workspace. */
  public void save(Handle handle, WorkspaceId workspace, SubscriptionCenter center) {
    handle
        .createUpdate(
            """
            INSERT INTO subscription_center (workspace_id, default_language, title, subtitle, translations)
            VALUES (:workspace, :language, :title, :subtitle, :translations)
            ON CONFLICT (workspace_id) DO UPDATE
               SET default_language = excluded.default_language, title = excluded.title, subtitle = excluded.subtitle,
                   translations = excluded.translations
            """)
        .bind("workspace", workspace.value())
        .bind("language", center.defaultLanguage())
        .bind("title", center.header().title())
        .bind("subtitle", center.header().subtitle())
        .bind("translations", Translations.print(center.translations(), Header::toJson))
        .execute();
  }
}
